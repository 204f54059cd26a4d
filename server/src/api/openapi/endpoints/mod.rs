//! Every endpoint that is a server function: what it takes, gives and refuses.

mod memories;
mod minds;
mod people;
mod talk;

use model::Code;
use utoipa::openapi::{Ref, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// An endpoint, as it is described.
pub(super) struct Endpoint {
    pub path: &'static str,
    pub summary: &'static str,
    pub takes: Option<RefOr<Schema>>,
    pub gives: RefOr<Schema>,
    /// How it may refuse, beside what every endpoint may answer.
    pub refuses: &'static [Code],
}

/// Every endpoint that is a server function.
pub(super) fn all() -> Vec<Endpoint> {
    [people::all(), talk::all(), minds::all(), memories::all()].into_iter().flatten().collect()
}

const fn of(
    path: &'static str,
    summary: &'static str,
    takes: Option<RefOr<Schema>>,
    gives: RefOr<Schema>,
    refuses: &'static [Code],
) -> Endpoint {
    Endpoint { path, summary, takes, gives, refuses }
}

pub(super) fn reference<T: ToSchema>() -> RefOr<Schema> {
    RefOr::Ref(Ref::from_schema_name(T::name()))
}

#[expect(clippy::unnecessary_wraps, reason = "reads beside `None`")]
fn takes<T: ToSchema>() -> Option<RefOr<Schema>> {
    Some(reference::<T>())
}

fn gives<T: ToSchema>() -> RefOr<Schema> {
    reference::<T>()
}

fn many<T: ToSchema>() -> RefOr<Schema> {
    RefOr::T(Schema::Array(utoipa::openapi::schema::Array::new(reference::<T>())))
}

fn nothing() -> RefOr<Schema> {
    <()>::schema()
}
