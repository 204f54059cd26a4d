//! What people see: pages and components, and the server functions behind them.
//!
//! A server function is thin: who asks, call the domain, answer.

// Views are types, and deep ones.
#![recursion_limit = "512"]
// A server function's generated types have no words of their own.
#![allow(missing_docs)]

pub mod api;
mod app;
mod browser;
mod components;
pub mod failure;
mod page_data;
mod pages;
mod room;
pub mod shell;
pub mod visitor;
mod when;
pub mod words;

pub use app::App;
