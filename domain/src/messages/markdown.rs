//! Markdown to HTML that is safe to show. Nobody's HTML passes, people's or models'.

use super::{code, emoji};
use crate::{Error, Result};
use ammonia::{Builder, UrlRelative};
use model::limits;
use pulldown_cmark::{CodeBlockKind, CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, TextMergeStream, html};
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

/// What may remain. The parser makes nothing else; the sanitiser is the second lock on the same door.
static SANITISER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let tags = [
        "p",
        "br",
        "strong",
        "em",
        "del",
        "code",
        "pre",
        "blockquote",
        "ul",
        "ol",
        "li",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "a",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "span",
    ];
    let mut builder = Builder::default();
    builder
        .tags(HashSet::from(tags))
        .tag_attributes(HashMap::from([("a", HashSet::from(["href"])), ("ol", HashSet::from(["start"]))]))
        .allowed_classes(HashMap::from([("span", code::classes().collect())]))
        .generic_attributes(HashSet::new())
        .url_schemes(HashSet::from(["http", "https", "mailto"]))
        .url_relative(UrlRelative::Deny)
        .link_rel(Some("noopener noreferrer nofollow ugc"))
        .set_tag_attribute_value("a", "target", "_blank")
        // What scrolls sideways has to be within reach of the keyboard.
        .set_tag_attribute_value("pre", "tabindex", "0")
        .set_tag_attribute_value("table", "tabindex", "0");
    builder
});

/// Renders a message's text. Line breaks are kept, raw HTML is shown as it was typed, images become their links.
///
/// What would grow out of all proportion (a table whose every row is filled up to the width of its head) is shown
/// without its form: everybody in the room has to load it.
pub fn render(body: &str) -> String {
    if let Some(large) = emoji::alone(body) {
        return format!("<p class=\"large\">{}</p>\n", ammonia::clean_text(&large));
    }
    let most = body.len() * 8 + 4_096;
    let body = &*without_definitions(body);
    let plain = Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    for (options, in_colour) in
        [(plain | Options::ENABLE_TABLES, true), (plain | Options::ENABLE_TABLES, false), (plain, false)]
    {
        let shown = shown_with(body, options, in_colour);
        if shown.len() <= most && says_something(&shown) {
            return shown;
        }
    }
    format!("<p>{}</p>\n", ammonia::clean_text(body))
}

/// The same, off the threads that serve requests where there is code to be coloured.
pub(super) async fn rendered(body: &str) -> Result<String> {
    if !body.contains("```") && !body.contains("~~~") {
        return Ok(render(body));
    }
    let body = body.to_owned();
    tokio::task::spawn_blocking(move || render(&body)).await.map_err(|_| Error::Interrupted("rendering a message"))
}

/// Definitions of links (`[alice]: hello`) are taken as what somebody said: Markdown would show nothing of them.
fn without_definitions(body: &str) -> Cow<'_, str> {
    let parser = Parser::new_ext(body, Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TABLES);
    let mut starts: Vec<usize> = parser.reference_definitions().iter().map(|(_, one)| one.span.start).collect();
    if starts.is_empty() {
        return Cow::Borrowed(body);
    }
    starts.sort_unstable();
    let mut said = body.to_owned();
    for start in starts.into_iter().rev() {
        said.insert(start, '\\');
    }
    Cow::Owned(said)
}

/// Whether a body has no word, sign or picture in it: only marks that give form to what is not there (`---`, `** **`, `#`, an
/// empty block of code), spaces by any name, or a comment in HTML.
pub(crate) fn says_nothing(body: &str) -> bool {
    let mut rest = body;
    let mut said = String::with_capacity(body.len());
    while let Some((before, comment)) = rest.split_once("<!--") {
        said.push_str(before);
        rest = comment.split_once("-->").map_or("", |(_, behind)| behind);
    }
    said.push_str(rest);
    let is_seen = |c: char| !limits::is_blank(c) && !matches!(c, '*' | '_' | '~' | '`' | '#');
    let said = without_definitions(&said);
    !Parser::new_ext(&said, Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TABLES).any(|event| match event {
        Event::Text(text) | Event::Code(text) | Event::Html(text) | Event::InlineHtml(text) => {
            text.chars().any(is_seen)
        }
        // It may be the number that was asked for.
        Event::Start(Tag::List(Some(_))) => true,
        _ => false,
    })
}

