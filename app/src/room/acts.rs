//! What one does in an open room.

use super::outbox::{self, Sending, Unsent};
use super::picture::Picture;
use super::state::{Room, wait};
use crate::{api, browser};
use leptos::prelude::*;
use leptos::task::spawn_local;
use model::{
    ChannelKind, ClientKey, Code, EntityId, EntityKind, Event, Message, MessageId, MessageKind, Role, Writing,
};
use std::sync::Arc;
use std::time::Duration;

/// How long lines that were added stand before others go.
const APART: Duration = Duration::from_millis(60);

/// What calls the author of a message.
fn called(message: &Message) -> String {
    format!("@{} ", message.author.name)
}

impl Room {
    /// Says something: drawn at once, sent, and sent again until the server has answered.
    pub fn say(self, body: String) {
        if let Some(id) = self.editing.get_untracked() {
            self.change(id, body, false);
            return;
        }
        let reply_to = self.answering.get_untracked().map(|message| message.id);
        self.answering.set(None);
        self.new_from.set(i64::MAX);
        self.to_newest(|| ());
        self.unsent.update(|unsent| {
            unsent.push(Unsent {
                client_key: ClientKey::new(),
                reply_to,
                body,
                off_record: self.off_record.get_untracked(),
                sending: Sending::Pending,
                at: browser::now_ms() as i64,
            });
        });
        self.keep();
        self.send_all();
    }

    /// A message that is loaded.
    pub fn message(self, seq: i64) -> Option<Message> {
        self.picture.try_with(|picture| picture.messages.get(&seq).map(|message| (**message).clone())).flatten()
    }

    /// Begins to change one of one's own messages; without a number the newest.
    pub fn begin_editing(self, seq: Option<i64>) {
        let own = |message: &&Arc<Message>| {
            message.author.id == self.me
                && message.kind == MessageKind::Text
                && message.deletion.is_none()
                && seq.is_none_or(|seq| seq == message.seq)
        };
        let found = self.picture.with_untracked(|picture| picture.messages.values().rev().find(own).cloned());
        if let Some(message) = found {
            self.answering.set(None);
            if self.editing.get_untracked().is_none() {
                self.aside.set_value(self.draft.get_untracked());
            }
            self.editing.set(Some(message.id));
            self.draft.set(message.body.clone());
        }
    }

    /// Takes up a message to be answered. An AI is called by its name: some come only when they are.
    pub fn begin_answering(self, message: Option<Message>) {
        self.stop_acting();
        let kind = self.picture.with_untracked(|picture| picture.channel.kind);
        if let Some(message) = &message
            && message.author.kind == EntityKind::Ai
            && kind != ChannelKind::Chat
            && self.draft.with_untracked(String::is_empty)
        {
            self.draft.set(called(message));
        }
        self.answering.set(message);
    }

    /// Gives up answering and changing.
    pub fn stop_acting(self) {
        let answered = self.answering.get_untracked();
        if answered.is_some_and(|message| self.draft.with_untracked(|draft| *draft == called(&message))) {
            self.draft.set(String::new());
        }
        self.answering.set(None);
        if self.editing.get_untracked().is_some() {
            self.editing.set(None);
            self.draft.set(self.aside.get_value());
        }
    }

    /// Whether one may stop the answer to a message or ask for another: one asked it oneself, or moderates.
    pub fn has_a_say(self, question: MessageId, is_admin: bool) -> bool {
        let say = self.picture.try_with(|picture| {
            let role = picture.members.get(&self.me).map(|member| member.role);
            let asked = || picture.messages.values().any(|one| one.id == question && one.author.id == self.me);
            match picture.channel.kind {
                ChannelKind::Chat => true,
                ChannelKind::Room if is_admin => true,
                _ => matches!(role, Some(Role::Owner | Role::Admin)) || asked(),
            }
        });
        say.unwrap_or_default()
    }

