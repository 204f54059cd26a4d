//! What only a browser can do. On the server each of these does nothing.

use crate::visitor::Viewer;
use leptos::prelude::*;

#[cfg(feature = "hydrate")]
mod real {
    use crate::visitor::Viewer;
    use leptos::prelude::*;

    fn storage() -> Option<web_sys::Storage> {
        window().local_storage().ok().flatten()
    }

    pub fn stored(key: &str) -> Option<String> {
        storage()?.get_item(key).ok().flatten()
    }

    pub fn stored_under(prefix: &str) -> Vec<String> {
        let Some(storage) = storage() else { return Vec::new() };
        let keys = (0..storage.length().unwrap_or(0)).filter_map(|at| storage.key(at).ok().flatten());
        let keys: Vec<String> = keys.filter(|key| key.starts_with(prefix)).collect();
        keys.iter().filter_map(|key| storage.get_item(key).ok().flatten()).collect()
    }

    pub fn store(key: &str, value: &str) {
        if let Some(storage) = storage() {
            let _ = if value.is_empty() { storage.remove_item(key) } else { storage.set_item(key, value) };
        }
    }

    pub fn keep_zone(viewer: RwSignal<Viewer>) {
        let minutes = -(js_sys::Date::new_0().get_timezone_offset() as i32);
        if viewer.with_untracked(|viewer| viewer.zone_minutes) != minutes {
            let today = ((js_sys::Date::now() / 60_000.0) as i64 + i64::from(minutes)).div_euclid(24 * 60);
            viewer.update(|viewer| (viewer.zone_minutes, viewer.today) = (minutes, today));
        }
    }

    pub fn keep_place(
        scroller: &web_sys::Element,
        lines: &web_sys::Element,
        shown: impl Fn() -> (Option<i64>, bool) + 'static,
    ) {
        use wasm_bindgen::{JsCast, prelude::Closure};
        let (talk, content) = (scroller.clone(), lines.clone());
        let shape = move || (shown(), content.client_width(), content.client_height());
        let mut before = shape();
        let changed = Closure::<dyn FnMut()>::new(move || {
            let now = shape();
            let same = (now.0.0, now.1) == (before.0.0, before.1);
            // At the newest message one follows the talk; at the end of a stretch of the past one stays where one is.
            if same && (talk.scroll_top() < -20 || !before.0.1) {
                talk.set_scroll_top(talk.scroll_top() - (now.2 - before.2));
            }
            before = now;
        });
        if let Ok(observer) = web_sys::ResizeObserver::new(changed.into_js_value().unchecked_ref()) {
            observer.observe(lines);
            // Else a room that was left stays in memory with all its lines.
            let observer = StoredValue::new_local(observer);
            on_cleanup(move || observer.with_value(web_sys::ResizeObserver::disconnect));
        }
    }

    pub fn is_there(selector: &str) -> bool {
        document().query_selector(selector).ok().flatten().is_some()
    }

    pub fn note(name: &str, value: &str) {
        if let Some(root) = document().document_element() {
            let _ = root.set_attribute(name, value);
        }
    }

    pub fn is_visible() -> bool {
        document().visibility_state() == web_sys::VisibilityState::Visible
    }

    pub fn now_ms() -> f64 {
        js_sys::Date::now()
    }

    pub fn go(path: &str) {
        let _ = window().location().set_href(path);
    }

    pub fn reload() {
        let _ = window().location().reload();
    }
}

#[cfg(not(feature = "hydrate"))]
mod real {
    use crate::visitor::Viewer;
    use leptos::prelude::RwSignal;

    pub fn stored(_: &str) -> Option<String> {
        None
    }
    pub fn stored_under(_: &str) -> Vec<String> {
        Vec::new()
    }
    pub fn store(_: &str, _: &str) {}
    pub fn keep_zone(_: RwSignal<Viewer>) {}
    pub fn note(_: &str, _: &str) {}
    pub fn is_visible() -> bool {
        false
    }
    pub fn now_ms() -> f64 {
        0.0
    }
    pub fn go(_: &str) {}
    pub fn reload() {}
}

/// What this browser keeps under a key.
pub fn stored(key: &str) -> Option<String> {
    real::stored(key)
}

/// Everything that this browser keeps under keys with this beginning.
pub fn stored_under(prefix: &str) -> Vec<String> {
    real::stored_under(prefix)
}

/// Keeps something under a key; nothing where it is empty.
pub fn store(key: &str, value: &str) {
    real::store(key, value);
}

/// Tells this page which zone the reader is in; the server learns it by a cookie that `page.js` keeps.
pub fn keep_zone(viewer: RwSignal<Viewer>) {
    real::keep_zone(viewer);
}

/// A text for the document's title. The server writes it into the page as it is, so there it is escaped; the browser
/// takes it as text.
pub fn in_title(title: String) -> String {
    if cfg!(feature = "ssr") { title.replace('&', "&amp;").replace('<', "&lt;") } else { title }
}

/// Keeps what is read of a talk in its place while lines are added below it. `first` names the oldest line: where that
/// changes, lines were added above, which moves nothing.
#[cfg(feature = "hydrate")]
pub fn keep_place(
    scroller: &web_sys::Element,
    lines: &web_sys::Element,
    shown: impl Fn() -> (Option<i64>, bool) + 'static,
) {
    real::keep_place(scroller, lines, shown);
}

/// Whether the page has something that this selector finds.
#[cfg(feature = "hydrate")]
pub fn is_there(selector: &str) -> bool {
    real::is_there(selector)
}

/// Says something on the document, for page.js and for whoever drives a browser.
pub fn note(name: &str, value: &str) {
    real::note(name, value);
}

/// Whether somebody can see this page.
pub fn is_visible() -> bool {
    real::is_visible()
}

/// Milliseconds since 1970.
pub fn now_ms() -> f64 {
    real::now_ms()
}

/// Loads another page.
pub fn go(path: &str) {
    real::go(path);
}

/// Loads this page anew.
pub fn reload() {
    real::reload();
}

/// A random share of a span, so that many browsers do not come at once.
pub fn jitter(ms: f64) -> std::time::Duration {
    #[cfg(feature = "hydrate")]
    let random = js_sys::Math::random();
    #[cfg(not(feature = "hydrate"))]
    let random = 0.5;
    std::time::Duration::from_millis((ms * (0.5 + random)) as u64)
}
