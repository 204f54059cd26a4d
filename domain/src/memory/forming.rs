//! Episodes: what an AI keeps of a stretch of talk when that is over, each AI for itself, of what it heard. And gists: the
//! same of what goes on in a channel that day, replaced as it grows, for what a model is not shown word for word any more.
//!
//! No model is asked. A stretch is over when talk pauses, when it has grown long, when its place is archived, or when the
//! AI leaves. How far an AI has come in a channel moves on in the transaction that keeps the episode, and one node does so
//! at a time: nothing is lost or doubled, whatever ends the process. What was changed since is made anew.

use super::index::{PAUSE, STRETCH};
use super::keywords::keywords;
use super::store::{self, Line};
use super::words::{Language, cut, is_common};
use crate::{Result, Space};
use sqlx::PgConnection;
use std::collections::{BTreeMap, HashMap, HashSet};

/// Keywords of an episode at most.
const KEYWORDS: usize = 6;
/// How much more a keyword counts than another word.
const HEAD: i16 = 3;
/// Lines that are kept of an episode, and characters of each, at most.
const LINES: usize = 4;
const LONG: usize = 280;
/// Words of a line that say something by themselves, at least, for it to be kept.
const TELLS: usize = 3;
/// Lines that an episode is made of, at least: a word in passing is none.
const FEW: usize = 3;
/// After how many messages the gist of a channel is made anew, and of how many of a day's last ones.
const GROWN: i64 = 16;
const DAY: i64 = 300;

/// What is kept of a stretch of talk.
pub(super) struct Episode {
    pub language: Language,
    pub keywords: Vec<String>,
    /// Empty where nothing was worth keeping.
    pub text: String,
    /// Whether a line of it says something: then its facts are asked for, however short it was.
    pub tells: bool,
    /// The terms of its words, its speakers and its keywords, and how often they count.
    pub terms: BTreeMap<String, i16>,
}

/// Makes the episodes of what is over and the gists of what goes on, so many at most; how many.
pub(super) async fn form(space: &Space, most: usize) -> Result<usize> {
    store::fade(&space.db).await?;
    let mut done = 0;
    while done < most && (step(space).await? || gist(space).await?) {
        done += 1;
    }
    Ok(done)
}

/// The gist of one channel in which enough was said since the last one. `false` where there is none.
async fn gist(space: &Space) -> Result<bool> {
    let mut work = space.db.begin().await?;
    if !store::is_alone(&mut work).await? {
        return Ok(false);
    }
    let Some(place) = store::grown(&mut work, GROWN).await? else {
        work.rollback().await?;
        return Ok(false);
    };
    let lines = store::day(&mut work, place, DAY).await?;
    let (made, known) = made_of(&mut work, &lines).await?;
    store::keep_gist(&mut work, place, &lines, &made, &known).await?;
    work.commit().await?;
    Ok(true)
}

/// What is kept of these lines, with the numbers of its terms.
async fn made_of(db: &mut PgConnection, lines: &[Line]) -> Result<(Episode, HashMap<String, i32>)> {
    let lines = lines.to_vec();
    // Words take their time: not in anybody's way.
    let made = tokio::task::spawn_blocking(move || episode(&lines)).await;
    let made = made.map_err(|_| crate::Error::Interrupted("making an episode"))?;
    let terms: Vec<&str> = made.terms.keys().map(String::as_str).collect();
    let known = store::terms(db, &terms).await?;
    Ok((made, known))
}

/// One episode, made or made anew. `false` where there is nothing to do, or another node is at it.
async fn step(space: &Space) -> Result<bool> {
    let mut work = space.db.begin().await?;
    if !store::is_alone(&mut work).await? {
        return Ok(false);
    }
    let over = match store::stale(&mut work).await? {
        Some(stale) => Some(stale),
        None => store::over(&mut work, PAUSE, STRETCH).await?,
    };
    let Some(over) = over else {
        work.rollback().await?;
        return Ok(false);
    };
    let lines = store::lines(&mut work, &over).await?;
    let (made, known) = made_of(&mut work, &lines).await?;
    store::keep_episode(&mut work, &over, &lines, &made, &known).await?;
    work.commit().await?;
    Ok(true)
}

