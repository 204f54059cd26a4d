//! Who may hear what, proved on many small worlds: people and AIs that come and go, say, edit and delete, on the record and
//! off it, and have things forgotten. What an AI recalls somewhere is compared with what a plain model of it allows, which knows
//! no intervals: it remembers for each member which words they have had before their eyes. In the first worlds the index makes
//! what is kept, and people have all of theirs forgotten afterwards, as they do it on their pages.

use crate::world::space;
use domain::Space;
use domain::memory::words::{Language, cut};
use domain::memory::{Asked, forgetting, index, recall};
use model::{ChannelId, EntityId};
use rand::rngs::StdRng;
use rand::seq::{IndexedMutRandom, IndexedRandom};
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// How many worlds, and how many are put into the database at once.
const WORLDS: usize = 5_000;
const AT_ONCE: usize = 500;
/// Of so many the messages go through the index, of all others straight into its tables.
const INDEXED: usize = 100;

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Room,
    Circle,
    Chat,
}

struct Said {
    id: Uuid,
    author: Uuid,
    answers: Option<Uuid>,
    at: OffsetDateTime,
    clock: i64,
    edited: i64,
    off_record: bool,
    deleted: bool,
}

impl Said {
    /// What it says: enough for something to be kept of it.
    fn body(&self, word: &str) -> String {
        let one = |words: &[&'static str]| words[(self.id.as_u128() % words.len() as u128) as usize];
        let (what, whose) =
            (one(&["kettle", "ladder", "violin", "compass"]), one(&["miller", "ferryman", "beekeeper"]));
        format!(
            "The {word} and the {what} belong to the {whose} of {}.",
            one(&["Marrow", "Tarn", "Elmhurst", "Quay", "Gorse"])
        )
    }

    /// Whether there is something to remember.
    fn counts(&self) -> bool {
        !self.off_record && !self.deleted
    }
}

struct Seat {
    from: i64,
    /// The last number, and the channel's clock, when they left.
    left: Option<(i64, i64)>,
    /// Which messages they had read, in which words, when they left.
    read: BTreeMap<usize, i64>,
}

struct Place {
    id: Uuid,
    kind: Kind,
    pair: Option<(Uuid, Uuid)>,
    said: Vec<Said>,
    seats: BTreeMap<Uuid, Seat>,
    clock: i64,
    /// What each AI has kept: which, and the messages it rests on.
    kept: Vec<(Uuid, Uuid, Vec<usize>)>,
}

impl Place {
    /// Whether somebody knows the words of a message as they stand.
    fn knows(&self, who: Uuid, at: usize) -> bool {
        let Some(seat) = self.seats.get(&who) else { return false };
        match seat.left {
            None => at as i64 + 1 >= seat.from,
            Some(_) => seat.read.get(&at) == Some(&self.said[at].edited),
        }
    }

    fn present(&self) -> BTreeSet<Uuid> {
        self.seats.iter().filter(|(_, seat)| seat.left.is_none()).map(|(id, _)| *id).collect()
    }
}

/// Whose words, by which AI, where, and what was said before when.
type Unremembered = (Uuid, Option<Uuid>, Option<Uuid>, Option<OffsetDateTime>);

struct World {
    word: String,
    people: Vec<Uuid>,
    ais: Vec<Uuid>,
    places: Vec<Place>,
    /// Messages that an AI has forgotten.
    forgotten: BTreeSet<(Uuid, Uuid)>,
    unremembered: Vec<Unremembered>,
    asked: (Uuid, usize),
}

fn pick<T: Copy>(random: &mut StdRng, from: &[T]) -> T {
    *from.choose(random).unwrap()
}

impl World {
    fn new(random: &mut StdRng, number: usize, begin: OffsetDateTime) -> Self {
        let ids = |count: usize| -> Vec<Uuid> { (0..count).map(|_| Uuid::now_v7()).collect() };
        let (people, ais) = (ids(random.random_range(2..5)), ids(random.random_range(1..3)));
        let everybody: Vec<Uuid> = people.iter().chain(&ais).copied().collect();
        let mut places: Vec<Place> = Vec::new();
        for at in 0..random.random_range(2..5) {
            let kind =
                if at == 0 { Kind::Room } else { pick(random, &[Kind::Room, Kind::Circle, Kind::Circle, Kind::Chat]) };
            let mut pair = None;
            if kind == Kind::Chat {
                let (one, other) = (pick(random, &people), pick(random, &ais));
                pair = Some((one.min(other), one.max(other)));
                if places.iter().any(|place| place.pair == pair) {
                    continue;
                }
            }
            places.push(Place {
                id: Uuid::now_v7(),
                kind,
                pair,
                said: Vec::new(),
                seats: BTreeMap::new(),
                clock: 0,
                kept: Vec::new(),
            });
        }
        let mut at = begin;
        for place in &mut places {
            match place.pair {
                Some((one, other)) => {
                    for who in [one, other] {
                        place.seats.insert(who, Seat { from: 1, left: None, read: BTreeMap::new() });
                    }
                }
                None => {
                    for who in &everybody {
                        if random.random_bool(0.6) {
                            join(random, place, *who);
                        }
                    }
                }
            }
            for _ in 0..random.random_range(4..22) {
                at += Duration::minutes(1);
                step(random, place, &everybody, &ais, at);
            }
        }
        let mut world = Self {
            word: format!("lantern{number}"),
            people,
            ais,
            places,
            forgotten: BTreeSet::new(),
            unremembered: Vec::new(),
            asked: (Uuid::nil(), 0),
        };
        world.forget(random, begin, at);
        world.keep(random);
        let (ai, here) = (pick(random, &world.ais), random.random_range(0..world.places.len()));
        world.asked = (ai, here);
        world
    }

