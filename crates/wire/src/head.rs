use std::net::IpAddr;

use http::{HeaderMap, Method};

use crate::uri;

/// A request's head exactly as received.
///
/// Nothing is normalized: signatures are computed over the raw path and query, so code that needs
/// decoded text decodes it, and the raw text stays what was signed. No headers are added to a head
/// before its signature is verified.
#[derive(Debug, Clone)]
pub struct Head {
    /// The method.
    pub method: Method,
    /// The raw request target in origin form: `/path?query`.
    pub target: String,
    /// The headers, duplicates in order of arrival.
    pub headers: HeaderMap,
    /// Whether the client's connection was encrypted.
    pub secure: bool,
    /// The client's address.
    pub peer: IpAddr,
}

impl Head {
    /// The raw path, still percent-encoded.
    pub fn path(&self) -> &str {
        self.target.split_once('?').map_or(self.target.as_str(), |(path, _)| path)
    }

    /// The raw query without its `?`; empty when there is none.
    pub fn query(&self) -> &str {
        self.target.split_once('?').map_or("", |(_, query)| query)
    }

    /// Names and values of the query in order, decoded once; a `+` is a plus.
    ///
    /// A name without `=` has the empty value. Invalid escapes are literal text.
    pub fn query_pairs(&self) -> Vec<(String, String)> {
        raw_pairs(self.query())
            .map(|(name, value)| (uri::decode_lossy(name), uri::decode_lossy(value)))
            .collect()
    }

    /// The decoded value of the first query parameter called `name`.
    pub fn query_value(&self, name: &str) -> Option<String> {
        raw_pairs(self.query())
            .find(|(raw, _)| *raw == name || (raw.contains('%') && uri::decode_lossy(raw) == name))
            .map(|(_, value)| uri::decode_lossy(value))
    }

    /// The first value of a header, if it is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The `Host` header as received, port included; empty when there is none.
    pub fn host(&self) -> &str {
        self.header("host").unwrap_or_default()
    }
}

/// The pieces of a raw query, split but not decoded; empty pieces (`a&&b`) are skipped.
pub(crate) fn raw_pairs(query: &str) -> impl Iterator<Item = (&str, &str)> {
    query
        .split('&')
        .filter(|piece| !piece.is_empty())
        .map(|piece| piece.split_once('=').unwrap_or((piece, "")))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The raw parts stay raw; the pairs are decoded once, and a plus stays a plus.
    #[test]
    fn path_and_query_are_raw_and_pairs_are_decoded() {
        let head = Head {
            method: Method::GET,
            target: "/b/%E3%81%82%2Fx?acl&prefix=env%3A%2F&a=1+2&&x=?y".to_owned(),
            headers: HeaderMap::new(),
            secure: false,
            peer: [127, 0, 0, 1].into(),
        };
        assert_eq!(head.path(), "/b/%E3%81%82%2Fx");
        let want = [("acl", ""), ("prefix", "env:/"), ("a", "1+2"), ("x", "?y")];
        let want: Vec<_> = want.map(|(n, v)| (n.to_owned(), v.to_owned())).into();
        assert_eq!(head.query_pairs(), want);
        assert_eq!(head.query_value("prefix").as_deref(), Some("env:/"));
        assert_eq!(head.query_value("missing"), None);
        assert_eq!(head.host(), "");
    }
}
