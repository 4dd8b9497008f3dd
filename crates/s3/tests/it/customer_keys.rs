//! Keys that clients send with each request (SSE-C): every mismatch, and what accepts none.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use testkit::{Answered, Kit};

use crate::calls::code;
use crate::{get, kit, put, send};

const TARGET: &str = "x-amz-server-side-encryption-customer";
const SOURCE: &str = "x-amz-copy-source-server-side-encryption-customer";

/// A key with its MD5, in base64.
pub(crate) struct Customer {
    key: String,
    pub(crate) md5: String,
}

impl Customer {
    pub(crate) fn new(byte: u8) -> Self {
        let bytes = [byte; 32];
        Self { key: STANDARD.encode(bytes), md5: STANDARD.encode(keys::md5(&bytes)) }
    }

    /// The three headers for the object itself.
    pub(crate) fn headers(&self) -> [(&str, &str); 3] {
        [
            ("x-amz-server-side-encryption-customer-algorithm", "AES256"),
            ("x-amz-server-side-encryption-customer-key", &self.key),
            ("x-amz-server-side-encryption-customer-key-md5", &self.md5),
        ]
    }

    /// The three headers for the source of a copy.
    pub(crate) fn source_headers(&self) -> [(&str, &str); 3] {
        [
            ("x-amz-copy-source-server-side-encryption-customer-algorithm", "AES256"),
            ("x-amz-copy-source-server-side-encryption-customer-key", &self.key),
            ("x-amz-copy-source-server-side-encryption-customer-key-md5", &self.md5),
        ]
    }
}

/// Removes the block of such keys, which new buckets have.
pub(crate) fn accept_customer_keys(kit: &Kit) {
    let open = "<ServerSideEncryptionConfiguration><Rule><BlockedEncryptionTypes><EncryptionType>\
                NONE</EncryptionType></BlockedEncryptionTypes></Rule>\
                </ServerSideEncryptionConfiguration>";
    put(kit, "/bkt?encryption", open);
}

/// A kit with `/bkt/k` under the first key and `/bkt/plain` under none.
fn stored() -> (Kit, Customer) {
    let (kit, own) = (kit(), Customer::new(1));
    accept_customer_keys(&kit);
    send(&kit, "PUT", "/bkt/k", &own.headers(), "secret").ok();
    put(&kit, "/bkt/plain", "x");
    (kit, own)
}

const NO_ALGORITHM: &str = "Requests specifying Server Side Encryption with Customer provided keys \
                            must provide a valid encryption algorithm.";
const NO_KEY: &str = "Requests specifying Server Side Encryption with Customer provided keys must \
                      provide an appropriate secret key.";
const WRONG_KEY: &str = "Requests specifying Server Side Encryption with Customer provided keys \
                         must provide the correct secret key.";
const BAD_KEY: &str = "The secret key was invalid for the specified algorithm.";
const BAD_MD5: &str =
    "The calculated MD5 hash of the key did not match the hash that was provided.";
const NEEDED: &str = "The object was stored using a form of Server Side Encryption. The correct \
                      parameters must be provided to retrieve the object.";
const UNFIT: &str = "The encryption parameters are not applicable to this object.";
const ALGORITHM: &str =
    "The Encryption request you specified is not valid. Supported value: AES256.";

/// Endings of header names with their values.
type Headers = Vec<(String, String)>;

/// Parts of the three headers, and the refusal of a write and of a read.
fn mismatches(own: &Customer) -> Vec<(Headers, &'static str, &'static str)> {
    let short = STANDARD.encode([1; 16]);
    let short_md5 = STANDARD.encode(keys::md5(&[1; 16]));
    let header = |part: &str, value: &str| (part.to_owned(), value.to_owned());
    let algorithm = || header("-algorithm", "AES256");
    let (key, md5) = (|| header("-key", &own.key), || header("-key-md5", &own.md5));
    let other = Customer::new(9);
    vec![
        (vec![header("-algorithm", "AES128"), key(), md5()], ALGORITHM, ALGORITHM),
        (vec![header("-algorithm", "aes256"), key(), md5()], ALGORITHM, ALGORITHM),
        (vec![key(), md5()], NO_ALGORITHM, NO_ALGORITHM),
        (vec![md5()], NO_ALGORITHM, NO_ALGORITHM),
        (vec![algorithm()], NO_KEY, NO_KEY),
        (vec![algorithm(), md5()], NO_KEY, NO_KEY),
        (vec![algorithm(), key()], BAD_KEY, WRONG_KEY),
        (
            vec![algorithm(), header("-key", &short), header("-key-md5", &short_md5)],
            BAD_KEY,
            BAD_KEY,
        ),
        (vec![algorithm(), header("-key", "no base64"), md5()], BAD_KEY, BAD_KEY),
        (vec![algorithm(), key(), header("-key-md5", &other.md5)], BAD_MD5, BAD_MD5),
    ]
}

