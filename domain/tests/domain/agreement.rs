//! Whatever happens, in whatever order, at whichever node, over a wire that is cut again and again: in the end what each
//! client has pieced together is what a fresh look shows its member.

use crate::world::{fresh_database, person, policy};
use bytes::Bytes;
use domain::Space;
use domain::channels::{self, invite, leave, remove, rename, start};
use domain::messages::{self, Draft, Stretch, delete, edit, pin, react};
use domain::minds::Minds;
use domain::wire::{self, Wire};
use futures::StreamExt;
use model::channels::{CircleDraft, RoomDraft};
use model::{ChannelId, ClientKey, EntityId, Event, History, Message, Position, Role, Synced};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::{Notify, mpsc};

/// A wire within the process, which can be cut.
struct Cable {
    ends: Vec<mpsc::Sender<Option<Bytes>>>,
    cut: Arc<AtomicBool>,
}

impl Wire for Cable {
    fn send(&self, bytes: Bytes) -> bool {
        if !self.cut.load(Ordering::Acquire) {
            for end in &self.ends {
                let _ = end.try_send(Some(bytes.clone()));
            }
        }
        true
    }

    fn lost(&self) -> bool {
        false
    }
}

/// What a member sees of a channel.
#[derive(Clone, Debug, Default, PartialEq)]
struct Picture {
    clock: i64,
    name: String,
    members: BTreeMap<EntityId, (i64, Option<Role>)>,
    messages: BTreeMap<i64, Message>,
}

impl Picture {
    fn take(&mut self, me: EntityId, event: &Event) {
        match event {
            Event::Message { message, .. } => {
                let known = self.messages.get(&message.seq);
                if known.is_none_or(|known| known.clock < message.clock) {
                    self.messages.insert(message.seq, (**message).clone());
                }
            }
            Event::Member { member, .. } => {
                let known = self.members.get(&member.entity.id);
                if known.is_none_or(|(clock, _)| *clock < member.clock) {
                    self.members.insert(member.entity.id, (member.clock, member.joined.then_some(member.role)));
                    if member.entity.id == me {
                        self.messages.retain(|seq, _| *seq >= member.visible_from);
                    }
                }
            }
            Event::Channel { state, .. } if state.clock >= self.clock => self.name.clone_from(&state.name),
            _ => {}
        }
        self.clock = self.clock.max(event.clock().unwrap_or(0));
    }

    /// What counts: clocks of members are how one comes to it.
    fn seen(&self) -> (String, Vec<(EntityId, Role)>, Vec<Message>) {
        let members = self.members.iter().filter_map(|(id, (_, role))| role.map(|role| (*id, role))).collect();
        (self.name.clone(), members, self.messages.values().cloned().collect())
    }
}

/// All that a fresh look shows; `None` for those who are not in it.
async fn look(space: &Space, who: EntityId, id: ChannelId) -> Option<Picture> {
    let opened = channels::open(space, who, id).await.ok().filter(|opened| opened.joined)?;
    let mut picture = Picture { clock: opened.channel.clock, name: opened.channel.name, ..Picture::default() };
    for member in opened.members {
        picture.members.insert(member.entity.id, (member.clock, Some(member.role)));
    }
    let mut after = 0;
    loop {
        let page = messages::history(space, who, id, Stretch::After(after)).await.ok()?;
        picture.messages.extend(page.messages.into_iter().map(|message| (message.seq, message)));
        match picture.messages.last_key_value() {
            Some((seq, _)) if page.more_after => after = *seq,
            _ => return Some(picture),
        }
    }
}

/// Somebody at one of the nodes, with what they have pieced together.
struct Client {
    who: EntityId,
    node: AtomicUsize,
    cut: Notify,
    pictures: Mutex<BTreeMap<ChannelId, Picture>>,
}

