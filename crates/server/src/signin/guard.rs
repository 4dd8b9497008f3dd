//! Which pages may speak to the sign-in: ours.
//!
//! A foreign page can make a browser send requests here, to our address or, under a name that it
//! points at us (DNS rebinding), to its own. Both are visible in headers that pages cannot set.

use http::{HeaderMap, Response, StatusCode, header};

use super::answers;
use crate::addressed::is_ours;
use crate::out_body::OutBody;

/// Why a request is not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refused {
    /// It is addressed to a name that is not ours.
    ForeignHost,
    /// It is from another site's page.
    CrossOrigin,
}

impl Refused {
    pub(super) fn answer(self) -> Response<OutBody> {
        answers::code(
            StatusCode::FORBIDDEN,
            match self {
                Self::ForeignHost => "ForeignHost",
                Self::CrossOrigin => "CrossOrigin",
            },
        )
    }
}

/// Lets requests in that our own pages send. `domains` are the configured names.
pub(super) fn check(headers: &HeaderMap, domains: &[String]) -> Result<(), Refused> {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    if !is_ours(headers, domains) {
        return Err(Refused::ForeignHost);
    }
    let host = text(header::HOST.as_str()).unwrap_or_default();
    if text("sec-fetch-site").is_some_and(|site| site != "same-origin") {
        return Err(Refused::CrossOrigin);
    }
    match text(header::ORIGIN.as_str()) {
        Some(origin) if !is_same(origin, host) => Err(Refused::CrossOrigin),
        _ => Ok(()),
    }
}

/// Whether an origin is that of the host. A proxy in front of us may terminate TLS, so either
/// scheme is accepted.
fn is_same(origin: &str, host: &str) -> bool {
    let (authority, port) = match (origin.strip_prefix("http://"), origin.strip_prefix("https://"))
    {
        (Some(authority), _) => (authority, ":80"),
        (None, Some(authority)) => (authority, ":443"),
        (None, None) => return false,
    };
    let bare = |text: &str| text.strip_suffix(port).unwrap_or(text).to_ascii_lowercase();
    !authority.is_empty() && bare(authority) == bare(host)
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue};

    use super::*;

    fn check(headers: &[(&'static str, &'static str)], want: Result<(), Refused>) {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        let domains = ["console.example.com".to_owned()];
        assert_eq!(super::check(&map, &domains), want, "{headers:?}");
    }

    /// Names that third parties can redirect are rejected.
    #[test]
    fn only_addresses_and_known_names_are_ours() {
        check(&[("host", "console.example.com:443")], Ok(()));
        check(&[("host", "evil.example:4566")], Err(Refused::ForeignHost));
        check(&[], Err(Refused::ForeignHost));
    }

    /// Other sites' pages, sandboxed ones and other ports included.
    #[test]
    fn only_our_own_pages_are_let_in() {
        let host = ("host", "localhost:4566");
        for origin in ["http://localhost:4566", "https://localhost:4566", "http://LOCALHOST:4566"] {
            check(&[host, ("origin", origin)], Ok(()));
        }
        check(&[("host", "localhost"), ("origin", "http://localhost:80")], Ok(()));
        check(&[("host", "localhost:443"), ("origin", "https://localhost")], Ok(()));
        for origin in [
            "null",
            "",
            "http://",
            "http://localhost",
            "http://localhost:4567",
            "http://evil.example",
            "http://evil.example:4566",
            "http://localhost:4566.evil.example",
            "ftp://localhost:4566",
            "localhost:4566",
        ] {
            check(&[host, ("origin", origin)], Err(Refused::CrossOrigin));
        }
        check(&[host, ("sec-fetch-site", "same-origin")], Ok(()));
        for site in ["cross-site", "same-site", "none", ""] {
            check(&[host, ("sec-fetch-site", site)], Err(Refused::CrossOrigin));
        }
    }
}
