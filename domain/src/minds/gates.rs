//! What has to be true before an AI speaks. Pure: everything that decides is handed in, the draw included, and the
//! verdict says why in words.

use model::Strategy;
use std::time::Duration;

/// How long an AI lets pass before it answers the same other AI again.
pub(crate) const PAIR_COOLDOWN: Duration = Duration::from_secs(20);
/// How long a human who is writing keeps the floor.
pub(crate) const FLOOR: Duration = Duration::from_secs(20);
/// How often an AI that lets somebody write looks again.
const GLANCE: Duration = Duration::from_millis(700);

/// What is known when an AI considers a message.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Considered<'a> {
    /// The AI's name.
    pub name: &'a str,
    /// Whether AIs speak in this space at all.
    pub ai_enabled: bool,
    /// Whether there is something to think with.
    pub has_model: bool,
    /// Whether it is a member of the channel.
    pub is_member: bool,
    /// Whether it is awake.
    pub awake: bool,
    /// Whether it said the message itself.
    pub own: bool,
    /// Whether a human said it.
    pub by_human: bool,
    /// Whether the message names it.
    pub mentioned: bool,
    /// Whether the message is off the record.
    pub off_record: bool,
    /// Whether nobody but the two of them is there.
    pub alone: bool,
    /// Whether the message asks something.
    pub question: bool,
    /// Whether the message says more than a word or two.
    pub substance: bool,
    /// Whether the message goes on with what the AI said last.
    pub continues: bool,
    /// When it speaks in a channel of this kind.
    pub strategy: Strategy,
    /// 0: never unasked, 1: always.
    pub talkativeness: f32,
    /// Drawn once for this message, 0 or more and less than 1.
    pub draw: f32,
    /// Messages of AIs since the last one of a human.
    pub hops: u32,
    /// After how many of them AIs let people speak.
    pub most_hops: u32,
    /// Messages of AIs in the channel within the last minute.
    pub said: u32,
    /// After how many of them nothing more is said unasked.
    pub most_said: u32,
    /// What is left until it may answer the same AI again.
    pub pair_left: Duration,
    /// Whether a human is writing.
    pub typing: bool,
    /// How long it has let others write already.
    pub yielded: Duration,
    /// What is left of its own cooldown.
    pub cooldown_left: Duration,
}

/// What comes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It speaks.
    Speak {
        /// In words.
        reason: String,
    },
    /// It does not.
    Stay {
        /// Which gate was closed.
        gate: &'static str,
        /// In words.
        reason: String,
    },
    /// It considers again later.
    Wait {
        /// Which gate is closed.
        gate: &'static str,
        /// In words.
        reason: String,
        /// For how long.
        after: Duration,
    },
    /// It lets somebody finish writing, and looks again.
    Yield {
        /// After how long.
        after: Duration,
    },
}

/// The gates in their order; the first that is closed decides.
pub(crate) fn pass(considered: &Considered<'_>) -> Verdict {
    present(considered)
        .or_else(|| turn(considered))
        .unwrap_or_else(|| strategy(considered).map_or_else(|stay| stay, |reason| cooldown(considered, reason)))
}

fn stay(gate: &'static str, reason: String) -> Verdict {
    Verdict::Stay { gate, reason }
}

/// Whether there is somebody who could speak.
fn present(considered: &Considered<'_>) -> Option<Verdict> {
    let Considered { name, ai_enabled, has_model, is_member, awake, own, .. } = *considered;
    if !ai_enabled {
        Some(stay("enabled", "AIs are switched off in this space.".to_owned()))
    } else if !has_model {
        Some(stay("model", format!("{name} has no model to think with.")))
    } else if !is_member {
        Some(stay("present", format!("{name} has left.")))
    } else if !awake {
        Some(stay("awake", asleep(name)))
    } else if own {
        Some(stay("own", format!("{name} said this.")))
    } else {
        None
    }
}

fn asleep(name: &str) -> String {
    format!("{name} is asleep.")
}

fn listens(name: &str) -> String {
    format!("{name} is here to listen.")
}

fn when_called(name: &str) -> String {
    format!("{name} speaks here when called by name.")
}

/// Why an AI does not even consider what does not call it; `None` for one that does.
pub(crate) fn unmoved(name: &str, awake: bool, strategy: Strategy) -> Option<String> {
    match strategy {
        _ if !awake => Some(asleep(name)),
        Strategy::Silent => Some(listens(name)),
        Strategy::MentionOnly => Some(when_called(name)),
        _ => None,
    }
}