    /// Whether AIs have to do with a message: one has answered it, could not, or was called and has considered it.
    pub fn concerns_ais(self, question: MessageId) -> bool {
        let is_ai = |picture: &Picture, who: &EntityId| {
            picture.members.get(who).is_some_and(|member| member.entity.kind == EntityKind::Ai)
        };
        let concerned = |picture: &Picture| {
            picture.messages.values().any(|one| {
                let answers = one.reply_to == Some(question) && one.author.kind == EntityKind::Ai;
                let called =
                    || picture.channel.kind == ChannelKind::Chat || one.mentions.iter().any(|who| is_ai(picture, who));
                one.deletion.is_none() && (answers || (one.id == question && one.considered > 0 && called()))
            })
        };
        let came_to_nothing =
            |writing: &Vec<Writing>| writing.iter().any(|one| one.trigger == question && one.state.is_over());
        self.picture.try_with(concerned).unwrap_or_default()
            || self.writing.try_with(came_to_nothing).unwrap_or_default()
    }

    /// Changes the message that was taken up; with `again`, the AIs that answered it answer anew.
    pub fn change(self, id: MessageId, body: String, again: bool) {
        self.stop_acting();
        spawn_local(async move {
            match api::messages::edit(self.id, id, body.clone(), again).await {
                Ok(message) => self.draw(message),
                Err(failure) => {
                    // What was typed comes back, to be tried again.
                    self.editing.try_set(Some(id));
                    self.draft.try_set(body);
                    self.trouble.try_set(Some(failure.0.message));
                }
            }
        });
    }

    /// Tries a refused message again.
    pub fn try_again(self, key: ClientKey) {
        self.unsent.update(|unsent| {
            for one in unsent.iter_mut().filter(|one| one.client_key == key) {
                one.sending = Sending::Pending;
            }
        });
        self.keep();
        self.send_all();
    }

    /// Gives a refused message up and hands its text back to the composer, after what stands there already.
    pub fn take_back(self, key: ClientKey) {
        let mut text = String::new();
        self.unsent.update(|unsent| {
            if let Some(at) = unsent.iter().position(|one| one.client_key == key) {
                text = unsent.remove(at).body;
            }
        });
        outbox::forget(self.me, self.id, key);
        self.draft.update(|draft| {
            if !draft.trim().is_empty() {
                draft.push('\n');
            }
            draft.push_str(&text);
        });
    }

    /// Whether nothing more can be said in it.
    pub fn is_archived(self) -> bool {
        self.picture.try_with(|picture| picture.channel.archived_at.is_some()).unwrap_or_default()
    }

    /// Room, chat or circle.
    pub fn kind(self) -> ChannelKind {
        self.picture.try_with_untracked(|picture| picture.channel.kind).unwrap_or(ChannelKind::Room)
    }

    fn keep(self) {
        self.unsent.with_untracked(|unsent| outbox::keep(self.me, self.id, unsent));
    }

    /// Sends what waits, one after the other, so that the order of typing is the order of posting.
    pub fn send_all(self) {
        if self.sending.get_untracked() {
            return;
        }
        self.sending.set(true);
        spawn_local(async move {
            let mut pause = 500.0;
            while let Some(next) = self.next_unsent() {
                match api::messages::post(self.id, next.client_key, next.body, next.reply_to, next.off_record).await {
                    Ok(message) => {
                        pause = 500.0;
                        self.quota.try_update(|quota| quota.iter_mut().for_each(|quota| quota.left -= 1));
                        self.draw(message);
                    }
                    Err(failure) => match failure.0.code {
                        Code::NotLoggedIn => {
                            browser::go("/login");
                            break;
                        }
                        Code::Unreachable | Code::Busy | Code::Unavailable | Code::RateLimited => {
                            let asked = failure.0.retry_after.map_or(0.0, |seconds| f64::from(seconds) * 1_000.0);
                            wait(browser::jitter(f64::max(pause, asked))).await;
                            pause = f64::min(pause * 2.0, 8_000.0);
                        }
                        _ => self.refuse(next.client_key, failure.0.message),
                    },
                }
                if self.sending.try_get_untracked().is_none() {
                    return;
                }
            }
            self.sending.try_set(false);
        });
    }

