//! JSON as KMS prints key policies.

use serde_json::Value;

/// The text with one member a line, two spaces deeper each, ` : ` behind names, and brackets of
/// lists on the lines of their first and last elements. A text that is not JSON stays as it is.
///
/// Observed: responses to `GetKeyPolicy`.
pub(crate) fn indented(text: &str) -> String {
    let Ok(value) = serde_json::from_str::<Value>(text) else { return text.to_owned() };
    let mut out = String::with_capacity(text.len().saturating_mul(2));
    print(&value, 0, &mut out);
    out
}

fn print(value: &Value, depth: usize, out: &mut String) {
    match value {
        Value::Object(members) if members.is_empty() => out.push_str("{ }"),
        Value::Object(members) => {
            let inner = depth.saturating_add(1);
            out.push('{');
            for (index, (name, member)) in members.iter().enumerate() {
                out.push_str(if index == 0 { "\n" } else { ",\n" });
                indent(inner, out);
                out.push_str(&Value::from(name.as_str()).to_string());
                out.push_str(" : ");
                print(member, inner, out);
            }
            out.push('\n');
            indent(depth, out);
            out.push('}');
        }
        Value::Array(items) if items.is_empty() => out.push_str("[ ]"),
        Value::Array(items) => {
            out.push_str("[ ");
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push_str(", ");
                }
                print(item, depth, out);
            }
            out.push_str(" ]");
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            out.push_str(&value.to_string());
        }
    }
}

fn indent(depth: usize, out: &mut String) {
    for _ in 0..depth {
        out.push_str("  ");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The format of a key policy in AWS's responses.
    #[test]
    fn prints_as_kms_does() {
        let text =
            r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["a","b"]}]}"#;
        let expected = "{\n  \"Version\" : \"2012-10-17\",\n  \"Statement\" : [ {\n    \
            \"Effect\" : \"Allow\",\n    \"Action\" : [ \"a\", \"b\" ]\n  } ]\n}";
        assert_eq!(indented(text), expected);
        assert_eq!(indented("no json"), "no json");
    }
}
