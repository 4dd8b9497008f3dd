use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use gateway::{Ctx, Decoding, Fault, WireError};
use http::{HeaderMap, HeaderName, HeaderValue};
use wire::Head;

use crate::error::{S3Error, S3Result};
use crate::limits::KEY_BYTES_MAX;
use crate::{encoded_word, form, latin};

/// The headers that are conditions.
const CONDITIONS: [&str; 4] =
    ["if-match", "if-none-match", "if-modified-since", "if-unmodified-since"];

/// The headers that contain the length of a body; the first without the framing of chunks.
const LENGTHS: [&str; 2] = ["x-amz-decoded-content-length", "content-length"];

/// What every S3 call consists of: names, headers, query and a small body.
///
/// S3 reads its arguments only after authorization, so they stay raw here; operations parse them
/// where AWS would. A request never changes on its way.
#[derive(Debug)]
pub struct Request {
    /// The bucket, empty for the service itself.
    pub bucket: String,
    /// The object key, decoded; empty for bucket calls.
    pub key: String,
    pub(crate) method: String,
    pub(crate) headers: HeaderMap,
    pub(crate) query: Vec<(String, String)>,
    /// `None` if it has not arrived.
    body: Option<Bytes>,
    /// For a call of a service: the object's bytes, which do not arrive on a socket.
    pub(crate) content: Option<Bytes>,
    /// The fields of a browser's form.
    pub(crate) form: Vec<(String, String)>,
    /// Whether it has no body length.
    pub(crate) lacks_length: bool,
    /// Whether it is about one key of a list of keys.
    pub(crate) listed: bool,
}

/// A call on the service itself, without a document.
impl Default for Request {
    fn default() -> Self {
        Self {
            bucket: String::new(),
            key: String::new(),
            method: String::new(),
            headers: HeaderMap::new(),
            query: Vec::new(),
            body: Some(Bytes::new()),
            content: None,
            form: Vec::new(),
            lacks_length: false,
            listed: false,
        }
    }
}

impl Request {
    /// A call on a bucket.
    pub fn bucket(bucket: impl Into<String>) -> Self {
        Self { bucket: bucket.into(), ..Self::default() }
    }

    /// A call on an object.
    pub fn object(bucket: impl Into<String>, key: impl Into<String>) -> Self {
        Self { key: key.into(), ..Self::bucket(bucket) }
    }

