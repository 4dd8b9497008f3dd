//! AWS Query: converts form parameters to a JSON tree, and a tree to XML, or to JSON on request.
//!
//! In the tree, all scalars are strings: the wire has no types. [`lenient`] has the
//! `deserialize_with` functions that turn them into numbers, truths and lists.
//!
//! ```
//! let pairs = wire::query::parse(b"Action=TagUser&Tags.member.1.Key=team&Tags.member.1.Value=a+b")?;
//! let tree = wire::query::tree(&pairs)?;
//! assert_eq!(tree, serde_json::json!({"Tags": [{"Key": "team", "Value": "a b"}]}));
//! # Ok::<(), wire::WireError>(())
//! ```

pub mod lenient;

mod answer;
mod json;

use std::collections::BTreeSet;
use std::mem;

use serde_json::{Map, Value};

pub use answer::{render, render_flattened};
pub use json::{error_json, render_json, requests_json};

use crate::head::raw_pairs;
use crate::uri;
use crate::{Head, WireError};

/// The maximum number of parameters in a request: ten times what the longest lists of AWS take. This
/// limit and the two below are our own.
pub const PARAMETERS_MAX: usize = 10_000;
/// The maximum number of parts in a parameter name. The names of the service models have seven at
/// most.
pub const NAME_PARTS_MAX: usize = 24;

/// The maximum number of nodes in a request's tree: each may take half a kilobyte, and a name of 50
/// bytes can create 24 of them. Two for each parameter is what the deepest lists take, such as the
/// context of `SimulateCustomPolicy`.
pub const NODES_MAX: usize = 2 * PARAMETERS_MAX;

/// The parameters of a form body or a query string, decoded, in order.
///
/// A `+` is a space in either. The caller has limited the size.
///
/// Source: IAM API Reference, "Common Errors", `MalformedQueryString` with 404.
pub fn parse(form: &[u8]) -> Result<Vec<(String, String)>, WireError> {
    let text = std::str::from_utf8(form).map_err(|_| malformed())?;
    let mut pairs = Vec::new();
    for (name, value) in raw_pairs(text.trim_ascii()) {
        let (Some(name), Some(value)) = (uri::decode_form(name), uri::decode_form(value)) else {
            return Err(malformed());
        };
        if pairs.len() >= PARAMETERS_MAX {
            return Err(malformed());
        }
        pairs.push((name, value));
    }
    Ok(pairs)
}

/// The parameters of a URL, decoded, each name once.
///
/// A signature of Version 4 covers them sorted by name and value, so it does not cover the
/// order of two with one name: a holder of a signed URL could choose which one counts.
pub fn of_url(head: &Head) -> Result<Vec<(String, String)>, WireError> {
    let (pairs, mut earlier) = (head.query_pairs(), BTreeSet::new());
    let is_clear = pairs.iter().all(|(name, _)| earlier.insert(name.as_str()));
    if is_clear { Ok(pairs) } else { Err(malformed()) }
}

#[track_caller]
fn malformed() -> WireError {
    WireError::new(404, "MalformedQueryString", "The query string contains a syntax error.")
}

/// The parameters as a tree, without `Action` and `Version`.
///
/// `Tags.member.1.Key` becomes a list of objects, `Attributes.entry.1.key` with its `.value` an
/// object. Lists are ordered by their numbers, gaps are closed. When two parameters contradict
/// each other the later one counts. Errors if the tree would have more than [`NODES_MAX`] nodes.
///
/// Assumed: AWS closes gaps and lets the later of two contradicting parameters count, too.
pub fn tree(pairs: &[(String, String)]) -> Result<Value, WireError> {
    let mut root = Map::new();
    let mut nodes_left = NODES_MAX;
    for (name, value) in pairs {
        if name != "Action" && name != "Version" {
            insert(&mut root, name, value, &mut nodes_left)?;
        }
    }
    Ok(Value::Object(root.into_iter().map(|(name, node)| (name, shaped(node))).collect()))
}

