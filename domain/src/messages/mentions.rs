//! Whom a message names: `@name`, or the name as a whole word, in any case and script.

use super::unspaced::Words;
use model::EntityId;
use std::cell::LazyCell;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A member's name in a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mention {
    /// Who.
    pub entity: EntityId,
    /// Where it begins, in characters.
    pub start: usize,
    /// How many characters, an `@` included.
    pub length: usize,
}

/// The names in `body` of those who could be named, in the order in which they stand. Where two names begin at the
/// same place the longer one is meant. Code and quotations name nobody.
pub fn find<'a>(body: &str, names: impl Iterator<Item = (EntityId, &'a str)>) -> Vec<Mention> {
    let text: Vec<char> = body.chars().collect();
    let quiet = quiet(body, text.len());
    let folded: Vec<String> = text.iter().map(|c| fold(&c.to_string())).collect();
    let mut names: Vec<(EntityId, Vec<char>)> = names.map(|(id, name)| (id, fold(name).chars().collect())).collect();
    names.sort_by_key(|(_, name)| std::cmp::Reverse(name.len()));

    let words = LazyCell::new(|| Words::of(&text));
    let mut found: Vec<Mention> = Vec::new();
    let (mut at, mut last) = (0, usize::MAX);
    while at < text.len() {
        let hit = names.iter().filter(|_| !quiet[at]).find_map(|(entity, name)| {
            let end = matches_at(&folded, at, name)?;
            let sign = at - usize::from(at > 0 && text[at - 1] == '@');
            // `@Ada@Ben` names both.
            let open = sign == last || !(goes_on(text[..sign].iter().rev(), text[at]) || is_path(&text[..sign]));
            // In Korean what follows says what somebody does: behind a sign the name ends where it ends.
            let inflected = sign < at && is_hangul(text[end - 1]) && text.get(end).copied().is_some_and(is_hangul);
            let closed =
                inflected || !(goes_on(text[end..].iter(), text[end - 1]) || is_address(&text[end..], sign < at));
            // A sign before it says that a name is meant.
            let whole = || sign < at || !touches(&text, at, end) || words.are_whole(at, end);
            (open && closed && whole()).then_some((*entity, end))
        });
        if let Some((entity, end)) = hit {
            let start = if at > 0 && text[at - 1] == '@' { at - 1 } else { at };
            found.push(Mention { entity, start, length: end - start });
            (at, last) = (end, end);
        } else {
            at += 1;
        }
    }
    found
}

/// Whether a name stands right beside letters that no space sets apart from it.
fn touches(text: &[char], at: usize, end: usize) -> bool {
    let both = |at: usize| at > 0 && at < text.len() && is_unspaced(text[at - 1]) && is_unspaced(text[at]);
    both(at) || both(end)
}

/// Where a name that begins at `at` ends, if it stands there.
fn matches_at(folded: &[String], at: usize, name: &[char]) -> Option<usize> {
    let mut rest = name;
    let mut end = at;
    while !rest.is_empty() {
        let piece: Vec<char> = folded.get(end)?.chars().collect();
        rest = rest.strip_prefix(piece.as_slice())?;
        end += 1;
    }
    Some(end)
}

/// A text as names are looked for in it.
pub(super) fn fold(text: &str) -> String {
    // Taken apart: a letter and its accent are the same however they were typed. What is written otherwise at a word's end,
    // in capitals or with a dot is the same letter.
    let lower = text.nfkd().collect::<String>().to_lowercase();
    lower.replace('ς', "σ").replace('ß', "ss").replace('ı', "i").replace('\u{307}', "")
}

/// Whether a word goes on beyond an end of it, by what stands there from the nearest on: a letter of the same kind, or one
/// behind an underscore, which Markdown sets around words.
fn goes_on<'a>(beyond: impl Iterator<Item = &'a char>, end: char) -> bool {
    let mut beyond = beyond.copied();
    match beyond.next() {
        // Anna-Lena is somebody else than Anna.
        Some('-' | '‐' | '‑') => beyond.next().is_some_and(is_word),
        // “Don't” is no Don, and “Luna's” is hers.
        Some('\'' | '’') => {
            beyond.next().is_some_and(|c| matches!(c, 't' | 'T')) && !beyond.next().is_some_and(is_word)
        }
        Some('_') => beyond.find(|c| *c != '_').is_some_and(is_word),
        Some(next) if is_katakana(end) && is_katakana(next) => true,
        next => next.is_some_and(is_word),
    }
}