/// Whose turn it is. Arithmetic, so that any AIs fall silent when no human speaks: whoever a human calls is answered, all
/// else ends after some answers of AIs in a row.
fn turn(considered: &Considered<'_>) -> Option<Verdict> {
    let Considered { name, by_human, mentioned, hops, said, pair_left, typing, yielded, .. } = *considered;
    let called = by_human && mentioned;
    if typing && yielded < FLOOR {
        return Some(Verdict::Yield { after: GLANCE });
    }
    if called {
        None
    } else if hops >= considered.most_hops {
        Some(stay(
            "turn",
            format!("{name} leaves the word to people: AIs have spoken {hops} times since one of them did."),
        ))
    } else if said >= considered.most_said {
        Some(stay("turn", format!("{name} stayed quiet: AIs have said {said} things here within a minute.")))
    } else if !by_human && !pair_left.is_zero() {
        let left = seconds(pair_left);
        Some(stay(
            "turn",
            format!("{name} stayed quiet: it has answered the same AI just now, and lets {left} s pass."),
        ))
    } else {
        None
    }
}

/// Why it would speak, or why not.
fn strategy(considered: &Considered<'_>) -> Result<String, Verdict> {
    let Considered { name, mentioned, question, substance, continues, strategy, talkativeness, draw, .. } = *considered;
    let quiet = |why: String| Err(stay("strategy", format!("{name} {why}")));
    if strategy == Strategy::Silent {
        return Err(stay("strategy", listens(name)));
    }
    if mentioned {
        return Ok(format!("{name} was called by name."));
    }
    let asked = considered.alone || (question && !Strategy::ROOMS.contains(&strategy));
    if considered.off_record && !asked {
        return quiet("speaks off the record only when asked.".to_owned());
    }
    match strategy {
        Strategy::EveryMessage => Ok(format!("{name} answers everything here.")),
        Strategy::OnQuestions | Strategy::Smart if question => Ok(format!("{name} heard a question.")),
        Strategy::Smart if continues => Ok(format!("{name} goes on with its own talk.")),
        Strategy::Probabilistic if draw < talkativeness => {
            Ok(format!("{name} felt like it: {draw:.2} drawn, {talkativeness:.2} or more would have been silence."))
        }
        Strategy::Active if substance => Ok(format!("{name} had something to add.")),
        Strategy::Probabilistic => quiet(format!(
            "left this one to others: {draw:.2} drawn, less than {talkativeness:.2} would have been an answer."
        )),
        Strategy::Active => quiet("had nothing to add to so few words.".to_owned()),
        Strategy::OnQuestions => quiet("answers questions here, and when called by name.".to_owned()),
        Strategy::Smart => quiet("answers questions here, and what goes on with its own talk.".to_owned()),
        Strategy::MentionOnly | Strategy::Silent => Err(stay("strategy", when_called(name))),
    }
}

/// The last gate before the budget: whoever was called is answered when the cooldown ends.
fn cooldown(considered: &Considered<'_>, reason: String) -> Verdict {
    let Considered { name, by_human, mentioned, cooldown_left, .. } = *considered;
    if cooldown_left.is_zero() {
        return Verdict::Speak { reason };
    }
    let left = seconds(cooldown_left);
    if by_human && mentioned {
        let reason = format!("{name} answers in {left} s, when its cooldown ends.");
        return Verdict::Wait { gate: "cooldown", reason, after: cooldown_left };
    }
    stay("cooldown", format!("{name} stayed quiet: {left} s of its cooldown left."))
}

/// How much it is an AI's turn where several could speak unasked: the more talkative it is, and the longer it has been
/// silent (at most ten minutes count; who has said nothing yet has been silent for as long).
pub(crate) fn eagerness(talkativeness: f32, silent: Option<Duration>) -> f32 {
    let most = Duration::from_mins(10);
    talkativeness.max(0.01) * silent.map_or(most, |silent| silent.min(most)).as_secs_f32().max(1.0)
}