/// Inserts the value at the end of its path of objects. `nodes_left` is the number of nodes that
/// may still be created.
fn insert(
    root: &mut Map<String, Value>,
    name: &str,
    value: &str,
    nodes_left: &mut usize,
) -> Result<(), WireError> {
    let mut parts = name.splitn(NAME_PARTS_MAX, '.').peekable();
    let mut at = root;
    while let Some(part) = parts.next() {
        if !at.contains_key(part) {
            *nodes_left = nodes_left.checked_sub(1).ok_or_else(malformed)?;
        }
        let node = at.entry(part).or_insert(Value::Null);
        if parts.peek().is_none() {
            *node = Value::from(value);
            return Ok(());
        }
        if !node.is_object() {
            *node = Value::Object(Map::new());
        }
        let Value::Object(inner) = node else { return Ok(()) };
        at = inner;
    }
    Ok(())
}

/// Converts objects that are numbered lists or maps. INVARIANT: recursion is at most as deep as
/// names have parts: [`NAME_PARTS_MAX`].
fn shaped(node: Value) -> Value {
    let Value::Object(mut members) = node else { return node };
    if members.len() == 1 {
        if let Some(items) = members.get_mut("member").and_then(numbered) {
            return Value::Array(items.into_iter().map(shaped).collect());
        }
        if let Some(entries) = members.get_mut("entry").and_then(numbered) {
            return map_of(entries.into_iter().map(shaped).collect());
        }
    }
    Value::Object(members.into_iter().map(|(name, node)| (name, shaped(node))).collect())
}

/// The items of an object whose names are all numbers, in their order; returns `None`, and takes
/// nothing, for any other.
fn numbered(node: &mut Value) -> Option<Vec<Value>> {
    let members = node.as_object_mut()?;
    if members.keys().any(|name| index(name).is_none()) {
        return None;
    }
    let mut items: Vec<(u64, Value)> = mem::take(members)
        .into_iter()
        .filter_map(|(name, item)| Some((index(&name)?, item)))
        .collect();
    items.sort_by_key(|(index, _)| *index);
    Some(items.into_iter().map(|(_, item)| item).collect())
}

/// A number from 1. With leading zeros, two names could be the same number.
fn index(name: &str) -> Option<u64> {
    let digits = !name.starts_with('0') && name.bytes().all(|b| b.is_ascii_digit());
    if digits { name.parse().ok() } else { None }
}

