//! Messages: posting them once, reading them back, and what becomes of them.

mod changes;
mod changing;
mod code;
mod emoji;
pub(crate) mod insert;
mod lines;
mod markdown;
pub mod mentions;
mod record;
pub(crate) mod roster;
pub(crate) mod store;
mod unspaced;
pub(crate) mod writer;

pub use changes::{Changes, changes, sync};
pub use changing::{delete, edit, pin, pinned, react};
pub(crate) use changing::{empty_all_of, moderates, replaced};
pub(crate) use lines::{Part, call_otherwise, system_line};
pub use markdown::render;
pub(crate) use markdown::says_nothing;
pub(crate) use record::follow;
pub use record::record;
pub(crate) use record::said_because;

use crate::entities::blocks;
use crate::error::not_found;
use crate::live::{Presences, Told};
use crate::{Error, Result, Space, accounts, channels};
use model::messages::Quote;
use model::{
    ChannelId, ChannelKind, ClientKey, Code, Entity, EntityId, EntityKind, Event, Message, MessageId, MessageKind,
    Page, Problem, limits,
};
use roster::Roster;
use sqlx::PgConnection;

/// What somebody wants to say.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Where.
    pub channel: ChannelId,
    /// What the author calls it: the same key posts once.
    pub client_key: ClientKey,
    /// 1–4,000 characters; kept as they are.
    pub body: String,
    /// The message that it answers.
    pub reply_to: Option<MessageId>,
    /// Whether AIs are to remember nothing of it. So it is as well where its channel is off the record, or what it
    /// answers.
    pub off_record: bool,
}

/// Checks a message's text: its length without the white space around it, and that PostgreSQL can keep it.
pub fn check(body: &str) -> Result<(), Problem> {
    if body.contains('\0') {
        return Err(Problem::argument(
            "body",
            "A message cannot contain the character U+0000. Remove it and send again.",
        ));
    }
    match limits::length(body) {
        0 => Err(Problem::argument("body", "Write something first.")),
        n if n > *limits::BODY.end() => Err(Problem::argument(
            "body",
            format!("A message has at most 4,000 characters; this one has {n}. Shorten it or send it in parts."),
        )),
        _ => Ok(()),
    }
}

/// Posts a message: when this returns it is on disk, numbered, and on its way to everybody in the channel.
///
/// The same key with the same text answers with the first message. Refuses with `invalid_argument`, `not_found`,
/// `not_a_member`, `archived`, `client_key_reused`.
pub async fn post(space: &Space, author: EntityId, draft: Draft) -> Result<Message> {
    check(&draft.body)?;
    space.live.active(author);
    space.live.posted(draft.channel, author);
    let sent = draft.clone();
    match number(space, author, draft).await {
        // It may have been posted before its author left or the room was closed.
        Err(Error::Refused(refused)) => match store::by_client_key(&space.db, author, sent.client_key).await? {
            Some(first) if first.body == sent.body && first.channel == sent.channel => {
                as_seen(space, author, first).await
            }
            _ => Err(refused.into()),
        },
        posted => posted,
    }
}

async fn number(space: &Space, author: EntityId, draft: Draft) -> Result<Message> {
    let mut prepared = prepare(space, author, draft).await?;
    for look in 1..=LOOKS {
        let telling = space.live.expect(prepared.channel);
        let (back, written) = writer::write(space, prepared, telling).await?;
        prepared = back;
        match written {
            Ok(Some(numbered)) => return Ok(prepared.numbered(numbered)),
            Ok(None) if look < LOOKS => {
                let roster = space.rosters.newest(&space.db, prepared.channel).await?;
                if !prepared.look_again(&roster, look) {
                    break;
                }
            }
            Ok(None) => break,
            Err(cause) if cause.broke("messages_client_key") => return again(space, &prepared).await,
            Err(cause) if cause.broke("messages_reply_to_fkey") => return Err(no_such_reply()),
            Err(cause) => return Err(cause),
        }
    }
    Err(refusal(space, author, prepared.channel).await?)
}

/// How often a message is prepared at most, where members come and go meanwhile.
const LOOKS: usize = 3;

/// A message as an event: whole, as everybody gets it.
pub(crate) fn told(message: &Message) -> Told {
    let event = Event::Message { channel: message.channel, clock: message.clock, message: Box::new(message.clone()) };
    Told::event(&event)
}

/// An AI that is to consider a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    /// Which.
    pub ai: EntityId,
    /// Whether the message names it, and as the how many of them.
    pub called: Option<usize>,
}

