//! Rewriting the principals of a policy in place.

use serde_json::Value;

use crate::json::Json;

/// Rewrites every principal of the types `AWS` and `CanonicalUser` in a policy's text, and leaves
/// all else as it was written: order of members, spaces, everything.
///
/// Calls `map` with the type and the name of each principal except `*`. Text that is not JSON has
/// no principals. Errors with the first principal for which `map` returns nothing.
///
/// ```
/// let text = r#"{"Statement": {"Principal": {"AWS": ["*", "a"]}, "Sid": "a"}}"#;
/// let mapped = policy::map_principals(text, &mut |_, name| Some(format!("{name}-{name}")));
/// let want = r#"{"Statement": {"Principal": {"AWS": ["*", "a-a"]}, "Sid": "a"}}"#;
/// assert_eq!(mapped.as_deref(), Ok(want));
/// ```
pub fn map_principals(
    text: &str,
    map: &mut dyn FnMut(&str, &str) -> Option<String>,
) -> Result<String, String> {
    if Json::parse(text).is_none() {
        return Ok(text.to_owned());
    }
    let mut mapped = String::with_capacity(text.len());
    let mut scanner = Scanner { rest: text, frames: Vec::new() };
    while let Some((token, kind)) = scanner.next() {
        let named = kind.zip(serde_json::from_str::<String>(token).ok());
        match named {
            Some((kind, name)) if name != "*" => {
                let Some(new) = map(kind, &name) else { return Err(name) };
                // An unchanged name keeps its spelling, including escapes.
                if new == name {
                    mapped.push_str(token);
                } else {
                    mapped.push_str(&Value::String(new).to_string());
                }
            }
            Some(_) | None => mapped.push_str(token),
        }
    }
    Ok(mapped)
}

/// Walks over the tokens of a text that is known to be JSON.
struct Scanner<'a> {
    rest: &'a str,
    frames: Vec<Frame>,
}

/// An object or a list that is open.
enum Frame {
    List,
    /// With the name of the present member; `None` while a name is expected.
    Object(Option<String>),
}

impl<'a> Scanner<'a> {
    /// The next token, and the principal's type if it is the name of one.
    fn next(&mut self) -> Option<(&'a str, Option<&'static str>)> {
        let first = self.rest.chars().next()?;
        let length = if first == '"' { string_bytes(self.rest) } else { first.len_utf8() };
        let (token, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        let mut kind = None;
        match first {
            '{' => self.frames.push(Frame::Object(None)),
            '[' => self.frames.push(Frame::List),
            '}' | ']' => drop(self.frames.pop()),
            ',' => {
                if let Some(Frame::Object(name)) = self.frames.last_mut() {
                    *name = None;
                }
            }
            '"' => match self.frames.last_mut() {
                Some(Frame::Object(name @ None)) => *name = serde_json::from_str(token).ok(),
                Some(Frame::Object(Some(_)) | Frame::List) => kind = self.in_principal(),
                None => {}
            },
            _ => {}
        }
        Some((token, kind))
    }

    fn in_principal(&self) -> Option<&'static str> {
        let mut path = self.frames.iter().filter_map(|frame| match frame {
            Frame::Object(name) => name.as_deref(),
            Frame::List => None,
        });
        let principals = path.next() == Some("Statement")
            && matches!(path.next(), Some("Principal" | "NotPrincipal"));
        let kind = match path.next() {
            Some("AWS") => "AWS",
            Some("CanonicalUser") => "CanonicalUser",
            _ => return None,
        };
        (principals && path.next().is_none()).then_some(kind)
    }
}

/// The length of the string that `text` begins with, quotes included.
fn string_bytes(text: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at.saturating_add(1),
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shout(text: &str) -> Result<String, String> {
        map_principals(text, &mut |_, name| (name != "gone").then(|| name.to_uppercase()))
    }

    /// Only names under `AWS` change, in every place where a principal can occur.
    #[test]
    fn only_principals_change() {
        let text = r#" {"Id":"x", "Statement":[{"NotPrincipal":{"Service":"a","AWS":["b", "*"]},
            "Condition":{"StringEquals":{"AWS":"c","Principal":"d"}}},
            {"Principal":"*","Sid":"\"AWS\":\\"},{"Principal":{"AWS":"e\u0066"}}]} "#;
        let want = r#" {"Id":"x", "Statement":[{"NotPrincipal":{"Service":"a","AWS":["B", "*"]},
            "Condition":{"StringEquals":{"AWS":"c","Principal":"d"}}},
            {"Principal":"*","Sid":"\"AWS\":\\"},{"Principal":{"AWS":"EF"}}]} "#;
        assert_eq!(shout(text).as_deref(), Ok(want));
        assert_eq!(
            shout(r#"{"Principal":{"AWS":"a"}}"#).as_deref(),
            Ok(r#"{"Principal":{"AWS":"a"}}"#)
        );
    }

    /// `map` receives each name with its type.
    #[test]
    fn passes_the_type_of_a_principal() {
        let text = r#"{"Statement":{"Principal":{"AWS":"a","CanonicalUser":["b"],"Service":"c"}}}"#;
        let mapped = map_principals(text, &mut |kind, name| Some(format!("{kind} {name}")));
        let want = r#"{"Statement":{"Principal":{"AWS":"AWS a","CanonicalUser":["CanonicalUser b"],"Service":"c"}}}"#;
        assert_eq!(mapped.as_deref(), Ok(want));
    }

    /// The error contains the first name that `map` rejects.
    #[test]
    fn returns_the_unknown_principal() {
        let text = r#"{"Statement":{"Principal":{"AWS":["a","gone"]}}}"#;
        assert_eq!(shout(text), Err("gone".to_owned()));
    }

    /// Text that is not JSON is returned unchanged.
    #[test]
    fn does_not_change_other_texts() {
        assert_eq!(shout(r#"{"AWS":"#).as_deref(), Ok(r#"{"AWS":"#));
    }
}
