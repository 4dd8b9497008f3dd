//! Uploads and documents of S3 whose head decides: refused before their sender is invited to send
//! the body, however long it is. Clients that send `Expect: 100-continue` count on it.

use types::Timestamp;
use wire::sign::{Credentials, sign_header};

use crate::before_bodies::answer_to;
use crate::live::{HOST, Live, REGION, head};

/// One for each way that bodies take: brief, collected, and passing.
const LENGTHS: [u64; 3] = [64, 100 << 10, 1 << 20];

/// A refusal: where it is put, with which headers, and the code.
type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a str);

fn put(who: &Credentials, at: Timestamp, target: &str, headers: &[(&str, &str)]) -> String {
    expecting("PUT", who, at, target, headers)
}

/// A signed head whose sender waits to be invited.
fn expecting(
    method: &str,
    who: &Credentials,
    at: Timestamp,
    target: &str,
    headers: &[(&str, &str)],
) -> String {
    let hash = headers.iter().find(|(name, _)| *name == "x-amz-content-sha256");
    let hash = hash.map_or("UNSIGNED-PAYLOAD", |(_, value)| value);
    let own: Vec<_> =
        headers.iter().copied().filter(|(name, _)| *name != "x-amz-content-sha256").collect();
    let added = sign_header(method, HOST, target, &own, hash, who, REGION, "s3", at);
    let added = added.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let all: Vec<_> =
        own.iter().copied().chain(added).chain([("expect", "100-continue")]).collect();
    head(method, target, &all, 0)
}

/// The same head with a body of so many bytes to come.
fn announcing(head: &str, bytes: u64) -> String {
    head.replacen("\r\n\r\n", &format!("\r\ncontent-length: {bytes}\r\n\r\n"), 1)
}

