//! What AIs have spent.

use serde::{Deserialize, Serialize};
use time::Date;

/// What was spent, by whomever or wherever.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Spent {
    /// Whose it is: an AI, a room, a person, a model.
    pub name: String,
    /// Calls that became an answer.
    pub replies: i64,
    /// Calls that failed.
    pub failures: i64,
    /// Tokens that were read.
    pub tokens_in: i64,
    /// Tokens that were written.
    pub tokens_out: i64,
    /// Money, in millionths of a US dollar, as far as the models' prices are known.
    pub micros: i64,
    /// Milliseconds until the first word: the middle one of all, where there are any.
    #[serde(default)]
    pub first_word_ms: Option<i64>,
}

/// A day (in UTC) and what was spent on it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UsedDay {
    /// Which day, as `2026-11-26`.
    #[serde(with = "day")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
    pub day: Date,
    /// What was spent on it.
    pub spent: Spent,
}

/// What was spent in some days.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Used {
    /// Altogether.
    pub all: Spent,
    /// By day, the oldest first, without gaps.
    pub days: Vec<UsedDay>,
    /// By AI, the most tokens first.
    pub minds: Vec<Spent>,
    /// By room; private chats and circles are one line each, so that nobody learns who talks with whom.
    pub places: Vec<Spent>,
    /// By the person who caused it.
    pub people: Vec<Spent>,
    /// By model.
    pub models: Vec<Spent>,
}

time::serde::format_description!(day, Date, "[year]-[month]-[day]");