/// Whether what stands behind a name makes it part of an address or a file's name: `ada.example`, `ada@example.org`.
fn is_address(behind: &[char], called: bool) -> bool {
    match behind {
        ['.', next, ..] => next.is_ascii_lowercase() || next.is_ascii_digit(),
        ['@', next, ..] if !called => next.is_alphanumeric(),
        // `@ada@example.org` is somebody elsewhere.
        ['@', host @ ..] => {
            let host: Vec<char> =
                host.iter().copied().take_while(|c| c.is_alphanumeric() || matches!(c, '.' | '-')).collect();
            host.windows(2).any(|two| two[0] == '.' && two[1].is_alphanumeric())
        }
        _ => false,
    }
}

/// Whether what stands before a name makes it part of a path: `(/ada)`, but not `Ben/Ada`.
fn is_path(before: &[char]) -> bool {
    match before {
        ['/'] => true,
        // Behind a host, but not in “Ben/Ada”.
        [host @ .., before, '/'] => {
            let is_host = |c: &&char| c.is_alphanumeric() || matches!(c, '.' | '-' | '/');
            !before.is_alphanumeric() || host.iter().rev().take_while(is_host).any(|c| *c == '.')
        }
        [.., before, '.'] => before.is_ascii_lowercase(),
        _ => false,
    }
}

const fn is_hangul(c: char) -> bool {
    matches!(c, '\u{AC00}'..='\u{D7A3}')
}

/// Words from elsewhere are set apart in Japanese by what they are written in.
const fn is_katakana(c: char) -> bool {
    matches!(c, '\u{30A1}'..='\u{30FA}' | '\u{30FC}'..='\u{30FF}')
}

/// Chinese, Japanese and Thai put no spaces between words: there a name may stand next to any letter.
fn is_word(c: char) -> bool {
    (c.is_alphanumeric() && !is_unspaced(c))
        || c == '_'
        || (is_combining_mark(c) && !matches!(c, '\u{FE00}'..='\u{FE0F}'))
}

/// Whether a character is of a script that puts no spaces between words.
const fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{0E00}'..='\u{0E7F}' | '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}')
}

/// How what somebody else has said is set between two marks.
const QUOTES: &[(char, char)] = &[
    ('"', '"'),
    ('\'', '\''),
    ('“', '”'),
    ('„', '“'),
    ('„', '”'),
    ('‘', '’'),
    ('‚', '‘'),
    ('«', '»'),
    ('»', '«'),
    ('‹', '›'),
    ('›', '‹'),
    ('「', '」'),
    ('『', '』'),
];
/// Marks that open and close alike, or stand in words, too: they open behind a word's end, and close before one's beginning.
const PLAIN: &[char] = &['"', '\'', '’', '‘'];
/// Elements that say of what stands in them that it is somebody else's, or no words at all.
const ELEMENTS: &[(&str, &str)] =
    &[("<q>", "</q>"), ("<blockquote>", "</blockquote>"), ("<code>", "</code>"), ("<pre>", "</pre>"), ("<!--", "-->")];

/// What stands between such marks, the marks included, by byte.
fn quoted(body: &str) -> Vec<std::ops::Range<usize>> {
    let mut spans = Vec::new();
    // Marks that are closed nowhere from here on.
    let mut open_ended = Vec::new();
    let mut at = 0;
    while let Some((begin, open)) = body[at..].char_indices().find(|(_, c)| QUOTES.iter().any(|(open, _)| open == c)) {
        let begin = at + begin;
        at = begin + open.len_utf8();
        let stands_apart = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
        let opens = !open_ended.contains(&open)
            && (!PLAIN.contains(&open)
                || stands_apart(body[..begin].chars().next_back())
                    && body[at..].chars().next().is_some_and(|c| !c.is_whitespace()));
        if !opens {
            continue;
        }
        let closes = |(behind, c): &(usize, char)| {
            *behind > 0
                && QUOTES.contains(&(open, *c))
                && (!PLAIN.contains(c) || stands_apart(body[at + behind + c.len_utf8()..].chars().next()))
        };
        match body[at..].char_indices().find(closes) {
            Some((behind, c)) => {
                at += behind + c.len_utf8();
                spans.push(begin..at);
            }
            None => open_ended.push(open),
        }
    }
    spans
}

