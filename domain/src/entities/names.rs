//! What may be a name, and when two names are the same.

use model::{Problem, limits};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};
use unicode_security::skeleton;

/// What a name is looked up by: NFKC and lower case, so that nobody can look like somebody else by case or by width.
pub fn key(name: &str) -> String {
    name.trim().nfkc().collect::<String>().to_lowercase().nfkc().collect()
}

/// What a name looks like, whatever letters it is made of (UTS #39, skeletons): “Аlice” with a Cyrillic А looks like
/// “Alice”, and “SiIas” and “Si1as” like “Silas”.
pub fn look(name: &str) -> String {
    let plain: String = name.trim().nfkc().collect();
    key(&skeleton(&plain).collect::<String>())
}

/// What those are called who have gone for good.
const GONE: &str = "a former member";

/// Takes a name as it was typed: 2–32 characters, letters of any script, digits, `_ - .` and single spaces inside.
pub fn parse_name(field: &str, typed: &str) -> Result<String, Problem> {
    let name: String = typed.trim().nfc().collect();
    let length = limits::length(&name).min(limits::length(&key(&name)));
    if !limits::NAME.contains(&length) || limits::length(&name) > *limits::NAME.end() {
        return Err(Problem::argument(field, "A name has 2 to 32 characters."));
    }
    if look(&name).starts_with(&look(GONE)) {
        return Err(Problem::argument(field, "This name is kept for those who have gone. Choose another one."));
    }
    if name.contains("  ") {
        return Err(Problem::argument(field, "Use single spaces inside a name."));
    }
    // At the end of a name they would take the call of a shorter one that ends a sentence.
    if name.ends_with(['.', '-']) {
        return Err(Problem::argument(field, "A name does not end with a dot or a dash."));
    }
    if ROLES.iter().chain(OPENINGS).any(|taken| key(&name) == *taken || look(&name) == look(taken)) {
        return Err(Problem::argument(field, "This name would be taken for the space itself. Choose another one."));
    }
    let starts_well = name.chars().next().is_some_and(|first| !is_combining_mark(first));
    let has_letter = name.chars().any(char::is_alphanumeric);
    if crowded(&name) {
        return Err(Problem::argument(field, "A name cannot pile up marks on one letter."));
    }
    let stray = name
        .chars()
        .chain(key(&name).chars())
        .find(|&c| is_invisible(c) || !(c.is_alphanumeric() || is_combining_mark(c) || "_-. ".contains(c)));
    match stray {
        Some(stray) => Err(Problem::argument(
            field,
            format!(
                "A name cannot contain “{}”. Use letters, digits, _ - . and spaces.",
                if is_invisible(stray) { stray.escape_unicode().to_string() } else { stray.to_string() }
            ),
        )),
        None if !starts_well || !has_letter => Err(Problem::argument(field, "A name needs a letter or a digit.")),
        None => Ok(name),
    }
}

/// What models call those who speak to them: no member is one of these.
const ROLES: &[&str] = &["system", "assistant", "user", "developer", "tool", "system prompt", "the system"];
/// How what an AI is shown of its own begins, and what it is told where nobody is there: nobody is called so.
const OPENINGS: &[&str] = &["known", "you have come to think", "nobody else", "nobody"];

/// What takes no place on a screen (Unicode's Default_Ignorable_Code_Point, as far as it counts as letter or mark):
/// with it somebody could look like somebody else.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{ffa0}' | '\u{e0000}'..='\u{e0fff}')
}

/// More than three marks on one letter.
fn crowded(name: &str) -> bool {
    let mut run = 0;
    name.chars().any(|c| {
        run = if is_combining_mark(c) { run + 1 } else { 0 };
        run > 3
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_any_script_are_names() {
        for name in ["Ada", "Łucja", "مريم", "さくら", "ਅਮਨ", "नमस्ते", "J. R. R. T", "x_1-2", "Zoë"]
        {
            assert_eq!(parse_name("name", name), Ok(name.to_owned()), "{name}");
        }
        assert_eq!(parse_name("name", "  Ada  ").unwrap(), "Ada");
    }

    #[test]
    fn what_is_no_name_is_refused_with_the_field() {
        for name in [
            "",
            "a",
            " a ",
            "a  b",
            "<b>",
            "a\u{0}b",
            "a\nb",
            "--",
            "@ada",
            "👩👩",
            &"x".repeat(33),
            "\u{301}a",
            "a\u{200b}b",
            "A former member",
            "Otto.",
            "Otto-",
            "System",
            "ＵＳＥＲ",
            "a Former member 7",
            "Silas\u{3164}",
            "Silas\u{fe0f}",
            "Luna\u{115f}",
            "\u{3164}\u{3164}",
            "a\u{301}\u{301}\u{301}\u{301}\u{301}",
        ] {
            let problem = parse_name("name", name).unwrap_err();
            assert_eq!(problem.field.as_deref(), Some("name"), "{name:?}");
        }
    }

    #[test]
    fn look_alikes_by_case_and_width_share_a_key() {
        for (one, other) in
            [("Silas", "SILAS"), ("Silas", "Ｓｉｌａｓ"), ("ﬁn", "fin"), ("Straße", "STRAßE"), (" Ada ", "ada")]
        {
            assert_eq!(key(one), key(other));
        }
        assert_ne!(key("Ada"), key("Adam"));
        for (one, other) in [("Alice", "Аlice"), ("Silas", "Si1as"), ("Silas", "SiIas"), ("Luna", "ᒪuna")] {
            assert_eq!(look(one), look(other), "{one} {other}");
            assert_ne!(key(one), key(other));
        }
        for (one, other) in [("Ada", "Adam"), ("Zoe", "Zoë"), ("Mia", "Мила")] {
            assert_ne!(look(one), look(other));
        }
    }
}
