//! Replies that are being written: whole for those who come later, word by word for those who are there.

use super::{Hub, Told, lock};
use crate::wire::Hint;
use model::{ChannelId, Event, ReplyState, Writing};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long a reply of another node is shown without a sign of it. Its node tells the whole every two seconds.
const FADES: Duration = Duration::from_secs(15);

/// A reply on its way.
pub(super) struct Growing {
    /// All of it, from the first word.
    whole: Writing,
    /// When another node last told of it; `None` where it is written here.
    heard: Option<Instant>,
}

impl Hub {
    /// Lets a reply that is written on this node grow.
    pub fn grow(&self, delta: Writing) {
        // Kept first: a whole that is told meanwhile has these words, and comes before them.
        self.grow_here(delta.clone(), true);
        self.nodes.tell(&Hint::Grown { writing: Box::new(delta) }, &[]);
    }

    /// Keeps a reply's whole text and tells the new words to the listeners of this node.
    pub(crate) fn grow_here(&self, delta: Writing, is_ours: bool) {
        // What cannot be joined to what is known waits for the whole.
        if !is_ours && !self.is_news(&delta) {
            return;
        }
        let keep = |delta: &Writing| self.keep(delta, is_ours);
        match self.lane(delta.channel) {
            Some(lane) => lane.grow(delta, keep),
            None => keep(&delta),
        }
    }

    fn is_news(&self, delta: &Writing) -> bool {
        let mut writing = lock(&self.writing);
        let known = writing.get_mut(&delta.channel).and_then(|here| here.get_mut(&delta.reply));
        let Some(known) = known else { return delta.offset == 0 || delta.state.is_over() };
        known.heard = known.heard.map(|_| Instant::now());
        let is_known = delta.offset == 0
            && known.whole.text == delta.text
            && known.whole.state == delta.state
            && known.whole.notice == delta.notice;
        !is_known && (known.whole.text.is_char_boundary(delta.offset) || delta.state.is_over())
    }

    fn keep(&self, delta: &Writing, is_ours: bool) {
        let mut writing = lock(&self.writing);
        let here = writing.entry(delta.channel).or_default();
        if delta.state.is_over() {
            here.remove(&delta.reply);
            if here.is_empty() {
                writing.remove(&delta.channel);
            }
            return;
        }
        let heard = (!is_ours).then(Instant::now);
        let growing = here
            .entry(delta.reply)
            .or_insert_with(|| Growing { whole: Writing { offset: 0, text: String::new(), ..delta.clone() }, heard });
        growing.heard = heard;
        if growing.whole.text.is_char_boundary(delta.offset) {
            growing.whole.text.truncate(delta.offset);
            growing.whole.text.push_str(&delta.text);
        }
        growing.whole.state = delta.state;
        growing.whole.notice.clone_from(&delta.notice);
    }

    /// The replies that are being written in a channel, whole.
    pub fn writing(&self, channel: ChannelId) -> Vec<Writing> {
        let writing = lock(&self.writing);
        let Some(here) = writing.get(&channel) else { return Vec::new() };
        here.values().map(|growing| growing.whole.clone()).collect()
    }

    /// Takes away the replies of which their node has told nothing for too long: it is gone, or its last word was lost.
    pub(super) fn fade(self: &Arc<Self>) {
        let mut faded = Vec::new();
        lock(&self.writing).retain(|_, here| {
            here.retain(|_, growing| {
                let stays = growing.heard.is_none_or(|heard| heard.elapsed() < FADES);
                if !stays {
                    faded.push(Writing { state: ReplyState::Silent, ..growing.whole.clone() });
                }
                stays
            });
            !here.is_empty()
        });
        for writing in faded {
            let channel = writing.channel;
            self.pass_here(channel, Told::event(&Event::Reply { channel, writing: Box::new(writing) }));
        }
    }

    /// Tells the other nodes all that is ephemeral here: who has streams or does something, and the replies that are written.
    pub(crate) fn refresh_others(self: &Arc<Self>) {
        if self.nodes.is_alone() {
            return;
        }
        self.nodes.tell(&Hint::Here { people: self.signs() }, &[]);
        // Under the lock: no word comes between what is read here and its telling, which does not wait.
        for growing in lock(&self.writing).values().flat_map(|here| here.values()) {
            if growing.heard.is_none() {
                self.nodes.tell(&Hint::Grown { writing: Box::new(growing.whole.clone()) }, &[]);
            }
        }
    }
}
