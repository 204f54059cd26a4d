//! Web pages, as the words on them: the tokens alone, without a tree that could be made too deep.

use crate::outline::Outline;
use encoding_rs::Encoding;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, CharacterTokens, EndTag, StartTag, Tag, TagToken, Token, TokenSink, TokenSinkResult, Tokenizer,
    TokenizerOpts,
};
use std::cell::RefCell;

/// How far into a page it is looked for what it says of its letters.
const HEAD: usize = 2_048;

/// A page by its headings.
pub fn read(page: &str) -> Outline {
    let mut outline = Outline::default();
    add(&mut outline, page);
    outline
}

/// Adds what a page says.
pub fn add(outline: &mut Outline, page: &str) {
    let words = Words(RefCell::new(Sink { outline: std::mem::take(outline), ..Sink::default() }));
    let tokenizer = Tokenizer::new(words, TokenizerOpts::default());
    let input = BufferQueue::default();
    input.push_back(StrTendril::from_slice(page));
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    let mut sink = tokenizer.sink.0.into_inner();
    sink.flush();
    *outline = sink.outline;
}

/// The letters that a page says it is written in.
pub fn charset(file: &[u8]) -> Option<&'static Encoding> {
    let head = String::from_utf8_lossy(&file[..file.len().min(HEAD)]).to_ascii_lowercase();
    let (_, label) = head.split_once("charset=")?;
    let label: String = label
        .trim_start_matches(['"', '\''])
        .chars()
        .take_while(|c| c.is_alphanumeric() || "-_".contains(*c))
        .collect();
    Encoding::for_label(label.as_bytes())
}

#[derive(Default)]
struct Sink {
    outline: Outline,
    text: String,
    /// The level of the heading that it is in.
    heading: Option<u8>,
    /// Whether it is in the page's title, and whether there was one before.
    in_title: bool,
    has_title: bool,
    /// Inside of how many elements that say nothing to people.
    silent: usize,
    /// Inside of how many whose spaces count.
    written: usize,
}

impl Sink {
    fn words(&mut self, text: &str) {
        if self.in_title {
            if !self.has_title {
                self.outline.title.push_str(text);
            }
        } else if self.silent == 0 && self.written > 0 {
            self.text.push_str(text);
        } else if self.silent == 0 {
            for c in text.chars() {
                let is_space = c.is_whitespace();
                if !is_space || !self.text.ends_with([' ', '\n']) {
                    self.text.push(if is_space { ' ' } else { c });
                }
            }
        }
    }

    /// What was said so far is a paragraph of its own.
    fn flush(&mut self) {
        let text = std::mem::take(&mut self.text);
        match self.heading {
            Some(level) => self.outline.heading(level, &text),
            None => self.outline.paragraph(&text),
        }
    }

    fn tag(&mut self, tag: &Tag) -> TokenSinkResult<()> {
        let begins = tag.kind == StartTag;
        let name: &str = &tag.name;
        let count = |depth: usize| if begins { depth + 1 } else { depth.saturating_sub(1) };
        match name {
            "title" if !tag.self_closing => {
                self.in_title = begins;
                self.has_title |= begins && !self.outline.title.is_empty();
                return raw(begins, RawKind::Rcdata);
            }
            "script" | "style" | "noscript" | "template" | "iframe" | "svg" | "textarea" if !tag.self_closing => {
                self.silent = count(self.silent);
                let kind = match name {
                    "script" => RawKind::ScriptData,
                    "textarea" => RawKind::Rcdata,
                    "style" | "iframe" => RawKind::Rawtext,
                    _ => return TokenSinkResult::Continue,
                };
                return raw(begins, kind);
            }
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                self.flush();
                self.heading = begins.then(|| name.as_bytes()[1] - b'0');
            }
            "pre" => {
                self.flush();
                self.written = count(self.written);
            }
            "br" => self.text.push('\n'),
            "li" if begins => {
                self.flush();
                self.text.push_str("- ");
            }
            "td" | "th" if !begins => self.text.push_str(" | "),
            "tr" => self.flush(),
            "p" | "div" | "section" | "article" | "header" | "footer" | "main" | "nav" | "aside" | "ul" | "ol"
            | "li" | "dl" | "dt" | "dd" | "table" | "blockquote" | "figure" | "figcaption" | "hr" | "body"
            | "address" | "form" => self.flush(),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

/// What stands in some elements is no markup.
fn raw(begins: bool, kind: RawKind) -> TokenSinkResult<()> {
    if begins { TokenSinkResult::RawData(kind) } else { TokenSinkResult::Continue }
}

struct Words(RefCell<Sink>);

impl TokenSink for Words {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        match token {
            CharacterTokens(text) => self.0.borrow_mut().words(&text),
            TagToken(tag) if matches!(tag.kind, StartTag | EndTag) => return self.0.borrow_mut().tag(&tag),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_its_words() {
        let page = "<!doctype html><html><head><title>The  garden</title><style>p{}</style></head><body>\
            <script>if (a < b) { document.write('<h1>no</h1>') }</script><h1>Apples &amp; pears</h1>\
            <p>They <b>ripen</b>\n late.<br>Two trees.</p><ul><li>red<li>green</ul>\
            <table><tr><th>Tree</th><td>12&nbsp;m</td></tr></table><pre>a\n  b</pre><!-- no --></body></html>";
        let reading = read(page).cut().unwrap();
        assert_eq!(reading.title, "The  garden");
        let [passage] = reading.passages.as_slice() else { panic!("{:?}", reading.passages) };
        assert_eq!(passage.heading, "Apples & pears");
        assert_eq!(passage.text, "They ripen late.\nTwo trees.\n\n- red\n\n- green\n\nTree | 12 m |\n\na\n  b");
    }

    #[test]
    fn a_page_says_what_it_is_written_in() {
        let page = b"<meta charset=\"iso-8859-2\"><p>\xbf\xf3\xb3w</p>";
        assert_eq!(read(&crate::text::decoded(page, charset(page)).unwrap()).cut().unwrap().passages[0].text, "żółw");
        assert_eq!(charset(b"<p>x</p>"), None);
    }

    #[test]
    fn an_empty_title_swallows_nothing() {
        let page = "<html><head><title/></head><body><p>Late.</p></body></html>";
        assert_eq!(read(page).cut().unwrap().passages[0].text, "Late.");
    }

    #[test]
    fn a_deep_page_is_read_all_the_same() {
        let page = format!("{}end{}", "<div><table>".repeat(100_000), "</svg>".repeat(10));
        assert_eq!(read(&page).cut().unwrap().passages[0].text, "end");
    }
}
