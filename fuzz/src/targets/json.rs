//! Bodies of JSON 1.1.

use serde_json::Value;
use wire::json::{DEPTH_MAX, parse};

use super::texts;
use crate::{Target, Way};

pub(super) const TARGET: Target = Target {
    words: &[
        "{\"a\":",
        "[",
        "]",
        "}",
        "\"",
        "\\u0000",
        "\\ud83d\\ude00",
        "\\",
        "null",
        "1e400",
        "-0",
        "18446744073709551616",
        "[[[[[[[[[[[[[[[[",
        "]]]]]]]]]]]]]]]]",
    ],
    run,
    ..Target::new("json", seeds)
};

fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = texts(&[
        r#" {"KeyId":"k","EncryptionContext":{"a":"b"},"Tags":[{"TagKey":"k","TagValue":"v"}]} "#,
        r#"{"a":"\u0041\"\\","b":[1,2.5,-3e2,true,null],"a":{}}"#,
        "",
    ]);
    let depth = usize::try_from(DEPTH_MAX).unwrap_or(0);
    for depth in [depth - 1, depth] {
        seeds.push(format!("{{\"a\":{}1{}}}", "[".repeat(depth), "]".repeat(depth)).into_bytes());
    }
    seeds
}

fn run(input: &[u8]) -> Way {
    let value = match parse(input) {
        Ok(value) => value,
        Err(error) => {
            super::signature::assert_readable(&error);
            return Way(0).then(&error.code);
        }
    };
    assert!(value.is_object(), "the body is an object");
    let depth = depth(&value);
    assert!(depth <= DEPTH_MAX, "{depth} levels");
    let written = value.to_string();
    let again = parse(written.as_bytes());
    // The last digit of a fraction may change; nothing else may.
    assert!(has_fractions(&value) && again.is_ok() || again == Ok(value), "{written}");
    Way(1).then(depth / 8).size(written.len())
}

fn has_fractions(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().any(has_fractions),
        Value::Object(members) => members.values().any(has_fractions),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.is_f64(),
    }
}

fn depth(value: &Value) -> u32 {
    match value {
        Value::Array(items) => items.iter().map(depth).max().unwrap_or(0) + 1,
        Value::Object(members) => members.values().map(depth).max().unwrap_or(0) + 1,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
    }
}
