//! What has to be true before an AI speaks. Pure: the inputs are handed in, the verdict says why in words.

/// What is known when an AI considers a message.
#[derive(Clone, Copy, Debug)]
pub(super) struct Considered<'a> {
    pub name: &'a str,
    pub ai_enabled: bool,
    pub has_model: bool,
    pub is_member: bool,
    pub awake: bool,
    pub mentioned: bool,
    /// Outside of rooms, and it answers every message there.
    pub answers_all: bool,
}

/// What comes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
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
}

/// The gates in their order; the first that is closed decides.
pub(super) fn pass(considered: Considered<'_>) -> Verdict {
    let Considered { name, ai_enabled, has_model, is_member, awake, mentioned, answers_all } = considered;
    let stay = |gate, reason: String| Verdict::Stay { gate, reason };
    if !ai_enabled {
        stay("enabled", "AIs are switched off in this space.".to_owned())
    } else if !has_model {
        stay("model", format!("{name} has no model to think with."))
    } else if !is_member {
        stay("present", format!("{name} has left."))
    } else if !awake {
        stay("awake", format!("{name} is asleep."))
    } else if !mentioned && answers_all {
        Verdict::Speak { reason: format!("{name} answers everything in private.") }
    } else if !mentioned {
        stay("strategy", format!("{name} speaks here when called by name."))
    } else {
        Verdict::Speak { reason: format!("{name} was called by name.") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_gate_says_why() {
        let open = Considered {
            name: "Silas",
            ai_enabled: true,
            has_model: true,
            is_member: true,
            awake: true,
            mentioned: true,
            answers_all: false,
        };
        assert!(matches!(pass(open), Verdict::Speak { .. }));
        assert!(matches!(pass(Considered { mentioned: false, answers_all: true, ..open }), Verdict::Speak { .. }));
        let closed = [
            ("enabled", Considered { ai_enabled: false, ..open }),
            ("model", Considered { has_model: false, ..open }),
            ("present", Considered { is_member: false, ..open }),
            ("awake", Considered { awake: false, ..open }),
            ("strategy", Considered { mentioned: false, ..open }),
        ];
        for (expected, considered) in closed {
            let Verdict::Stay { gate, reason } = pass(considered) else { panic!("{expected} was open") };
            assert_eq!(gate, expected);
            assert!(reason.ends_with('.'), "{reason}");
        }
    }
}