impl Client {
    async fn live(self: Arc<Self>, nodes: Arc<Vec<Space>>) {
        loop {
            let space = &nodes[self.node.load(Ordering::Acquire) % nodes.len()];
            let session = self.who.0.as_bytes().to_vec();
            if let Ok(mut frames) = space.live.connect(self.who, session).await {
                loop {
                    let piece = tokio::select! {
                        piece = frames.next() => piece,
                        () = self.cut.notified() => None,
                    };
                    let Some(Ok(piece)) = piece else { break };
                    for frame in std::str::from_utf8(&piece).unwrap().trim_end().split("\n\n") {
                        let event: Event = serde_json::from_str(frame.strip_prefix("data: ").unwrap()).unwrap();
                        self.take(space, &event).await;
                    }
                }
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn take(&self, space: &Space, event: &Event) {
        let channel = match event {
            Event::Hello { .. } | Event::Me => return self.sync(space).await,
            Event::Gone { channel } => {
                self.pictures.lock().unwrap().remove(channel);
                return;
            }
            Event::Message { channel, .. } | Event::Member { channel, .. } | Event::Channel { channel, .. } => *channel,
            _ => return,
        };
        let known =
            self.pictures.lock().unwrap().get_mut(&channel).map(|picture| picture.take(self.who, event)).is_some();
        if !known {
            self.load(space, channel).await;
        }
    }

    async fn load(&self, space: &Space, channel: ChannelId) {
        if let Some(picture) = look(space, self.who, channel).await {
            self.pictures.lock().unwrap().insert(channel, picture);
        }
    }

    async fn sync(&self, space: &Space) {
        let known = self.pictures.lock().unwrap().clone();
        let positions: Vec<Position> =
            known.iter().map(|(channel, known)| Position { channel: *channel, clock: known.clock, epoch: 0 }).collect();
        let Ok(answer) = messages::sync(space, self.who, &positions).await else { return };
        for synced in answer.channels {
            match synced {
                Synced::Changes { channel, up_to, events, .. } => {
                    if let Some(picture) = self.pictures.lock().unwrap().get_mut(&channel) {
                        events.iter().for_each(|event| picture.take(self.who, event));
                        picture.clock = picture.clock.max(up_to);
                    }
                }
                Synced::Reload { channel } => self.load(space, channel).await,
                Synced::Gone { channel } => drop(self.pictures.lock().unwrap().remove(&channel)),
            }
        }
        for place in answer.places.into_iter().filter(|place| place.joined) {
            if !known.contains_key(&place.channel.id) {
                self.load(space, place.channel.id).await;
            }
        }
    }
}

/// Everything that is going on: nodes, people, channels and the wire.
struct Scene {
    nodes: Arc<Vec<Space>>,
    clients: Vec<Arc<Client>>,
    channels: Vec<ChannelId>,
    cut: Arc<AtomicBool>,
    ends: Vec<mpsc::Sender<Option<Bytes>>>,
}

impl Scene {
    async fn set() -> Self {
        let options = fresh_database().await;
        let cut = Arc::new(AtomicBool::new(false));
        let (ends, mut incoming): (Vec<_>, Vec<_>) = (0..2).map(|_| mpsc::channel(4_096)).unzip();
        let mut nodes = Vec::new();
        for _ in 0..2 {
            let db = domain::database::connect(options.clone(), 8).await.unwrap();
            let cable = Cable { ends: ends.clone(), cut: cut.clone() };
            let node = Space::on_wire(db, policy(), Minds::none(), Box::new(cable));
            tokio::spawn(wire::hear(node.clone(), incoming.remove(0)));
            tokio::spawn(wire::pulse(node.clone()));
            nodes.push(node);
        }
        let keeper = crate::world::admin(&nodes[0]).await;
        let mut people = vec![keeper.id];
        for name in ["Ann", "Ben", "Cleo", "Dan"] {
            people.push(person(&nodes[0], name).await.id);
        }
        let room = RoomDraft { name: "The Hall".into(), description: String::new(), capacity: 9 };
        let mut all = vec![channels::create(&nodes[0], keeper.id, room).await.unwrap()];
        for history in [History::Whole, History::FromJoining] {
            let draft = CircleDraft { members: people.clone(), history, ..CircleDraft::default() };
            all.push(start(&nodes[0], keeper.id, draft).await.unwrap());
        }
        let nodes = Arc::new(nodes);
        let clients: Vec<Arc<Client>> = people
            .into_iter()
            .enumerate()
            .map(|(n, who)| Arc::new(Client { who, node: n.into(), cut: Notify::new(), pictures: Mutex::default() }))
            .collect();
        for client in &clients {
            let session = client.who.0.as_bytes().to_vec();
            sqlx::query("insert into sessions (id, entity_id, data, expires_at) values ($1, $2, '{}', now() + interval '1 hour')")
                .bind(session)
                .bind(client.who.0)
                .execute(&nodes[0].db)
                .await
                .unwrap();
            tokio::spawn(client.clone().live(nodes.clone()));
        }
        Self { nodes, clients, channels: all, cut, ends }
    }

    fn mend(&self) {
        if self.cut.swap(false, Ordering::AcqRel) {
            // A connection that comes back says that something may have been missed.
            self.ends.iter().for_each(|end| drop(end.try_send(None)));
        }
    }

    /// One thing that somebody does. Most of what is refused is meant to be.
    async fn act(&self, chance: &mut StdRng) {
        let space = &self.nodes[chance.random_range(0..self.nodes.len())];
        let (actor, other) = (chance.random_range(0..self.clients.len()), chance.random_range(0..self.clients.len()));
        let (who, whom) = (self.clients[actor].who, self.clients[other].who);
        let id = self.channels[chance.random_range(0..self.channels.len())];
        let said: Vec<Message> = match messages::history(space, who, id, Stretch::Latest).await {
            Ok(page) => page.messages,
            Err(_) => Vec::new(),
        };
        let any = (!said.is_empty()).then(|| said[chance.random_range(0..said.len())].clone());
        let own = said.iter().rev().find(|message| message.author.id == who).cloned();
        match (chance.random_range(0..100), any, own) {
            (0..45, any, _) => {
                let reply_to = any.filter(|_| chance.random_bool(0.4)).map(|message| message.id);
                let body = format!("line {} for @Ann", chance.random_range(0..1_000));
                let _ = messages::post(
                    space,
                    who,
                    Draft { channel: id, client_key: ClientKey::new(), body, reply_to, off_record: false },
                )
                .await;
            }
            (45..55, _, Some(own)) => {
                let _ = edit(space, who, id, own.id, &format!("now {}", chance.random_range(0..1_000))).await;
            }
            (55..65, Some(any), _) => {
                let emoji = ["🔥", "🌙", "🍵"][chance.random_range(0..3)];
                let _ = react(space, who, id, any.id, emoji, chance.random_bool(0.7)).await;
            }
            (65..70, _, Some(own)) => drop(delete(space, who, id, own.id, "").await),
            (70..73, Some(any), _) => drop(pin(space, who, id, any.id, chance.random_bool(0.5)).await),
            (73..80, ..) => drop(invite(space, who, id, whom).await),
            (80..85, ..) => drop(channels::join(space, who, self.channels[0]).await),
            // The first one stays everywhere, so that no circle is closed.
            (85..88, ..) if actor > 0 => drop(leave(space, who, id).await),
            (88..91, ..) if other > 0 => drop(remove(space, self.clients[0].who, id, whom, false).await),
            (91..93, ..) => drop(rename(space, who, id, &format!("called {}", chance.random_range(0..9))).await),
            (93..95, ..) => self.cut.store(true, Ordering::Release),
            (95..97, ..) => self.mend(),
            (97.., ..) => {
                self.clients[other].node.fetch_add(1, Ordering::AcqRel);
                self.clients[other].cut.notify_one();
            }
            _ => {}
        }
    }

    /// Waits until every client sees what a fresh look shows.
    async fn settle(&self, seed: u64) {
        for client in &self.clients {
            for id in &self.channels {
                let mut last = None;
                for _ in 0..200 {
                    let fresh = look(&self.nodes[0], client.who, *id).await.map(|picture| picture.seen());
                    let known = client.pictures.lock().unwrap().get(id).map(Picture::seen);
                    if fresh == known {
                        last = None;
                        break;
                    }
                    last = Some((fresh, known));
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
                assert!(last.is_none(), "seed {seed}: what is there, and what a client sees of it: {last:#?}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_the_end_every_client_sees_what_a_fresh_look_shows() {
    for seed in 1..=4 {
        let scene = Scene::set().await;
        let mut chance = StdRng::seed_from_u64(seed);
        for _ in 0..150 {
            scene.act(&mut chance).await;
        }
        scene.mend();
        scene.settle(seed).await;
    }
}