/// A message that needs only its number.
pub(crate) struct Prepared {
    pub id: MessageId,
    pub channel: ChannelId,
    pub author: Entity,
    pub client_key: ClientKey,
    pub body: String,
    pub html: String,
    pub reply_to: Option<MessageId>,
    pub off_record: bool,
    pub quote: Option<Quote>,
    pub mentions: Vec<mentions::Mention>,
    asked: Vec<Asked>,
    moves_nobody: bool,
    /// Whether it says nothing beside the names.
    pub says_name_alone: bool,
    /// The clock of the roster that the mentions were looked up in; `None` where any will do.
    roster: Option<i64>,
}

impl Prepared {
    /// The AIs that might answer: those it names, in that order, then those that take part unasked.
    pub fn considering(&self) -> impl Iterator<Item = Asked> + '_ {
        self.asked.iter().copied().filter(|_| !self.moves_nobody)
    }

    /// Finds whom the message names.
    fn look_up(&mut self, roster: &Roster) {
        self.roster = Some(roster.clock);
        self.mentions.clear();
        self.asked.clear();
        let named = roster.named(&self.body);
        self.mentions.extend(named.iter().map(|(_, mention)| *mention));
        // Who is called by a sign comes before those that are only named.
        let by_sign = |mention: &mentions::Mention| self.body.chars().nth(mention.start) == Some('@');
        let (signs, names): (Vec<_>, Vec<_>) = named.iter().partition(|(_, mention)| by_sign(mention));
        for (entity, _) in signs.into_iter().chain(names) {
            if entity.kind == EntityKind::Ai {
                self.ask(entity.id, Some(self.asked.len()));
            }
        }
        for ai in &roster.unasked {
            self.ask(*ai, None);
        }
        self.says_name_alone =
            mentions::is_nothing_else(&self.body, self.mentions.iter().map(|name| (name.start, name.length)));
    }

    fn ask(&mut self, ai: EntityId, called: Option<usize>) {
        if ai != self.author.id && self.asked.iter().all(|asked| asked.ai != ai) {
            self.asked.push(Asked { ai, called });
        }
    }

    /// Members came or went since the message was prepared: finds whom it names among those who are there now, so that
    /// nobody is named who has left and nobody missed who has come. Where they never stop, the last look counts.
    /// `false` where it was not that: the author is no member, or the channel is archived.
    fn look_again(&mut self, roster: &Roster, look: usize) -> bool {
        if self.roster == Some(roster.clock) || roster.member(self.author.id).is_none() {
            return false;
        }
        self.look_up(roster);
        if look + 1 >= LOOKS {
            self.roster = None;
        }
        true
    }

    /// The same message, asking no AI to consider it.
    pub fn moving_nobody(mut self) -> Self {
        self.moves_nobody = true;
        self
    }

    /// Whom it names, each once, in the order of their ids.
    fn named(&self) -> Vec<EntityId> {
        let mut named: Vec<EntityId> = self.mentions.iter().map(|mention| mention.entity).collect();
        named.sort_unstable();
        named.dedup();
        named
    }

    /// The message with its number.
    pub fn numbered(&self, (seq, clock, created_at, off_record): insert::Numbered) -> Message {
        Message {
            id: self.id,
            channel: self.channel,
            seq,
            clock,
            author: self.author.clone(),
            kind: MessageKind::Text,
            body: self.body.clone(),
            html: self.html.clone(),
            reply_to: self.reply_to,
            quote: self.quote.clone(),
            mentions: self.named(),
            reactions: Vec::new(),
            client_key: self.client_key,
            created_at,
            edited_at: None,
            pinned: false,
            considered: 0,
            off_record,
            deletion: None,
        }
    }
}

/// Renders a draft and finds whom it names: all that can be done before the channel's lock is taken.
pub(crate) async fn prepare(space: &Space, author: EntityId, draft: Draft) -> Result<Prepared> {
    let Draft { channel, client_key, body, reply_to, off_record } = draft;
    let mut roster = space.rosters.known(&space.db, channel).await?;
    if roster.member(author).is_none() {
        roster = space.rosters.newest(&space.db, channel).await?;
    }
    let Some(author) = roster.member(author).cloned() else { return Err(refusal(space, author, channel).await?) };
    let quote = match reply_to {
        Some(answered) => Some(store::quote(&space.db, answered, channel, author.id).await?.ok_or_else(no_such_reply)?),
        None => None,
    };
    let html = markdown::rendered(&body).await?;
    let mut prepared = Prepared {
        id: MessageId::new(),
        channel,
        author,
        client_key,
        body,
        html,
        reply_to,
        off_record,
        quote,
        mentions: Vec::new(),
        asked: Vec::new(),
        moves_nobody: false,
        says_name_alone: false,
        roster: None,
    };
    prepared.look_up(&roster);
    Ok(prepared)
}

