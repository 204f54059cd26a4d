//! JSON as the form that server functions read.

use super::openapi;
use model::{Code, Problem};
use serde_json::Value;
use std::collections::BTreeMap;

/// How deep a request may be nested.
const DEPTH: usize = 4;

/// The members of an object as `name=value` pairs, nested ones as `name[inner]`. They are checked against what the
/// endpoint at `path` takes; null is left out.
pub(super) fn from_json(path: &str, bytes: &[u8]) -> Result<String, Problem> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Ok(String::new());
    }
    let value: Value = serde_json::from_slice(bytes)
        .map_err(|cause| Problem::new(Code::InvalidArgument, format!("The body is not JSON: {cause}.")))?;
    if let Some(problem) = openapi::misfit_in_json(path, &value) {
        return Err(problem);
    }
    let Value::Object(members) = value else {
        return Err(Problem::new(Code::InvalidArgument, "The body has to be a JSON object."));
    };
    let mut pairs = Vec::new();
    for (name, value) in members {
        if name.contains(['[', ']', '&', '=']) {
            continue;
        }
        push(&mut pairs, encoded(&name), value, DEPTH)?;
    }
    Ok(pairs.join("&"))
}

fn push(pairs: &mut Vec<String>, name: String, value: Value, depth: usize) -> Result<(), Problem> {
    if depth == 0 {
        return Err(Problem::new(Code::InvalidArgument, "The body is nested too deeply."));
    }
    match value {
        Value::Null => {}
        Value::Bool(flag) => pairs.push(format!("{name}={flag}")),
        Value::Number(number) => pairs.push(format!("{name}={number}")),
        Value::String(text) => pairs.push(format!("{name}={}", encoded(&text))),
        Value::Array(values) => {
            for (at, value) in values.into_iter().enumerate() {
                push(pairs, format!("{name}[{at}]"), value, depth - 1)?;
            }
        }
        Value::Object(members) => {
            for (inner, value) in members {
                push(pairs, format!("{name}[{}]", encoded(&inner)), value, depth - 1)?;
            }
        }
    }
    Ok(())
}

fn encoded(text: &str) -> String {
    serde_urlencoded::to_string([("", text)]).unwrap_or_default().trim_start_matches('=').to_owned()
}

/// The pairs of a form, for giving them back.
pub(super) fn fields(form: &str) -> impl Iterator<Item = (String, String)> {
    serde_urlencoded::from_str::<Vec<(String, String)>>(form)
        .unwrap_or_default()
        .into_iter()
        .collect::<BTreeMap<_, _>>()
        .into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_becomes_a_form() {
        let form =
            from_json("", br#"{"body":"a & b = <3 \u00e9","n":3,"on":true,"none":null,"at":[{"clock":5}]}"#).unwrap();
        assert_eq!(form, "at[0][clock]=5&body=a+%26+b+%3D+%3C3+%C3%A9&n=3&on=true");
        assert_eq!(from_json("", b"").unwrap(), "");
    }

    #[test]
    fn what_is_no_object_is_refused() {
        for body in ["[]", "1", "\"x\"", "{", "{\"a\":[[[[[1]]]]]}"] {
            assert_eq!(from_json("", body.as_bytes()).unwrap_err().code, Code::InvalidArgument, "{body}");
        }
    }

    #[test]
    fn fields_come_back_as_they_were_typed() {
        let fields: Vec<_> = fields("name=A+b&body=%3C3").collect();
        assert_eq!(fields, [("body".to_owned(), "<3".to_owned()), ("name".to_owned(), "A b".to_owned())]);
    }
}
