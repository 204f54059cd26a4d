//! Colours for code: what kind of word each is, by the grammars of `syntect`, as one of six classes.

use std::sync::LazyLock;
use syntect::parsing::{ParseState, Scope, ScopeStack, SyntaxSet};

/// Classes that a span of code may have, each with the scopes that it stands for; the first that fits counts.
const CLASSES: &[(&str, &[&str])] = &[
    ("hl-comment", &["comment"]),
    ("hl-string", &["string", "constant.character"]),
    ("hl-number", &["constant.numeric", "constant.language"]),
    ("hl-name", &["entity.name.function", "support.function", "variable.function"]),
    (
        "hl-type",
        &["entity.name.type", "entity.name.class", "support.type", "support.class", "storage.type", "entity.name.tag"],
    ),
    ("hl-word", &["keyword", "storage"]),
];

static SYNTAXES: LazyLock<SyntaxSet> = LazyLock::new(SyntaxSet::load_defaults_newlines);

static SCOPES: LazyLock<Vec<(&str, Vec<Scope>)>> = LazyLock::new(|| {
    let scopes = |names: &[&str]| names.iter().filter_map(|name| Scope::new(name).ok()).collect();
    CLASSES.iter().map(|(class, names)| (*class, scopes(names))).collect()
});

/// The classes that may stand in what [`coloured`] makes.
pub(super) fn classes() -> impl Iterator<Item = &'static str> {
    CLASSES.iter().map(|(class, _)| *class)
}

/// Code as HTML with spans, escaped. `None` for a language that is not known, and where the grammar gives up.
pub(super) fn coloured(code: &str, language: &str) -> Option<String> {
    let syntax = SYNTAXES.find_syntax_by_token(language)?;
    let mut parser = ParseState::new(syntax);
    let mut stack = ScopeStack::new();
    let mut out = String::with_capacity(code.len() * 3);
    for line in code.split_inclusive('\n') {
        let mut from = 0;
        for (at, change) in parser.parse_line(line, &SYNTAXES).ok()? {
            push(&mut out, &line[from..at], class(&stack));
            stack.apply(&change).ok()?;
            from = at;
        }
        push(&mut out, &line[from..], class(&stack));
    }
    Some(out)
}

/// What the innermost scope that means something stands for.
fn class(stack: &ScopeStack) -> Option<&'static str> {
    stack.as_slice().iter().rev().find_map(|scope| {
        SCOPES.iter().find(|(_, known)| known.iter().any(|known| known.is_prefix_of(*scope))).map(|(class, _)| *class)
    })
}

/// Code as text.
pub(super) fn escaped(code: &str) -> String {
    code.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn push(out: &mut String, text: &str, class: Option<&str>) {
    if text.is_empty() {
        return;
    }
    let safe = escaped(text);
    match class.filter(|_| !text.trim().is_empty()) {
        Some(class) => {
            out.push_str("<span class=\"");
            out.push_str(class);
            out.push_str("\">");
            out.push_str(&safe);
            out.push_str("</span>");
        }
        None => out.push_str(&safe),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_have_their_colours_and_nothing_passes_unescaped() {
        let html = coloured("fn main() { // <b>\n    let x = \"</span>\";\n}\n", "rust").unwrap();
        assert!(html.contains("<span class=\"hl-comment\">"), "{html}");
        assert!(
            html.contains("<span class=\"hl-string\">") && html.contains("<span class=\"hl-name\">main</span>"),
            "{html}"
        );
        assert!(!html.contains("<b>") && !html.contains("\"</span>\";"), "{html}");
        assert_eq!(coloured("x", "no such language"), None);
    }
}