/// Whole seconds, never none where something is left.
fn seconds(left: Duration) -> u64 {
    left.as_millis().div_ceil(1_000) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open() -> Considered<'static> {
        Considered {
            name: "Silas",
            ai_enabled: true,
            has_model: true,
            is_member: true,
            awake: true,
            own: false,
            by_human: true,
            mentioned: true,
            off_record: false,
            alone: false,
            question: false,
            substance: true,
            continues: false,
            strategy: Strategy::MentionOnly,
            talkativeness: 0.3,
            draw: 0.5,
            hops: 0,
            most_hops: 3,
            said: 0,
            most_said: 12,
            pair_left: Duration::ZERO,
            typing: false,
            yielded: Duration::ZERO,
            cooldown_left: Duration::ZERO,
        }
    }

    fn speaks(considered: Considered<'_>) -> bool {
        matches!(pass(&considered), Verdict::Speak { .. })
    }

    #[test]
    fn every_gate_says_why() {
        assert!(speaks(open()));
        let unasked = Considered { mentioned: false, strategy: Strategy::EveryMessage, ..open() };
        let closed = [
            ("enabled", Considered { ai_enabled: false, ..open() }),
            ("model", Considered { has_model: false, ..open() }),
            ("present", Considered { is_member: false, ..open() }),
            ("awake", Considered { awake: false, ..open() }),
            ("own", Considered { own: true, ..open() }),
            ("turn", Considered { hops: 3, ..unasked }),
            ("turn", Considered { said: 12, ..unasked }),
            ("turn", Considered { by_human: false, pair_left: Duration::from_secs(3), ..unasked }),
            ("turn", Considered { by_human: false, mentioned: true, hops: 3, ..unasked }),
            ("strategy", Considered { mentioned: false, ..open() }),
            ("strategy", Considered { strategy: Strategy::Silent, ..open() }),
            ("cooldown", Considered { cooldown_left: Duration::from_millis(17_400), ..unasked }),
        ];
        for (expected, considered) in closed {
            let Verdict::Stay { gate, reason } = pass(&considered) else { panic!("{expected} was open") };
            assert_eq!(gate, expected);
            assert!(reason.ends_with('.') && (reason.contains("Silas") || gate == "enabled"), "{reason}");
            if gate == "cooldown" {
                assert_eq!(reason, "Silas stayed quiet: 18 s of its cooldown left.");
            }
        }
    }

    #[test]
    fn whoever_is_called_in_a_cooldown_answers_when_it_ends() {
        let left = Duration::from_secs(18);
        let Verdict::Wait { gate: "cooldown", after, .. } = pass(&Considered { cooldown_left: left, ..open() }) else {
            panic!("it does not wait");
        };
        assert_eq!(after, left);
        // Called by an AI it stays quiet.
        let by_ai = Considered { cooldown_left: left, by_human: false, ..open() };
        assert!(matches!(pass(&by_ai), Verdict::Stay { gate: "cooldown", .. }));
    }

    #[test]
    fn the_talkative_and_the_long_silent_come_first() {
        let seconds = |seconds| Some(Duration::from_secs(seconds));
        assert!(eagerness(0.9, seconds(60)) > eagerness(0.3, seconds(60)));
        assert!(eagerness(0.5, seconds(300)) > eagerness(0.5, seconds(20)));
        assert!(eagerness(0.3, None) > eagerness(0.9, seconds(30)));
        assert!(eagerness(0.0, None) > 0.0);
    }

    #[test]
    fn who_writes_has_the_floor_for_a_while() {
        assert!(matches!(pass(&Considered { typing: true, ..open() }), Verdict::Yield { .. }));
        assert!(speaks(Considered { typing: true, yielded: FLOOR, ..open() }));
    }

    #[test]
    fn strategies_are_what_they_are_called() {
        use Strategy::{Active, EveryMessage, MentionOnly, OnQuestions, Probabilistic, Silent, Smart};
        let plain = Considered { mentioned: false, substance: false, ..open() };
        for strategy in [MentionOnly, Probabilistic, Active, EveryMessage, OnQuestions, Smart] {
            assert!(speaks(Considered { strategy, ..open() }), "{strategy:?} when called");
        }
        assert!(!speaks(Considered { strategy: Silent, ..open() }));
        let cases = [
            (MentionOnly, Considered { question: true, substance: true, continues: true, ..plain }, false),
            (Probabilistic, Considered { talkativeness: 0.5, draw: 0.49, ..plain }, true),
            (Probabilistic, Considered { talkativeness: 0.5, draw: 0.5, ..plain }, false),
            (Probabilistic, Considered { talkativeness: 0.0, draw: 0.0, ..plain }, false),
            (Probabilistic, Considered { talkativeness: 1.0, draw: 0.999_999, ..plain }, true),
            (Active, Considered { substance: true, ..plain }, true),
            (Active, plain, false),
            (Active, Considered { substance: true, off_record: true, ..plain }, false),
            (Probabilistic, Considered { talkativeness: 1.0, draw: 0.1, off_record: true, ..plain }, false),
            (EveryMessage, Considered { off_record: true, ..plain }, false),
            (EveryMessage, Considered { off_record: true, question: true, ..plain }, true),
            (EveryMessage, Considered { off_record: true, alone: true, ..plain }, true),
            (Active, Considered { off_record: true, question: true, substance: true, ..plain }, false),
            (EveryMessage, plain, true),
            (OnQuestions, Considered { question: true, ..plain }, true),
            (OnQuestions, Considered { continues: true, ..plain }, false),
            (Smart, Considered { question: true, ..plain }, true),
            (Smart, Considered { continues: true, ..plain }, true),
            (Smart, plain, false),
        ];
        for (strategy, considered, expected) in cases {
            assert_eq!(speaks(Considered { strategy, ..considered }), expected, "{strategy:?} {considered:?}");
        }
    }
}
