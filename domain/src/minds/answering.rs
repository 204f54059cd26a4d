//! How an answer comes to be: what the model is asked, and its words as they come.

use super::context::{self, Frame};
use super::means::{self, Means};
use super::provider::{ChatRequest, ModelError, Piece};
use super::recalling::{self, Reminded};
use super::store::{self, Mind, Rests};
use super::telling::Telling;
use super::thinkers;
use super::words::Words;
use crate::entities::blocks;
use crate::{Result, Space, channels};
use futures::StreamExt;
use model::{ChannelId, ChannelKind, Message, MessageId, limits};
use std::time::{Duration, Instant};

/// How long words are gathered before they are told: long enough that a fast model does not flood, too short to see.
const COALESCE: Duration = Duration::from_millis(40);
/// Bytes after which an answer has said enough: more than can be posted, in any script.
const ENOUGH: usize = 20_000;
/// How long an answer may take as a whole.
const PATIENCE: Duration = Duration::from_mins(5);
/// How long it may think before the first word: nobody else in the place speaks meanwhile.
const THINKS: Duration = Duration::from_mins(2);
/// After how many bytes it is looked again whether that is more than was asked for.
pub(super) const LOOK: usize = 256;
/// Bytes of thoughts that are about a token.
const THOUGHT: usize = 4;
/// How often the text so far is kept, and looked whether somebody has stopped it.
const KEEP: Duration = Duration::from_secs(1);

/// A question to a model.
pub(super) struct Asking<'a> {
    channel: ChannelId,
    request: ChatRequest,
    frame: Frame<'a>,
    /// What it is in tokens.
    pub tokens: usize,
    /// What it was reminded of.
    pub reminded: Reminded,
    /// The lines of the talk that it was shown.
    pub shown: Vec<MessageId>,
    /// Who may hear the answer.
    pub rests: Rests,
    /// Whether nobody sees it before it stands: somebody may come in who may not hear it.
    pub unseen: bool,
}

/// What a model is asked in the name of an AI. What takes an answer's place is given as if that one had never been.
/// `None` where somebody is there who cannot read what is to be answered.
pub(super) async fn ask<'a>(
    space: &Space,
    mind: &Mind,
    means: &'a [Means],
    trigger: &'a Message,
    replaces: bool,
) -> Result<Option<Asking<'a>>> {
    let channel = trigger.channel;
    let Some((place, _)) = channels::store::channel_state(&space.db, channel).await? else {
        return Err(crate::error::not_found("room"));
    };
    // First: who comes in after this is told from those for whom all else is chosen.
    let company = store::company(&space.db, channel).await?;
    if trigger.seq < company.from {
        return Ok(None);
    }
    let present = blocks::present_for(space, mind.entity.id).await?;
    let members = channels::store::members(&space.db, channel, &present).await?;
    // The small model of this machine answers the last line that it is shown.
    let to = if replaces || means.first().is_some_and(|one| one.local) {
        trigger.seq
    } else {
        trigger.seq.max(place.last_seq)
    };
    let talk = store::heard(&space.db, mind.entity.id, channel, (company.from, to), Some(trigger.id)).await?;
    let mut frame = means::frame(space, means);
    frame.off_record = trigger.off_record;
    frame.answered = Some(trigger);
    let mut turns = context::turns(mind, &place, &members, &talk, &frame);
    let shown_from = context::shown_from(&turns, &talk, &frame);
    let reminded = match recalling::remind(space, mind, trigger, &talk, shown_from, &frame).await {
        Some((turn, of)) => {
            frame.tokens = frame.tokens.saturating_sub(frame.counter.turn(&turn.text));
            turns = context::turns(mind, &place, &members, &talk, &frame);
            recalling::insert(&mut turns, Some(turn));
            of
        }
        None => Reminded::default(),
    };
    let private = reminded.elsewhere;
    let unseen = private && place.kind == ChannelKind::Circle;
    let shown = context::shown(&talk, &frame);
    let tokens = context::size(&turns, &frame);
    let request = ChatRequest { model: None, turns, sampling: mind.sampling, form: None };
    Ok(Some(Asking { channel, request, frame, tokens, reminded, shown, rests: Rests { company, private }, unseen }))
}

/// An answer that has come to its end.
pub(super) struct Written {
    pub text: String,
    /// As the provider counts them, or else as we do.
    pub tokens_in: u32,
    pub tokens_out: u32,
    pub first_word: Option<Duration>,
    /// Who stopped it there, by name.
    pub stopped_by: Option<String>,
}

/// An answer that came to nothing, with what it has taken all the same.
pub(super) struct Failed {
    pub cause: ModelError,
    pub tokens_in: u32,
    pub tokens_out: u32,
}

impl From<ModelError> for Failed {
    fn from(cause: ModelError) -> Self {
        Self { cause, tokens_in: 0, tokens_out: 0 }
    }
}

