//! The state of an open room in the browser, and how events change it.

use super::outbox::{self, Unsent};
use super::picture::Picture;
use crate::browser;
use leptos::prelude::*;
use model::accounts::Quota;
use model::channels::Opened;
use model::{
    ChannelId, ClientKey, Entity, EntityId, Event, Message, MessageId, Position, ReplyId, ReplyState, Synced, Writing,
};
use std::collections::HashMap;
use std::time::Duration;

/// How long after the last sign somebody counts as writing, in milliseconds.
const WRITES_FOR: f64 = 5_000.0;

/// An open room. Cheap to copy: everything in it is a signal.
#[derive(Clone, Copy)]
pub struct Room {
    /// Which.
    pub id: ChannelId,
    /// Who looks at it.
    pub me: EntityId,
    /// Who else is, or was, in a private chat.
    pub other: Option<EntityId>,
    /// What carries the channel's clock.
    pub picture: RwSignal<Picture>,
    /// Replies of AIs on their way.
    pub writing: RwSignal<Vec<Writing>>,
    /// People who write, and until when that counts.
    pub typing: RwSignal<Vec<(Entity, f64)>>,
    /// One's own messages that are not posted yet.
    pub unsent: RwSignal<Vec<Unsent>>,
    /// What stands in the composer.
    pub draft: RwSignal<String>,
    /// Whether what one says is off the record.
    pub off_record: RwSignal<bool>,
    /// The message that is being answered.
    pub answering: RwSignal<Option<Message>>,
    /// The message that is being changed.
    pub editing: RwSignal<Option<MessageId>>,
    /// What stood in the composer before a message was taken up to be changed.
    pub(super) aside: StoredValue<String>,
    /// The message whose actions are shown, by its number.
    pub acting: RwSignal<Option<i64>>,
    /// The first message that was unread when it came into sight.
    pub new_from: RwSignal<i64>,
    /// Why one can say nothing here, where one of a private chat's two has blocked the other.
    pub closed: RwSignal<Option<String>>,
    /// What is left of one's messages this week, where something limits them.
    pub quota: RwSignal<Option<Quota>>,
    /// What went wrong with an action, in words.
    pub trouble: RwSignal<Option<String>>,
    /// Up to which clock nothing is missing: where a sync asks from.
    synced: RwSignal<i64>,
    /// Whether what the stream tells now goes on from there; not between a new stream and the sync that follows it.
    joined_up: RwSignal<bool>,
    /// The newest clock that the present stream has told.
    heard: RwSignal<i64>,
    /// How far one has read, as the server knows it.
    pub(super) last_read: RwSignal<i64>,
    /// Replies of which the present stream has told, and whether they are over: whatever comes of them, it will tell.
    told: StoredValue<HashMap<ReplyId, bool>>,
    pub(super) loading: RwSignal<bool>,
    pub(super) sending: RwSignal<bool>,
}

impl Room {
    /// A room as the server opened it.
    pub fn new(me: EntityId, opened: Opened) -> Self {
        let Opened { channel, members, page, writing, last_read_seq, quota, closed, crowd, other, .. } = opened;
        let (id, clock, last_seq) = (channel.id, channel.clock, channel.last_seq);
        let mut picture = Picture::new(channel, members, page);
        picture.crowd = crowd;
        Self {
            id,
            me,
            other,
            synced: RwSignal::new(clock),
            joined_up: RwSignal::new(false),
            heard: RwSignal::new(0),
            writing: RwSignal::new(writing),
            typing: RwSignal::new(Vec::new()),
            unsent: RwSignal::new(Vec::new()),
            draft: RwSignal::new(String::new()),
            off_record: RwSignal::new(false),
            answering: RwSignal::new(None),
            editing: RwSignal::new(None),
            aside: StoredValue::new(String::new()),
            acting: RwSignal::new(None),
            new_from: RwSignal::new(if last_read_seq < last_seq { last_read_seq + 1 } else { i64::MAX }),
            quota: RwSignal::new(quota),
            closed: RwSignal::new(closed),
            trouble: RwSignal::new(None),
            last_read: RwSignal::new(last_read_seq),
            told: StoredValue::new(HashMap::new()),
            loading: RwSignal::new(false),
            sending: RwSignal::new(false),
            picture: RwSignal::new(picture),
        }
    }

