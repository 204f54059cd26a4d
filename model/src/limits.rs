//! Sizes that both halves check, so that a form can say what the server would refuse. Text is counted in
//! Unicode scalar values after trimming white space at both ends.

use std::ops::RangeInclusive;

/// Characters in the name of a person, an AI or a room.
pub const NAME: RangeInclusive<usize> = 2..=32;
/// Characters in a room's name.
pub const ROOM_NAME: RangeInclusive<usize> = 2..=48;
/// Most characters in a room's description.
pub const DESCRIPTION: usize = 500;
/// Characters in a password, untrimmed.
pub const PASSWORD: RangeInclusive<usize> = 8..=128;
/// Most bytes in an e-mail address (RFC 5321, 4.5.3.1.3).
pub const EMAIL: usize = 254;
/// Characters in a message.
pub const BODY: RangeInclusive<usize> = 1..=4_000;
/// Members that a room may be made for, AIs included.
pub const CAPACITY: RangeInclusive<i32> = 2..=10_000;
/// Messages in one page of history.
pub const PAGE: i64 = 50;
/// Rows that one `changes` answer carries before it says `reload` instead.
pub const CHANGES: i64 = 500;
/// Channels in one sync request.
pub const SYNC: usize = 500;

/// The length of a text as the space counts it.
pub fn length(text: &str) -> usize {
    text.trim().chars().count()
}