/// Entries with a key and a value as one object; other entries stay a list.
///
/// Source: the service models: entries are `key`/`value` in SNS attributes, `Name`/`Value` in
/// message attributes.
fn map_of(entries: Vec<Value>) -> Value {
    let pair = |entry: &Value| {
        let name =
            |lower: &str, upper: &str| entry.get(lower).or_else(|| entry.get(upper)).cloned();
        match (name("key", "Name"), name("value", "Value")) {
            (Some(Value::String(key)), Some(value)) => Some((key, value)),
            _ => None,
        }
    };
    match entries.iter().map(pair).collect::<Option<Map<String, Value>>>() {
        Some(members) => Value::Object(members),
        None => Value::Array(entries),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn check(form: &str, want: &Value) {
        assert_eq!(tree(&parse(form.as_bytes()).unwrap()).unwrap(), *want, "{form}");
    }

    /// Scalars stay strings, `+` is a space, the operation's name is no parameter.
    #[test]
    fn scalars_are_decoded() {
        check(
            "Action=CreateUser&Version=2010-05-08&UserName=a+b%2Bc&MaxItems=10&Flag&&E=",
            &json!({"UserName": "a b+c", "MaxItems": "10", "Flag": "", "E": ""}),
        );
        check("", &json!({}));
        check("Filter.Action=x", &json!({"Filter": {"Action": "x"}}));
    }

    /// Lists are ordered by number regardless of the order of arrival, and nest.
    #[test]
    fn members_become_lists() {
        check(
            "T.member.10.Key=c&T.member.2.Key=b&T.member.2.Value=v&T.member.1.Key=a",
            &json!({"T": [{"Key": "a"}, {"Key": "b", "Value": "v"}, {"Key": "c"}]}),
        );
        check("K.member.1=a&K.member.2=b", &json!({"K": ["a", "b"]}));
        check(
            "C.member.1.Values.member.1=x&C.member.1.Values.member.2=y",
            &json!({"C": [{"Values": ["x", "y"]}]}),
        );
    }

    /// Entries with key and value become objects, in either spelling.
    #[test]
    fn entries_become_objects() {
        check(
            "A.entry.1.key=Policy&A.entry.1.value=%7B%7D&A.entry.2.key=b&A.entry.2.value=",
            &json!({"A": {"Policy": "{}", "b": ""}}),
        );
        check(
            "M.entry.1.Name=n&M.entry.1.Value.DataType=String&M.entry.1.Value.StringValue=v",
            &json!({"M": {"n": {"DataType": "String", "StringValue": "v"}}}),
        );
        check("A.entry.1.key=only", &json!({"A": [{"key": "only"}]}));
    }

    /// Huge numbers, gaps, zeros, signs and contradictions neither allocate nor fail.
    #[test]
    fn hostile_names_are_bounded() {
        check("T.member.18446744073709551615=b&T.member.7=a", &json!({"T": ["a", "b"]}));
        check(
            "T.member.99999999999999999999=a",
            &json!({"T": {"member": {"99999999999999999999": "a"}}}),
        );
        for bad in ["0", "01", "-1", "+1", "x", ""] {
            let form = format!("T.member.{}=a", uri::encode(bad));
            check(&form, &json!({"T": {"member": {bad: "a"}}}));
        }
        check("A=1&A.B=2", &json!({"A": {"B": "2"}}));
        check("A.B=2&A=1", &json!({"A": "1"}));
        check("A=1&A=2", &json!({"A": "2"}));
        check("...=a", &json!({"": {"": {"": {"": "a"}}}}));
        let deep = tree(&[(".".repeat(100_000), "a".to_owned())]).unwrap();
        assert!(deep.to_string().len() < 110_000);
    }

    /// The tree is limited, however few bytes the request has; the longest lists stay within the
    /// limit.
    #[test]
    fn the_nodes_of_a_tree_are_limited() {
        let tail = ".a".repeat(22);
        let deep: Vec<_> = (0..1_000).map(|n| (format!("{n}{tail}"), String::new())).collect();
        let error = tree(&deep).unwrap_err();
        assert_eq!((error.status, error.code.as_str()), (404, "MalformedQueryString"));
        let context = (0..PARAMETERS_MAX / 3).flat_map(|n| {
            ["ContextKeyName", "ContextKeyType", "ContextKeyValues.member.1"]
                .map(|name| (format!("ContextEntries.member.{n}.{name}"), String::new()))
        });
        assert!(tree(&context.collect::<Vec<_>>()).is_ok());
    }

    /// Text that is not a form is rejected with AWS's code.
    #[test]
    fn broken_forms_are_refused() {
        let many = "a&".repeat(PARAMETERS_MAX + 1);
        for form in ["a=%", "a=%FF", "%zz=1", &many] {
            let error = parse(form.as_bytes()).unwrap_err();
            assert_eq!((error.status, error.code.as_str()), (404, "MalformedQueryString"));
        }
        assert!(parse(b"a=\xff").is_err());
    }

    proptest! {
        /// Any form ends in a tree or an error.
        #[test]
        fn parsing_never_panics(form in proptest::collection::vec(any::<u8>(), 0..256)) {
            if let Ok(pairs) = parse(&form) {
                let _ = tree(&pairs);
            }
        }

        /// Any combination of the significant letters results in a tree.
        #[test]
        fn trees_never_panic(form in "[ak=&.01memberentryky]{0,200}") {
            let _ = tree(&parse(form.as_bytes()).unwrap()).unwrap();
        }

        /// Lists of any texts survive.
        #[test]
        fn lists_round_trip(items in proptest::collection::vec(".*", 1..20)) {
            let form: Vec<String> = items
                .iter()
                .enumerate()
                .map(|(i, item)| format!("L.member.{}={}", i + 1, uri::encode(item)))
                .collect();
            let pairs = parse(form.join("&").as_bytes()).unwrap();
            prop_assert_eq!(tree(&pairs).unwrap(), json!({"L": items}));
        }
    }
}