/// Asks the model and lets everybody watch. The outer error is ours, the inner one the model's.
pub(super) async fn write(
    telling: &mut Telling<'_>,
    means: &Means,
    asking: &Asking<'_>,
) -> Result<Result<Written, Failed>> {
    let Telling { space, mind, reply, .. } = *telling;
    let Asking { request, frame, tokens, channel, .. } = asking;
    let begun = Instant::now();
    let tokens_in = u32::try_from(*tokens).unwrap_or(u32::MAX);
    let mut written = Written { text: String::new(), tokens_in, tokens_out: 0, first_word: None, stopped_by: None };
    // That it is asked is kept beside the asking, not before it.
    let asked = telling.open(means, (tokens_in, 0), Duration::ZERO);
    let asking_it = async { tokio::join!(store::keep(&space.db, reply, "", &asked), means.answer(request.clone())) };
    let mut asking_it = Box::pin(asking_it);
    let mut pieces = loop {
        if let Ok((kept, answer)) = tokio::time::timeout(KEEP, &mut asking_it).await {
            written.stopped_by = kept?;
            match answer {
                Ok(pieces) => break pieces,
                Err(cause) => return Ok(Err(cause.into())),
            }
        }
        let open = telling.open(means, (tokens_in, 0), begun.elapsed());
        written.stopped_by = store::keep(&space.db, reply, "", &open).await?;
        if written.stopped_by.is_some() {
            return Ok(Ok(written));
        }
    };
    telling.unseen = asking.unseen;
    let mut words = Words::of(&mind.entity.name);
    let mut counted = None;
    let (mut thoughts, mut look) = (0, LOOK);
    let mut end = None;
    let mut due: Option<Instant> = None;
    let mut kept = Instant::now();
    // Waiting for its turn is not counted against it, nor what came before the first of it: that has a limit of its own.
    let mut since = Instant::now();
    loop {
        if words.shown().is_empty() && since.elapsed() > THINKS {
            end = Some(true);
            break;
        }
        if since.elapsed() > PATIENCE || words.taken() > ENOUGH || words.is_full() {
            // Whatever it sends, it has had its time: what can be read of it stands.
            end.get_or_insert(true);
            break;
        }
        // At least as often as what has come is kept.
        let next = due.unwrap_or(since + PATIENCE).min(kept + KEEP);
        match tokio::time::timeout_at(next.into(), pieces.next()).await {
            Err(_) => {
                telling.tell_words(words.shown());
                due = None;
            }
            Ok(None) => break,
            Ok(Some(Err(cause))) => {
                let (tokens_in, tokens_out) = counted.unwrap_or_else(|| (tokens_in, taken(frame, &words, thoughts)));
                return Ok(Err(Failed { cause, tokens_in, tokens_out }));
            }
            Ok(Some(Ok(Piece::Thoughts(more)))) => thoughts += more,
            Ok(Some(Ok(Piece::Queued(before)))) => {
                since = Instant::now();
                telling.wait(format!("{before} before this one"));
            }
            Ok(Some(Ok(Piece::Words(more)))) => {
                if !more.is_empty() {
                    means.speaks();
                    written.first_word.get_or_insert_with(|| begun.elapsed());
                    words.push(&more);
                }
                if words.shown().len() > telling.told {
                    due.get_or_insert_with(|| Instant::now() + COALESCE);
                }
            }
            Ok(Some(Ok(Piece::Usage { tokens_in, tokens_out }))) => counted = Some((tokens_in, tokens_out)),
            Ok(Some(Ok(Piece::End { cut }))) => {
                // Having nothing to say is an answer too.
                means.speaks();
                end = Some(cut);
            }
        }
        // Not every server keeps to the most that it was asked for.
        if words.taken() + thoughts >= look {
            if is_beyond(means, mind.sampling.max_tokens, taken(frame, &words, thoughts)) {
                end = Some(true);
                break;
            }
            look = words.taken() + thoughts + LOOK;
        }
        if kept.elapsed() >= KEEP {
            kept = Instant::now();
            telling.tell_words(words.shown());
            let tokens_out = taken(frame, &words, thoughts);
            let seen = if asking.unseen { "" } else { words.shown() };
            let open = telling.open(means, counted.unwrap_or((tokens_in, tokens_out)), begun.elapsed());
            written.stopped_by = store::keep(&space.db, reply, seen, &open).await?;
            if !asking.rests.hold(store::company(&space.db, *channel).await?) {
                let (tokens_in, tokens_out) = counted.unwrap_or((tokens_in, tokens_out));
                return Ok(Err(Failed { cause: ModelError::NewCompany, tokens_in, tokens_out }));
            }
            if written.stopped_by.is_some() {
                // What was seen of it by then stands.
                end = Some(false);
                break;
            }
        }
    }
    let (tokens_in, tokens_out) = counted.unwrap_or_else(|| (tokens_in, taken(frame, &words, thoughts)));
    let failed = |cause| Ok(Err(Failed { cause, tokens_in, tokens_out }));
    let Some(cut) = end else { return failed(ModelError::CutOff) };
    telling.tell_words(words.shown());
    written.text = words.whole(cut);
    if cut && limits::length(&written.text) == 0 {
        return failed(ModelError::Wordless);
    }
    (written.tokens_in, written.tokens_out) = (tokens_in, tokens_out);
    Ok(Ok(written))
}

/// Whether it has written more than the most that it was asked for: what a server counts as a token may be twice ours.
pub(super) fn is_beyond(means: &Means, most: u32, tokens_out: u32) -> bool {
    tokens_out > thinkers::most(&means.model, most).saturating_mul(2)
}

/// What words are in tokens, where nobody has counted them, with about what was thought beside them.
pub(super) fn taken(frame: &Frame<'_>, words: &Words, thoughts: usize) -> u32 {
    let shown = words.shown();
    let said = if shown.is_empty() { 0 } else { frame.counter.turn(shown) };
    let thought = (words.taken() - shown.len() + thoughts) / THOUGHT;
    u32::try_from(said + thought).unwrap_or(u32::MAX)
}
