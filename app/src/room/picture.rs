//! What a browser knows of a room, and how events change it: the newer state of a row replaces the older one.

use model::{Channel, ChannelKind, EntityId, Event, Member, Message, Page, Presence, Present};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Messages that are held at once: a page with thousands of lines stumbles at every one that is added.
const WINDOW: usize = 300;

/// Messages that are kept beside what is drawn.
const BESIDE: usize = 100;

/// Everything in a room that carries the channel's clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// The room itself.
    pub channel: Channel,
    /// The last clock that was seen.
    pub clock: i64,
    /// The messages that are loaded, a stretch without gaps, by their seq.
    pub messages: BTreeMap<i64, Arc<Message>>,
    /// Everybody who is or was in it, as far as known.
    pub members: BTreeMap<EntityId, Member>,
    /// Whether there is more before what is loaded.
    pub more_before: bool,
    /// Whether the newest message is loaded; if not, new ones are not drawn.
    pub at_end: bool,
    /// How many people are there, where they are too many to be told one by one.
    pub crowd: Option<i64>,
    /// Messages that were heard of and are not drawn, as they are now: a few, the newest.
    beside: BTreeMap<i64, Arc<Message>>,
    /// The newest message that was heard of, drawn or not.
    latest: i64,
}

impl Picture {
    /// What a freshly opened room shows.
    pub fn new(channel: Channel, members: Vec<Member>, page: Page) -> Self {
        Self {
            clock: channel.clock,
            latest: channel.last_seq,
            crowd: None,
            beside: BTreeMap::new(),
            channel,
            members: members.into_iter().map(|member| (member.entity.id, member)).collect(),
            more_before: page.more_before,
            at_end: !page.more_after,
            messages: page.messages.into_iter().map(|message| (message.seq, Arc::new(message))).collect(),
        }
    }

    /// Takes an event in. Older states than the known ones change nothing, so events may come twice and in any order.
    pub fn apply(&mut self, event: &Event) {
        match event {
            Event::Message { message, clock, .. } => {
                self.put(message);
                self.reach(*clock);
            }
            Event::Member { member, clock, .. } => {
                let known = self.members.get(&member.entity.id);
                if known.is_none_or(|known| known.clock < member.clock) {
                    // Presence is told apart; this one may be older, and is only good for who was not there.
                    let stayed = known.filter(|known| known.joined).map(|known| known.presence);
                    let presence = stayed.unwrap_or(member.presence);
                    self.members.insert(member.entity.id, Member { presence, ..member.clone() });
                }
                self.reach(*clock);
            }
            Event::Channel { state, clock, .. } => {
                if state.clock >= self.channel.clock {
                    let known = std::mem::replace(&mut self.channel, state.clone());
                    // What is told to both of a private chat is not called by the other one.
                    if known.kind == ChannelKind::Chat {
                        self.channel.name = known.name;
                    }
                }
                self.reach(*clock);
            }
            Event::Considered { seq, considered, .. } => {
                if let Some(message) = self.messages.get_mut(seq).filter(|known| known.considered < *considered) {
                    Arc::make_mut(message).considered = *considered;
                }
            }
            Event::Tick { clock, .. } => self.reach(*clock),
            _ => {}
        }
    }

    /// Lets go of what was said before one may read: who came back while away may see less than before.
    pub fn see_from(&mut self, visible_from: i64) {
        self.messages = self.messages.split_off(&visible_from);
    }

    /// Whether a message would stand behind one that is missing.
    pub fn would_leave_a_hole(&self, event: &Event) -> bool {
        let Event::Message { message, .. } = event else { return false };
        self.at_end && self.newest() > 0 && message.seq > self.newest() + 1
    }

    /// Moves the clock forward.
    pub fn reach(&mut self, clock: i64) {
        self.clock = self.clock.max(clock);
    }

    /// Whether a message is newer than all that were heard of.
    pub fn is_new(&self, message: &Message) -> bool {
        message.seq > self.latest
    }

    fn put(&mut self, message: &Message) {
        self.latest = self.latest.max(message.seq);
        let known = self.messages.get(&message.seq);
        let inside = self.messages.first_key_value().is_none_or(|(first, _)| message.seq >= *first);
        let drawn = known.is_some() || (inside && self.at_end);
        let newest = known.is_none_or(|known| known.clock < message.clock);
        if drawn && newest {
            self.messages.insert(message.seq, Arc::new(message.clone()));
        } else if !drawn {
            // It may be on a page that is just being fetched, as it was before.
            self.beside.insert(message.seq, Arc::new(message.clone()));
            if self.beside.len() > BESIDE {
                self.beside.pop_first();
            }
        }
    }