    /// Takes up what an earlier page left behind. In the browser, once it is alive.
    pub fn wake(self) {
        let left: Vec<Unsent> = outbox::load(self.me, self.id);
        if !left.is_empty() {
            self.unsent.set(left);
            self.send_all();
        }
        self.read();
    }

    /// Where this browser stands.
    pub fn position(self) -> Position {
        let epoch = self.picture.with_untracked(|picture| picture.channel.epoch);
        Position { channel: self.id, clock: self.synced.get_untracked(), epoch }
    }

    /// Takes in an event of this room. `true` where something is missing and has to be asked for.
    pub fn apply(self, event: &Event) -> bool {
        match event {
            Event::Reply { writing, .. } => return !self.grow(writing),
            Event::Typing { entity, over: false, .. } => self.hear(entity),
            Event::Typing { entity, .. } => self.typing.update(|typing| typing.retain(|(who, _)| who.id != entity.id)),
            Event::Presence { changed, crowd, .. } => {
                // Who a crowd was when it is none any more was not told.
                let thinned = crowd.is_none() && self.picture.with_untracked(|picture| picture.crowd.is_some());
                self.picture.update(|picture| picture.take_presence(changed, *crowd));
                return thinned;
            }
            Event::Gone { .. } => browser::go("/rooms"),
            _ => {
                if let Event::Message { message, .. } = event {
                    self.settle(message.client_key);
                    self.mark_new(message);
                    self.typing.update(|typing| typing.retain(|(who, _)| who.id != message.author.id));
                }
                let hole = self.picture.with_untracked(|picture| picture.would_leave_a_hole(event));
                self.picture.update(|picture| {
                    picture.apply(event);
                    if let Event::Member { member, .. } = event
                        && member.entity.id == self.me
                    {
                        picture.see_from(member.visible_from);
                    }
                });
                self.hear_clock(event.clock(), hole);
                self.read();
                return hole;
            }
        }
        false
    }

    /// Notes where the unread begin: at what comes while nobody looks.
    fn mark_new(self, message: &Message) {
        let is_newest = self.picture.with_untracked(|picture| message.seq > picture.newest());
        if message.author.id == self.me {
            self.new_from.set(i64::MAX);
        } else if is_newest && !browser::is_visible() && self.is_read_up_to_new() {
            self.new_from.set(message.seq);
        }
    }

    /// Whether everything before what comes next was read: then the unread begin there, and not where they once began.
    fn is_read_up_to_new(self) -> bool {
        let from = self.new_from.get_untracked();
        from == i64::MAX || from <= self.last_read.get_untracked()
    }

    /// Whether a message is newer than all that were heard of, and somebody else's.
    pub fn is_news(self, message: &Message) -> bool {
        message.author.id != self.me && self.picture.with_untracked(|picture| picture.is_new(message))
    }

    /// Notes how far the stream has told. Where something is missing before it, the next sync asks from before that.
    fn hear_clock(self, clock: Option<i64>, hole: bool) {
        let Some(clock) = clock else { return };
        self.heard.update(|heard| *heard = clock.max(*heard));
        if hole {
            self.joined_up.set(false);
        } else if self.joined_up.get_untracked() {
            self.synced.update(|synced| *synced = clock.max(*synced));
        }
    }

    /// The stream began anew: what lies between the old one and it is not known.
    pub fn stream_began(self) {
        self.joined_up.set(false);
        self.heard.set(0);
        self.told.set_value(HashMap::new());
    }

    /// Takes in the answer to a sync; `last` where no other one is to follow.
    pub fn catch_up(self, synced: Synced, last: bool) {
        match synced {
            Synced::Changes { up_to, events, writing, considered, present, crowd, closed, .. } => {
                if self.closed.with_untracked(|known| *known != closed) {
                    self.closed.set(closed);
                }
                for event in events.iter().chain(&considered) {
                    self.apply(event);
                }
                self.picture.update(|picture| {
                    picture.reach(up_to);
                    picture.nobody_here();
                    picture.take_presence(&present, crowd);
                });
                self.synced.update(|synced| *synced = up_to.max(*synced));
                if last {
                    // The stream has told everything since it began, and the answer everything before that.
                    self.synced.update(|synced| *synced = self.heard.get_untracked().max(*synced));
                    self.joined_up.set(true);
                }
                self.take_writing(writing);
                self.send_all();
            }
            Synced::Reload { .. } => browser::reload(),
            Synced::Gone { .. } => browser::go("/rooms"),
        }
    }

