//! The session cookie. Scripts cannot read it, and other sites cannot send it.

use http::{HeaderMap, header};

const NAME: &str = "shoseki_console";

/// The cookie's value, as the browser sends it.
pub(super) fn of(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(name, value)| (name == NAME).then_some(value))
}

/// `Set-Cookie` with a value that lasts this many seconds.
pub(super) fn new(value: &str, seconds: u64, secure: bool) -> String {
    let secure = if secure { "; Secure" } else { "" };
    format!("{NAME}={value}; HttpOnly; SameSite=Strict; Path=/_console; Max-Age={seconds}{secure}")
}

/// `Set-Cookie` that deletes it.
pub(super) fn gone(secure: bool) -> String {
    new("", 0, secure)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    /// Among others, in one header or in several.
    #[test]
    fn the_cookie_is_found() {
        for (lines, want) in [
            (vec!["shoseki_console=a.b"], Some("a.b")),
            (vec!["x=1; shoseki_console=a.b; y=2"], Some("a.b")),
            (vec!["x=1", "shoseki_console=a.b"], Some("a.b")),
            (vec!["xshoseki_console=a.b"], None),
            (vec!["shoseki_console"], None),
            (vec![], None),
        ] {
            let mut headers = HeaderMap::new();
            for line in &lines {
                headers.append(header::COOKIE, HeaderValue::from_static(line));
            }
            assert_eq!(of(&headers), want, "{lines:?}");
        }
    }
}