    /// Puts a message of a page in, or what was heard of it since.
    fn fill(&mut self, message: Message) {
        let heard = self.beside.get(&message.seq).filter(|heard| heard.clock > message.clock);
        let newest = heard.cloned().unwrap_or_else(|| Arc::new(message));
        self.messages.entry(newest.seq).or_insert(newest);
    }

    /// Takes in the page of messages before `first`, if that is still where the stretch begins.
    pub fn prepend(&mut self, first: i64, page: Page) {
        if self.first() != Some(first) {
            return;
        }
        self.more_before = page.more_before;
        page.messages.into_iter().for_each(|message| self.fill(message));
    }

    /// Whether more is held than a page can carry for long.
    pub fn is_long(&self) -> bool {
        self.messages.len() > 2 * WINDOW
    }

    /// Lets go of the newest messages beyond what a page can carry; reading on loads them again.
    pub fn let_go_of_newest(&mut self) {
        while self.messages.len() > WINDOW {
            self.messages.pop_last();
            self.at_end = false;
        }
    }

    /// Lets go of the oldest, likewise.
    pub fn let_go_of_oldest(&mut self) {
        while self.messages.len() > WINDOW {
            self.messages.pop_first();
            self.more_before = true;
        }
    }

    /// Takes in the newest page in place of a stretch of the past.
    pub fn begin_anew(&mut self, page: Page) {
        self.messages.clear();
        self.more_before = page.more_before;
        self.append(0, page);
    }

    /// Takes in the page of messages after `newest`, if that is still where the stretch ends.
    pub fn append(&mut self, newest: i64, page: Page) {
        if self.newest() != newest {
            return;
        }
        page.messages.into_iter().for_each(|message| self.fill(message));
        // What was said since the page was read is not in it.
        self.at_end = !page.more_after && self.newest() >= self.latest;
    }

    /// Takes in how some are there, and how many they are where that is a crowd.
    pub fn take_presence(&mut self, changed: &[Present], crowd: Option<i64>) {
        self.crowd = crowd;
        for present in changed {
            if let Some(member) = self.members.get_mut(&present.entity) {
                member.presence = present.presence;
            }
        }
    }

    /// Forgets who is there.
    pub fn nobody_here(&mut self) {
        for member in self.members.values_mut() {
            member.presence = Presence::Offline;
        }
    }

    /// What it is called: a circle without a name by its other members.
    pub fn title(&self, me: EntityId) -> String {
        if !self.channel.name.is_empty() {
            return self.channel.name.clone();
        }
        let others = self.members.values().filter(|member| member.joined && member.entity.id != me);
        let names: Vec<&str> = others.map(|member| member.entity.name.as_str()).take(6).collect();
        if names.is_empty() { crate::words::CIRCLE.to_owned() } else { names.join(", ") }
    }

    /// The seq of the oldest message that is loaded.
    pub fn first(&self) -> Option<i64> {
        self.messages.first_key_value().map(|(seq, _)| *seq)
    }

