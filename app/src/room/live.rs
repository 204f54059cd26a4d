//! The living half of every page: events come in here and go to the room that is open and to the list of places.

use super::state::{Room, wait};
use crate::{api, browser};
use leptos::prelude::*;
use leptos::task::spawn_local;
use model::channels::Last;
use model::limits::{self, LAST_LINE};
use model::{ChannelId, ChannelKind, Code, EntityId, Event, Message, Place, SyncAnswer, Synced};
use std::time::Duration;

/// Most characters of a message that are read out.
const SPOKEN: usize = 300;

/// What the pages share of the stream. Cheap to copy.
#[derive(Clone, Copy)]
pub struct Live {
    /// Whether events come in.
    pub connected: RwSignal<bool>,
    /// Whether one has ever come in, or could not: before that, nothing is wrong.
    pub began: RwSignal<bool>,
    /// The list of places, once it is known here.
    pub places: RwSignal<Option<Vec<Place>>>,
    /// Who listens.
    pub me: RwSignal<Option<EntityId>>,
    /// Whom one does not want to hear from.
    pub blocked: RwSignal<Vec<EntityId>>,
    /// What was said last in the open room, for those who hear it read.
    pub said: RwSignal<String>,
    /// How many messages came into the open room while nobody looked.
    unseen: RwSignal<i64>,
    room: RwSignal<Option<Room>>,
    syncing: RwSignal<bool>,
    again: RwSignal<bool>,
}

// The server renders a page and hears nothing: there the hearing half is never called.
#[cfg_attr(not(feature = "hydrate"), expect(dead_code))]
impl Live {
    /// Nothing heard yet.
    pub fn new() -> Self {
        Self {
            connected: RwSignal::new(false),
            began: RwSignal::new(false),
            places: RwSignal::new(None),
            me: RwSignal::new(None),
            blocked: RwSignal::new(Vec::new()),
            said: RwSignal::new(String::new()),
            unseen: RwSignal::new(0),
            room: RwSignal::new(None),
            syncing: RwSignal::new(false),
            again: RwSignal::new(false),
        }
    }

    /// Begins to listen. In the browser.
    #[cfg(feature = "hydrate")]
    pub fn begin(self) {
        super::stream::begin(self);
        let _ = window_event_listener_untyped("visibilitychange", move |_| self.look_again());
    }

    /// Somebody looks at the page again: what came meanwhile is read now.
    #[cfg(feature = "hydrate")]
    fn look_again(self) {
        if !browser::is_visible() {
            return;
        }
        self.unseen.set(0);
        if let Some(room) = self.room.get_untracked() {
            room.read();
        }
    }

    /// Something new was said in the open room: it is read out, and counted where nobody looks.
    fn hear(self, message: &Message) {
        if self.blocked.with_untracked(|blocked| blocked.contains(&message.author.id)) {
            return;
        }
        let words: String = message.body.chars().take(SPOKEN).collect();
        self.said.set(format!("{}: {words}", message.author.name));
        let is_muted = |place: &Place| place.channel.id == message.channel && place.muted;
        let muted = self.places.with_untracked(|places| places.iter().flatten().any(is_muted));
        if !browser::is_visible() && !muted {
            self.unseen.update(|unseen| *unseen += 1);
        }
    }

    /// Nothing comes in any more, or nothing came when it was to begin: the page says so.
    pub fn lost(self) {
        self.began.set(true);
        self.connected.set(false);
    }

    /// A room is opened on this page.
    pub fn enter(self, room: Room) {
        self.room.set(Some(room));
        self.said.set(String::new());
        room.wake();
        self.sync();
    }

    /// It is left again.
    pub fn leave(self, id: ChannelId) {
        if self.room.try_with_untracked(|room| room.is_some_and(|room| room.id == id)) == Some(true) {
            self.room.set(None);
        }
    }

    /// Takes in an event.
    pub fn take(self, event: &Event) {
        let channel = match event {
            Event::Hello { .. } => {
                self.began.set(true);
                self.connected.set(true);
                if let Some(room) = self.room.get_untracked() {
                    room.stream_began();
                }
                self.sync();
                return;
            }
            Event::Beat => {
                self.connected.set(true);
                return;
            }
            Event::Resume { .. } => return,
            Event::Me => {
                self.sync();
                return;
            }
            Event::Message { channel, .. }
            | Event::Member { channel, .. }
            | Event::Channel { channel, .. }
            | Event::Tick { channel, .. }
            | Event::Gone { channel }
            | Event::Reply { channel, .. }
            | Event::Typing { channel, .. }
            | Event::Considered { channel, .. }
            | Event::Presence { channel, .. } => *channel,
        };
        match self.room.get_untracked() {
            Some(room) if room.id == channel => {
                if let Event::Message { message, .. } = event
                    && room.is_news(message)
                {
                    self.hear(message);
                }
                if room.apply(event) {
                    self.sync_soon();
                }
                self.note(channel, event, true);
            }
            _ => self.note(channel, event, false),
        }
    }

