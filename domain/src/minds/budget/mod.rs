//! What AIs may spend in a day (in UTC), in tokens and in money: set aside before a call, settled after it, so that no
//! number of answers at once passes it. There is one purse for each AI, channel and person; where none of them has a
//! bottom, nothing is counted beforehand.

pub(super) mod store;

use super::means::Means;
use super::store::Mind;
use crate::{Error, Result, Space, messages};
use model::{ClientKey, Message, limits};

/// What an AI says that was given no words of its own for it.
const TIRED: &str = "I am tired for today. Ask me again tomorrow.";
/// What it says to somebody to whom AIs have said all that they may.
const ENOUGH: &str = "what AIs may say to you in a day is said for today. Ask me again tomorrow.";
/// Millionths of a dollar in a cent.
const CENT: i64 = 10_000;

/// Whose means are used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purse {
    Mind,
    Channel,
    Person,
    /// Money is limited, and nobody has said what the model costs.
    Unpriced,
    /// A day's means are less than one answer may take.
    TooSmall,
    /// What is left is set aside for answers that are being written.
    SetAside,
}

impl Purse {
    /// Why an AI keeps silent, in words.
    pub fn reason(self, name: &str) -> String {
        match self {
            Self::Mind => format!("{name} is tired: what it may spend today is used up. It speaks again tomorrow."),
            Self::Channel => format!("{name} stayed quiet: what AIs may say here today is used up."),
            Self::Person => {
                format!("{name} stayed quiet: what AIs may say to this person today is used up.")
            }
            Self::Unpriced => {
                format!(
                    "{name} stayed quiet: its money is limited, and no price is set for the model that it thinks with."
                )
            }
            Self::TooSmall => {
                format!(
                    "{name} stayed quiet: one answer may take more than may be spent in a whole day. An admin can change that."
                )
            }
            Self::SetAside => {
                format!("{name} waits: what may still be spent today is set aside for answers that are being written.")
            }
        }
    }
}

/// Tokens, and money in millionths of a US dollar.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Amount {
    pub tokens: i64,
    pub micros: i64,
}

impl Amount {
    const fn and(self, more: Self) -> Self {
        Self { tokens: self.tokens.saturating_add(more.tokens), micros: self.micros.saturating_add(more.micros) }
    }
}

/// Most in a day; `None`: without a bottom.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Bottom {
    pub tokens: Option<i64>,
    pub micros: Option<i64>,
}

impl Bottom {
    fn of(tokens: Option<i64>, cents: Option<i64>) -> Self {
        Self { tokens, micros: cents.map(|cents| cents.saturating_mul(CENT)) }
    }

    fn holds(self, spent: Amount, more: Amount) -> bool {
        let within = |bottom: Option<i64>, spent: i64, more: i64| {
            bottom.is_none_or(|bottom| spent.saturating_add(more) <= bottom)
        };
        within(self.tokens, spent.tokens, more.tokens) && within(self.micros, spent.micros, more.micros)
    }
}

/// The bottoms of an AI, a channel and a person.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bottoms([Bottom; 3]);

impl Bottoms {
    /// Those of an AI, a channel and a person, in this order.
    pub const fn of(mind: Bottom, channel: Bottom, person: Bottom) -> Self {
        Self([mind, channel, person])
    }

    fn are_none(self) -> bool {
        self.0.iter().all(|bottom| bottom.tokens.is_none() && bottom.micros.is_none())
    }

    fn hold_money(self) -> bool {
        self.0.iter().any(|bottom| bottom.micros.is_some())
    }

    /// How the purses are called in what says that one of them is empty: with what they hold in a day.
    fn names(self) -> [String; 3] {
        let [mind, channel, person] = self.0;
        [("mind", mind), ("channel", channel), ("person", person)]
            .map(|(whose, bottom)| format!("{whose} {:?} {:?}", bottom.tokens, bottom.micros))
    }

    /// The purse that does not hold so much more, if there is one: beside what is spent, and what is set aside.
    pub fn short(self, spent: [Amount; 3], aside: [Amount; 3], more: Amount) -> Option<Purse> {
        let purses = [Purse::Mind, Purse::Channel, Purse::Person];
        let is_short = |of: &dyn Fn(usize) -> Amount| (0..3).find(|at| !self.0[*at].holds(of(*at), more));
        let nothing = Amount::default();
        if is_short(&|_| nothing).is_some_and(|at| spent[at] == nothing) {
            return Some(Purse::TooSmall);
        }
        if let Some(at) = is_short(&|at| spent[at]) {
            return Some(purses[at]);
        }
        is_short(&|at| spent[at].and(aside[at])).map(|_| Purse::SetAside)
    }
}

