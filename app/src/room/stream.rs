//! One event stream for all tabs of a browser. The tab that holds a lock has the stream and passes events on.

#[cfg(feature = "hydrate")]
pub use real::begin;

#[cfg(feature = "hydrate")]
mod real {
    use super::super::live::Live;
    use crate::browser;
    use js_sys::{Function, Promise, Reflect};
    use leptos::prelude::*;
    use model::Event;
    use std::cell::{Cell, RefCell};
    use std::rc::Rc;
    use std::time::Duration;
    use wasm_bindgen::prelude::*;
    use web_sys::{BroadcastChannel, EventSource, MessageEvent};

    const NAME: &str = "gathering-events";
    /// Silence after which a stream counts as dead: two heartbeats and a half.
    const DEAD_AFTER_MS: f64 = 50_000.0;
    /// What the leading tab tells the others when it hears nothing any more.
    const LOST: &str = "lost";

    #[wasm_bindgen]
    extern "C" {
        type Locks;
        #[wasm_bindgen(method)]
        fn request(this: &Locks, name: &str, holds: &Function) -> Promise;
    }

    /// The tab that has the stream.
    struct Leader {
        live: Live,
        others: Option<BroadcastChannel>,
        source: RefCell<Option<EventSource>>,
        last_sign: Cell<f64>,
        pause: Cell<f64>,
    }

    /// Listens to the other tabs, and opens the stream once this tab may.
    pub fn begin(live: Live) {
        let others = BroadcastChannel::new(NAME).ok();
        if let Some(others) = &others {
            let hear = Closure::<dyn FnMut(MessageEvent)>::new(move |message: MessageEvent| {
                if let Some(text) = message.data().as_string() {
                    dispatch(live, &text);
                }
            });
            others.set_onmessage(Some(hear.as_ref().unchecked_ref()));
            hear.forget();
        }
        let leader = Rc::new(Leader {
            live,
            others,
            source: RefCell::new(None),
            last_sign: Cell::new(browser::now_ms()),
            pause: Cell::new(500.0),
        });
        let navigator = window().navigator();
        let locks = Reflect::get(&navigator, &"locks".into()).ok().filter(JsValue::is_object);
        let Some(locks) = locks else {
            // Without a secure context there are no locks: each tab has a stream of its own.
            lead(&leader);
            return;
        };
        // While another tab leads, this one catches up by asking once, and then by what it is passed.
        live.sync();
        let holds = Closure::once_into_js(move || {
            lead(&leader);
            // Held until the tab is closed.
            Promise::new(&mut |_, _| {})
        });
        let _ = locks.unchecked_into::<Locks>().request(NAME, holds.unchecked_ref());
    }

    fn dispatch(live: Live, text: &str) {
        if text == LOST {
            live.lost();
            return;
        }
        if let Ok(event) = serde_json::from_slice::<Event>(text.as_bytes()) {
            live.take(&event);
        }
    }

    fn lead(leader: &Rc<Leader>) {
        open(leader);
        let watched = leader.clone();
        let _ = set_interval_with_handle(
            move || {
                if browser::now_ms() - watched.last_sign.get() > DEAD_AFTER_MS {
                    open_later(&watched, 0.0);
                }
            },
            Duration::from_secs(5),
        );
        let back = leader.clone();
        let online = Closure::<dyn FnMut()>::new(move || open_later(&back, 50.0));
        let _ = window().add_event_listener_with_callback("online", online.as_ref().unchecked_ref());
        online.forget();
        let live = leader.live;
        let offline = Closure::<dyn FnMut()>::new(move || live.lost());
        let _ = window().add_event_listener_with_callback("offline", offline.as_ref().unchecked_ref());
        offline.forget();
    }

    fn open(leader: &Rc<Leader>) {
        close(leader);
        let Ok(source) = EventSource::new("/api/events") else { return };
        leader.last_sign.set(browser::now_ms());
        let hearing = leader.clone();
        let hear = Closure::<dyn FnMut(MessageEvent)>::new(move |message: MessageEvent| {
            let Some(text) = message.data().as_string() else { return };
            hearing.last_sign.set(browser::now_ms());
            hearing.pause.set(500.0);
            if let Some(others) = &hearing.others {
                let _ = others.post_message(&message.data());
            }
            match serde_json::from_slice::<Event>(text.as_bytes()) {
                Ok(Event::Resume { after_ms }) => open_later(&hearing, f64::from(after_ms)),
                Ok(event) => hearing.live.take(&event),
                Err(_) => {}
            }
        });
        source.set_onmessage(Some(hear.as_ref().unchecked_ref()));
        hear.forget();
        let failing = leader.clone();
        let fail = Closure::<dyn FnMut()>::new(move || {
            failing.live.lost();
            if let Some(others) = &failing.others {
                let _ = others.post_message(&LOST.into());
            }
            // Whether it was the network or the end of the session, the answer to this tells.
            failing.live.sync();
            let pause = failing.pause.get();
            failing.pause.set(f64::min(pause * 2.0, 10_000.0));
            open_later(&failing, pause);
        });
        source.set_onerror(Some(fail.as_ref().unchecked_ref()));
        fail.forget();
        *leader.source.borrow_mut() = Some(source);
    }

    fn close(leader: &Rc<Leader>) {
        if let Some(source) = leader.source.borrow_mut().take() {
            source.set_onmessage(None);
            source.set_onerror(None);
            source.close();
        }
    }

    fn open_later(leader: &Rc<Leader>, ms: f64) {
        close(leader);
        leader.last_sign.set(browser::now_ms());
        let leader = leader.clone();
        set_timeout(
            move || {
                if leader.source.borrow().is_none() {
                    open(&leader);
                }
            },
            browser::jitter(ms),
        );
    }
}