    /// Takes over which replies are on their way. The answer may be older than what the stream has told since: a reply
    /// that was posted or is over does not come back, one that has begun meanwhile stays, and none loses words.
    fn take_writing(self, told: Vec<Writing>) {
        let posted = |key: ClientKey| {
            self.picture.with_untracked(|picture| {
                picture.messages.values().rev().take(50).any(|message| message.client_key == key)
            })
        };
        let over = |one: &Writing| {
            !one.state.is_over() && self.told.with_value(|replies| replies.get(&one.reply) == Some(&true))
        };
        let told: Vec<Writing> = told.into_iter().filter(|one| !posted(one.client_key()) && !over(one)).collect();
        self.writing.update(|known| {
            let longer = |one: Writing| match known.iter().find(|known| known.reply == one.reply) {
                Some(known) if !one.state.is_over() && known.text.len() > one.text.len() => known.clone(),
                _ => one,
            };
            let begun = known.iter().filter(|one| {
                let by_stream = self.told.with_value(|replies| replies.contains_key(&one.reply));
                by_stream && !one.state.is_over() && !told.iter().any(|other| other.reply == one.reply)
            });
            let begun: Vec<Writing> = begun.cloned().collect();
            *known = told.into_iter().map(longer).chain(begun).collect();
        });
    }

    /// A message has its number: its forerunner, pending or growing, goes.
    pub(super) fn settle(self, key: ClientKey) {
        if self.unsent.with_untracked(|unsent| unsent.iter().any(|one| one.client_key == key)) {
            self.unsent.update(|unsent| unsent.retain(|one| one.client_key != key));
            outbox::forget(self.me, self.id, key);
        }
        if self.writing.with_untracked(|writing| writing.iter().any(|one| one.client_key() == key)) {
            self.writing.update(|writing| writing.retain(|one| one.client_key() != key));
        }
    }

    /// A reply grows. `false` where words before these are missing.
    fn grow(self, delta: &Writing) -> bool {
        self.told.update_value(|replies| {
            replies.insert(delta.reply, delta.state.is_over());
        });
        let posted = self.picture.with_untracked(|picture| {
            picture.messages.values().rev().take(50).any(|message| message.client_key == delta.client_key())
        });
        if posted || matches!(delta.state, ReplyState::Done | ReplyState::Silent) {
            self.settle(delta.client_key());
            return true;
        }
        let mut whole = true;
        self.writing.update(|writing| match writing.iter_mut().find(|one| one.reply == delta.reply) {
            Some(known) if delta.offset <= known.text.len() && known.text.is_char_boundary(delta.offset) => {
                known.text.truncate(delta.offset);
                known.text.push_str(&delta.text);
                known.state = delta.state;
                known.notice.clone_from(&delta.notice);
            }
            None if delta.offset == 0 => {
                // Who begins anew has left an earlier failure behind.
                writing.retain(|one| one.entity.id != delta.entity.id || one.state != ReplyState::Failed);
                writing.push(delta.clone());
            }
            _ => whole = false,
        });
        whole
    }

    fn hear(self, entity: &Entity) {
        if entity.id == self.me {
            return;
        }
        let until = browser::now_ms() + WRITES_FOR;
        self.typing.update(|typing| {
            typing.retain(|(who, _)| who.id != entity.id);
            typing.push((entity.clone(), until));
        });
        let room = self;
        set_timeout(
            move || {
                let now = browser::now_ms();
                room.typing.try_update(|typing| typing.retain(|(_, until)| *until > now));
            },
            Duration::from_millis(WRITES_FOR as u64 + 50),
        );
    }
}

/// Lets time pass.
pub async fn wait(span: Duration) {
    #[cfg(feature = "hydrate")]
    {
        let promise = js_sys::Promise::new(&mut |done, _| {
            let _ = window().set_timeout_with_callback_and_timeout_and_arguments_0(&done, span.as_millis() as i32);
        });
        let _ = wasm_bindgen_futures::JsFuture::from(promise).await;
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = span;
}