    /// The server's answer can be quicker than the stream; it may also be ahead of events that are still to come, so
    /// the clock stays where it is.
    fn draw(self, message: Message) {
        let (key, event_seq) = (message.client_key, message.seq);
        let event = Event::Message { channel: self.id, clock: message.clock, message: Box::new(message) };
        let _ = self.picture.try_update(|picture| {
            let clock = picture.clock;
            picture.apply(&event);
            picture.clock = clock;
        });
        // Said while one looked at the past.
        if self.picture.try_with_untracked(|picture| picture.newest() < event_seq) == Some(true) {
            self.to_newest(|| ());
        }
        if self.unsent.try_get_untracked().is_some() {
            self.settle(key);
        }
    }

    fn next_unsent(self) -> Option<Unsent> {
        self.unsent
            .try_with_untracked(|unsent| unsent.iter().find(|one| one.sending == Sending::Pending).cloned())
            .flatten()
    }

    fn refuse(self, key: ClientKey, why: String) {
        let _ = self.unsent.try_update(|unsent| {
            for one in unsent.iter_mut().filter(|one| one.client_key == key) {
                one.sending = Sending::Refused(why.clone());
            }
        });
        if self.unsent.try_get_untracked().is_some() {
            self.keep();
        }
    }

    /// Loads older messages.
    pub fn earlier(self) {
        let first = self.picture.with_untracked(|picture| {
            picture.more_before.then(|| picture.messages.first_key_value().map(|(seq, _)| *seq)).flatten()
        });
        let Some(first) = first else { return };
        if self.loading.get_untracked() {
            return;
        }
        self.loading.set(true);
        spawn_local(async move {
            if let Ok(page) = api::messages::history(self.id, Some(first), None, None).await {
                let _ = self.picture.try_update(|picture| picture.prepend(first, page));
                // Apart, so that the place one reads at is kept through each.
                wait(APART).await;
                let _ = self.picture.try_update(Picture::let_go_of_newest);
            }
            let _ = self.loading.try_set(false);
        });
    }

    /// Shows the newest messages again, where what is shown is from the past; `then` where they are shown.
    pub fn to_newest(self, then: impl FnOnce() + 'static) {
        if self.picture.with_untracked(|picture| picture.at_end) {
            return then();
        }
        // Nothing else is loaded meanwhile: what comes before it would move the place.
        self.loading.set(true);
        spawn_local(async move {
            // Once more where something was said meanwhile.
            for _ in 0..3 {
                let Ok(page) = api::messages::history(self.id, None, None, None).await else { break };
                let at_end = self.picture.try_update(|picture| {
                    picture.begin_anew(page);
                    picture.at_end
                });
                if at_end != Some(false) {
                    then();
                    break;
                }
            }
            let _ = self.loading.try_set(false);
        });
    }

    /// Loads newer messages, where what is shown is from the past.
    pub fn later(self) {
        let newest =
            self.picture.with_untracked(|picture| (!picture.at_end && picture.newest() > 0).then(|| picture.newest()));
        let Some(newest) = newest else { return };
        if self.loading.get_untracked() {
            return;
        }
        self.loading.set(true);
        spawn_local(async move {
            if let Ok(page) = api::messages::history(self.id, None, Some(newest), None).await {
                let _ = self.picture.try_update(|picture| picture.append(newest, page));
                wait(APART).await;
                let _ = self.picture.try_update(Picture::let_go_of_oldest);
            }
            let _ = self.loading.try_set(false);
        });
    }

    /// Notes how far one has read, if one can see it; page.js tells the server.
    pub fn read(self) {
        let shown = self.picture.try_with_untracked(|picture| (picture.newest(), picture.at_end));
        let Some((newest, true)) = shown else { return };
        if newest > self.last_read.get_untracked() && browser::is_visible() {
            self.last_read.set(newest);
            browser::note("data-read", &format!("{} {newest}", self.id));
        }
    }

    /// Tells the others that one writes.
    pub fn typing(self, over: bool) {
        spawn_local(async move {
            let _ = api::channels::typing(self.id, over).await;
        });
    }
}
