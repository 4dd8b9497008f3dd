//! Data events of each operation on objects: class, resources, bytes, encryption, ids.

use serde_json::{Value, json};
use testkit::Answered;

use crate::calls::{by, unsigned};
use crate::policy_conditions::secure;
use crate::{HELLO_CRC32, delete_many, enable_versioning, get, kit, put, send};

/// A call: event, method, target, headers, body; whether it names the encryption, as which.
type Call = (
    &'static str,
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str)],
    &'static str,
    &'static str,
);

const COPY: &[(&str, &str)] = &[("x-amz-copy-source", "bkt/k")];
const ETAG: &[(&str, &str)] = &[("x-amz-object-attributes", "ETag")];
const KMS: &[(&str, &str)] = &[("x-amz-server-side-encryption", "aws:kms")];
const DUAL: &[(&str, &str)] = &[("x-amz-server-side-encryption", "aws:kms:dsse")];
const OWN: &[(&str, &str)] = &[("x-amz-server-side-encryption", "AES256")];
const TAGS: &str = "<Tagging><TagSet><Tag><Key>a</Key><Value>1</Value></Tag></TagSet></Tagging>";
const FULL: &[(&str, &str)] = &[("x-amz-acl", "bucket-owner-full-control")];

const CALLS: [Call; 18] = [
    ("PutObject", "PUT", "/bkt/k", &[HELLO_CRC32], "hello", "Default_SSE_S3"),
    ("PutObject", "PUT", "/bkt/own", OWN, "hello", "SSE_S3"),
    ("PutObject", "PUT", "/bkt/kms", KMS, "hello", "SSE_KMS"),
    ("PutObject", "PUT", "/bkt/dual", DUAL, "hello", "DSSE_KMS"),
    ("GetObject", "GET", "/bkt/k", &[], "", "Default_SSE_S3"),
    ("GetObject", "GET", "/bkt/kms", &[], "", "Default_SSE_KMS"),
    ("GetObject", "GET", "/bkt/dual", &[], "", "Default_DSSE_KMS"),
    ("HeadObject", "HEAD", "/bkt/k", &[], "", ""),
    ("CopyObject", "PUT", "/bkt/copy", COPY, "", "Default_SSE_S3"),
    ("GetObjectAttributes", "GET", "/bkt/k?attributes", ETAG, "", ""),
    ("PutObjectTagging", "PUT", "/bkt/k?tagging", &[], TAGS, ""),
    ("GetObjectTagging", "GET", "/bkt/k?tagging", &[], "", ""),
    ("DeleteObjectTagging", "DELETE", "/bkt/k?tagging", &[], "", ""),
    ("PutObjectAcl", "PUT", "/bkt/k?acl", FULL, "", ""),
    ("GetObjectAcl", "GET", "/bkt/k?acl", &[], "", ""),
    ("CreateMultipartUpload", "POST", "/bkt/m?uploads", &[], "", "Default_SSE_S3"),
    ("DeleteObject", "DELETE", "/bkt/k", &[], "", ""),
    ("DeleteObject", "DELETE", "/bkt/none", &[], "", ""),
];

/// What events of objects have alike.
fn check(event: &Value, answer: &Answered, key: &str) {
    assert_eq!(
        (&event["managementEvent"], &event["eventCategory"]),
        (&json!(false), &json!("Data"))
    );
    let object = json!({"type": "AWS::S3::Object", "ARN": format!("arn:aws:s3:::bkt/{key}")});
    let bucket = json!({"type": "AWS::S3::Bucket", "ARN": "arn:aws:s3:::bkt",
        "accountId": testkit::ACCOUNT});
    assert_eq!(event["resources"], json!([object, bucket]));
    assert_eq!(event["requestParameters"]["bucketName"], "bkt");
    assert_eq!(event["requestParameters"]["key"], key);
    assert_eq!(event["requestParameters"]["Host"], "127.0.0.1:4566");
    assert_eq!(event["requestID"], answer.header("x-amz-request-id"));
    assert_eq!(event["additionalEventData"]["x-amz-id-2"], answer.header("x-amz-id-2"));
    assert_eq!(event["recipientAccountId"], testkit::ACCOUNT);
    assert_eq!(event["eventType"], "AwsApiCall");
}

/// Observed: the members of `additionalEventData`. Source: S3 User Guide, "Identifying S3 requests":
/// `SSEApplied`.
#[test]
fn every_operation_on_an_object_has_its_data_event() {
    let kit = kit();
    enable_versioning(&kit, "Enabled");
    for (name, method, target, headers, body, applied) in CALLS {
        let answer = send(&kit, method, target, headers, body).ok();
        let event = kit.event(name);
        let key = target.trim_start_matches("/bkt/").split('?').next().unwrap();
        check(&event, &answer, key);
        let additional = &event["additionalEventData"];
        let want = if applied.is_empty() { Value::Null } else { json!(applied) };
        assert_eq!(additional["SSEApplied"], want, "{name} {target}");
        assert_eq!(additional["bytesTransferredIn"], body.len(), "{name}");
        assert_eq!(additional["bytesTransferredOut"], answer.body.len(), "{name}");
        assert_eq!(additional["AuthenticationMethod"], "AuthHeader", "{name}");
        assert_eq!(additional["SignatureVersion"], "SigV4", "{name}");
        assert_eq!(additional.get("CipherSuite"), None, "{name}: plain HTTP");
        for (header, value) in headers {
            let recorded = header.starts_with("x-amz-") && !header.starts_with("x-amz-checksum");
            if recorded {
                assert_eq!(event["requestParameters"][header], *value, "{name}");
            }
        }
        let id = answer.header("x-amz-version-id");
        if event["readOnly"] == true {
            assert_eq!(event["responseElements"], Value::Null, "{name}");
        } else if !id.is_empty() {
            assert_eq!(event["responseElements"]["x-amz-version-id"], id, "{name}");
        }
    }
}

