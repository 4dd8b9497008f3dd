//! The text that both sides sign, and its signature.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::Head;
use crate::uri;

/// Query keys that select a sub-resource of a bucket or an object, and so the operation.
///
/// Source: S3 API Reference, the operations' request syntaxes.
const SUBRESOURCES: [&str; 41] = [
    "abac",
    "accelerate",
    "acl",
    "analytics",
    "annotation",
    "attributes",
    "cors",
    "delete",
    "encryption",
    "intelligent-tiering",
    "inventory",
    "legal-hold",
    "lifecycle",
    "location",
    "logging",
    "metadataConfiguration",
    "metadataInventoryTable",
    "metadataJournalTable",
    "metadataTable",
    "metrics",
    "notification",
    "object-lock",
    "ownershipControls",
    "policy",
    "policyStatus",
    "publicAccessBlock",
    "renameObject",
    "replication",
    "requestPayment",
    "resourcePolicy",
    "restore",
    "retention",
    "select",
    "session",
    "tagging",
    "torrent",
    "uploadId",
    "uploads",
    "versioning",
    "versions",
    "website",
];

/// The other parameters that are under the signature: they choose a part of a resource, or the
/// headers of an answer.
///
/// Source: S3 User Guide, "Constructing the CanonicalizedResource element", for these and for those
/// sub-resources that it lists. Observed: `object-lock` is among them, which that list leaves out.
/// Assumed: so are all sub-resources that came later. A parameter that chooses the operation must
/// be, or a signature for one would serve for another.
const CHOICES: [&str; 11] = [
    "defaultObjectAcl",
    "partNumber",
    "response-cache-control",
    "response-content-disposition",
    "response-content-encoding",
    "response-content-language",
    "response-content-type",
    "response-expires",
    "select-type",
    "storageClass",
    "versionId",
];

/// Whether a query key selects a sub-resource.
pub fn is_subresource(name: &str) -> bool {
    SUBRESOURCES.contains(&name)
}

/// Whether a parameter of the query is under the signature. Those that begin with `x-amz-` are, as
/// if they were headers.
pub fn is_signed_parameter(name: &str) -> bool {
    is_listed(name) || is_amz(name)
}

fn is_listed(name: &str) -> bool {
    is_subresource(name) || CHOICES.contains(&name)
}

/// The base64 of the HMAC-SHA-1 of a text.
pub fn signature(secret: &[u8], text: &[u8]) -> String {
    STANDARD.encode(keys::hmac_sha1(secret, text))
}

/// The string to sign: `date_line` is the date's or the expiry's, `path` the resource without its
/// parameters.
pub fn string_to_sign(head: &Head, date_line: &str, path: &str) -> Vec<u8> {
    let mut text = Vec::with_capacity(256);
    let header = |name: &str| head.headers().get(name).map(|value| value.as_bytes().trim_ascii());
    text.extend_from_slice(head.method.as_str().as_bytes());
    for line in [header("content-md5"), header("content-type"), Some(date_line.as_bytes())] {
        text.push(b'\n');
        text.extend_from_slice(line.unwrap_or_default());
    }
    text.push(b'\n');
    for (name, values) in amz_headers(head) {
        text.extend_from_slice(name.as_bytes());
        text.push(b':');
        text.extend_from_slice(&values.join(&b','));
        text.push(b'\n');
    }
    text.extend_from_slice(path.as_bytes());
    text.extend_from_slice(parameters(head).as_bytes());
    text
}

/// The path as it was sent, behind the bucket that the host names.
pub(super) fn path(head: &Head, bucket: Option<&str>) -> String {
    match bucket {
        Some(bucket) => ["/", bucket, head.path()].concat(),
        None => head.path().to_owned(),
    }
}

fn is_amz(name: &str) -> bool {
    name.get(..6).is_some_and(|start| start.eq_ignore_ascii_case("x-amz-"))
}

/// Names in lower case, sorted; the values of one name in the order of arrival, headers first.
///
/// Observed: `x-amz-` parameters of a presigned URL are signed, and obeyed, like the headers that
/// they represent.
fn amz_headers(head: &Head) -> BTreeMap<String, Vec<Vec<u8>>> {
    let mut headers = BTreeMap::<String, Vec<Vec<u8>>>::new();
    let sent =
        head.headers().iter().map(|(name, value)| (name.as_str().to_owned(), value.as_bytes()));
    let queried = head.query_pairs();
    let queried = queried.iter().map(|(name, value)| (name.to_lowercase(), value.as_bytes()));
    for (name, value) in sent.chain(queried).filter(|(name, _)| is_amz(name)) {
        headers.entry(name).or_default().push(value.trim_ascii().to_vec());
    }
    headers
}

/// Whether another request than this one has the same string to sign.
///
/// The text contains decoded names and values, so a value that contains a separator could be parsed
/// as two: a line break in a header's value, `&uploadId=` in a parameter's. Such a request does not
/// prove its signer's intent. No client that follows the documentation creates one.
///
/// - A header in the query has a header's name, and a value without control characters except tabs,
///   like a real header. It occurs once: two values have the same text as one value with a comma,
///   and only the first of them would be obeyed.
/// - A parameter's value contains no control character, and no `&` followed by the name of a signed
///   parameter. Any other `&` is part of the value: unsigned names are not in the text. So is every
///   `=`, because no signed name contains one.
///
/// Assumed: AWS refuses what it cannot read back; its documentation says only that values are
/// signed decoded.
pub(super) fn is_ambiguous(head: &Head) -> bool {
    let mut earlier = BTreeSet::new();
    let header = |(name, value): &(String, String)| {
        let fits = value.chars().all(|c| c == '\t' || !c.is_control());
        let is_name = http::HeaderName::from_bytes(name.as_bytes()).is_ok();
        let repeated =
            head.headers().contains_key(name) || !earlier.insert(name.to_ascii_lowercase());
        !is_name || !fits || repeated
    };
    let parameter = |(_, value): &(String, Option<String>)| {
        let value = value.as_deref().unwrap_or_default();
        let names = value.split('&').skip(1).map(|piece| piece.split('=').next().unwrap_or(piece));
        value.chars().any(char::is_control) || names.into_iter().any(is_listed)
    };
    head.query_pairs().iter().filter(|(name, _)| is_amz(name)).any(header)
        || signed_parameters(head).iter().any(parameter)
}

/// Sorted by name, decoded, with `=` where one was sent.
fn parameters(head: &Head) -> String {
    let mut found = signed_parameters(head);
    found.sort_by(|(one, _), (other, _)| one.cmp(other));
    let mut text = String::new();
    for (i, (name, value)) in found.iter().enumerate() {
        text.push(if i == 0 { '?' } else { '&' });
        text.push_str(name);
        if let Some(value) = value {
            text.push('=');
            text.push_str(value);
        }
    }
    text
}

/// The parameters that are signed under their own names, in the order of arrival, decoded; `None`
/// for a value without `=`.
fn signed_parameters(head: &Head) -> Vec<(String, Option<String>)> {
    let pieces = head.query().split('&');
    pieces
        .map(|piece| piece.split_once('=').map_or((piece, None), |(n, v)| (n, Some(v))))
        .map(|(name, value)| (uri::decode_lossy(name), value.map(uri::decode_lossy)))
        .filter(|(name, _)| is_listed(name))
        .collect()
}
