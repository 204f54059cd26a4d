//! What may be an e-mail address. Only its form is checked: nothing is sent.

use model::{Problem, limits};

/// Takes an address as it was typed.
pub(super) fn parse(typed: &str) -> Result<String, Problem> {
    let email = typed.trim();
    let well_formed = email.split_once('@').is_some_and(|(local, host)| {
        !local.is_empty()
            && local.len() <= 64
            && !host.starts_with('.')
            && !host.ends_with('.')
            && host.split('.').all(|label| !label.is_empty() && label.len() <= 63)
            && host.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '.')
    });
    let plain = email.chars().all(|c| !c.is_whitespace() && !c.is_control());
    if well_formed && plain && email.len() <= limits::EMAIL {
        Ok(email.to_owned())
    } else {
        Err(Problem::argument("email", "This is no e-mail address. It looks like name@example.org."))
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn forms() {
        for good in ["a@b", "alice@test.com", " a+b@c.d ", "ünï@exämple.org"] {
            assert!(parse(good).is_ok(), "{good}");
        }
        for bad in ["", "a", "@b", "a@", "a@b@c", "a b@c", "a@.b", "a@b..c", "a@b.", "a\u{0}@b"] {
            assert_eq!(parse(bad).unwrap_err().field.as_deref(), Some("email"), "{bad:?}");
        }
        assert!(parse(&format!("{}@b.org", "a".repeat(250))).is_err());
    }
}