    fn forget(&mut self, random: &mut StdRng, begin: OffsetDateTime, end: OffsetDateTime) {
        for place in &self.places {
            for said in &place.said {
                if random.random_bool(0.05) {
                    self.forgotten.insert((said.id, pick(random, &self.ais)));
                }
            }
        }
        if random.random_bool(0.4) {
            let ai = random.random_bool(0.5).then(|| pick(random, &self.ais));
            let place = random.random_bool(0.5).then(|| random.random_range(0..self.places.len()));
            let until = random.random_bool(0.5).then(|| begin + (end - begin) * random.random::<f64>());
            self.unremembered.push((pick(random, &self.people), ai, place.map(|at| self.places[at].id), until));
        }
    }

    fn keep(&mut self, random: &mut StdRng) {
        for place in &mut self.places {
            for ai in &self.ais {
                let from = random.random_range(0..place.said.len() + 1);
                let to = (from + random.random_range(1..6)).min(place.said.len());
                let sources: Vec<usize> = (from..to).filter(|at| place.said[*at].counts()).collect();
                if !sources.is_empty() {
                    place.kept.push((Uuid::now_v7(), *ai, sources));
                }
            }
        }
    }

    /// Whether an AI has forgotten a message.
    fn has_forgotten(&self, ai: Uuid, place: &Place, said: &Said) -> bool {
        self.forgotten.contains(&(said.id, ai))
            || self.unremembered.iter().any(|(person, by, wher, until)| {
                (said.author == *person || said.answers == Some(*person))
                    && by.is_none_or(|by| by == ai)
                    && wher.is_none_or(|wher| wher == place.id)
                    && until.is_none_or(|until| said.at < until)
            })
    }

    /// Who has to know all that is told there: nobody beside the AI where it was said in a room.
    fn may_hear(&self, place: &Place, at: usize) -> bool {
        let (ai, here) = (self.asked.0, &self.places[self.asked.1]);
        let present = here.present();
        if !present.contains(&ai) {
            return false;
        }
        match (place.kind, here.kind) {
            (Kind::Room, _) => place.knows(ai, at),
            (_, Kind::Room) => false,
            _ => present.iter().all(|who| place.knows(*who, at)),
        }
    }