/// Whether anything of it can be seen.
fn says_something(html: &str) -> bool {
    let mut inside = false;
    html.contains("<hr")
        || html.chars().any(|c| {
            inside = c == '<' || (inside && c != '>');
            !inside && c != '>' && !c.is_whitespace()
        })
}

fn shown_with(body: &str, options: Options, in_colour: bool) -> String {
    let shown = TextMergeStream::new(Parser::new_ext(body, options)).map(|event| match event {
        Event::SoftBreak => Event::HardBreak,
        Event::Html(raw) | Event::InlineHtml(raw) => Event::Text(raw),
        // The page has headings of its own above the talk.
        Event::Start(Tag::Heading { level, id, classes, attrs }) => {
            Event::Start(Tag::Heading { level: level.max(HeadingLevel::H3), id, classes, attrs })
        }
        Event::End(TagEnd::Heading(level)) => Event::End(TagEnd::Heading(level.max(HeadingLevel::H3))),
        // An image would tell its host who reads: the reader decides by following a link.
        Event::Start(Tag::Image { link_type, dest_url, title, id }) => {
            Event::Start(Tag::Link { link_type, dest_url, title, id })
        }
        Event::End(TagEnd::Image) => Event::End(TagEnd::Link),
        Event::TaskListMarker(done) => Event::Text(CowStr::Borrowed(if done { "☑ " } else { "☐ " })),
        other => other,
    });
    let shown = with_emoji(with_colours(shown, in_colour));
    let mut out = String::with_capacity(body.len() * 5 / 4 + 16);
    html::push_html(&mut out, Linked::new(shown));
    SANITISER.clean(&out).to_string()
}

/// Code of a known language in colours.
fn with_colours<'a>(events: impl Iterator<Item = Event<'a>>, wanted: bool) -> impl Iterator<Item = Event<'a>> {
    let mut language: Option<String> = None;
    let mut code = String::new();
    events.filter_map(move |event| match event {
        Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) if wanted && !info.is_empty() => {
            language = Some(info.split([' ', ',']).next().unwrap_or_default().to_ascii_lowercase());
            None
        }
        Event::Text(text) if language.is_some() => {
            code.push_str(&text);
            None
        }
        Event::End(TagEnd::CodeBlock) if language.is_some() => {
            let (language, code) = (language.take().unwrap_or_default(), std::mem::take(&mut code));
            let html = code::coloured(&code, &language).unwrap_or_else(|| code::escaped(&code));
            Some(Event::Html(CowStr::from(format!("<pre><code>{html}</code></pre>\n"))))
        }
        other => Some(other),
    })
}

/// Shortcodes as the emoji that they stand for, but not in code.
fn with_emoji<'a>(events: impl Iterator<Item = Event<'a>>) -> impl Iterator<Item = Event<'a>> {
    let mut in_code = false;
    events.map(move |event| {
        match &event {
            Event::Start(Tag::CodeBlock(_)) => in_code = true,
            Event::End(TagEnd::CodeBlock) => in_code = false,
            _ => {}
        }
        match event {
            Event::Text(text) if !in_code && text.contains(':') => Event::Text(CowStr::from(emoji::spelled_out(&text))),
            other => other,
        }
    })
}

/// Turns bare addresses in running text into links.
struct Linked<'a, I> {
    events: I,
    /// How deep inside links and code blocks: there an address stays text.
    plain: usize,
    waiting: std::collections::VecDeque<Event<'a>>,
}