    /// The seq of the newest message that is loaded.
    pub fn newest(&self) -> i64 {
        self.messages.last_key_value().map_or(0, |(seq, _)| *seq)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{ChannelId, ClientKey, Entity, EntityKind, MessageId, MessageKind, Role};
    use proptest::prelude::*;

    fn channel(clock: i64) -> Channel {
        Channel {
            id: ChannelId(uuid::Uuid::nil()),
            kind: ChannelKind::Room,
            name: format!("at {clock}"),
            description: String::new(),
            capacity: 10,
            last_seq: 0,
            clock,
            epoch: 0,
            history: model::History::Whole,
            archived_at: None,
            off_record: false,
        }
    }

    fn entity(n: u8) -> Entity {
        Entity {
            id: EntityId(uuid::Uuid::from_u128(u128::from(n))),
            kind: EntityKind::Human,
            name: format!("p{n}"),
            bio: String::new(),
        }
    }

    fn message(seq: i64, clock: i64) -> Event {
        let id = uuid::Uuid::from_u128(seq as u128);
        let message = Message {
            id: MessageId(id),
            channel: ChannelId(uuid::Uuid::nil()),
            seq,
            clock,
            author: entity(1),
            kind: MessageKind::Text,
            body: format!("at {clock}"),
            html: String::new(),
            reply_to: None,
            quote: None,
            mentions: vec![],
            reactions: vec![],
            client_key: ClientKey(id),
            created_at: time::OffsetDateTime::UNIX_EPOCH,
            edited_at: None,
            pinned: false,
            considered: 0,
            off_record: false,
            deletion: None,
        };
        Event::Message { channel: message.channel, clock, message: Box::new(message) }
    }

    fn member(n: u8, clock: i64) -> Event {
        let joined = clock % 2 == 0;
        let member = Member {
            entity: entity(n),
            role: Role::Member,
            joined,
            presence: Presence::Offline,
            clock,
            visible_from: 1,
        };
        Event::Member { channel: ChannelId(uuid::Uuid::nil()), clock, member }
    }

    /// A history: at each clock one row changes.
    fn histories() -> impl Strategy<Value = Vec<Event>> {
        proptest::collection::vec((0_u8..3, 1_i64..6, 0_u8..4), 1..40).prop_map(|changes| {
            let mut born = 0;
            changes
                .into_iter()
                .zip(1_i64..)
                .map(|((kind, seq, who), clock)| match kind {
                    0 => {
                        born += 1;
                        message(born, clock)
                    }
                    1 if born > 0 => message(seq.min(born), clock),
                    1 => Event::Channel { channel: ChannelId(uuid::Uuid::nil()), clock, state: channel(clock) },
                    _ => member(who, clock),
                })
                .collect()
        })
    }

    proptest! {
        #[test]
        fn events_in_any_order_and_twice_lead_to_the_same_picture(
            (history, shuffled) in histories().prop_flat_map(|history| {
                let twice: Vec<Event> = history.iter().chain(&history).cloned().collect();
                (Just(history), Just(twice).prop_shuffle())
            })
        ) {
            let mut in_order = Picture::new(channel(0), vec![], Page::default());
            let mut anyhow = in_order.clone();
            // The first message bounds the stretch that is drawn: a page would have loaded it.
            if let Some(first) = history.iter().find(|event| matches!(event, Event::Message { .. })) {
                anyhow.apply(first);
            }
            history.iter().for_each(|event| in_order.apply(event));
            shuffled.iter().for_each(|event| anyhow.apply(event));
            prop_assert_eq!(in_order, anyhow);
        }
    }

    fn page(seqs: std::ops::RangeInclusive<i64>, more_before: bool, more_after: bool) -> Page {
        let said = |seq| match message(seq, seq) {
            Event::Message { message, .. } => *message,
            _ => unreachable!("a message"),
        };
        Page { messages: seqs.map(said).collect(), more_before, more_after }
    }

    #[test]
    fn only_a_window_is_held_wherever_one_reads() {
        let mut picture = Picture::new(channel(900), vec![], page(601..=900, true, false));
        picture.prepend(601, page(501..=600, true, false));
        picture.let_go_of_newest();
        assert_eq!((picture.messages.len(), picture.newest(), picture.at_end), (WINDOW, 800, false));
        picture.apply(&message(901, 901));
        assert_eq!(picture.newest(), 800, "what is said at the end is not drawn after a gap");
        picture.apply(&message(801, 1_000));
        picture.append(800, page(801..=900, true, false));
        assert_eq!(picture.messages[&801].clock, 1_000, "what became of it while its page was fetched");
        picture.append(800, page(801..=803, true, true));
        assert_eq!(picture.newest(), 900, "an answer that comes too late changes nothing");
        assert!(!picture.at_end, "the page was read before the last message");
        picture.append(900, page(901..=901, true, false));
        picture.let_go_of_oldest();
        assert_eq!((picture.messages.len(), picture.more_before, picture.at_end), (WINDOW, true, true));
        assert_eq!(picture.messages.first_key_value().unwrap().0, &602);
        picture.let_go_of_newest();
        assert!(picture.at_end);
        picture.begin_anew(page(1..=3, false, true));
        assert_eq!((picture.messages.len(), picture.more_before, picture.at_end), (3, false, false));
    }

    #[test]
    fn a_view_of_the_past_is_not_extended() {
        let mut picture =
            Picture::new(channel(9), vec![], Page { messages: vec![], more_before: false, more_after: true });
        picture.apply(&message(9, 10));
        assert!(picture.messages.is_empty());
        assert_eq!(picture.clock, 10);
    }
}