/// Lists and long deletes name the prefix of what they are about.
#[test]
fn calls_on_many_objects_name_a_prefix() {
    let kit = kit();
    put(&kit, "/bkt/a/k", "x");
    let document = "<Delete><Object><Key>a/k</Key></Object></Delete>";
    for (name, query, prefix) in [
        ("ListObjects", "prefix=a/", "a/"),
        ("ListObjects", "list-type=2&prefix=a/&delimiter=/", "a/"),
        ("ListObjects", "", ""),
        ("ListObjectVersions", "versions&prefix=a/", "a/"),
        ("ListMultipartUploads", "uploads&prefix=a/", "a/"),
        ("DeleteObjects", "delete", ""),
    ] {
        let answer = if query == "delete" {
            delete_many(&kit, "/bkt?delete", document).ok()
        } else {
            get(&kit, &format!("/bkt?{query}")).ok()
        };
        let event = kit.event(name);
        let arn = format!("arn:aws:s3:::bkt/{prefix}");
        assert_eq!(
            event["resources"][0],
            json!({"type": "AWS::S3::Object", "ARNPrefix": arn}),
            "{query}"
        );
        assert_eq!(event["resources"][1]["accountId"], testkit::ACCOUNT, "{query}");
        assert_eq!(event["eventCategory"], "Data", "{query}");
        let bytes = &event["additionalEventData"]["bytesTransferredOut"];
        assert_eq!(*bytes, answer.body.len(), "{query}");
    }
    let head = send(&kit, "HEAD", "/bkt", &[], "").ok();
    let event = kit.event("HeadBucket");
    assert_eq!(event["eventCategory"], "Data");
    assert_eq!(event["resources"].as_array().map(Vec::len), Some(1));
    assert_eq!(event["requestID"], head.header("x-amz-request-id"));
}

/// An error is recorded with its code, its text and the bytes of its body.
#[test]
fn refusals_are_recorded_with_their_bytes() {
    let kit = kit();
    put(&kit, "/bkt/k", "hello");
    let wrong = [("x-amz-checksum-crc32", "AAAAAA==")];
    for (name, method, target, headers, body) in [
        ("GetObject", "GET", "/bkt/none", &[][..], ""),
        ("GetObject", "GET", "/bkt/k", &[("range", "bytes=9-")], ""),
        ("PutObject", "PUT", "/bkt/k", &wrong, "hullo"),
        ("DeleteObject", "DELETE", "/bkt/k", &[("if-match", "x")], ""),
        ("PutObjectTagging", "PUT", "/bkt/k?tagging", &[], "<Tagging>"),
        ("CopyObject", "PUT", "/bkt/copy", &[("x-amz-copy-source", "bkt/none")], ""),
    ] {
        let refused = send(&kit, method, target, headers, body);
        let event = kit.event(name);
        let key = target.trim_start_matches("/bkt/").split('?').next().unwrap();
        check(&event, &refused, key);
        let (_, code, message) = refused.error();
        assert_eq!((&event["errorCode"], &event["errorMessage"]), (&json!(code), &json!(message)));
        assert_eq!(event["responseElements"], Value::Null, "{name}");
        let additional = &event["additionalEventData"];
        assert_eq!(additional["bytesTransferredOut"], refused.body.len(), "{name}");
        assert_eq!(additional["bytesTransferredIn"], body.len(), "{name}");
        assert_eq!(additional.get("SSEApplied"), None, "{name}");
    }
}

/// TLS is recorded with the suite; a call without credentials with neither method nor version.
#[test]
fn the_transport_and_the_signature_are_recorded() {
    let kit = kit();
    crate::calls::enable_acls(&kit);
    put(&kit, "/bkt/k", "hello");
    secure(&kit, "GET", "/bkt/k").ok();
    let event = kit.event("GetObject");
    assert_eq!(event["additionalEventData"]["CipherSuite"], "TLS_AES_128_GCM_SHA256");
    assert_eq!(event["tlsDetails"]["tlsVersion"], "TLSv1.3");
    assert_eq!(event["tlsDetails"]["cipherSuite"], "TLS_AES_128_GCM_SHA256");
    send(&kit, "PUT", "/bkt/k?acl", &[("x-amz-acl", "public-read")], "").ok();
    unsigned(&kit, "GET", "/bkt/k").ok();
    let event = kit.event("GetObject");
    let additional = &event["additionalEventData"];
    for absent in ["AuthenticationMethod", "SignatureVersion", "CipherSuite"] {
        assert_eq!(additional.get(absent), None, "{absent}");
    }
    assert_eq!(event.get("tlsDetails"), None);
    assert_eq!(event["userIdentity"]["accountId"], "anonymous");
    by(&kit, &kit.other_root, "GET", "/bkt/k", &[]).ok();
    let event = kit.event("GetObject");
    assert_eq!(event["userIdentity"]["accountId"], testkit::OTHER_ACCOUNT);
    assert_eq!(event["resources"][1]["accountId"], testkit::ACCOUNT);
}