impl<'a, I: Iterator<Item = Event<'a>>> Linked<'a, I> {
    fn new(events: I) -> Self {
        Self { events, plain: 0, waiting: std::collections::VecDeque::new() }
    }

    fn split(&mut self, text: &str) {
        let mut rest = text;
        while let Some((before, address, after)) = address(rest) {
            if !before.is_empty() {
                self.waiting.push_back(Event::Text(CowStr::from(before.to_owned())));
            }
            let link = Tag::Link {
                link_type: pulldown_cmark::LinkType::Autolink,
                dest_url: CowStr::from(address.to_owned()),
                title: CowStr::Borrowed(""),
                id: CowStr::Borrowed(""),
            };
            self.waiting.push_back(Event::Start(link));
            self.waiting.push_back(Event::Text(CowStr::from(shortened(address).into_owned())));
            self.waiting.push_back(Event::End(TagEnd::Link));
            rest = after;
        }
        if !rest.is_empty() {
            self.waiting.push_back(Event::Text(CowStr::from(rest.to_owned())));
        }
    }
}

impl<'a, I: Iterator<Item = Event<'a>>> Iterator for Linked<'a, I> {
    type Item = Event<'a>;

    fn next(&mut self) -> Option<Event<'a>> {
        if let Some(event) = self.waiting.pop_front() {
            return Some(event);
        }
        match self.events.next()? {
            event @ Event::Start(Tag::Link { .. } | Tag::CodeBlock(_)) => {
                self.plain += 1;
                Some(event)
            }
            event @ Event::End(TagEnd::Link | TagEnd::CodeBlock) => {
                self.plain = self.plain.saturating_sub(1);
                Some(event)
            }
            Event::Text(text) if self.plain == 0 && text.contains("://") => {
                self.split(&text);
                self.waiting.pop_front()
            }
            event => Some(event),
        }
    }
}

/// The first web address in a text, with what stands before and after it.
fn address(text: &str) -> Option<(&str, &str, &str)> {
    let begins = |scheme| text.match_indices(scheme).map(|(at, _)| at);
    let starts_word = |at: &usize| text[..*at].chars().next_back().is_none_or(|c| !c.is_alphanumeric());
    let start = begins("https://").chain(begins("http://")).filter(starts_word).min()?;
    let end = text[start..].find(|c: char| c.is_whitespace() || "<>\"”".contains(c)).map_or(text.len(), |n| start + n);
    let mut whole = text[start..end].trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', '*', '_', '。', '、']);
    // A closing bracket belongs to the sentence unless its partner is inside the address.
    while whole.ends_with(')') && whole.matches(')').count() > whole.matches('(').count() {
        whole = &whole[..whole.len() - 1];
    }
    let host = whole.split_once("://").map_or("", |(_, host)| host);
    if host.is_empty() {
        return None;
    }
    Some((&text[..start], whole, &text[start + whole.len()..]))
}

fn shortened(address: &str) -> Cow<'_, str> {
    const SHOWN: usize = 60;
    if address.chars().count() <= SHOWN {
        return Cow::Borrowed(address);
    }
    let mut short: String = address.chars().take(SHOWN - 1).collect();
    short.push('…');
    Cow::Owned(short)
}

#[cfg(test)]
mod tests {
    use super::{render, says_nothing};

    #[test]
    fn form_without_anything_in_it_says_nothing() {
        for nothing in [
            "",
            "&nbsp;",
            "---",
            "***",
            "** **",
            "<!-- nothing\nto say -->",
            "#",
            "```\n```",
            "```json\n\n```",
            "> ",
            "-",
            "\u{200b}",
            "[](https://a.example)",
        ] {
            assert!(says_nothing(nothing), "{nothing:?}");
        }
        for something in
            ["…", ".", "?", "🙂", "<!-- x --> yes", "`x`", "1.", "```\nx\n```", "1", "<br>", "[1]: see", "- a", "# *"]
        {
            assert_eq!(says_nothing(something), something == "# *", "{something:?}");
        }
    }

    #[test]
    fn whatever_was_said_can_be_seen() {
        assert_eq!(render("[alice]: hello"), "<p>[alice]: hello</p>\n");
        assert_eq!(render("one\n\n[1]: see\n[2]: there"), "<p>one</p>\n<p>[1]: see<br>\n[2]: there</p>\n");
        assert_eq!(render("# "), "<p>#&#32;</p>\n");
        assert_eq!(render("# big"), "<h3>big</h3>\n");
        assert_eq!(render("***"), "<hr>\n");
    }

