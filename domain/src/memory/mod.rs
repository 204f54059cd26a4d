//! What AIs remember: messages, indexed once and found again by those who may, and what is derived from them.

pub mod words;
