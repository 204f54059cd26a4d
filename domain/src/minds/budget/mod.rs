//! What AIs may spend in a day (in UTC): set aside before a call, settled after it, so that no number of answers at once
//! passes it. There is one purse for each AI, channel and person; where none of them has a bottom, nothing is counted
//! beforehand.

pub(super) mod store;

use super::store::Mind;
use crate::{Error, Result, Space, messages};
use model::{ClientKey, Message, limits};

/// What an AI says that was given no words of its own for it.
const TIRED: &str = "I am tired for today. Ask me again tomorrow.";

/// Whose tokens are used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purse {
    Mind,
    Channel,
    Person,
}

impl Purse {
    /// Why an AI keeps silent, in words.
    pub fn reason(self, name: &str) -> String {
        match self {
            Self::Mind => format!("{name} is tired: its tokens for today are used up. It speaks again tomorrow."),
            Self::Channel => format!("{name} stayed quiet: what AIs may say here today is used up."),
            Self::Person => {
                format!("{name} stayed quiet: what AIs may say to this person today is used up.")
            }
        }
    }
}

/// Most tokens a day; `None`: without a bottom.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bottoms {
    pub mind: Option<i64>,
    pub channel: Option<i64>,
    pub person: Option<i64>,
}

impl Bottoms {
    const fn is_none(self) -> bool {
        self.mind.is_none() && self.channel.is_none() && self.person.is_none()
    }

    /// The purse that does not hold so many tokens more, if there is one.
    pub const fn short(self, spent: [i64; 3], tokens: i64) -> Option<Purse> {
        let purses = [(self.mind, Purse::Mind), (self.channel, Purse::Channel), (self.person, Purse::Person)];
        let mut at = 0;
        while at < purses.len() {
            if let Some(bottom) = purses[at].0
                && spent[at] + tokens > bottom
            {
                return Some(purses[at].1);
            }
            at += 1;
        }
        None
    }
}

/// Sets the tokens of a call aside. The purse that does not hold them, if there is one: then nothing is.
pub(super) async fn reserve(space: &Space, mind: &Mind, call: store::Call, tokens: usize) -> Result<Option<Purse>> {
    let bottoms = Bottoms {
        mind: mind.daily_tokens,
        channel: space.policy.channel_tokens,
        person: space.policy.person_tokens.filter(|_| call.person.is_some()),
    };
    if bottoms.is_none() {
        return Ok(None);
    }
    store::reserve(&space.db, call, bottoms, i64::try_from(tokens).unwrap_or(i64::MAX)).await
}

/// Says, once a day in a channel, that nothing more is to be expected. Not where it is one person's purse: the others are
/// answered as ever.
pub(super) async fn tire(space: &Space, mind: &Mind, trigger: &Message, purse: Purse, again: bool) -> Result<()> {
    if purse == Purse::Person {
        return Ok(());
    }
    let (line, is_new) = store::tire(&space.db, mind.entity.id, trigger.channel).await?;
    if !is_new && !again {
        return Ok(());
    }
    let words = limits::trimmed(&mind.tired_line);
    let body = if words.is_empty() { TIRED } else { words }.to_owned();
    let draft =
        messages::Draft { channel: trigger.channel, client_key: ClientKey(line), body, reply_to: Some(trigger.id) };
    match messages::post(space, mind.entity.id, draft).await {
        // Said by an earlier try, or there is no place for it any more.
        Ok(_) | Err(Error::Refused(_)) => Ok(()),
        Err(cause) => Err(cause),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_purse_that_is_short_is_named() {
        let bottoms = Bottoms { mind: Some(100), channel: None, person: Some(50) };
        assert_eq!(bottoms.short([90, 1_000, 0], 10), None);
        assert_eq!(bottoms.short([90, 0, 0], 11), Some(Purse::Mind));
        assert_eq!(bottoms.short([0, 0, 45], 6), Some(Purse::Person));
        assert_eq!(Bottoms { channel: Some(5), ..bottoms }.short([0, 0, 50], 6), Some(Purse::Channel));
        assert!(Bottoms { mind: None, channel: None, person: None }.is_none());
    }
}
