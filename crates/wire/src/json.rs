//! Bodies of AWS JSON 1.1.

use serde_json::{Map, Value};

use crate::WireError;

/// Objects and lists may be nested this deep. The limit is our own; no input comes near it.
pub const DEPTH_MAX: u32 = 64;

/// Parses the object in a request's body; an empty body is an empty object.
///
/// If a member is repeated, the last one counts. The caller has limited the body's size.
///
/// Observed: what is no JSON object is answered with `SerializationException` without text. A body
/// that is nested too deep is refused alike.
pub fn parse(body: &[u8]) -> Result<Value, WireError> {
    let body = body.trim_ascii();
    if body.is_empty() {
        return Ok(Value::Object(Map::new()));
    }
    if body.first() != Some(&b'{') || depth(body) > DEPTH_MAX {
        return Err(serialization_error());
    }
    match serde_json::from_slice(body) {
        Ok(value @ Value::Object(_)) => Ok(value),
        Ok(_) | Err(_) => Err(serialization_error()),
    }
}

#[track_caller]
fn serialization_error() -> WireError {
    WireError::without_message(400, "SerializationException")
}

/// How deep the brackets are nested, counted before anything is built.
fn depth(body: &[u8]) -> u32 {
    let (mut now, mut deepest) = (0_u32, 0_u32);
    let (mut in_text, mut escaped) = (false, false);
    for byte in body {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b'{' | b'[' if !in_text => {
                now = now.saturating_add(1);
                deepest = deepest.max(now);
            }
            b'}' | b']' if !in_text => now = now.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    /// Nothing at all means no parameters.
    #[test]
    fn an_empty_body_is_an_empty_object() {
        for body in ["", " \r\n", "{}", " {} "] {
            assert_eq!(parse(body.as_bytes()), Ok(json!({})), "{body:?}");
        }
    }

    /// The last of two members with one name counts.
    #[test]
    fn the_last_duplicate_counts() {
        assert_eq!(parse(br#"{"a":1,"b":2,"a":3}"#), Ok(json!({"a": 3, "b": 2})));
    }

    /// Everything that is not a single JSON object gets the same error.
    #[test]
    fn anything_else_is_a_serialization_exception() {
        let refused: [&[u8]; 9] = [
            b"[]",
            b"null",
            b"1",
            b"{",
            b"{}x",
            b"{\"a\":}",
            b"{'a':1}",
            b"{\"a\":\"\xff\"}",
            b"<",
        ];
        for body in refused {
            let error = parse(body).unwrap_err();
            assert_eq!((error.status, error.code.as_str()), (400, "SerializationException"));
            assert_eq!(error.message, None);
        }
    }

    /// 64 levels pass, 65 do not; brackets inside texts are no levels.
    #[test]
    fn depth_is_bounded() {
        let nested = |lists: usize| {
            ["{\"a\":", &"[".repeat(lists), &"]".repeat(lists), "}"].concat().into_bytes()
        };
        assert!(parse(&nested(63)).is_ok());
        assert!(parse(&nested(64)).is_err());
        let text = format!(r#"{{"a":"\"{}"}}"#, "[".repeat(200));
        assert!(parse(text.as_bytes()).is_ok());
    }

    proptest! {
        /// No body at all brings a panic.
        #[test]
        fn parsing_never_panics(body in proptest::collection::vec(any::<u8>(), 0..256)) {
            let _ = parse(&body);
        }

        /// Any object survives a round trip.
        #[test]
        fn objects_round_trip(members in proptest::collection::btree_map(".*", ".*", 0..8)) {
            let value = json!(members);
            prop_assert_eq!(parse(value.to_string().as_bytes()), Ok(value));
        }
    }
}