fn with_prefix(prefix: &str, parts: &[(String, String)]) -> Headers {
    parts.iter().map(|(part, value)| (format!("{prefix}{part}"), value.clone())).collect()
}

fn borrowed(headers: &[(String, String)]) -> Vec<(&str, &str)> {
    headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

/// Observed: wording and precedence of the refusals.
#[test]
fn incomplete_and_wrong_headers_are_refused() {
    let (kit, own) = stored();
    for (parts, write, read) in mismatches(&own) {
        let headers = with_prefix(TARGET, &parts);
        let headers = borrowed(&headers);
        for (method, target) in [("PUT", "/bkt/new"), ("POST", "/bkt/new?uploads")] {
            let refused = send(&kit, method, target, &headers, "").error();
            assert_eq!((refused.0, refused.2.as_str()), (400, write), "{method} {parts:?}");
        }
        let status = if read == WRONG_KEY { 403 } else { 400 };
        let refused = send(&kit, "GET", "/bkt/k", &headers, "").error();
        assert_eq!((refused.0, refused.2.as_str()), (status, read), "{parts:?}");
        assert_eq!(send(&kit, "HEAD", "/bkt/k", &headers, "").status, status, "{parts:?}");
        let attributes: Vec<_> =
            headers.iter().copied().chain([("x-amz-object-attributes", "ETag")]).collect();
        let refused = send(&kit, "GET", "/bkt/k?attributes", &attributes, "").error();
        assert_eq!((refused.0, refused.2.as_str()), (status, read), "{parts:?}");
        let source = with_prefix(SOURCE, &parts);
        let source: Vec<_> =
            borrowed(&source).into_iter().chain([("x-amz-copy-source", "bkt/k")]).collect();
        let refused = send(&kit, "PUT", "/bkt/new", &source, "").error();
        assert_eq!((refused.0, refused.2.as_str()), (status, read), "{parts:?}");
    }
    assert_eq!(get(&kit, "/bkt/new").status, 404);
    assert_eq!(get(&kit, "/bkt?uploads").ok().element("UploadId"), "");
}

/// Observed: the argument is named alike for each of the headers, and no value is repeated.
#[test]
fn a_refusal_names_the_argument_but_no_key() {
    let (kit, own) = stored();
    for (parts, ..) in mismatches(&own) {
        let headers = with_prefix(TARGET, &parts);
        let refused = send(&kit, "PUT", "/bkt/new", &borrowed(&headers), "");
        assert_eq!(refused.element("ArgumentName"), "x-amz-server-side-encryption", "{parts:?}");
        assert!(!refused.text().contains(&own.key), "{parts:?}");
        let event = kit.event("PutObject").to_string();
        assert!(!event.contains(&own.key), "{event}");
    }
}

/// Another key, and none: for reading, for attributes and as a source.
#[test]
fn only_the_key_of_the_object_opens_it() {
    let (kit, own) = stored();
    let other = Customer::new(2);
    let refusal = |answer: &Answered| (answer.status, answer.error().2);
    let wrong = send(&kit, "GET", "/bkt/k", &other.headers(), "");
    assert_eq!((refusal(&wrong), code(&wrong).1), ((403, WRONG_KEY.into()), "AccessDenied".into()));
    assert_eq!(refusal(&get(&kit, "/bkt/k")), (400, NEEDED.to_owned()));
    assert_eq!(send(&kit, "HEAD", "/bkt/k", &[], "").status, 400);
    assert_eq!(send(&kit, "HEAD", "/bkt/k", &other.headers(), "").status, 403);
    let copy = ("x-amz-copy-source", "bkt/k");
    assert_eq!(refusal(&send(&kit, "PUT", "/bkt/c", &[copy], "")), (400, NEEDED.to_owned()));
    let as_target: Vec<_> = own.headers().into_iter().chain([copy]).collect();
    assert_eq!(refusal(&send(&kit, "PUT", "/bkt/c", &as_target, "")), (400, NEEDED.to_owned()));
    for method in ["GET", "HEAD"] {
        let read = send(&kit, method, "/bkt/k", &own.headers(), "").ok();
        assert_eq!(read.header("x-amz-server-side-encryption-customer-algorithm"), "AES256");
        assert_eq!(read.header("x-amz-server-side-encryption-customer-key-md5"), own.md5);
        assert_eq!(read.header("x-amz-server-side-encryption"), "", "{method}");
    }
    let range: Vec<_> = own.headers().into_iter().chain([("range", "bytes=1-2")]).collect();
    assert_eq!(send(&kit, "GET", "/bkt/k", &range, "").text(), "ec");
}

/// What needs no bytes needs no key: tags, ACL, lists, deletion.
#[test]
fn what_reads_no_bytes_needs_no_key() {
    let (kit, _) = stored();
    let tags = "<Tagging><TagSet><Tag><Key>a</Key><Value>1</Value></Tag></TagSet></Tagging>";
    put(&kit, "/bkt/k?tagging", tags);
    assert_eq!(get(&kit, "/bkt/k?tagging").ok().element("Key"), "a");
    get(&kit, "/bkt/k?acl").ok();
    let listed = get(&kit, "/bkt?prefix=k").ok();
    assert_eq!((listed.element("Key"), listed.element("Size")), ("k".into(), "6".into()));
    assert_eq!(send(&kit, "DELETE", "/bkt/k", &[], "").status, 204);
}

/// An object without such a key refuses one, for reading and as a source.
#[test]
fn an_object_without_a_key_refuses_one() {
    let (kit, own) = stored();
    for method in ["GET", "HEAD"] {
        let refused = send(&kit, method, "/bkt/plain", &own.headers(), "");
        assert_eq!(refused.status, 400, "{method}");
    }
    let attributes: Vec<_> =
        own.headers().into_iter().chain([("x-amz-object-attributes", "ETag")]).collect();
    let refused = send(&kit, "GET", "/bkt/plain?attributes", &attributes, "");
    assert_eq!(refused.error().2, UNFIT);
    assert_eq!(send(&kit, "GET", "/bkt/plain", &own.headers(), "").error().2, UNFIT);
    let source: Vec<_> =
        own.source_headers().into_iter().chain([("x-amz-copy-source", "bkt/plain")]).collect();
    assert_eq!(send(&kit, "PUT", "/bkt/c", &source, "").error().2, UNFIT);
    let kms = [("x-amz-server-side-encryption", "aws:kms")];
    send(&kit, "PUT", "/bkt/kms", &kms, "x").ok();
    assert_eq!(send(&kit, "GET", "/bkt/kms", &own.headers(), "").error().2, UNFIT);
}

/// Source: S3 User Guide, "Blocking or unblocking SSE-C": writes are refused, reads are not.
#[test]
fn a_blocked_bucket_still_reads() {
    let (kit, own) = stored();
    let blocked = "<ServerSideEncryptionConfiguration><Rule><BlockedEncryptionTypes>\
                   <EncryptionType>SSE-C</EncryptionType></BlockedEncryptionTypes></Rule>\
                   </ServerSideEncryptionConfiguration>";
    put(&kit, "/bkt?encryption", blocked);
    assert_eq!(get(&kit, "/bkt?encryption").ok().element("EncryptionType"), "SSE-C");
    let copy: Vec<_> =
        own.headers().into_iter().chain([("x-amz-copy-source", "bkt/plain")]).collect();
    for (method, target, headers) in [
        ("PUT", "/bkt/new", own.headers().to_vec()),
        ("POST", "/bkt/new?uploads", own.headers().to_vec()),
        ("PUT", "/bkt/new", copy),
    ] {
        let (status, code, message) = send(&kit, method, target, &headers, "").error();
        assert_eq!((status, code.as_str()), (403, "AccessDenied"), "{method} {target}");
        let want = "User: arn:aws:iam::111122223333:root is not authorized to perform: \
                    s3:PutObject on resource: \"arn:aws:s3:::bkt/new\" because this bucket has \
                    blocked upload requests that specify Server Side Encryption with Customer \
                    provided keys (SSE-C). Please specify a different server-side encryption type";
        assert_eq!(message, want, "{method} {target}");
    }
    assert_eq!(send(&kit, "GET", "/bkt/k", &own.headers(), "").ok().text(), "secret");
    let moved: Vec<_> =
        own.source_headers().into_iter().chain([("x-amz-copy-source", "bkt/k")]).collect();
    send(&kit, "PUT", "/bkt/moved", &moved, "").ok();
    assert_eq!(get(&kit, "/bkt/moved").ok().text(), "secret");
}