/// A bucket of which a part is closed to all callers, including root.
fn furnished() -> Live {
    let mut live = Live::start();
    live.create_bucket("bucket");
    let deny = serde_json::json!({"Version": "2012-10-17", "Statement": [{"Effect": "Deny",
        "Principal": "*", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::bucket/closed/*"}]});
    assert_eq!(live.s3("PUT", "/bucket?policy", deny.to_string().as_bytes()).status, 204);
    live
}

#[test]
fn what_the_head_of_an_upload_decides_is_refused_before_its_body_is_invited() {
    let mut live = furnished();
    let long = format!("/bucket/{}", "k".repeat(1_025));
    let large = "v".repeat(2_100);
    let own_key = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";
    let no_key = "arn:aws:kms:ap-northeast-1:123456789012:key/00000000-0000-0000-0000-000000000000";
    let cases: &[Case<'_>] = &[
        ("/nowhere/key", &[], "NoSuchBucket"),
        ("/bucket/closed/key", &[], "AccessDenied"),
        (&long, &[], "KeyTooLongError"),
        ("/bucket/key?partNumber=1&uploadId=none", &[], "NoSuchUpload"),
        ("/bucket/key?partNumber=0&uploadId=none", &[], "InvalidArgument"),
        ("/bucket/key", &[("x-amz-storage-class", "COLD")], "InvalidStorageClass"),
        ("/bucket/key", &[("x-amz-acl", "everyone")], "InvalidArgument"),
        ("/bucket/key", &[("x-amz-acl", "public-read")], "AccessControlListNotSupported"),
        ("/bucket/key", &[("content-md5", "short")], "InvalidDigest"),
        ("/bucket/key", &[("x-amz-meta-large", &large)], "MetadataTooLarge"),
        ("/bucket/key", &[("x-amz-tagging", "a=1&a=2")], "InvalidArgument"),
        ("/bucket/key", &[("x-amz-checksum-crc32", "AAAA")], "InvalidRequest"),
        ("/bucket/key", &[("x-amz-sdk-checksum-algorithm", "CRC9")], "InvalidRequest"),
        (
            "/bucket/key",
            &[("x-amz-server-side-encryption", "ROT13")],
            "InvalidEncryptionAlgorithmError",
        ),
        (
            "/bucket/key",
            &[
                ("x-amz-server-side-encryption", "aws:kms"),
                ("x-amz-server-side-encryption-aws-kms-key-id", no_key),
            ],
            "KMS.NotFoundException",
        ),
        (
            "/bucket/key",
            &[("x-amz-server-side-encryption-customer-algorithm", "AES256")],
            "InvalidArgument",
        ),
        (
            "/bucket/key",
            &[
                ("x-amz-server-side-encryption-customer-algorithm", "AES256"),
                ("x-amz-server-side-encryption-customer-key", own_key),
                ("x-amz-server-side-encryption-customer-key-md5", "AAAAAAAAAAAAAAAAAAAAAA=="),
            ],
            "InvalidArgument",
        ),
        ("/bucket/key", &[("x-amz-object-lock-legal-hold", "ON")], "InvalidRequest"),
        ("/bucket/key", &[("x-amz-object-lock-mode", "GOVERNANCE")], "InvalidRequest"),
        ("/bucket/key", &[("if-match", "\"a\""), ("if-none-match", "*")], "NotImplemented"),
        ("/bucket/key", &[("x-amz-content-sha256", "nonsense")], "InvalidArgument"),
        (
            "/bucket/key",
            &[("x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER")],
            "MissingContentLength",
        ),
        ("/bucket/key", &[("x-amz-expected-bucket-owner", "999999999999")], "AccessDenied"),
        ("/bucket/key", &[("x-amz-write-offset-bytes", "5")], "NotImplemented"),
    ];
    let mut wrong = Vec::new();
    for (target, headers, code) in cases {
        let head = put(&live.root, live.clock.now(), target, headers);
        for bytes in LENGTHS {
            let found = answer_to(&live, &announcing(&head, bytes));
            if found != *code {
                wrong.push(format!("{target:.40} {headers:.90?} of {bytes}: {found}, not {code}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    live.stop();
}

/// The settings of a bucket, which are documents.
const SETTINGS: [&str; 20] = [
    "policy",
    "tagging",
    "lifecycle",
    "cors",
    "acl",
    "versioning",
    "website",
    "encryption",
    "ownershipControls",
    "publicAccessBlock",
    "notification",
    "logging",
    "replication",
    "requestPayment",
    "accelerate",
    "object-lock",
    "analytics&id=a",
    "inventory&id=a",
    "metrics&id=a",
    "intelligent-tiering&id=a",
];
/// Documents about an object.
const OF_OBJECT: [&str; 4] = ["tagging", "retention", "legal-hold", "acl"];
/// As [`LENGTHS`]; documents are shorter.
const DOCUMENT_LENGTHS: [u64; 2] = [64, 1 << 20];

/// A bucket whose policy denies every change of a setting or of an object, except the change of
/// the policy itself. Tags of objects are denied by their document, unless they name a team.
fn sealed(live: &mut Live) {
    live.create_bucket("sealed");
    let team = serde_json::json!({"StringNotEquals": {"s3:RequestObjectTag/team": "audit"}});
    let statement = |action: serde_json::Value, resource: &str, condition: serde_json::Value| {
        serde_json::json!({"Effect": "Deny", "Principal": "*", "Action": action,
            "Resource": format!("arn:aws:s3:::sealed{resource}"), "Condition": condition})
    };
    let deny = serde_json::json!({"Version": "2012-10-17", "Statement": [
        statement(serde_json::json!(["s3:PutBucketTagging", "s3:PutBucketCORS", "s3:PutBucketAcl",
            "s3:PutLifecycleConfiguration", "s3:PutEncryptionConfiguration"]), "",
            serde_json::json!({})),
        statement(serde_json::json!(["s3:PutObject", "s3:PutObjectAcl"]), "/*",
            serde_json::json!({})),
        statement(serde_json::json!("s3:PutObjectTagging"), "/*", team),
    ]});
    let put = live.s3("PUT", "/sealed?policy", deny.to_string().as_bytes());
    assert_eq!(put.status, 204, "{}", put.text());
}

#[test]
fn a_document_for_a_missing_bucket_is_refused_before_it_is_invited() {
    let mut live = Live::start();
    let of_bucket = SETTINGS.iter().map(|name| ("PUT", format!("/nowhere?{name}")));
    let of_object = OF_OBJECT.iter().map(|name| ("PUT", format!("/nowhere/key?{name}")));
    let others = [("POST", "/nowhere?delete"), ("POST", "/nowhere/key?uploadId=none")];
    let others = others.map(|(method, target)| (method, target.to_owned()));
    let mut wrong = Vec::new();
    for (method, target) in of_bucket.chain(of_object).chain(others) {
        let head = expecting(method, &live.root, live.clock.now(), &target, &[]);
        for bytes in DOCUMENT_LENGTHS {
            let found = answer_to(&live, &announcing(&head, bytes));
            if found != "NoSuchBucket" {
                wrong.push(format!("{method} {target} of {bytes}: {found}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    live.stop();
}

/// Only a document can satisfy a condition about documents, so its sender is invited.
#[test]
fn a_document_that_the_policies_deny_is_refused_before_it_is_invited() {
    let mut live = Live::start();
    sealed(&mut live);
    let mut wrong = Vec::new();
    for (method, target, code) in [
        ("PUT", "/sealed?tagging", "AccessDenied"),
        ("PUT", "/sealed?cors", "AccessDenied"),
        ("PUT", "/sealed?acl", "AccessDenied"),
        ("PUT", "/sealed?lifecycle", "AccessDenied"),
        ("PUT", "/sealed?encryption", "AccessDenied"),
        ("PUT", "/sealed/key?acl", "AccessDenied"),
        ("POST", "/sealed/key?uploadId=none", "AccessDenied"),
        ("PUT", "/sealed?policy", "invited"),
        ("PUT", "/sealed?versioning", "invited"),
        ("PUT", "/sealed?ownershipControls", "invited"),
        ("PUT", "/sealed/key?tagging", "invited"),
        ("PUT", "/sealed/key?retention", "invited"),
        ("PUT", "/sealed/key?legal-hold", "invited"),
        ("POST", "/sealed?delete", "invited"),
    ] {
        let head = expecting(method, &live.root, live.clock.now(), target, &[]);
        for bytes in DOCUMENT_LENGTHS {
            let found = answer_to(&live, &announcing(&head, bytes));
            if found != code {
                wrong.push(format!("{method} {target} of {bytes}: {found}, not {code}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    live.stop();
}

/// A refusal by the head is a call like any other: it leaves its event, and only one.
#[test]
fn a_document_that_its_head_refuses_leaves_one_event() {
    let mut live = Live::start();
    sealed(&mut live);
    let head = put(&live.root, live.clock.now(), "/sealed?tagging", &[]);
    assert_eq!(answer_to(&live, &announcing(&head, 64)), "AccessDenied");
    let view = live.gateway.snapshot().unwrap();
    let events = live.gateway.events_from(&view, 0, 100).unwrap();
    let records = events.iter().map(|event| String::from_utf8_lossy(&event.body).into_owned());
    let of_call: Vec<_> = records.filter(|text| text.contains("\"PutBucketTagging\"")).collect();
    assert_eq!(of_call.len(), 1, "{of_call:?}");
    assert!(of_call[0].contains("\"errorCode\":\"AccessDenied\""), "{}", of_call[0]);
    drop(view);
    live.stop();
}
