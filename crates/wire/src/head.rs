use std::net::IpAddr;

use http::{HeaderMap, HeaderName, HeaderValue, Method, header};

use crate::uri;

/// A request's head as received, except that each header has one value.
///
/// Nothing else is normalized: signatures are computed over the raw path and query, so code that
/// needs decoded text decodes it, and the raw text stays what was signed. No headers are added to a
/// head before its signature is verified.
#[derive(Debug, Clone)]
pub struct Head {
    /// The method.
    pub method: Method,
    /// The raw request target in origin form: `/path?query`.
    pub target: String,
    headers: HeaderMap,
    /// Whether the client's connection was encrypted.
    pub secure: bool,
    /// The client's address.
    pub peer: IpAddr,
}

impl Head {
    /// A head with these header lines. Lines of one name become one value, with commas between
    /// them: signatures cover the values so, and whoever reads the header has to read what is
    /// signed. Lines of `authorization` stay apart, because two of them are refused.
    ///
    /// Source: RFC 9110, section 5.2; S3 User Guide, "Signing and authenticating REST requests",
    /// "Constructing the `CanonicalizedAmzHeaders` element", step 3.
    pub fn new(
        method: Method,
        target: String,
        headers: HeaderMap,
        secure: bool,
        peer: IpAddr,
    ) -> Self {
        Self { method, target, headers: joined(headers), secure, peer }
    }

    /// The headers: one value for each name, but for `authorization`.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The same request with other headers.
    #[must_use]
    pub fn with_headers(self, headers: HeaderMap) -> Self {
        Self { headers: joined(headers), ..self }
    }

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

    /// The value of a header, if it is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The `Host` header as received, port included; empty when there is none.
    pub fn host(&self) -> &str {
        self.header("host").unwrap_or_default()
    }
}

fn joined(headers: HeaderMap) -> HeaderMap {
    if headers.len() == headers.keys_len() {
        return headers;
    }
    let mut own = HeaderMap::with_capacity(headers.keys_len());
    for name in headers.keys() {
        for value in values(&headers, name) {
            own.append(name, value);
        }
    }
    own
}

fn values(headers: &HeaderMap, name: &HeaderName) -> Vec<HeaderValue> {
    let lines: Vec<_> = headers.get_all(name).iter().collect();
    let one: Vec<_> = lines.iter().map(|line| line.as_bytes().trim_ascii()).collect();
    let one = one.join(&b',');
    match HeaderValue::from_bytes(&one) {
        Ok(value) if name != header::AUTHORIZATION => vec![value],
        // Lines that are values each are one together: this is `authorization`.
        Ok(_) | Err(_) => lines.into_iter().cloned().collect(),
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
        let target = "/b/%E3%81%82%2Fx?acl&prefix=env%3A%2F&a=1+2&&x=?y".to_owned();
        let peer = [127, 0, 0, 1].into();
        let head = Head::new(Method::GET, target, HeaderMap::new(), false, peer);
        assert_eq!(head.path(), "/b/%E3%81%82%2Fx");
        let want = [("acl", ""), ("prefix", "env:/"), ("a", "1+2"), ("x", "?y")];
        let want: Vec<_> = want.map(|(n, v)| (n.to_owned(), v.to_owned())).into();
        assert_eq!(head.query_pairs(), want);
        assert_eq!(head.query_value("prefix").as_deref(), Some("env:/"));
        assert_eq!(head.query_value("missing"), None);
        assert_eq!(head.host(), "");
    }

    /// Lines of one name are one value, in the order in which they came.
    #[test]
    fn a_header_has_one_value() {
        let mut lines = HeaderMap::new();
        for (name, value) in [
            ("x-amz-acl", "private"),
            ("authorization", "one"),
            ("x-amz-acl", " public-read "),
            ("authorization", "two"),
            ("x-amz-meta-a", "1"),
        ] {
            lines.append(name, value.parse().unwrap());
        }
        let peer = [127, 0, 0, 1].into();
        let head = Head::new(Method::PUT, "/b/k".to_owned(), lines, false, peer);
        assert_eq!(head.header("x-amz-acl"), Some("private,public-read"));
        assert_eq!(head.header("x-amz-meta-a"), Some("1"));
        let lines: Vec<_> = head.headers().get_all("authorization").iter().collect();
        assert_eq!(lines, ["one", "two"]);
        assert_eq!(head.headers().get_all("x-amz-acl").iter().count(), 1);
    }
}
