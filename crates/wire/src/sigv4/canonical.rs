//! The canonical request: the text that both sides hash.

use http::HeaderMap;

use super::{ALGORITHM, Family};
use crate::head::raw_pairs;
use crate::uri::{decoded, encode_into};

/// Which query parameters are included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CanonicalQuery {
    /// All of them: the signature is in a header.
    Whole,
    /// All but `X-Amz-Signature`.
    Presigned,
    /// All but the signature and the session token, which some clients add after signing.
    PresignedWithoutToken,
}

/// The parts of the canonical request.
pub(crate) struct Parts<'a> {
    pub(crate) method: &'a str,
    pub(crate) raw_path: &'a str,
    pub(crate) raw_query: &'a str,
    pub(crate) query: CanonicalQuery,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) family: Family,
}

/// Builds the canonical request.
///
/// A listed header that the request lacks counts as empty. Assumed: AWS does the same; such a
/// signature could only have been made over an empty header.
pub(crate) fn canonical_request<'n>(
    parts: &Parts<'_>,
    signed_headers: impl Iterator<Item = &'n str> + Clone,
    payload: &str,
) -> Vec<u8> {
    let mut out = Vec::with_capacity(1024);
    out.extend_from_slice(parts.method.as_bytes());
    out.push(b'\n');
    push_path(&mut out, parts.raw_path, parts.family);
    out.push(b'\n');
    push_query(&mut out, parts.raw_query, parts.query);
    out.push(b'\n');
    for name in signed_headers.clone() {
        out.extend_from_slice(name.as_bytes());
        out.push(b':');
        for (i, value) in parts.headers.get_all(name).iter().enumerate() {
            if i > 0 {
                out.push(b',');
            }
            push_trimmed(&mut out, value.as_bytes());
        }
        out.push(b'\n');
    }
    out.push(b'\n');
    for (i, name) in signed_headers.enumerate() {
        if i > 0 {
            out.push(b';');
        }
        out.extend_from_slice(name.as_bytes());
    }
    out.push(b'\n');
    out.extend_from_slice(payload.as_bytes());
    out
}

/// The string to sign over a canonical request.
pub(crate) fn string_to_sign(date: &str, scope: &str, canonical_request: &[u8]) -> String {
    let hash = types::hex(&keys::sha256(canonical_request));
    [ALGORITHM, "\n", date, "\n", scope, "\n", &hash].concat()
}

/// S3 takes each segment as sent, decoded once and encoded once; all other services remove dot
/// segments and empty segments and encode the encoded text again.
///
/// Source: AWS General Reference, "Create a signed AWS API request", canonical URI.
fn push_path(out: &mut Vec<u8>, raw: &str, family: Family) {
    if raw.is_empty() || raw == "/" {
        return out.push(b'/');
    }
    if family == Family::S3 {
        for (i, segment) in raw.split('/').enumerate() {
            if i > 0 {
                out.push(b'/');
            }
            // Observed: S3 treats a raw plus as a space, here as in the key.
            encode_into(out, decoded(segment.replace('+', " ").as_bytes()), false);
        }
        return;
    }
    let mut kept: Vec<&str> = Vec::new();
    for segment in raw.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                kept.pop();
            }
            _ => kept.push(segment),
        }
    }
    for segment in &kept {
        out.push(b'/');
        encode_into(out, segment.bytes(), false);
    }
    if kept.is_empty() || raw.ends_with('/') {
        out.push(b'/');
    }
}

/// Sorted by encoded name, then encoded value.
fn push_query(out: &mut Vec<u8>, raw: &str, which: CanonicalQuery) {
    let dropped = |name: &str| match which {
        CanonicalQuery::Whole => false,
        CanonicalQuery::Presigned => name == "X-Amz-Signature",
        CanonicalQuery::PresignedWithoutToken => {
            matches!(name, "X-Amz-Signature" | "X-Amz-Security-Token")
        }
    };
    let mut pairs: Vec<(Vec<u8>, Vec<u8>)> = raw_pairs(raw)
        .filter(|(name, _)| !dropped(name))
        .map(|(name, value)| (recoded(name), recoded(value)))
        .collect();
    pairs.sort_unstable();
    for (i, (name, value)) in pairs.iter().enumerate() {
        if i > 0 {
            out.push(b'&');
        }
        out.extend_from_slice(name);
        out.push(b'=');
        out.extend_from_slice(value);
    }
}

fn recoded(raw: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(raw.len());
    encode_into(&mut out, decoded(raw.as_bytes()), false);
    out
}

/// Without spaces around, and each run of spaces within as one.
fn push_trimmed(out: &mut Vec<u8>, value: &[u8]) {
    let value = value.trim_ascii();
    let mut after_space = false;
    for byte in value {
        let space = matches!(byte, b' ' | b'\t');
        if !space {
            out.push(*byte);
        } else if !after_space {
            out.push(b' ');
        }
        after_space = space;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(raw: &str, family: Family) -> String {
        let mut out = Vec::new();
        push_path(&mut out, raw, family);
        String::from_utf8(out).unwrap()
    }

    fn query(raw: &str, which: CanonicalQuery) -> String {
        let mut out = Vec::new();
        push_query(&mut out, raw, which);
        String::from_utf8(out).unwrap()
    }

    /// S3 keeps dots, double slashes and encoded slashes; the others normalize and encode twice.
    #[test]
    fn s3_paths_are_used_as_sent_and_others_are_normalized() {
        for (raw, s3, other) in [
            ("", "/", "/"),
            ("/", "/", "/"),
            ("/a/./b/../c", "/a/./b/../c", "/a/c"),
            ("//a//b/", "//a//b/", "/a/b/"),
            ("/../..", "/../..", "/"),
            ("/a%2Fb", "/a%2Fb", "/a%252Fb"),
            ("/%e3%81%82 b", "/%E3%81%82%20b", "/%25e3%2581%2582%20b"),
            ("/a+b(c)*", "/a%20b%28c%29%2A", "/a%2Bb%28c%29%2A"),
            ("/%zz", "/%25zz", "/%25zz"),
        ] {
            assert_eq!(path(raw, Family::S3), s3, "{raw}");
            assert_eq!(path(raw, Family::Json), other, "{raw}");
        }
    }

    /// Sorting is over the encoded form; a plus is a plus; a bare name gets its `=`.
    #[test]
    fn queries_are_recoded_and_sorted() {
        for (raw, want) in [
            ("", ""),
            ("acl", "acl="),
            ("b=2&a=1&a=0", "a=0&a=1&b=2"),
            ("prefix=env%3a%2F&x=a+b", "prefix=env%3A%2F&x=a%2Bb"),
            ("a=b=c&&d", "a=b%3Dc&d="),
            ("a-b=1&a=2", "a=2&a-b=1"),
            ("%E3%81%82=1&z=2&A=3", "%E3%81%82=1&A=3&z=2"),
        ] {
            assert_eq!(query(raw, CanonicalQuery::Whole), want, "{raw}");
        }
        let presigned = "X-Amz-Signature=ff&X-Amz-Security-Token=t&a=1";
        let without = CanonicalQuery::PresignedWithoutToken;
        assert_eq!(query(presigned, CanonicalQuery::Presigned), "X-Amz-Security-Token=t&a=1");
        assert_eq!(query(presigned, without), "a=1");
    }

    /// Values are trimmed and their inner spaces collapsed.
    #[test]
    fn header_values_are_trimmed_and_collapsed() {
        let mut out = Vec::new();
        push_trimmed(&mut out, b"  a   b \t c  ");
        assert_eq!(out, b"a b c");
    }
}
