//! The fields of a browser form, as the headers that they represent.
//!
//! Source: S3 API Reference, "Creating an HTML form (using AWS Signature Version 4)".

use std::collections::BTreeSet;

use http::{HeaderMap, HeaderName, HeaderValue};
use wire::Head;

use crate::error::{S3Error, S3Result};
use crate::tags::{self, Tagged};
use crate::xml;

/// Headers of the request itself that describe the call.
const OF_THE_REQUEST: [&str; 2] = ["host", "user-agent"];
/// Fields that mean the header of their name, besides those that begin with `x-amz-`.
const HEADERS: [&str; 7] = [
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-md5",
    "content-type",
    "expires",
];
/// Fields that authenticate the sender of the form.
const PROOFS: [&str; 5] = [
    "x-amz-algorithm",
    "x-amz-credential",
    "x-amz-date",
    "x-amz-security-token",
    "x-amz-signature",
];
/// What the names of user metadata begin with.
pub(crate) const METADATA_PREFIX: &str = "x-amz-meta-";
const TAGGING: &str = "x-amz-tagging";

/// The value of the first field of this name, in any case.
pub(crate) fn field<'f>(fields: &'f [(String, String)], name: &str) -> Option<&'f str> {
    fields.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

/// The headers of a form, from its fields.
pub(crate) fn headers(head: &Head, fields: &[(String, String)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for name in OF_THE_REQUEST {
        if let Some(value) = head.headers().get(name) {
            headers.insert(name, value.clone());
        }
    }
    let mut known = BTreeSet::new();
    for (name, value) in fields {
        let name = match name.to_ascii_lowercase() {
            name if name == "acl" => "x-amz-acl".to_owned(),
            name if PROOFS.contains(&name.as_str()) => continue,
            // A form's tags are a document.
            name if name == TAGGING => continue,
            name if name.starts_with("x-amz-") || HEADERS.contains(&name.as_str()) => name,
            _ => continue,
        };
        // A policy is checked against the first field of a name, even if HTTP cannot carry its
        // value.
        if known.insert(name.clone()) {
            put(&mut headers, &name, value);
        }
    }
    if let Some(Ok(tags)) = field(fields, "tagging").map(tagging) {
        put(&mut headers, TAGGING, &tags);
    }
    headers
}

/// User metadata: the values of its fields, including letters and control characters that no
/// header carries. Of several fields of a name the first counts, as for the policy.
pub(crate) fn metadata(fields: &[(String, String)]) -> Vec<(String, String)> {
    let mut pairs: Vec<(String, String)> = Vec::new();
    for (name, value) in fields {
        let lower = name.to_ascii_lowercase();
        let Some(name) = lower.strip_prefix(METADATA_PREFIX) else { continue };
        let is_known = pairs.iter().any(|(own, _)| own == name);
        if !is_known && HeaderName::from_bytes(lower.as_bytes()).is_ok() {
            pairs.push((name.to_owned(), value.clone()));
        }
    }
    pairs
}

/// A value that HTTP cannot carry is left out.
fn put(headers: &mut HeaderMap, name: &str, value: &str) {
    if let (Ok(name), Ok(value)) =
        (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_bytes(value.as_bytes()))
    {
        headers.insert(name, value);
    }
}

/// Errors if the form's tags are malformed.
pub(crate) fn check_tagging(fields: &[(String, String)]) -> S3Result<()> {
    field(fields, "tagging").map_or(Ok(()), |document| tagging(document).map(drop))
}

/// The tags of a document as a header has them.
///
/// Observed: invalid XML is rejected, and a document of another kind means no tags.
fn tagging(document: &str) -> S3Result<String> {
    let Ok(root) = xml::read(document.as_bytes(), "Tagging") else {
        let known = xml::to_json(document.as_bytes()).is_some();
        return if known { Ok(String::new()) } else { Err(S3Error::MalformedXml.into()) };
    };
    let pairs = tags::from_document(&root, Tagged::Object)?;
    let pair = |(key, value): &(String, String)| {
        format!("{}={}", wire::uri::encode(key), wire::uri::encode(value))
    };
    Ok(pairs.iter().map(pair).collect::<Vec<_>>().join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(fields: &[(&str, &str)]) -> Vec<(String, String)> {
        fields.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect()
    }

    #[test]
    fn fields_become_the_headers_of_their_names() {
        let mut own = HeaderMap::new();
        own.insert("host", HeaderValue::from_static("h"));
        own.insert("content-type", HeaderValue::from_static("multipart/form-data"));
        own.insert("x-amz-acl", HeaderValue::from_static("public-read"));
        let peer = [127, 0, 0, 1].into();
        let (method, target) = (http::Method::POST, "/b".to_owned());
        let head = Head::new(method, target, own, false, peer);
        let fields = of(&[
            ("key", "k"),
            ("Content-Type", "text/plain"),
            ("acl", "private"),
            ("X-Amz-Meta-A", "1"),
            ("x-amz-meta-a", "2"),
            ("Expires", "\n"),
            ("expires", "0"),
            ("x-amz-security-token", "secret"),
            ("x-ignore-me", "1"),
            (
                "tagging",
                "<Tagging><TagSet><Tag><Key>a b</Key><Value>=</Value></Tag></TagSet></Tagging>",
            ),
        ]);
        let headers = headers(&head, &fields);
        let mut lines: Vec<_> =
            headers.iter().map(|(n, v)| format!("{n}: {}", v.to_str().unwrap())).collect();
        lines.sort();
        let want = [
            "content-type: text/plain",
            "host: h",
            "x-amz-acl: private",
            "x-amz-meta-a: 1",
            "x-amz-tagging: a%20b=%3D",
        ];
        assert_eq!(lines, want);
    }

    #[test]
    fn a_form_has_tags_none_or_nonsense() {
        let check = |text: &str| check_tagging(&of(&[("tagging", text)])).is_ok();
        assert!(check("<Other></Other>"));
        assert!(!check("not-xml"));
        assert!(!check("<Tagging><TagSet><Tag></Tag></TagSet></Tagging>"));
        assert!(check_tagging(&[]).is_ok());
    }
}
