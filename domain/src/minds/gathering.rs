//! Rooms full of AIs that would always speak, played through by the gates alone: they fall silent, they answer no more
//! than people's lines allow and no purse pays more than it holds, they let people finish writing, and whoever a human called
//! is answered as long as there is something to pay it with. One speaks at a time, as the queue has it: their tasks share a key.

use super::budget::{Amount, Bottom, Bottoms, Purse};
use super::gates::{self, Considered, FLOOR, PAIR_COOLDOWN, Verdict};
use model::Strategy;
use proptest::prelude::*;
use proptest::strategy::Strategy as _;
use std::time::Duration;

/// Answers of AIs in a row after which they let people speak.
const HOPS: usize = 3;

/// One message of the play.
struct Said {
    at: Duration,
    /// Which AI, or a human.
    by: Option<usize>,
    names: Vec<usize>,
}

/// One AI in it.
#[derive(Clone, Debug)]
struct Player {
    pub strategy: Strategy,
    pub cooldown: Duration,
    /// How long it takes to say something.
    pub takes: Duration,
    /// Which of the others it calls whenever it speaks.
    pub calls: Vec<usize>,
    /// Most tokens that it may take in the play.
    pub bottom: Option<i64>,
    /// Tokens that an answer may take, and those that it takes of them.
    pub tokens: (i64, i64),
}

/// Most tokens that may be taken in the room, and by the human.
#[derive(Clone, Copy, Debug)]
struct Limits {
    pub room: Option<i64>,
    pub person: Option<i64>,
}

/// What a human says: after which pause, how long of it they write, and whom it names.
#[derive(Clone, Debug)]
struct Line {
    pub pause: Duration,
    pub written: Duration,
    pub names: Vec<usize>,
}

#[derive(Default)]
struct Room {
    said: Vec<Said>,
    /// How far each has considered.
    considered: Vec<usize>,
    /// When each considers next.
    due: Vec<Option<Duration>>,
    /// How long each has let somebody write.
    yielded: Vec<Duration>,
    /// Who speaks, and until when.
    speaker: Option<(usize, Duration)>,
    /// Tokens that each has taken.
    taken: Vec<i64>,
    /// Who could not pay, and how much had been said by then.
    tired: Vec<(usize, usize)>,
}

impl Room {
    fn hear(&mut self, said: Said) {
        for ai in 0..self.due.len() {
            if said.by != Some(ai) {
                self.due[ai].get_or_insert(said.at + Duration::from_millis(1_500));
            }
        }
        self.said.push(said);
    }

    /// What an AI would consider now: the newest that a human calls it in, or the newest of others.
    fn trigger(&self, ai: usize) -> Option<usize> {
        let fresh = self.considered[ai]..self.said.len();
        let called = fresh.clone().rev().find(|&n| self.said[n].by.is_none() && self.said[n].names.contains(&ai));
        called.or_else(|| fresh.rev().find(|&n| self.said[n].by != Some(ai)))
    }

    /// The purse that does not hold an answer.
    fn short(&self, ai: usize, player: &Player, limits: Limits) -> Option<Purse> {
        let bottom = |tokens| Bottom { tokens, micros: None };
        let amount = |tokens| Amount { tokens, micros: 0 };
        let all = amount(self.taken.iter().sum());
        Bottoms::of(bottom(player.bottom), bottom(limits.room), bottom(limits.person)).short(
            [amount(self.taken[ai]), all, all],
            [Amount::default(); 3],
            amount(player.tokens.0),
        )
    }

    /// It cannot pay, and says so once.
    fn tire(&mut self, ai: usize, now: Duration) {
        let is_new = !self.tired.iter().any(|(other, _)| *other == ai);
        self.tired.push((ai, self.said.len()));
        if is_new {
            self.hear(Said { at: now, by: Some(ai), names: Vec::new() });
        }
    }

    fn consider(&mut self, ai: usize, player: &Player, limits: Limits, typing: bool, now: Duration) {
        self.due[ai] = None;
        let Some(trigger) = self.trigger(ai) else { return };
        let message = &self.said[trigger];
        let last = |of: &dyn Fn(&Said) -> bool| self.said.iter().rev().find(|one| of(one)).map(|one| one.at);
        let left =
            |since: Option<Duration>, all: Duration| since.map_or(Duration::ZERO, |at| (at + all).saturating_sub(now));
        let pair_left = message.by.map_or(Duration::ZERO, |other| {
            let answered = self.said.windows(2).rev().find(|two| two[1].by == Some(ai) && two[0].by == Some(other));
            left(answered.map(|two| two[1].at), PAIR_COOLDOWN)
        });
        let considered = Considered {
            name: "one",
            ai_enabled: true,
            has_model: true,
            is_member: true,
            awake: true,
            own: false,
            by_human: message.by.is_none(),
            mentioned: message.names.contains(&ai),
            off_record: false,
            alone: false,
            question: true,
            substance: true,
            continues: true,
            strategy: player.strategy,
            talkativeness: 1.0,
            draw: 0.999,
            most_hops: HOPS as u32,
            most_said: 12,
            hops: self.said.iter().rev().take_while(|one| one.by.is_some()).count() as u32,
            said: self.said.iter().filter(|one| one.by.is_some() && one.at + Duration::from_mins(1) > now).count()
                as u32,
            pair_left,
            typing,
            yielded: self.yielded[ai],
            cooldown_left: left(last(&|one| one.by == Some(ai)), player.cooldown),
        };
        match gates::pass(&considered) {
            Verdict::Speak { .. } => {
                assert!(!typing || self.yielded[ai] >= FLOOR, "it speaks while somebody writes");
                self.considered[ai] = self.said.len();
                self.yielded[ai] = Duration::ZERO;
                match self.short(ai, player, limits) {
                    Some(_) => self.tire(ai, now),
                    None => self.speaker = Some((ai, now + player.takes)),
                }
            }
            Verdict::Stay { .. } => {
                self.considered[ai] = self.said.len();
                self.yielded[ai] = Duration::ZERO;
            }
            Verdict::Wait { after, .. } => self.due[ai] = Some(now + after),
            Verdict::Yield { after } => {
                self.yielded[ai] += after;
                self.due[ai] = Some(now + after);
            }
        }
    }
}