    /// Something was said in a channel: the list says so. What is open is read, and does not wait.
    fn note(self, channel: ChannelId, event: &Event, is_open: bool) {
        let Event::Message { message, .. } = event else { return };
        self.places.update(|places| {
            let Some(places) = places else { return };
            let Some(at) = places.iter().position(|place| place.channel.id == channel && place.joined) else { return };
            let place = &mut places[at];
            // A message that was there already has only changed.
            let is_blocked = self.blocked.with_untracked(|blocked| blocked.contains(&message.author.id));
            if message.seq > place.channel.last_seq {
                place.channel.last_seq = message.seq;
                place.put_away = false;
                let me = self.me.get_untracked();
                if !is_open && me != Some(message.author.id) && !is_blocked {
                    place.unread = (place.unread + 1).min(limits::UNREAD);
                    place.mentioned |= me.is_some_and(|me| message.mentions.contains(&me));
                }
            } else if message.deletion.is_some() && place.unread > 0 && !is_open {
                // Whether it was among those that wait, the server knows.
                self.sync_soon();
            }
            if message.seq == place.channel.last_seq {
                place.last = (!is_blocked).then(|| Last {
                    author: message.author.name.clone(),
                    text: message.body.chars().take(LAST_LINE).collect(),
                });
            }
            // Private talk stands with the newest first, after the rooms.
            if place.channel.kind != ChannelKind::Room {
                let first = places.iter().position(|place| place.channel.kind != ChannelKind::Room).unwrap_or(at);
                places[first..=at].rotate_right(1);
            }
        });
    }

    /// Asks for what is missing, a moment later: a reply's text is kept once a second.
    fn sync_soon(self) {
        spawn_local(async move {
            wait(Duration::from_millis(300)).await;
            self.sync();
        });
    }

    /// Asks for everything that was missed. One question at a time; what comes up meanwhile is asked afterwards.
    pub fn sync(self) {
        if self.syncing.get_untracked() {
            self.again.set(true);
            return;
        }
        self.syncing.set(true);
        spawn_local(async move {
            let mut pause = 500.0;
            loop {
                self.again.set(false);
                let positions = self.room.get_untracked().map(Room::position).into_iter().collect();
                match api::live::sync(positions).await {
                    Ok(answer) => {
                        pause = 500.0;
                        self.synced(answer);
                    }
                    Err(failure) if failure.0.code == Code::NotLoggedIn => browser::go("/login"),
                    Err(_) => {
                        wait(browser::jitter(pause)).await;
                        pause = f64::min(pause * 2.0, 8_000.0);
                        continue;
                    }
                }
                if !self.again.get_untracked() {
                    break;
                }
            }
            self.syncing.set(false);
        });
    }

    /// The same, where somebody can see the page.
    pub fn sync_if_seen(self) {
        if browser::is_visible() {
            self.sync();
        }
    }

    /// A page's title with how many messages wait in other places than `here` that are not silent.
    pub fn titled(self, title: impl Fn() -> String, here: Option<ChannelId>) -> impl Fn() -> String {
        let waiting = self.waiting(here);
        // The page's title is set by an effect that may run once more after the page is left.
        move || match waiting.try_get().unwrap_or_default() {
            0 => title(),
            unread => format!("({unread}) {}", title()),
        }
    }

    /// How many messages wait in other places than `here` that are not silent.
    fn waiting(self, here: Option<ChannelId>) -> Memo<i64> {
        Memo::new(move |_| {
            let counts = |place: &&Place| place.joined && !place.muted && Some(place.channel.id) != here;
            let elsewhere: i64 =
                self.places.with(|places| places.iter().flatten().filter(counts).map(|place| place.unread).sum());
            elsewhere + self.unseen.get()
        })
    }

    /// Takes over whom one has blocked.
    pub fn know_blocked(self, blocked: Vec<EntityId>) {
        if self.blocked.with_untracked(|known| *known != blocked) {
            self.blocked.set(blocked);
        }
    }

    fn synced(self, SyncAnswer { channels, places, blocked }: SyncAnswer) {
        // A tab that another one passes events on to hears no beginning.
        if !self.began.get_untracked() {
            self.began.set(true);
            self.connected.set(true);
        }
        self.places.set(Some(places));
        self.know_blocked(blocked);
        browser::note("data-alive", "yes");
        for synced in channels {
            let (Synced::Changes { channel, .. } | Synced::Reload { channel } | Synced::Gone { channel }) = &synced;
            if let Some(room) = self.room.get_untracked()
                && room.id == *channel
            {
                room.catch_up(synced, !self.again.get_untracked());
            }
        }
    }
}
