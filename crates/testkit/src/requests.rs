//! The heads of requests.

use http::{HeaderMap, HeaderName, HeaderValue, Method};
use wire::{FormError, FormReader, Head};

/// The address of kits.
pub(crate) const HOST: &str = "127.0.0.1:4566";

/// A head with these headers and a host.
pub(crate) fn raw_head(method: &str, target: &str, headers: &[(&str, &str)]) -> Head {
    let mut map = HeaderMap::new();
    map.insert("host", HeaderValue::from_static(HOST));
    for (name, value) in headers {
        let name = HeaderName::from_bytes(name.as_bytes()).expect("a header's name");
        map.append(name, HeaderValue::from_str(value).expect("a header's value"));
    }
    let method = Method::from_bytes(method.as_bytes()).expect("a method");
    Head::new(method, target.to_owned(), map, false, [192, 0, 2, 1].into())
}

/// A form up to its file, the rest of which is in the reader.
pub(crate) fn form(head: &Head, body: &[u8]) -> Result<FormReader, FormError> {
    let mut reader = FormReader::of(head.header("content-type"))?;
    if reader.read_fields(body)? { Ok(reader) } else { Err(reader.without_file()) }
}

pub(crate) fn json_service(target: &str) -> &'static str {
    match target.split('.').next() {
        Some("TrentService") => "kms",
        Some("AmazonSQS") => "sqs",
        Some("Shoseki_20261101") => "shoseki",
        Some("ResourceGroupsTaggingAPI_20170126") => "tagging",
        _ => "cloudtrail",
    }
}
