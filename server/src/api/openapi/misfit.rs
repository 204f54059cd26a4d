//! Which argument of a call does not fit its description: the words that a form's decoder has for it name none.

use super::document;
use crate::api::form;
use model::Problem;
use serde_json::Value;
use std::sync::LazyLock;
use uuid::Uuid;

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| serde_json::to_value(document()).unwrap_or_default());

/// What the endpoint at a path takes.
fn arguments(path: &str) -> &'static Value {
    resolve(&DOCUMENT["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"])
}

/// The first argument of a form that is missing, or is no number or id where one is asked for.
pub(in crate::api) fn misfit(path: &str, typed: &str) -> Option<Problem> {
    let described = arguments(path);
    let fields: Vec<(String, String)> = form::fields(typed).collect();
    for (name, schema) in described["properties"].as_object()? {
        let required = described["required"].as_array().is_some_and(|all| all.iter().any(|one| one == name));
        match fields.iter().find(|(field, _)| field == name) {
            None if required && !fields.iter().any(|(field, _)| field.starts_with(&format!("{name}["))) => {
                return Some(Problem::argument(name, format!("“{name}” is missing.")));
            }
            Some((_, value)) => {
                if let Some(wanted) = refused_by(resolve(schema), value) {
                    return Some(Problem::argument(name, format!("“{name}” has to be {wanted}.")));
                }
            }
            None => {}
        }
    }
    None
}

/// The first argument in a JSON body that is of another type than described. A form has no types, so there each of
/// these would pass as text.
pub(in crate::api) fn misfit_in_json(path: &str, body: &Value) -> Option<Problem> {
    for (name, schema) in arguments(path)["properties"].as_object()? {
        if let Some(wanted) = unlike(schema, &body[name]) {
            return Some(Problem::argument(name, format!("“{name}” has to be {wanted}.")));
        }
    }
    None
}

/// What a JSON value should have been. Null is as good as left out.
fn unlike(schema: &'static Value, value: &Value) -> Option<&'static str> {
    let schema = resolve(schema);
    let is =
        |kind: &str| schema["type"] == kind || schema["type"].as_array().is_some_and(|all| all.contains(&kind.into()));
    let described = "as /docs describes it";
    if value.is_null() {
        None
    } else if let Some(properties) = schema["properties"].as_object() {
        let Some(members) = value.as_object() else { return Some(described) };
        let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let whole = required.into_iter().all(|name| members.contains_key(name));
        let fit = properties.iter().all(|(name, schema)| unlike(schema, &value[name]).is_none());
        (!whole || !fit).then_some(described)
    } else if is("array") {
        let fit = value
            .as_array()
            .is_some_and(|all| all.iter().all(|one| !one.is_null() && unlike(&schema["items"], one).is_none()));
        (!fit).then_some(described)
    } else {
        match value {
            Value::String(text) => refused_by(schema, text),
            Value::Number(number) if is("integer") || is("number") => refused_by(schema, &number.to_string()),
            Value::Bool(_) if is("boolean") => None,
            _ if schema["format"] == "uuid" => Some("an id (a UUID)"),
            _ if is("integer") => Some("a whole number"),
            _ if is("number") => Some("a number"),
            _ if is("string") => Some("text"),
            _ => Some(described),
        }
    }
}

/// What a value should have been.
fn refused_by(schema: &Value, value: &str) -> Option<&'static str> {
    let is =
        |kind: &str| schema["type"] == kind || schema["type"].as_array().is_some_and(|all| all.contains(&kind.into()));
    match schema["format"].as_str() {
        _ if is("null") && value.is_empty() => None,
        Some("int32") if is("integer") && value.parse::<i32>().is_err() => Some("a whole number"),
        _ if is("integer") && value.parse::<i64>().is_err() => Some("a whole number"),
        _ if is("integer") && schema["minimum"] == 0 && value.starts_with('-') => Some("0 or more"),
        _ if is("number") && value.parse::<f64>().is_err() => Some("a number"),
        _ if is("boolean") && !matches!(value, "true" | "false") => Some("true or false"),
        _ if schema["enum"].as_array().is_some_and(|all| !all.iter().any(|one| one == value)) => {
            Some("one of those that /docs names")
        }
        Some("uuid") if Uuid::parse_str(value).is_err() => Some("an id (a UUID)"),
        _ => None,
    }
}

fn resolve(schema: &'static Value) -> &'static Value {
    let plain =
        schema["oneOf"].as_array().and_then(|all| all.iter().find(|one| one["$ref"].is_string())).unwrap_or(schema);
    match plain["$ref"].as_str().and_then(|reference| reference.rsplit('/').next()) {
        Some(name) => &DOCUMENT["components"]["schemas"][name],
        None => plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_argument_that_does_not_fit_is_named() {
        let room = Uuid::new_v4();
        let field = |typed: &str| misfit("/api/rooms/edit", typed).and_then(|problem| problem.field);
        assert_eq!(field(&format!("room={room}&name=Hall&description=&capacity=abc")).as_deref(), Some("capacity"));
        assert_eq!(
            field(&format!("room={room}&name=Hall&description=&capacity=99999999999")).as_deref(),
            Some("capacity")
        );
        assert_eq!(field("room=7&name=Hall&description=&capacity=5").as_deref(), Some("room"));
        assert_eq!(field(&format!("room={room}&name=Hall&capacity=5")).as_deref(), Some("description"));
        assert_eq!(field(&format!("room={room}&name=Hall&description=&capacity=5")), None);
        let body = |body: &str| {
            let body: Value = serde_json::from_str(body).unwrap();
            misfit_in_json("/api/rooms/create", &body).and_then(|problem| problem.field)
        };
        assert_eq!(body(r#"{"name": true, "description": "", "capacity": 5}"#).as_deref(), Some("name"));
        assert_eq!(body(r#"{"name": "Hall", "description": 1.5, "capacity": 5}"#).as_deref(), Some("description"));
        assert_eq!(body(r#"{"name": "Hall", "description": "", "capacity": 5.5}"#).as_deref(), Some("capacity"));
        assert_eq!(body(r#"{"name": "Hall", "description": "", "capacity": 5, "more": [1]}"#), None);
        for positions in ["{}", "[{}]", "[null]", "7", r#"[{"channel": "x", "clock": 1, "epoch": 0}]"#] {
            let body: Value = serde_json::from_str(&format!(r#"{{"positions": {positions}}}"#)).unwrap();
            assert!(misfit_in_json("/api/sync", &body).is_some(), "{positions}");
        }
        let known = serde_json::json!({"positions": [{"channel": room, "clock": 1, "epoch": 0}]});
        assert_eq!(misfit_in_json("/api/sync", &known), None);
        let edit = |temperature: &str, tokens: &str| {
            let form = format!(
                "mind={room}&name=N&system_prompt=x&temperature={temperature}&max_tokens={tokens}&cooldown_s=0\
                 &talkativeness=1&strategy_room=silent&strategy_chat=silent&top_p="
            );
            misfit("/api/minds/edit", &form).map(|problem| problem.message)
        };
        assert_eq!(edit("warm", "9").as_deref(), Some("“temperature” has to be a number."));
        assert_eq!(edit("0.5", "-9").as_deref(), Some("“max_tokens” has to be 0 or more."));
        assert_eq!(edit("0.5", "9"), None);
        let history = misfit("/api/messages/history", &format!("channel={room}&before=yesterday")).unwrap();
        assert_eq!(history.field.as_deref(), Some("before"));
    }
}