/// What stands in such elements, their marks included, by byte.
fn elements(body: &str) -> Vec<std::ops::Range<usize>> {
    let lower = body.to_ascii_lowercase();
    let mut spans = Vec::new();
    for (open, close) in ELEMENTS {
        let mut at = 0;
        while let Some(begin) = lower[at..].find(open).map(|begin| at + begin) {
            at = lower[begin..].find(close).map_or(body.len(), |end| begin + end + close.len());
            spans.push(begin..at);
        }
    }
    spans
}

/// Which characters stand in code, in a quotation or in an address.
fn quiet(body: &str, length: usize) -> Vec<bool> {
    use pulldown_cmark::{Event, Parser, Tag};
    let mut spans = quoted(body);
    // Whoever sets all of it between marks says it.
    spans.retain(|span| body.trim().len() > span.len());
    spans.extend(elements(body));
    for (event, range) in Parser::new(body).into_offset_iter() {
        if matches!(event, Event::Code(_) | Event::Start(Tag::CodeBlock(_) | Tag::BlockQuote(_))) {
            spans.push(range);
        }
    }
    for (at, _) in body.match_indices("://") {
        let begins = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '+' | '.' | '-'));
        let begin = body[..at]
            .rfind(begins)
            .map_or(0, |before| before + body[before..].chars().next().map_or(1, char::len_utf8));
        let ends = |c: char| {
            c.is_whitespace() || is_unspaced(c) || matches!(c, '<' | '>' | '"' | ')' | ']' | '。' | '、' | '，')
        };
        let end = body[at..].find(ends).map_or(body.len(), |length| at + length);
        spans.push(begin..end);
    }
    let mut quiet = Vec::with_capacity(length);
    for (byte, _) in body.char_indices() {
        quiet.push(spans.iter().any(|span| span.contains(&byte)));
    }
    quiet
}

/// Whether a body says nothing beside the names that stand there: where each begins, and how long it is, in characters.
pub(crate) fn is_nothing_else(body: &str, names: impl Iterator<Item = (usize, usize)>) -> bool {
    let names: Vec<(usize, usize)> = names.collect();
    let named = |at: usize| names.iter().any(|(start, length)| (*start..start + length).contains(&at));
    !names.is_empty() && !body.chars().enumerate().any(|(at, c)| c.is_alphanumeric() && !named(at))
}