    /// The same with a header. A value that HTTP cannot carry is left out.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        if let (Ok(name), Ok(value)) =
            (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_bytes(value.as_bytes()))
        {
            // INVARIANT: a header has one value, as those of a request's head have.
            self.headers.insert(name, value);
        }
        self
    }

    /// The same with a query parameter.
    #[must_use]
    pub fn with_query(mut self, name: &str, value: &str) -> Self {
        self.query.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same with a document.
    #[must_use]
    pub fn with_body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// The same with the bytes of the object.
    #[must_use]
    pub fn with_content(mut self, content: impl Into<Bytes>) -> Self {
        self.content = Some(content.into());
        self
    }

    pub(crate) fn decode(decoding: &Decoding<'_>) -> Result<Self, WireError> {
        let key = decoding.key.or_else(|| form::field(decoding.form, "key")).unwrap_or_default();
        if key.len() > KEY_BYTES_MAX {
            return Err(gateway::ApiError::wire(&S3Error::KeyTooLong { size: key.len() }));
        }
        let head = decoding.head;
        refuse_unknown_length(head).map_err(|error| gateway::ApiError::wire(&error))?;
        // INVARIANT: in a form, only what its policy was checked against has a meaning.
        let (headers, query) = if decoding.form.is_empty() {
            (head.headers().clone(), head.query_pairs())
        } else {
            (form::headers(head, decoding.form), Vec::new())
        };
        if let Some(name) = repeated(&query) {
            let text = "This parameter can be given only once.";
            return Err(gateway::ApiError::wire(&S3Error::named(text, name)));
        }
        Ok(Self {
            bucket: decoding.bucket.unwrap_or_default().to_owned(),
            key: key.to_owned(),
            method: head.method.as_str().to_owned(),
            headers,
            form: decoding.form.to_vec(),
            lacks_length: decoding.form.is_empty() && !has_length(head),
            query,
            body: decoding.body.map(Bytes::copy_from_slice),
            ..Self::default()
        })
    }

    /// The document; a fault that is none if it has not arrived.
    pub(crate) fn document(&self) -> Result<&Bytes, Fault> {
        self.body.as_ref().ok_or_else(Fault::awaits_body)
    }

    /// Whether the document has not arrived. There is one, because it was announced.
    pub(crate) fn awaits_document(&self) -> bool {
        self.body.is_none()
    }

    /// Whether it has no document.
    pub(crate) fn lacks_document(&self) -> bool {
        self.body.as_ref().is_some_and(Bytes::is_empty)
    }

    /// The length of the document in bytes; of one that has not arrived, as its head announces it.
    pub(crate) fn document_length(&self) -> usize {
        match &self.body {
            Some(body) => body.len(),
            None => self.announced_length(),
        }
    }

    /// A length that is no number announces nothing: the body is refused when it arrives.
    fn announced_length(&self) -> usize {
        let length = LENGTHS.iter().find_map(|name| self.sent(name));
        match length.map(|length| length.parse()) {
            Some(Ok(length)) => length,
            Some(Err(_)) | None => 0,
        }
    }

    /// The part of the document that has arrived, for its event.
    pub(crate) fn arrived(&self) -> &[u8] {
        self.body.as_deref().unwrap_or(&[])
    }

    /// The document of a request and its headers, without the names and parameters of S3.
    pub(crate) fn document_of(decoding: &Decoding<'_>) -> Self {
        Self {
            method: decoding.head.method.as_str().to_owned(),
            headers: decoding.head.headers().clone(),
            body: decoding.body.map(Bytes::copy_from_slice),
            ..Self::default()
        }
    }

    /// The host that the request names.
    fn host(&self) -> String {
        self.header("host").unwrap_or_else(|| crate::principal::PRINCIPAL.to_owned())
    }

    /// The URL of the object, over the protocol and in the style with which the client called; `key`
    /// is encoded.
    pub(crate) fn location(&self, ctx: &Ctx<'_>, key: &str) -> String {
        let secure = ctx.call().origin.as_ref().is_some_and(|origin| origin.secure);
        let scheme = if secure { "https" } else { "http" };
        let (host, bucket) = (self.host(), &self.bucket);
        if host.starts_with(&format!("{bucket}.")) {
            return format!("{scheme}://{host}/{key}");
        }
        format!("{scheme}://{host}/{bucket}/{key}")
    }

    /// The value of a header; an `x-amz-` header or a condition may be in the query of a presigned
    /// URL.
    ///
    /// Observed: conditions in the query are obeyed. They take precedence, because they were
    /// signed, which a header of the request need not be.
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        let queried = || {
            let found = self.query.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
            found.map(|(_, value)| value.clone())
        };
        if CONDITIONS.contains(&name) {
            return queried().or_else(|| self.sent(name));
        }
        self.sent(name).or_else(|| queried().filter(|_| name.starts_with("x-amz-")))
    }

    /// The value of an actual header, which is not in the query.
    pub(crate) fn sent(&self, name: &str) -> Option<String> {
        Some(String::from_utf8_lossy(self.value(name)?.as_bytes()).into_owned())
    }

    /// The first value of a header. A call asks for a hundred names and has about ten headers:
    /// comparing them costs less than hashing the name that is asked for.
    fn value(&self, name: &str) -> Option<&HeaderValue> {
        self.headers.iter().find(|(sent, _)| sent.as_str() == name).map(|(_, value)| value)
    }

    /// The value of a header that is answered with the object: letters of ISO-8859-1.
    pub(crate) fn latin(&self, name: &str) -> Option<String> {
        let bytes = self.value(name)?.as_bytes();
        // The fields of a form are UTF-8.
        Some(if self.form.is_empty() {
            latin::decode(bytes)
        } else {
            latin::narrowed(&String::from_utf8_lossy(bytes))
        })
    }

    /// Whether a header is `true`.
    pub(crate) fn flag(&self, name: &str) -> bool {
        self.header(name).is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }

    /// The value of a query parameter.
    pub(crate) fn param(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The same, but an empty value counts as none.
    pub(crate) fn filled(&self, name: &str) -> Option<&str> {
        self.param(name).filter(|value| !value.is_empty())
    }

    /// A query parameter that is a count; errors as S3 does for text and negative numbers.
    ///
    /// Observed: objects are counted by `maxKeys`.
    pub(crate) fn count(&self, name: &str, default: u32, max: u32) -> S3Result<usize> {
        let shown = if name == "max-keys" { "maxKeys" } else { name };
        let Some(text) = self.filled(name) else { return Ok(to_usize(default.min(max))) };
        match text.parse::<i64>() {
            Ok(value) if (0..=i64::from(i32::MAX)).contains(&value) => {
                Ok(usize::try_from(value).unwrap_or_default().min(to_usize(max)))
            }
            Ok(_) => Err(S3Error::argument(
                format!("Argument {shown} must be an integer between 0 and 2147483647"),
                shown,
                text,
            )
            .into()),
            Err(_) => Err(S3Error::argument(
                format!("Provided {name} not an integer or within integer range"),
                name,
                text,
            )
            .into()),
        }
    }

    /// The requested version.
    pub(crate) fn version_id(&self) -> Option<&str> {
        self.param("versionId")
    }

    /// User metadata and their size by S3's count.
    pub(crate) fn metadata(&self) -> Vec<(String, String)> {
        // Observed: the fields of a form are used unchanged.
        if !self.form.is_empty() {
            return form::metadata(&self.form);
        }
        let mut pairs: Vec<(String, String)> = Vec::new();
        let sent = self.headers.iter().map(|(name, value)| {
            (name.as_str().to_owned(), encoded_word::decode(value.as_bytes()))
        });
        let presigned = self.query.iter().map(|(name, value)| (name.to_lowercase(), value.clone()));
        for (name, value) in sent.chain(presigned) {
            let Some(name) = name.strip_prefix(form::METADATA_PREFIX) else { continue };
            match pairs.iter_mut().find(|(own, _)| own == name) {
                // Source: S3 User Guide, "User-defined object metadata": repeated names are joined.
                Some((_, own)) => {
                    own.push(',');
                    own.push_str(&value);
                }
                None => pairs.push((name.to_owned(), value)),
            }
        }
        pairs
    }

    /// The `Content-MD5` as bytes.
    pub(crate) fn content_md5(&self) -> S3Result<Option<[u8; 16]>> {
        let Some(value) = self.header("content-md5") else { return Ok(None) };
        let bytes = STANDARD.decode(&value).ok().and_then(|bytes| bytes.try_into().ok());
        match bytes {
            Some(bytes) => Ok(Some(bytes)),
            None => Err(S3Error::InvalidDigest { value }.into()),
        }
    }
}