    #[test]
    fn words_come_back_as_they_were_typed() {
        assert_eq!(render("it's <3 & 'quoted' \"so\""), "<p>it's &lt;3 &amp; 'quoted' \"so\"</p>\n");
        assert_eq!(render("one\ntwo"), "<p>one<br>\ntwo</p>\n");
        assert_eq!(render("שלום 👩‍👩‍👧"), "<p>שלום 👩‍👩‍👧</p>\n");
        assert_eq!(render("**b** *i* ~~s~~ `c`"), "<p><strong>b</strong> <em>i</em> <del>s</del> <code>c</code></p>\n");
    }

    #[test]
    fn emoji_may_be_spelled_out_and_alone_they_are_large() {
        assert_eq!(render("hi :fire: `:fire:`"), "<p>hi 🔥 <code>:fire:</code></p>\n");
        assert_eq!(render("at 10:30:20 :nothing:"), "<p>at 10:30:20 :nothing:</p>\n");
        assert_eq!(render(":fire: 👩‍👩‍👧"), "<p class=\"large\">🔥👩‍👩‍👧</p>\n");
        assert_eq!(render("🔥🔥🔥🔥🔥🔥🔥"), "<p>🔥🔥🔥🔥🔥🔥🔥</p>\n");
    }

    #[test]
    fn code_has_colours_and_tasks_have_boxes() {
        let code = render("```rust\nlet x = 1;\n```");
        assert!(code.contains("<pre tabindex=\"0\"><code><span class=\"hl-type\">let</span>"), "{code}");
        let unknown = render("```nothing\n<b>\n```");
        assert_eq!(unknown, "<pre tabindex=\"0\"><code>&lt;b&gt;\n</code></pre>\n");
        assert!(render("- [x] done\n- [ ] not yet").contains("<li>☑ done</li>"));
        let forged = render("<span class=\"hl-word\">x</span>");
        assert!(!forged.contains("<span"), "{forged}");
    }

    #[test]
    fn nobodys_html_passes() {
        for body in [
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "[x](javascript:alert(1))",
            "<a href=\"javascript:1\">x</a>",
            "[x](data:text/html;base64,PHNjcmlwdD4=)",
            "<svg onload=alert(1)>",
            "[x](vbscript:1)",
            "<style>*{}</style>",
            "[x](/api/accounts/logout)",
        ] {
            let html = render(body);
            for bad in [
                "<script",
                "<img",
                "<a href=\"javascript",
                "<a href=\"data",
                "<svg",
                "<a href=\"vb",
                "<style",
                "<a href=\"/api",
            ] {
                assert!(!html.contains(bad), "{body} became {html}");
            }
        }
    }

    #[test]
    fn nothing_grows_out_of_proportion() {
        let table = format!("{}\n{}\n{}", "a|".repeat(300), "-|".repeat(300), "a\n".repeat(1_399));
        for body in [table, ">".repeat(4_000), "- ".repeat(2_000), "*a ".repeat(1_300), "[".repeat(4_000)] {
            let html = render(&body);
            assert!(html.len() <= body.len() * 8 + 4_096, "{} became {}", body.len(), html.len());
        }
    }

    #[test]
    fn images_become_links_and_addresses_are_linked() {
        let image = render("![a cat](https://host.example/cat.png)");
        assert!(image.contains("<a href=\"https://host.example/cat.png\"") && !image.contains("<img"), "{image}");
        let text = render("see (https://a.example/x_(y)), or http://b.example.");
        assert!(
            text.contains("href=\"https://a.example/x_(y)\"") && text.contains("href=\"http://b.example\""),
            "{text}"
        );
        assert!(text.contains("rel=\"noopener noreferrer nofollow ugc\""), "{text}");
        assert_eq!(render("`https://a.example`"), "<p><code>https://a.example</code></p>\n");
    }
}