/// Plays until nobody has anything to do, and checks what has to hold.
fn play(players: &[Player], lines: &[Line], limits: Limits) {
    let (considered, due) = (vec![0; players.len()], vec![None; players.len()]);
    let (yielded, taken) = (vec![Duration::ZERO; players.len()], vec![0; players.len()]);
    let mut room = Room { considered, due, yielded, taken, ..Room::default() };
    let mut now = Duration::ZERO;
    let mut lines = lines.iter();
    let mut next = lines.next().map(|line| (line.pause, line));
    for step in 0.. {
        assert!(step < 10_000, "they never fall silent");
        let waiting = room.due.iter().enumerate().filter_map(|(ai, due)| Some((due.as_ref().copied()?, ai))).min();
        // Nobody begins while another speaks.
        let waiting = waiting.filter(|_| room.speaker.is_none());
        let moment =
            [next.as_ref().map(|next| next.0), room.speaker.map(|(_, until)| until), waiting.map(|(due, _)| due)];
        let Some(moment) = moment.into_iter().flatten().min() else { break };
        now = now.max(moment);
        if let Some((at, line)) = next
            && at <= now
        {
            room.hear(Said { at: now, by: None, names: line.names.clone() });
            next = lines.next().map(|line| (now + line.pause, line));
        } else if let Some((ai, until)) = room.speaker
            && until <= now
        {
            room.speaker = None;
            room.taken[ai] += players[ai].tokens.1;
            room.hear(Said { at: now, by: Some(ai), names: players[ai].calls.clone() });
        } else if let Some((_, ai)) = waiting {
            let typing = next.as_ref().is_some_and(|(at, line)| now + line.written >= *at);
            room.consider(ai, &players[ai], limits, typing, now);
        }
    }
    let said = &room.said;
    for stretch in said.split(|one| one.by.is_none()) {
        // Each that is called answers, and each may say once that it is tired.
        assert!(stretch.len() <= HOPS + 2 * players.len(), "{} answers in a row", stretch.len());
    }
    // Money: no more answers than people's lines allow, and nothing that is not in the purse.
    for (player, taken) in players.iter().zip(&room.taken) {
        assert!(player.bottom.is_none_or(|bottom| *taken <= bottom), "{taken} tokens of {:?}", player.bottom);
    }
    let taken: i64 = room.taken.iter().sum();
    for bottom in [limits.room, limits.person].into_iter().flatten() {
        assert!(taken <= bottom, "{taken} tokens of {bottom}");
    }
    let humans = said.iter().filter(|one| one.by.is_none()).count();
    let called: usize = said.iter().filter(|one| one.by.is_none()).map(|one| one.names.len()).sum();
    assert!(said.len() - humans <= humans * HOPS + called + players.len(), "more answers than anybody asked for");
    for (n, one) in said.iter().enumerate().filter(|(_, one)| one.by.is_none()) {
        for ai in one.names.iter().filter(|&&ai| players[ai].strategy != Strategy::Silent) {
            let answered = said[n..].iter().any(|answer| answer.by == Some(*ai));
            let is_tired = room.tired.iter().any(|(tired, by)| tired == ai && *by > n);
            assert!(answered || is_tired, "a call was not answered");
        }
    }
}

fn bottom() -> impl proptest::strategy::Strategy<Value = Option<i64>> {
    prop::option::of(500..20_000_i64)
}

fn players() -> impl proptest::strategy::Strategy<Value = Vec<Player>> {
    let strategy = prop_oneof![
        Just(Strategy::Active),
        Just(Strategy::EveryMessage),
        Just(Strategy::Probabilistic),
        Just(Strategy::MentionOnly)
    ];
    let tokens = (100..2_000_i64, 0..=100_i64).prop_map(|(most, share)| (most, most * share / 100));
    let one = (strategy, 0..60_u64, 1..30_u64, prop::collection::vec(0..10_usize, 0..4), bottom(), tokens);
    prop::collection::vec(one, 2..=10).prop_map(|all| {
        let others = all.len();
        let player = |(strategy, cooldown, takes, calls, bottom, tokens): (_, _, _, Vec<usize>, _, _)| Player {
            strategy,
            cooldown: Duration::from_secs(cooldown),
            takes: Duration::from_secs(takes),
            calls: calls.into_iter().map(|ai| ai % others).collect(),
            bottom,
            tokens,
        };
        all.into_iter().map(player).collect()
    })
}

proptest! {
    #[test]
    fn any_ais_fall_silent_and_whoever_is_called_answers(
        players in players(),
        lines in prop::collection::vec((0..90_u64, 0..30_u64, prop::collection::vec(0..10_usize, 0..3)), 1..12),
        (room, person) in (bottom(), bottom()),
    ) {
        let lines: Vec<Line> = lines
            .into_iter()
            .map(|(pause, written, names)| Line {
                pause: Duration::from_secs(pause),
                written: Duration::from_secs(written),
                names: names.into_iter().map(|ai| ai % players.len()).collect(),
            })
            .collect();
        play(&players, &lines, Limits { room, person });
    }
}