/// Returns the first parameter name that occurs twice. Names of headers are compared in any case.
///
/// A signature of Version 4 covers parameters sorted by name and value, so it does not cover
/// the order of two with one name: a holder of a signed URL could choose which one is obeyed.
fn repeated(query: &[(String, String)]) -> Option<String> {
    let mut earlier = BTreeSet::new();
    let plain = |name: &String| {
        let lower = name.to_ascii_lowercase();
        let is_header = lower.starts_with("x-amz-") || CONDITIONS.contains(&lower.as_str());
        if is_header { lower } else { name.clone() }
    };
    query.iter().map(|(name, _)| plain(name)).find(|name| !earlier.insert(name.clone()))
}

/// Refuses a body of unknown length.
///
/// Observed: the header is named. S3's own chunked format contains the length in another header.
fn refuse_unknown_length(head: &Head) -> Result<(), S3Error> {
    let header = "Transfer-Encoding".to_owned();
    let unknown = head.header(&header).is_some() && !has_length(head);
    let additional = String::new();
    if unknown { Err(S3Error::NotImplemented { header, additional }) } else { Ok(()) }
}

fn has_length(head: &Head) -> bool {
    LENGTHS.iter().any(|name| head.header(name).is_some())
}

/// Lossless on every platform that we run on.
pub(crate) fn to_usize(value: u32) -> usize {
    usize::try_from(value).unwrap_or(usize::MAX)
}

/// Lossless on every platform that we run on.
pub(crate) fn to_u64(value: usize) -> u64 {
    u64::try_from(value).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A presigned URL carries `x-amz-` headers in its query, in any case.
    #[test]
    fn a_presigned_query_replaces_headers() {
        let request = Request::default().with_query("X-Amz-Acl", "private");
        assert_eq!(request.header("x-amz-acl").as_deref(), Some("private"));
        assert_eq!(Request::default().with_query("Range", "x").header("range"), None);
    }

    #[test]
    fn counts_are_capped_and_checked() {
        let of = |text: &str| {
            Request::default().with_query("max-keys", text).count("max-keys", 1000, 1000)
        };
        assert_eq!(of("").unwrap(), 1000);
        assert_eq!(of("0").unwrap(), 0);
        assert_eq!(of("5000").unwrap(), 1000);
        assert!(of("-1").is_err());
        assert!(of("x").is_err());
    }

    /// A name that a presigned URL has in its query and in a header is one name.
    #[test]
    fn metadata_names_are_lower_case_and_repeated_ones_are_joined() {
        let request = Request::default()
            .with_header("X-Amz-Meta-Color", "red")
            .with_query("x-amz-meta-Color", "blue")
            .with_header("content-type", "x");
        assert_eq!(request.metadata(), [("color".to_owned(), "red,blue".to_owned())]);
    }
}