/// What somebody says in their own words: without code, quotations and addresses.
pub(crate) fn own_words(body: &str) -> String {
    let quiet = quiet(body, body.chars().count());
    body.chars().zip(quiet).map(|(c, quiet)| if quiet { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(body: &str) -> Vec<(usize, String)> {
        let ids: Vec<EntityId> = (0..7).map(|_| EntityId::new()).collect();
        let names = ["Silas", "Luna", "Anna Maria", "Anna", "Łucja", "美羽", "José"];
        find(body, ids.iter().copied().zip(names))
            .into_iter()
            .map(|m| {
                let who = ids.iter().position(|id| *id == m.entity).unwrap();
                (who, body.chars().skip(m.start).take(m.length).collect())
            })
            .collect()
    }

    #[test]
    fn names_are_found_in_any_case_and_script() {
        assert_eq!(named("@Silas what is this place?"), [(0, "@Silas".into())]);
        assert_eq!(named("what do you think, SILAS"), [(0, "SILAS".into())]);
        assert_eq!(named("Luna's night, silas."), [(1, "Luna".into()), (0, "silas".into())]);
        assert_eq!(named("cześć łucja!"), [(4, "łucja".into())]);
        assert_eq!(named("美羽さん、こんにちは"), [(5, "美羽".into())]);
        assert_eq!(named("ＳＩＬＡＳ"), [(0, "ＳＩＬＡＳ".into())]);
        assert_eq!(named("cześć jose\u{301}"), [(6, "jose\u{301}".into())], "an accent of its own");
        assert_eq!(named("❤\u{fe0f}@Silas"), [(0, "@Silas".into())], "behind a coloured heart");
        assert_eq!(named("@美羽你看https://example.org/luna。Luna?"), [(5, "@美羽".into()), (1, "Luna".into())]);
        assert_eq!(named("[Silas](https://silas.example)"), [(0, "Silas".into())]);
        assert_eq!(
            named("@Silas@Luna and Anna/Luna. Silas."),
            [(0, "@Silas".into()), (1, "@Luna".into()), (3, "Anna".into()), (1, "Luna".into()), (0, "Silas".into()),]
        );
        for named_so in ["_Łucja_ is here", "__łucja__", "(Łucja)", "łucja_"] {
            assert_eq!(named(named_so).len(), 1, "{named_so}");
        }
        for none in ["snake_luna_case", "anna_b", "my_łucja"] {
            assert!(named(none).is_empty(), "{none}");
        }
        let of = |name: &str, body: &str| find(body, std::iter::once((EntityId::new(), name))).len();
        assert_eq!(of("Don", "Don't worry") + of("Don", "DON’T"), 0);
        for (name, body) in [
            ("Don", "Don's idea"),
            ("Işıl", "@IŞIL merhaba"),
            ("Işıl", "ışıl?"),
            ("루나", "@루나는 어때?"),
            ("Anna", "Anna - hi"),
            ("Anna", "d'Anna"),
            ("Σίλας", "@ΣΊΛΑΣ"),
            ("Strauß", "STRAUSS"),
            ("İpek", "ipek?"),
            ("ルナ", "ルナさん"),
        ] {
            assert_eq!(of(name, body), 1, "{body}");
        }
        assert_eq!(of("ルナ", "ルナティック") + of("ルナ", "カルナは"), 0);
        for (name, inside) in [
            ("さくら", "さくらんぼが好き"),
            ("李明", "小李明天来"),
            ("あい", "あいさつをする"),
            ("王子", "小王子很好看"),
            ("林", "森林里很安静"),
            ("花", "花火を見た"),
        ] {
            assert_eq!(of(name, inside), 0, "{inside}");
            assert_eq!(of(name, &format!("@{inside}")), usize::from(inside.starts_with(name)), "@{inside}");
        }
        for (name, apart) in [
            ("さくら", "さくらさんはどう思う？"),
            ("さくら", "ねえさくら、聞いて"),
            ("さくら", "今日はさくらと話した"),
            ("李明", "问李明天气怎么样"),
            ("李明", "我觉得李明说得对"),
            ("李明", "请李明来"),
            ("李明", "你好李明"),
            ("美羽", "それは美羽が言った"),
        ] {
            assert_eq!(of(name, apart), 1, "{apart}");
        }
        assert_eq!(named("José, José"), [(6, "José".into()), (6, "José".into())]);
    }

    #[test]
    fn the_longer_name_wins() {
        assert_eq!(named("hi Anna Maria"), [(2, "Anna Maria".into())]);
        assert_eq!(named("hi Anna, Maria"), [(3, "Anna".into())]);
    }

    #[test]
    fn never_inside_a_word_code_or_quotation() {
        for body in [
            "lunatic",
            "silas_x",
            "xsilas",
            "`silas`",
            "```\n@Silas\n```",
            "> silas said\n> so",
            "    silas",
            "bob@silas.com",
            "silas@example.org",
            "mailto:silas@example.org",
            "www.silas.example",
            "silas.png",
            "[here](/silas)",
            "https://silas.example/luna",
            "Luna\u{301}",
            "Anna-Lena hat das gesagt",
            "die Lena-Anna",
            "carol wrote \"ask Silas about it\" yesterday",
            "«Silas, viens», dit-elle",
            "er sagte „Silas weiß es“ und ging",
            "www.anna.co.uk/Anna",
            "@anna@example.com",
            "‘Silas is late’, said she to the others",
            "He told me 'Silas is late' and left",
            "‹Silas est là›, dit-il",
            "er sagte ‚Silas weiß es‘ und ging",
            "zapytał „Silas wie?” i poszedł",
            "«\nSilas est là\n», dit-il",
            "\"Silas is here.\n\nAnd there\" he said",
            "he wrote \"\"Silas\"\" there",
            "<q>Silas</q> she said",
            "<blockquote>Silas</blockquote> no",
            "use <code>Silas</code> here",
            "well <!-- Silas --> no",
        ] {
            assert_eq!(named(body), [], "{body}");
        }
        assert_eq!(named("> silas said\n\n@luna, and you?"), [(1, "@luna".into())]);
        for body in [
            "the boys' tent, Silas, is the girls' tent",
            "it's late, Silas, isn't it",
            "a 5\" pipe, Silas, and a 7\" one",
            "«Bonjour», Silas, «ça va»",
            "„Hallo“, Silas, „na“",
            "»Hallo«, Silas, »na«",
            "l’arbre, Silas, d’hiver",
            "rock 'n' roll, Silas",
            "Silas is < 5 and > 3",
        ] {
            assert_eq!(named(body).len(), 1, "{body}");
        }
        assert_eq!(named("\"Silas, are you there?\""), [(0, "Silas".into())]);
        assert_eq!(named("Luna is 5\" tall, Silas"), [(1, "Luna".into()), (0, "Silas".into())]);
    }
}