/// Numbers and keeps a message within a transaction. `None` where its author is no member or the channel is archived.
pub(crate) async fn insert(
    space: &Space,
    db: &mut PgConnection,
    prepared: &mut Prepared,
) -> Result<Option<insert::Numbered>> {
    for look in 1..=LOOKS {
        if let Some(numbered) = insert::one(&mut *db, prepared, space.policy.given()).await? {
            return Ok(Some(numbered));
        }
        let roster = space.rosters.newest(&mut *db, prepared.channel).await?;
        if !prepared.look_again(&roster, look) {
            break;
        }
    }
    Ok(None)
}

fn no_such_reply() -> Error {
    Problem::argument("reply_to", "The message that this answers is not in this room.").into()
}

/// Refuses whose week is used up.
pub(crate) async fn refuse_used_up(space: &Space, author: EntityId) -> Result<()> {
    if let Some((limit, 0, seconds)) = accounts::store::quota(&space.db, author, space.policy.weekly_messages).await? {
        let message =
            format!("Your {limit} messages of this week are used up. The next week begins in {}.", span(seconds));
        return Err(Problem::new(Code::QuotaReached, message).after(u32::try_from(seconds).unwrap_or(u32::MAX)).into());
    }
    Ok(())
}

/// Why a message could not be posted.
async fn refusal(space: &Space, author: EntityId, channel: ChannelId) -> Result<Error> {
    match refuse_used_up(space, author).await {
        Err(refused @ Error::Refused(_)) => return Ok(refused),
        other => other?,
    }
    Ok(match channels::store::channel_for(&space.db, channel, author).await? {
        Some((found, Some(_))) if found.archived_at.is_some() => {
            Problem::new(Code::Archived, "This is archived. Nothing more can be said in it.").into()
        }
        Some((found, None)) if found.kind == ChannelKind::Room => channels::not_a_member().into(),
        Some((found, Some(_))) if found.kind == ChannelKind::Chat => {
            let members = channels::store::members(&space.db, channel, &Presences::default()).await?;
            let others: Vec<EntityId> =
                members.iter().map(|member| member.entity.id).filter(|id| *id != author).collect();
            match blocks::refuse_contact(&space.db, author, &others).await {
                Err(refused) => refused,
                Ok(()) => Error::Interrupted("posting"),
            }
        }
        Some((_, Some(_))) => Error::Interrupted("posting"),
        _ => not_found("room"),
    })
}

/// Seconds as one says them.
fn span(seconds: i64) -> String {
    match seconds {
        ..7_200 => format!("{} minutes", (seconds + 59) / 60),
        7_200..172_800 => format!("{} hours", (seconds + 3_599) / 3_600),
        _ => format!("{} days", (seconds + 86_399) / 86_400),
    }
}

/// The key was used before: the same words are the same message.
async fn again(space: &Space, prepared: &Prepared) -> Result<Message> {
    let first = store::by_client_key(&space.db, prepared.author.id, prepared.client_key).await?;
    let first = first.ok_or(Error::Interrupted("posting"))?;
    if first.body == prepared.body && first.channel == prepared.channel {
        as_seen(space, prepared.author.id, first).await
    } else {
        let message = "This message was sent before with another text. Send it again as a new one.";
        Err(Problem::new(Code::ClientKeyReused, message).about("client_key").into())
    }
}

/// One's own message as one may see it now: who has left learns nothing of what became of it.
async fn as_seen(space: &Space, author: EntityId, message: Message) -> Result<Message> {
    let seat = channels::store::channel_for(&space.db, message.channel, author).await?.and_then(|(_, seat)| seat);
    Ok(match seat {
        Some(seat) => message.seen_from(seat.visible_from),
        None => Message { quote: None, mentions: Vec::new(), reactions: Vec::new(), pinned: false, ..message },
    })
}

/// Which stretch of history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stretch {
    /// The newest.
    Latest,
    /// Those before this seq.
    Before(i64),
    /// Those after this seq.
    After(i64),
    /// The one of this seq, with those before and after it.
    Around(i64),
}

/// A stretch of history for a member: at most 50 messages, oldest first.
pub async fn history(space: &Space, who: EntityId, channel: ChannelId, stretch: Stretch) -> Result<Page> {
    let seat = reading(space, who, channel).await?;
    store::page(&space.db, channel, seat.visible_from, stretch).await
}

/// The seat of somebody who reads a channel.
pub(crate) async fn reading(space: &Space, who: EntityId, channel: ChannelId) -> Result<channels::store::Seat> {
    match channels::store::channel_for(&space.db, channel, who).await? {
        Some((_, Some(seat))) => Ok(seat),
        Some((found, None)) if found.kind == ChannelKind::Room => Err(channels::not_a_member().into()),
        _ => Err(not_found("room")),
    }
}

pub(crate) async fn latest(space: &Space, who: EntityId, channel: ChannelId) -> Result<Page> {
    history(space, who, channel, Stretch::Latest).await
}
