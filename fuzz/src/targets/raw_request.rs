//! A request as text: method and target, headers, an empty line, the body.

use http::{HeaderMap, HeaderName, HeaderValue, Method};
use wire::Head;

/// The head and the body; `None` for what no HTTP server would hand on.
///
/// Lines end with a line feed: the step before parsing a head belongs to the HTTP library.
pub(super) fn parse(input: &[u8]) -> Option<(Head, Vec<u8>)> {
    let (line, mut rest) = cut(input);
    let (method, target) = str::from_utf8(line).ok()?.split_once(' ')?;
    let method = Method::from_bytes(method.as_bytes()).ok()?;
    let target: http::Uri = target.parse().ok()?;
    let target = target.path_and_query()?.as_str().to_owned();
    let mut headers = HeaderMap::new();
    loop {
        let (line, after) = cut(rest);
        rest = after;
        if line.is_empty() {
            break;
        }
        let colon = line.iter().position(|byte| *byte == b':')?;
        let name = HeaderName::from_bytes(&line[..colon]).ok()?;
        let value = HeaderValue::from_bytes(line[colon + 1..].trim_ascii()).ok()?;
        headers.append(name, value);
    }
    let head = Head::new(method, target, headers, false, [192, 0, 2, 1].into());
    Some((head, rest.to_vec()))
}

/// A request with these headers as text.
pub(super) fn text(method: &str, target: &str, headers: &[(&str, &str)], body: &str) -> Vec<u8> {
    let headers = headers.iter().map(|(name, value)| format!("{name}: {value}\n"));
    format!("{method} {target}\n{}\n{body}", headers.collect::<String>()).into_bytes()
}

fn cut(input: &[u8]) -> (&[u8], &[u8]) {
    match input.iter().position(|byte| *byte == b'\n') {
        Some(end) => (&input[..end], &input[end + 1..]),
        None => (input, &[]),
    }
}
