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
        ("PUT", "/sealed/key?retention", "NoSuchKey"),
        ("PUT", "/sealed/key?legal-hold", "NoSuchKey"),
        ("POST", "/sealed?delete", "InvalidRequest"),
    ] {
        let head = expecting(method, &live.root, live.clock.now(), target, &[]);
        for bytes in DOCUMENT_LENGTHS {
            let found = answer_to(&live, &announcing(&head, bytes));
            let code = too_long(target, bytes).filter(|_| code == "invited").unwrap_or(code);
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

/// The operations with a document of which everything but the document is in order, in a bucket
/// where nothing is denied, and the code of a request that lacks its digest, if it needs one.
const IN_ORDER: [(&str, &str, &str); 28] = [
    ("PUT", "/fresh", "invited"),
    ("PUT", "/bucket?policy", "invited"),
    ("PUT", "/bucket?tagging", "invited"),
    ("PUT", "/bucket?lifecycle", "invited"),
    ("PUT", "/bucket?cors", "invited"),
    ("PUT", "/bucket?acl", "invited"),
    ("PUT", "/bucket?versioning", "invited"),
    ("PUT", "/bucket?website", "invited"),
    ("PUT", "/bucket?encryption", "invited"),
    ("PUT", "/bucket?ownershipControls", "invited"),
    ("PUT", "/bucket?publicAccessBlock", "invited"),
    ("PUT", "/bucket?notification", "invited"),
    ("PUT", "/bucket?logging", "invited"),
    ("PUT", "/bucket?replication", "invited"),
    ("PUT", "/bucket?requestPayment", "invited"),
    ("PUT", "/bucket?accelerate", "invited"),
    ("PUT", "/bucket?object-lock", "InvalidRequest"),
    ("PUT", "/bucket?analytics&id=a", "invited"),
    ("PUT", "/bucket?inventory&id=a", "invited"),
    ("PUT", "/bucket?metrics&id=a", "invited"),
    ("PUT", "/bucket?intelligent-tiering&id=a", "invited"),
    ("PUT", "/bucket/key?tagging", "invited"),
    ("PUT", "/bucket/key?acl", "invited"),
    ("PUT", "/locked/key?retention", "invited"),
    ("PUT", "/locked/key?legal-hold", "invited"),
    ("POST", "/bucket?delete", "InvalidRequest"),
    ("PUT", CONTROL_BLOCK, "invited"),
    ("POST", CONTROL_TAGS, "invited"),
];
const CONTROL_BLOCK: &str = "/v20180820/configuration/publicAccessBlock";
const CONTROL_TAGS: &str = "/v20180820/tags/arn%3Aaws%3As3%3A%3A%3Abucket";
const ACCOUNT: &str = "x-amz-account-id";
/// The default account.
const OWN: (&str, &str) = (ACCOUNT, "123456789012");

/// The code of a document that is longer than the ones of its kind may be.
fn too_long(target: &str, bytes: u64) -> Option<&'static str> {
    match target.split_once('?') {
        Some((_, "policy")) if bytes > 20 << 10 => Some("PolicyTooLarge"),
        Some((_, "cors")) if bytes > 64 << 10 => Some("MaxMessageLengthExceeded"),
        _ => None,
    }
}

/// What a head without its body is answered with, for every length of a document.
fn expect(
    live: &Live,
    who: &Credentials,
    call: (&str, &str),
    headers: &[(&str, &str)],
    code: &str,
) {
    let (method, target) = call;
    let of_account =
        target.starts_with("/v20180820/") && headers.iter().all(|own| own.0 != ACCOUNT);
    let headers: Vec<_> = headers.iter().copied().chain(of_account.then_some(OWN)).collect();
    let head = expecting(method, who, live.clock.now(), target, &headers);
    for bytes in DOCUMENT_LENGTHS {
        let found = answer_to(live, &announcing(&head, bytes));
        let code = too_long(target, bytes).filter(|_| code == "invited").unwrap_or(code);
        assert_eq!(found, code, "{method} {target} {headers:?} of {bytes}");
    }
}

/// A bucket with a key, and one that locks its objects.
fn stocked() -> Live {
    let mut live = Live::start();
    live.create_bucket("bucket");
    let location = "<CreateBucketConfiguration><LocationConstraint>ap-northeast-1\
                    </LocationConstraint></CreateBucketConfiguration>";
    let lock = [("x-amz-bucket-object-lock-enabled", "true")];
    assert_eq!(live.signed("s3", "PUT", "/locked", &lock, location.as_bytes()).status, 200);
    assert_eq!(live.s3("PUT", "/bucket/key", b"content").status, 200);
    assert_eq!(live.s3("PUT", "/locked/key", b"content").status, 200);
    live
}

/// The headers about the body are read before the body is.
#[test]
fn malformed_digests_of_a_document_are_refused_before_it_is_invited() {
    let live = stocked();
    let crc = ("x-amz-checksum-crc32", "AAAAAA==");
    let cases: &[(&[(&str, &str)], &str)] = &[
        (&[("content-md5", "short")], "InvalidDigest"),
        (&[("x-amz-checksum-crc32", "AAAA")], "InvalidRequest"),
        (&[crc, ("x-amz-checksum-crc32c", "AAAAAA==")], "InvalidRequest"),
        (&[crc, ("x-amz-sdk-checksum-algorithm", "SHA256")], "InvalidRequest"),
        (&[("x-amz-sdk-checksum-algorithm", "CRC32")], "InvalidRequest"),
        (&[("x-amz-sdk-checksum-algorithm", "CRC9")], "InvalidRequest"),
        (&[("x-amz-content-sha256", "nonsense")], "InvalidArgument"),
    ];
    for (method, target, without) in IN_ORDER {
        expect(&live, &live.root, (method, target), &[], without);
        for (headers, code) in cases {
            expect(&live, &live.root, (method, target), headers, code);
        }
        expect(&live, &live.root, (method, target), &[crc], "invited");
    }
}

/// A user who may do what `statements` allow.
fn user(live: &mut Live, name: &str, statements: &serde_json::Value) -> Credentials {
    let document = serde_json::json!({"Version": "2012-10-17", "Statement": statements});
    let document = wire::uri::encode(&document.to_string());
    let mut iam = |body: String| {
        let form = [("content-type", "application/x-www-form-urlencoded")];
        let body = format!("{body}&Version=2010-05-08");
        let answer = live.signed("iam", "POST", "/", &form, body.as_bytes());
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.text()
    };
    iam(format!("Action=CreateUser&UserName={name}"));
    iam(format!("Action=PutUserPolicy&UserName={name}&PolicyName=p&PolicyDocument={document}"));
    let key = iam(format!("Action=CreateAccessKey&UserName={name}"));
    let text = |name: &str| {
        let (_, rest) = key.split_once(&format!("<{name}>")).unwrap();
        rest.split('<').next().unwrap().to_owned()
    };
    let (access_key_id, secret) = (text("AccessKeyId"), text("SecretAccessKey"));
    Credentials { access_key_id, secret, session_token: None }
}

/// A condition on the document leaves the decision open only where a document could fulfil it.
#[test]
fn a_caller_whom_no_document_helps_is_refused_before_it_is_invited() {
    let mut live = stocked();
    let (none, region) = (serde_json::json!({}), "s3:LocationConstraint");
    let statement = |effect: &str, action: &str, condition: &serde_json::Value| {
        serde_json::json!({"Effect": effect, "Action": action, "Resource": "*",
            "Condition": condition})
    };
    let equals = |key: &str, value: &str| serde_json::json!({"StringEquals": {key: value}});
    let unrelated =
        user(&mut live, "unrelated", &serde_json::json!([statement("Allow", "kms:*", &none)]));
    let denied = serde_json::json!([
        statement("Allow", "s3:*", &none),
        statement("Deny", "s3:*", &equals("aws:PrincipalType", "User"))
    ]);
    let denied = user(&mut live, "denied", &denied);
    let open = serde_json::json!([
        statement("Allow", "s3:CreateBucket", &equals(region, "ap-northeast-1")),
        statement("Allow", "s3:TagResource", &equals("aws:RequestTag/team", "audit")),
        statement("Allow", "s3:PutObjectTagging", &equals("s3:RequestObjectTag/team", "audit")),
        statement("Allow", "s3:PutObjectRetention", &equals("s3:object-lock-mode", "GOVERNANCE")),
        statement("Allow", "s3:PutObjectLegalHold", &none),
        statement("Deny", "s3:PutObjectLegalHold", &equals("s3:object-lock-legal-hold", "OFF")),
        statement(
            "Allow",
            "s3:PutBucketOwnershipControls",
            &serde_json::json!({"StringNotLike":
            {"s3:x-amz-object-ownership": "Object*"}})
        ),
    ]);
    let open = user(&mut live, "open", &open);
    let short = [("content-md5", "short")];
    for call in [
        ("PUT", "/fresh"),
        ("PUT", "/bucket?ownershipControls"),
        ("PUT", "/bucket/key?tagging"),
        ("PUT", "/locked/key?retention"),
        ("PUT", "/locked/key?legal-hold"),
        ("POST", CONTROL_TAGS),
    ] {
        for who in [&unrelated, &denied] {
            expect(&live, who, call, &[], "AccessDenied");
        }
        expect(&live, &open, call, &[], "invited");
        // The document may still deny it, and that is reported first, with an invitation as without.
        expect(&live, &open, call, &short, "invited");
    }
    for who in [&unrelated, &denied] {
        expect(&live, who, ("PUT", CONTROL_BLOCK), &[], "AccessDenied");
    }
    live.stop();
}

/// What an operation reads before its document decides without it.
#[test]
fn what_precedes_the_document_is_refused_before_it_is_invited() {
    let mut live = stocked();
    for (call, headers, code) in [
        (("PUT", "/bucket/none?tagging"), &[][..], "NoSuchKey"),
        (("PUT", "/bucket/none?acl"), &[], "NoSuchKey"),
        (("PUT", "/locked/none?retention"), &[], "NoSuchKey"),
        (("PUT", "/bucket/key?retention"), &[], "InvalidRequest"),
        (("PUT", "/bucket/key?legal-hold"), &[], "InvalidRequest"),
        (("POST", "/bucket/key?uploadId=none"), &[], "NoSuchUpload"),
        (("PUT", "/bucket?acl"), &[("x-amz-acl", "anyone-read")], "InvalidArgument"),
        (("PUT", "/bucket?acl"), &[("x-amz-acl", "private")], "UnexpectedContent"),
        (("PUT", "/No_Bucket"), &[], "InvalidBucketName"),
        (("PUT", "/fresh"), &[("x-amz-object-ownership", "Mine")], "InvalidArgument"),
        (("PUT", "/fresh"), &[("x-amz-acl", "anyone-read")], "InvalidArgument"),
        (("PUT", "/fresh"), &[("x-amz-acl", "public-read")], "InvalidBucketAclWithObjectOwnership"),
        (("PUT", CONTROL_BLOCK), &[(ACCOUNT, "123")], "InvalidRequest"),
        (("PUT", CONTROL_BLOCK), &[(ACCOUNT, "999999999999")], "AccessDenied"),
        (("POST", CONTROL_TAGS), &[(ACCOUNT, "none")], "InvalidRequest"),
        (("POST", "/v20180820/tags/arn%3Aaws%3As3%3A%3A%3Anowhere"), &[], "NoSuchResource"),
        (("POST", "/v20180820/tags/arn%3Aaws%3Asns%3A%3A%3Atopic"), &[], "InvalidRequest"),
        (("POST", "/v20180820/nothing"), &[], "MethodNotAllowed"),
    ] {
        expect(&live, &live.root, call, headers, code);
    }
    live.stop();
}

/// The event of a call is the same, whether its sender waited to be invited or not.
#[test]
fn a_call_that_its_head_refuses_has_the_event_of_any_other() {
    let mut live = stocked();
    let mut events = Vec::new();
    let target = "/bucket/none?tagging";
    for expects in [true, false] {
        let headers = [("content-type", "text/plain")];
        if expects {
            let head = put(&live.root, live.clock.now(), target, &headers);
            assert_eq!(answer_to(&live, &announcing(&head, 64)), "NoSuchKey");
        } else {
            assert_eq!(live.signed("s3", "PUT", target, &headers, &[b' '; 64]).status, 404);
        }
        let view = live.gateway.snapshot().unwrap();
        let all = live.gateway.events_from(&view, 0, 100).unwrap();
        let last = String::from_utf8(all.last().unwrap().body.clone()).unwrap();
        let mut event: serde_json::Value = serde_json::from_str(&last).unwrap();
        assert_eq!(event["errorCode"], "NoSuchKey", "{last}");
        for name in ["eventTime", "requestID", "eventID"] {
            event[name] = serde_json::Value::Null;
        }
        for name in ["x-amz-id-2", "bytesTransferredIn", "bytesTransferredOut"] {
            event["additionalEventData"][name] = serde_json::Value::Null;
        }
        events.push(event);
    }
    assert_eq!(events[0], events[1]);
    live.stop();
}