    /// What the AI may recall: messages, and what it has kept.
    fn allowed(&self) -> (BTreeSet<Uuid>, BTreeSet<Uuid>) {
        let ai = self.asked.0;
        let (mut messages, mut kept) = (BTreeSet::new(), BTreeSet::new());
        for place in &self.places {
            for (at, said) in place.said.iter().enumerate() {
                if said.counts() && !self.has_forgotten(ai, place, said) && self.may_hear(place, at) {
                    messages.insert(said.id);
                }
            }
            for (id, whose, sources) in &place.kept {
                if *whose == ai && sources.iter().all(|at| self.may_hear(place, *at)) {
                    kept.insert(*id);
                }
            }
        }
        (messages, kept)
    }
}

fn join(random: &mut StdRng, place: &mut Place, who: Uuid) {
    place.clock += 1;
    let from = if place.kind == Kind::Room || random.random_bool(0.5) { 1 } else { place.said.len() as i64 + 1 };
    place.seats.insert(who, Seat { from, left: None, read: BTreeMap::new() });
}

/// Something happens in a place.
fn step(random: &mut StdRng, place: &mut Place, everybody: &[Uuid], ais: &[Uuid], at: OffsetDateTime) {
    let here: Vec<Uuid> = place.present().into_iter().collect();
    match random.random_range(0..10) {
        0 if place.pair.is_none() => {
            let away: Vec<Uuid> = everybody.iter().filter(|who| !here.contains(who)).copied().collect();
            if let Some(who) = away.choose(random) {
                join(random, place, *who);
            }
        }
        1 if place.pair.is_none() && here.len() > 1 => {
            place.clock += 1;
            let who = pick(random, &here);
            let read = (0..place.said.len())
                .filter(|at| place.knows(who, *at))
                .map(|at| (at, place.said[at].edited))
                .collect();
            let left = Some((place.said.len() as i64, place.clock));
            let seat = place.seats.get_mut(&who).unwrap();
            (seat.left, seat.read) = (left, read);
        }
        2 if !place.said.is_empty() => {
            place.clock += 1;
            let clock = place.clock;
            let said = place.said.choose_mut(random).unwrap();
            (said.clock, said.edited) = (clock, clock);
        }
        3 if !place.said.is_empty() => {
            place.clock += 1;
            let clock = place.clock;
            let said = place.said.choose_mut(random).unwrap();
            (said.clock, said.deleted) = (clock, true);
        }
        _ if !here.is_empty() => {
            place.clock += 1;
            let author = pick(random, &here);
            let people: Vec<Uuid> = here.iter().filter(|who| !ais.contains(who)).copied().collect();
            let answers = if ais.contains(&author) { people.choose(random).copied() } else { None };
            let off_record = random.random_bool(0.1);
            let (id, clock) = (Uuid::now_v7(), place.clock);
            place.said.push(Said { id, author, answers, at, clock, edited: 0, off_record, deleted: false });
        }
        _ => {}
    }
}

/// Puts worlds into the database; the first of them leave it to the index what becomes of their messages.
async fn put(space: &Space, worlds: &[World], indexed: bool) {
    let mut rows: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    let written = |at: OffsetDateTime| at.format(&Rfc3339).unwrap();
    let mut add = |table, row: Value| rows.entry(table).or_default().push(row);
    let mut asides = 1_000;
    for world in worlds {
        let terms = cut(&world.word, Some(Language::En)).terms;
        assert_eq!(terms.len(), 1);
        let counting = world.places.iter().flat_map(|place| &place.said).filter(|said| said.counts()).count();
        add("terms", json!({"term": terms[0], "df": if indexed { 0 } else { counting }}));
        for (kind, ids) in [("human", &world.people), ("ai", &world.ais)] {
            for id in ids {
                add("entities", json!({"id": id, "kind": kind, "name": "xx", "name_key": id}));
            }
        }
        for place in &world.places {
            let kind = match place.kind {
                Kind::Room => "room",
                Kind::Circle => "circle",
                Kind::Chat => "chat",
            };
            let (one, other) = place.pair.unzip();
            add(
                "channels",
                json!({"id": place.id, "kind": kind, "name": "x", "name_key": place.id, "capacity": 99, "one_id": one,
                       "other_id": other, "last_seq": place.said.len(), "clock": place.clock}),
            );
            for (who, seat) in &place.seats {
                let (left, clock) = seat.left.unzip();
                add(
                    "memberships",
                    json!({"channel_id": place.id, "entity_id": who, "visible_from": seat.from, "left_seq": left,
                           "clock": clock.unwrap_or(0)}),
                );
            }
            for (seq, said) in (1_i64..).zip(&place.said) {
                let (at, edited) = (written(said.at), (said.edited > 0).then(|| written(said.at)));
                let question = said.answers.map(|_| Uuid::now_v7());
                if let (true, Some(id), Some(person)) = (indexed, question, said.answers) {
                    asides += 1;
                    // What it answers, in a place that nobody is in.
                    add(
                        "messages",
                        json!({"id": id, "channel_id": world.places[0].id, "seq": asides, "clock": 0,
                               "author_id": person, "body": "", "html": "", "client_key": id, "created_at": at,
                               "off_record": true, "kind": "text"}),
                    );
                }
                add(
                    "messages",
                    json!({"id": said.id, "channel_id": place.id, "seq": seq, "clock": said.clock, "author_id": said.author,
                           "body": said.body(&world.word), "html": "", "client_key": said.id, "created_at": at, "kind": "text",
                           "edited_at": edited, "edit_clock": said.edited, "deleted_at": said.deleted.then(|| at.clone()),
                           "off_record": said.off_record, "reply_to": question.filter(|_| indexed)}),
                );
                if !indexed && said.counts() {
                    add(
                        "recollections",
                        json!({"message_id": said.id, "channel_id": place.id, "seq": seq, "stretch": 1, "said_at": at,
                               "edited": said.edited, "author_id": said.author, "answers_id": said.answers, "language": "en",
                               "term": terms[0]}),
                    );
                }
            }
            for (id, ai, sources) in &place.kept {
                let seqs: Vec<usize> = sources.iter().map(|at| at + 1).collect();
                let edited = sources.iter().map(|at| place.said[*at].edited).max();
                let at = written(place.said[sources[0]].at);
                add(
                    "memories",
                    json!({"id": id, "entity_id": ai, "channel_id": place.id, "kind": "episode", "first_seq": seqs.first(),
                           "last_seq": seqs.last(), "said_from": at, "said_to": at, "edited": edited, "language": "en",
                           "text": world.word, "term": terms[0], "sources": seqs}),
                );
            }
        }
        for (message, ai) in &world.forgotten {
            add("forgotten", json!({"message_id": message, "entity_id": ai, "by_id": world.people[0]}));
        }
        for (person, ai, place, until) in &world.unremembered {
            let until = until.map_or_else(|| "infinity".to_owned(), written);
            add("unremembered", json!({"person_id": person, "entity_id": ai, "channel_id": place, "until": until}));
        }
    }
    let mut work = space.db.begin().await.unwrap();
    sqlx::query("set local session_replication_role = replica").execute(&mut *work).await.unwrap();
    for (table, columns, values) in [
        ("terms", "term, df", "term, df"),
        ("entities", "id, kind, name, name_key", "id, kind, name, name_key"),
        (
            "channels",
            "id, kind, name, name_key, capacity, one_id, other_id, last_seq, clock",
            "id, kind, name, name_key, capacity, one_id, other_id, last_seq, clock",
        ),
        (
            "memberships",
            "channel_id, entity_id, visible_from, left_seq, clock",
            "channel_id, entity_id, visible_from, left_seq, clock",
        ),
        (
            "messages",
            "id, channel_id, seq, clock, author_id, body, html, client_key, created_at, kind, edited_at, edit_clock, deleted_at, off_record, reply_to",
            "id, channel_id, seq, clock, author_id, body, html, client_key, created_at, kind, edited_at, coalesce(edit_clock, 0), deleted_at, off_record, reply_to",
        ),
        (
            "recollections",
            "message_id, channel_id, seq, stretch, said_at, edited, author_id, answers_id, language, terms, counts, length",
            "message_id, channel_id, seq, stretch, said_at, edited, author_id, answers_id, language,
             array(select t.id from terms t where t.term = r.embedder), '{1}', 1",
        ),
        (
            "memories",
            "id, entity_id, channel_id, kind, first_seq, last_seq, said_from, said_to, edited, language, keywords, text, terms, counts, length, sources",
            "id, entity_id, channel_id, kind, first_seq, last_seq, said_from, said_to, edited, language, '{}', text,
             array(select t.id from terms t where t.term = r.embedder), '{1}', 1, sources",
        ),
        ("forgotten", "message_id, entity_id, by_id", "message_id, entity_id, by_id"),
        ("unremembered", "person_id, entity_id, channel_id, until", "person_id, entity_id, channel_id, until"),
    ] {
        // A column that is made of something else travels in one that is not filled.
        let all: Vec<Value> = rows.remove(table).unwrap_or_default();
        let text = Value::Array(all)
            .to_string()
            .replace("\"term\":", if table == "terms" { "\"term\":" } else { "\"embedder\":" });
        let query = format!(
            "insert into {table} ({columns}) select {values} from jsonb_populate_recordset(null::{table}, $1) r"
        );
        sqlx::query(sqlx::AssertSqlSafe(query))
            .bind(serde_json::from_str::<Value>(&text).unwrap())
            .execute(&mut *work)
            .await
            .unwrap();
    }
    work.commit().await.unwrap();
}

/// Compares what is recalled in each world with what its model allows: how much that is in all, and where nothing is.
async fn compare(space: &Space, worlds: &[World], seed: u64) -> (usize, usize) {
    let (mut allowed_in_all, mut nothing) = (0, 0);
    for world in worlds {
        let (ai, here) = (EntityId(world.asked.0), ChannelId(world.places[world.asked.1].id));
        let asked = Asked {
            entity: ai,
            channel: here,
            question: &world.word,
            language: Some(Language::En),
            beside: &[],
            at: OffsetDateTime::now_utc(),
            shown_from: i64::MAX,
            most: 1_000,
        };
        let recalled = recall(space, asked).await.unwrap();
        let messages: BTreeSet<Uuid> = recalled.messages.iter().map(|one| one.message.0).collect();
        let kept: BTreeSet<Uuid> = recalled.kept.iter().map(|one| one.kept.id).collect();
        let allowed = world.allowed();
        allowed_in_all += allowed.0.len() + allowed.1.len();
        nothing += usize::from(allowed.0.is_empty());
        assert_eq!((messages, kept), allowed, "{} of seed {seed}", world.word);
    }
    (allowed_in_all, nothing)
}

/// Has the index make what is kept, and takes it into the worlds' models: none of it rests on what is no source.
async fn form(space: &Space, worlds: &mut [World]) -> usize {
    index::remember(space).await.unwrap();
    let rows: Vec<(Uuid, Uuid, Uuid, Vec<i64>)> = sqlx::query_as(
        "select id, entity_id, channel_id, sources from memories where kind <> 'gist' and text <> '' and superseded_by is null",
    )
    .fetch_all(&space.db)
    .await
    .unwrap();
    let count = rows.len();
    for world in worlds {
        for at in 0..world.places.len() {
            let place = &world.places[at];
            let mut kept = Vec::new();
            for (id, ai, _, sources) in rows.iter().filter(|row| row.2 == place.id) {
                let sources: Vec<usize> = sources.iter().map(|seq| *seq as usize - 1).collect();
                for said in sources.iter().map(|at| &place.said[*at]) {
                    assert!(said.counts() && !world.has_forgotten(*ai, place, said), "{}: {:?}", world.word, sources);
                }
                kept.push((*id, *ai, sources));
            }
            world.places[at].kept = kept;
        }
    }
    count
}

/// Somebody of every second world has all that they said there forgotten, by one AI or all, in one place or everywhere.
async fn forget(space: &Space, worlds: &mut [World], random: &mut StdRng) {
    for world in worlds.iter_mut().step_by(2) {
        let person = pick(random, &world.people);
        let ai = random.random_bool(0.5).then(|| pick(random, &world.ais));
        let theirs: Vec<Uuid> =
            world.places.iter().filter(|place| place.seats.contains_key(&person)).map(|place| place.id).collect();
        let place = theirs.choose(random).copied().filter(|_| random.random_bool(0.5));
        forgetting::forget_all(space, EntityId(person), ai.map(EntityId), place.map(ChannelId)).await.unwrap();
        world.unremembered.push((person, ai, place, Some(OffsetDateTime::now_utc())));
    }
    // With it goes what AIs said again of it, which this model knows nothing of.
    let said_again: Vec<(Uuid, Uuid)> = sqlx::query_as(
        "select f.message_id, f.entity_id from forgotten f join messages m on m.id = f.message_id
         join entities e on e.id = m.author_id where e.kind = 'ai'",
    )
    .fetch_all(&space.db)
    .await
    .unwrap();
    worlds.iter_mut().for_each(|world| world.forgotten.extend(&said_again));
}

async fn prove(seed: u64) {
    let space = space().await;
    let mut random = StdRng::seed_from_u64(seed);
    let begin = OffsetDateTime::now_utc().replace_nanosecond(0).unwrap() - Duration::days(9);
    let mut in_all = (0, 0);
    let mut add = |(allowed, nothing): (usize, usize)| in_all = (in_all.0 + allowed, in_all.1 + nothing);
    let mut done = 0;
    while done < WORLDS {
        let indexed = done == 0;
        let count = if indexed { INDEXED } else { AT_ONCE.min(WORLDS - done) };
        let mut worlds: Vec<World> =
            (done..done + count).map(|number| World::new(&mut random, number, begin)).collect();
        done += count;
        if indexed {
            // What is kept, the index makes.
            worlds.iter_mut().flat_map(|world| &mut world.places).for_each(|place| place.kept.clear());
        }
        put(&space, &worlds, indexed).await;
        if indexed {
            index::catch_up(&space).await.unwrap();
            let kept = form(&space, &mut worlds).await;
            assert!(kept > INDEXED, "{kept} memories of {INDEXED} worlds");
            add(compare(&space, &worlds, seed).await);
            forget(&space, &mut worlds, &mut random).await;
            form(&space, &mut worlds).await;
        }
        sqlx::query("analyze").execute(&space.db).await.unwrap();
        add(compare(&space, &worlds, seed).await);
    }
    // It would prove nothing if nothing were allowed, or everything.
    assert!(in_all.0 > WORLDS * 5 && in_all.1 > WORLDS / 20, "{in_all:?}");
}

#[tokio::test]
async fn nobody_hears_what_they_could_not_have_read_in_five_thousand_worlds() {
    prove(1).await;
}

#[tokio::test]
async fn nor_in_five_thousand_others() {
    prove(2).await;
}