/// What is kept of these lines. Pure.
fn episode(lines: &[Line]) -> Episode {
    let mut languages: HashMap<&str, usize> = HashMap::new();
    for line in lines {
        *languages.entry(&line.language).or_default() += 1;
    }
    let most = languages.into_iter().max_by_key(|(code, count)| (*count, *code));
    let language = most.and_then(|(code, _)| Language::of_code(code)).unwrap_or(Language::En);
    let cuts: Vec<Vec<String>> = lines.iter().map(|line| cut(&line.body, Some(language)).terms).collect();
    let says = |terms: &[String]| terms.iter().filter(|term| !is_common(language, term)).collect::<HashSet<_>>().len();
    let tells = cuts.iter().any(|terms| says(terms) >= TELLS);
    let nothing = Episode { language, keywords: Vec::new(), text: String::new(), tells, terms: BTreeMap::new() };
    if lines.len() < FEW {
        return nothing;
    }
    let talk: String = lines.iter().map(|line| line.body.as_str()).collect::<Vec<&str>>().join("\n");
    let keywords = keywords(&talk, language, KEYWORDS);
    if keywords.is_empty() {
        return nothing;
    }
    let heads: HashSet<String> = keywords.iter().flat_map(|word| cut(word, Some(language)).terms).collect();
    let mut terms: BTreeMap<String, i16> = BTreeMap::new();
    let mut add = |term: String, times: i16| {
        let count = terms.entry(term).or_default();
        *count = count.saturating_add(times);
    };
    cuts.iter().flatten().for_each(|term| add(term.clone(), 1));
    heads.iter().for_each(|term| add(term.clone(), HEAD));
    let speakers: HashSet<&str> = lines.iter().map(|line| line.author.as_str()).collect();
    speakers.into_iter().flat_map(|name| cut(name, Some(language)).terms).for_each(|term| add(term, 1));
    Episode { language, text: telling(lines, &cuts, &heads, language), keywords, tells, terms }
}

/// The lines that tell most of what it is about, in their order, each saying something that those before did not.
fn telling(lines: &[Line], cuts: &[Vec<String>], heads: &HashSet<String>, language: Language) -> String {
    let mut left: HashSet<&str> = heads.iter().map(String::as_str).collect();
    let mut chosen: Vec<usize> = Vec::new();
    let own: Vec<HashSet<&str>> = cuts.iter().map(|terms| terms.iter().map(String::as_str).collect()).collect();
    let tells = |at: &usize| own[*at].iter().filter(|term| !is_common(language, term)).count();
    while chosen.len() < LINES {
        let weight = |at: &usize| (own[*at].iter().filter(|term| left.contains(**term)).count(), tells(at).min(12));
        let open = (0..lines.len()).filter(|at| !chosen.contains(at) && tells(at) >= TELLS && weight(at).0 > 0);
        let Some(best) = open.max_by_key(|at| (weight(at), usize::MAX - at)) else { break };
        cuts[best].iter().for_each(|term| {
            left.remove(term.as_str());
        });
        chosen.push(best);
    }
    chosen.sort_unstable();
    let line = |at: usize| {
        let body: String = lines[at].body.split_whitespace().collect::<Vec<&str>>().join(" ");
        let cut: String = body.chars().take(LONG).collect();
        let dots = if cut.len() < body.len() { "…" } else { "" };
        format!("{}: {cut}{dots}", lines[at].author)
    };
    chosen.into_iter().map(line).collect::<Vec<String>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::OffsetDateTime;

    fn said(author: &str, body: &str) -> Line {
        let (at, language) = (OffsetDateTime::UNIX_EPOCH, "en".to_owned());
        Line { seq: 1, at, edited: 0, author: author.into(), body: body.into(), language }
    }

    #[test]
    fn an_episode_tells_what_it_was_about() {
        let talk = [
            said("Ada", "good morning"),
            said("Ada", "The ladder leans behind the apple tree, if anybody looks for it."),
            said("Ben", "ok"),
            said("Ben", "I need the ladder on Saturday, for the apple tree and the gutter."),
            said("Ada", "fine"),
        ];
        let made = episode(&talk);
        assert!(made.keywords.iter().any(|word| word.contains("ladder")), "{:?}", made.keywords);
        assert!(made.text.starts_with("Ada: The ladder leans"), "{}", made.text);
        assert!(!made.text.contains("good morning") && !made.text.contains("Ada: fine"), "{}", made.text);
        assert!(made.terms["ladder"] > HEAD, "a keyword stands at the head");
        assert_eq!(made.terms["ben"], 1, "who spoke is part of it");
    }

    #[test]
    fn a_word_in_passing_is_no_episode() {
        assert!(episode(&[]).text.is_empty());
        let short = episode(&[said("Ada", "The ladder leans behind the tree.")]);
        assert!(short.text.is_empty() && short.tells && !episode(&[said("Ada", "good morning")]).tells);
        assert!(episode(&[said("Ada", "🦊"), said("Ben", "…"), said("Ada", "!!")]).text.is_empty());
        let long = said("Ada", &"the ladder stands there ".repeat(100));
        assert!(episode(&[long.clone(), long.clone(), long]).text.chars().count() < LINES * (LONG + 20));
    }
}
