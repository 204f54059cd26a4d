//! Times as readers see them, in their own zone, without a clock of their own: page and browser must say the same.

use crate::words;
use time::{Duration, OffsetDateTime};

/// A time moved into the reader's zone.
fn local(at: OffsetDateTime, zone_minutes: i32) -> OffsetDateTime {
    at + Duration::minutes(i64::from(zone_minutes))
}

/// Hours and minutes.
pub fn clock(at: OffsetDateTime, zone_minutes: i32) -> String {
    let at = local(at, zone_minutes);
    format!("{:02}:{:02}", at.hour(), at.minute())
}

/// The day, as days since 1970.
pub fn day(at: OffsetDateTime, zone_minutes: i32) -> i64 {
    local(at, zone_minutes).unix_timestamp().div_euclid(86_400)
}

/// A day as a separator says it.
pub fn day_name(day: i64, today: i64) -> String {
    if day == today {
        return words::TODAY.to_owned();
    }
    if day == today - 1 {
        return words::YESTERDAY.to_owned();
    }
    let date = OffsetDateTime::UNIX_EPOCH + Duration::days(day);
    format!("{} {} {}", date.day(), date.month(), date.year())
}

/// For machines.
pub fn iso(at: OffsetDateTime) -> String {
    at.format(&time::format_description::well_known::Rfc3339).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_the_readers() {
        let at = OffsetDateTime::from_unix_timestamp(1_700_000_000).unwrap();
        assert_eq!(clock(at, 0), "22:13");
        assert_eq!(clock(at, 120), "00:13");
        assert_eq!(day(at, 120), day(at, 0) + 1);
        assert_eq!(day_name(5, 5), "Today");
        assert_eq!(day_name(4, 5), "Yesterday");
        assert_eq!(day_name(day(at, 0), 0), "14 November 2023");
    }
}
