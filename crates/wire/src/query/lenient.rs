//! `deserialize_with` functions for members whose wire form is always a string.
//!
//! Also accepts native numbers and booleans, which calls between services use.
//!
//! ```
//! #[derive(serde::Deserialize)]
//! #[serde(rename_all = "PascalCase")]
//! struct ListUsersInput {
//!     #[serde(default, deserialize_with = "wire::query::lenient::opt_i64")]
//!     max_items: Option<i64>,
//! }
//! let input: ListUsersInput = serde_json::from_str(r#"{"MaxItems":"25"}"#)?;
//! assert_eq!(input.max_items, Some(25));
//! # Ok::<(), serde_json::Error>(())
//! ```

use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// An optional whole number.
pub fn opt_i64<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    match Option::<Value>::deserialize(deserializer)? {
        None => Ok(None),
        Some(value) => whole(&value).map(Some).ok_or_else(|| D::Error::custom("not a number")),
    }
}

/// A whole number that must be there.
pub fn i64<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    opt_i64(deserializer)?.ok_or_else(|| D::Error::custom("no number"))
}

/// An optional truth: `true` or `false`, in any case.
///
/// Assumed: AWS takes any case; SDKs send lower case.
pub fn opt_bool<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
    match Option::<Value>::deserialize(deserializer)? {
        None => Ok(None),
        Some(value) => truth(&value).map(Some).ok_or_else(|| D::Error::custom("not a truth")),
    }
}

/// A truth that is false when absent, together with `#[serde(default)]`.
pub fn bool<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    Ok(opt_bool(deserializer)?.unwrap_or_default())
}

/// An optional list.
///
/// Observed: botocore sends an empty list as `Tags=`.
pub fn opt_list<'de, D, T>(deserializer: D) -> Result<Option<Vec<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned,
{
    match Option::<Value>::deserialize(deserializer)? {
        None => Ok(None),
        Some(Value::String(text)) if text.is_empty() => Ok(Some(Vec::new())),
        Some(value) => serde_json::from_value(value).map(Some).map_err(D::Error::custom),
    }
}

/// A list that is empty when absent, together with `#[serde(default)]`.
pub fn list<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned,
{
    Ok(opt_list(deserializer)?.unwrap_or_default())
}

fn whole(value: &Value) -> Option<i64> {
    match value.as_str() {
        Some(text) => text.parse().ok(),
        None => value.as_i64(),
    }
}

fn truth(value: &Value) -> Option<bool> {
    match value.as_str() {
        Some(text) if text.eq_ignore_ascii_case("true") => Some(true),
        Some(text) if text.eq_ignore_ascii_case("false") => Some(false),
        Some(_) => None,
        None => value.as_bool(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(default)]
    struct Input {
        #[serde(deserialize_with = "opt_i64")]
        number: Option<i64>,
        #[serde(deserialize_with = "opt_bool")]
        truth: Option<bool>,
        #[serde(deserialize_with = "opt_list")]
        list: Option<Vec<String>>,
    }

    fn check(tree: Value, want: &Input) {
        assert_eq!(serde_json::from_value::<Input>(tree).unwrap(), *want);
    }

    /// Strings and real types mean the same.
    #[test]
    fn strings_and_types_are_both_accepted() {
        let (truth, list) = (Some(true), Some(vec!["a".to_owned()]));
        let want = || Input { number: Some(-5), truth, list: list.clone() };
        check(json!({"number": "-5", "truth": "True", "list": ["a"]}), &want());
        check(json!({"number": -5, "truth": true, "list": ["a"]}), &want());
        check(json!({"list": ""}), &Input { list: Some(Vec::new()), ..Input::default() });
        check(json!({"number": null}), &Input::default());
        check(json!({}), &Input::default());
    }

    /// What means nothing is refused rather than guessed.
    #[test]
    fn nonsense_is_refused() {
        for tree in [
            json!({"number": ""}),
            json!({"number": "1.5"}),
            json!({"number": true}),
            json!({"number": "99999999999999999999"}),
            json!({"truth": "yes"}),
            json!({"truth": "1"}),
            json!({"list": "a"}),
        ] {
            assert!(serde_json::from_value::<Input>(tree.clone()).is_err(), "{tree}");
        }
    }
}
