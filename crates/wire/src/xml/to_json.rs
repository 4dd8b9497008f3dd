use serde_json::{Map, Number, Value};

use super::Element;

/// A request's body as CloudTrail shows it: one object whose only member is the root.
///
/// An element without attributes and children is its text; children of one name are a single value
/// or, if repeated, a list; attributes, `xmlns` among them, are members beside children; a text
/// beside those is `content`. Texts that are numbers or booleans are converted.
///
/// Observed: records of S3 calls with bodies: single children are no lists, `xmlns` is kept,
/// `true` and numbers lose their quotes.
/// Assumed: the rest is that of the JSON-java library's `XML.toJSONObject`, whose manner this is.
pub fn to_json(root: &Element) -> Value {
    Value::Object(Map::from_iter([(root.name.clone(), value_of(root))]))
}

/// INVARIANT: recursion is as deep as [`super::Limits`] let the document be.
fn value_of(element: &Element) -> Value {
    if element.attributes.is_empty() && element.children.is_empty() {
        return scalar(&element.text);
    }
    let mut members = Map::new();
    for (name, value) in &element.attributes {
        members.insert(name.clone(), scalar(value));
    }
    for child in &element.children {
        accumulate(&mut members, &child.name, value_of(child));
    }
    if !element.text.trim().is_empty() {
        accumulate(&mut members, "content", scalar(element.text.trim()));
    }
    Value::Object(members)
}

fn accumulate(members: &mut Map<String, Value>, name: &str, value: Value) {
    match members.get_mut(name) {
        None => {
            members.insert(name.to_owned(), value);
        }
        Some(Value::Array(items)) => items.push(value),
        Some(single) => *single = Value::Array(vec![single.take(), value]),
    }
}

fn scalar(text: &str) -> Value {
    match text {
        "true" => return Value::Bool(true),
        "false" => return Value::Bool(false),
        _ => {}
    }
    number(text).map_or_else(|| Value::from(text), Value::Number)
}

/// Only texts that a number would be written as: `007`, `1e3` and `+1` stay texts.
fn number(text: &str) -> Option<Number> {
    if let Ok(whole) = text.parse::<i64>() {
        return (whole.to_string() == text).then(|| Number::from(whole));
    }
    let decimal = text.parse::<f64>().ok().filter(|decimal| decimal.to_string() == text)?;
    Number::from_f64(decimal)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::xml::{Limits, parse};
    use serde_json::json;

    fn check(xml: &str, want: &Value) {
        assert_eq!(to_json(&parse(xml.as_bytes(), Limits::S3).unwrap()), *want, "{xml}");
    }

    /// The form that records of S3 show.
    #[test]
    fn bodies_are_shown_as_cloudtrail_shows_them() {
        check(
            "<CreateBucketConfiguration xmlns=\"http://s3/\">\n  <LocationConstraint>eu-west-1\
             </LocationConstraint>\n</CreateBucketConfiguration>",
            &json!({"CreateBucketConfiguration":
                {"xmlns": "http://s3/", "LocationConstraint": "eu-west-1"}}),
        );
        check(
            "<L><Rule><Days>30</Days><Id/></Rule></L>",
            &json!({"L": {"Rule": {"Days": 30, "Id": ""}}}),
        );
        check(
            "<T><Tag>1</Tag><Other>true</Other><Tag>2.5</Tag><Tag>007</Tag></T>",
            &json!({"T": {"Tag": [1, 2.5, "007"], "Other": true}}),
        );
        check(
            "<A xsi:type=\"User\">text</A>",
            &json!({"A": {"xsi:type": "User", "content": "text"}}),
        );
    }

    /// Numbers that would be written differently stay texts.
    #[test]
    fn only_plain_numbers_are_numbers() {
        for text in ["007", "+1", "1e3", "-0", "1.0", "NaN", "inf", "123456789012345678901", " 1"] {
            assert_eq!(scalar(text), json!(text));
        }
        assert_eq!(scalar("-12"), json!(-12));
        assert_eq!(scalar("0.25"), json!(0.25));
    }
}
