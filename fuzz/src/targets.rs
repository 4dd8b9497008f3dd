//! One target for each parser of untrusted input.

mod calls;
mod chunks;
mod digest;
mod form;
mod json;
mod keys;
mod log_file;
mod names;
mod policy;
mod post_policy;
mod query;
mod raw_request;
mod records;
mod requests;
mod segment;
mod selectors;
mod signature;
mod times;
mod tlog;
mod uri;
mod verify;
mod xml;

use ::wire::xml as reader;

use crate::Target;

/// All of them.
pub const TARGETS: &[Target] = &[
    signature::TARGET,
    chunks::TARGET,
    post_policy::TARGET,
    form::TARGET,
    policy::TARGET,
    xml::TARGET,
    json::TARGET,
    query::TARGET,
    uri::TARGET,
    names::TARGET,
    times::TARGET,
    tlog::TARGET,
    selectors::TARGET,
    records::TARGET,
    log_file::TARGET,
    digest::TARGET,
    verify::TARGET,
    keys::TARGET,
    segment::TARGET,
    requests::TARGET,
    calls::TARGET,
];

/// Texts as seeds.
fn texts(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

/// Asserts that an XML response can be parsed.
///
/// Characters that XML 1.0 does not have may be in it as references: S3 itself returns them, and
/// clients that cannot parse them request `encoding-type=url`.
fn assert_xml(body: &[u8]) {
    let text = String::from_utf8_lossy(body);
    let mut pieces = text.split("&#x");
    let mut plain = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let number = piece
            .split_once(';')
            .and_then(|(number, rest)| Some((u32::from_str_radix(number, 16).ok()?, rest)));
        match number {
            Some((0..=0x1f | 0xfffe | 0xffff, rest)) => plain.push_str(rest),
            _ => plain.push_str(&["&#x", piece].concat()),
        }
    }
    let read = reader::parse(plain.as_bytes(), reader::Limits::S3);
    assert!(read.is_ok(), "{read:?}: {text}");
}

/// Asserts that a response is not out of proportion to its request.
fn assert_bounded(what: &str, output: usize, input: usize, factor: usize) {
    let most = input.saturating_mul(factor).saturating_add(4_096);
    assert!(output <= most, "{what}: {output} bytes from {input}");
}