/// The bottoms of an AI, of any channel, and of any person.
fn all(space: &Space, mind: &Mind) -> Bottoms {
    let policy = &space.policy;
    Bottoms::of(
        Bottom::of(mind.daily_tokens, mind.daily_cents),
        Bottom::of(policy.channel_tokens, policy.channel_cents),
        Bottom::of(policy.person_tokens, policy.person_cents),
    )
}

/// Sets the most that a call can take aside: so many tokens that are read, and the longest answer, by the dearest of the
/// means. The purse that does not hold it, if there is one: then nothing is. Of the means those are left that may be used.
pub(super) async fn reserve(
    space: &Space,
    mind: &Mind,
    call: store::Call,
    tokens_in: usize,
    means: &mut Vec<Means>,
) -> Result<Option<Purse>> {
    let mut bottoms = all(space, mind);
    if call.channel.is_none() {
        bottoms.0[1] = Bottom::default();
    }
    if call.person.is_none() {
        bottoms.0[2] = Bottom::default();
    }
    if bottoms.are_none() {
        return Ok(None);
    }
    if bottoms.hold_money() {
        means.retain(|means| means.cost(0, 0).is_some());
        if means.is_empty() {
            return Ok(Some(Purse::Unpriced));
        }
    }
    let tokens_in = u32::try_from(tokens_in).unwrap_or(u32::MAX);
    let most = means.iter().map(|means| means.most(tokens_in, mind.sampling.max_tokens));
    let (tokens, micros) = most.reduce(|a, b| (a.0.max(b.0), a.1.max(b.1))).unwrap_or_default();
    let most = Amount { tokens, micros };
    store::reserve(&space.db, call, bottoms, most).await
}

/// Says, once a day in a channel, that nothing more is to be expected: to all, or to the one whose own purse is empty. Not
/// where an admin has forgotten something.
pub(super) async fn tire(space: &Space, mind: &Mind, trigger: &Message, purse: Purse, again: bool) -> Result<()> {
    let [of_mind, of_channel, of_person] = all(space, mind).names();
    let (whose, name) = match purse {
        Purse::Unpriced | Purse::TooSmall | Purse::SetAside => return Ok(()),
        Purse::Mind => (None, of_mind),
        Purse::Channel => (None, of_channel),
        Purse::Person => (Some(trigger.author.id), of_person),
    };
    let (line, is_new) = store::tire(&space.db, mind.entity.id, trigger.channel, whose, &name).await?;
    if !is_new && !again {
        return Ok(());
    }
    let words = limits::trimmed(&mind.tired_line);
    let body = match whose {
        // It is not tired: others are answered.
        Some(_) => format!("{}, {ENOUGH}", trigger.author.name),
        None => if words.is_empty() { TIRED } else { words }.to_owned(),
    };
    let draft = messages::Draft {
        channel: trigger.channel,
        client_key: ClientKey(line),
        body,
        reply_to: Some(trigger.id),
        off_record: false,
    };
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
        let tokens = |tokens| Amount { tokens, micros: 0 };
        let bottoms = Bottoms([Bottom::of(Some(100), None), Bottom::default(), Bottom::of(Some(50), None)]);
        let short = |spent, more| bottoms.short(spent, [Amount::default(); 3], more);
        assert_eq!(short([tokens(90), tokens(1_000), tokens(0)], tokens(10)), None);
        assert_eq!(short([tokens(90), tokens(0), tokens(0)], tokens(11)), Some(Purse::Mind));
        assert_eq!(short([tokens(0), tokens(0), tokens(45)], tokens(6)), Some(Purse::Person));
        assert_eq!(short([tokens(0), tokens(0), tokens(0)], tokens(51)), Some(Purse::TooSmall));
        let aside = [tokens(95), tokens(95), tokens(0)];
        assert_eq!(bottoms.short([Amount::default(); 3], aside, tokens(6)), Some(Purse::SetAside));
        assert!(!bottoms.are_none() && !bottoms.hold_money());
        assert!(Bottoms([Bottom::default(); 3]).are_none());
    }

    #[test]
    fn money_runs_out_like_tokens() {
        let bottoms = Bottoms([Bottom::default(), Bottom::of(None, Some(2)), Bottom::default()]);
        let micros = |micros| Amount { tokens: 1_000_000, micros };
        assert!(bottoms.hold_money());
        let short = |spent, more| bottoms.short(spent, [Amount::default(); 3], more);
        assert_eq!(short([micros(0), micros(15_000), micros(90_000)], micros(5_000)), None);
        assert_eq!(short([micros(0), micros(15_001), micros(0)], micros(5_000)), Some(Purse::Channel));
        assert_eq!(short([micros(0); 3], micros(i64::MAX)), Some(Purse::Channel));
    }
}
