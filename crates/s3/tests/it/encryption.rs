use serde_json::{Value, json};
use testkit::{Kit, S3Request};

use crate::{create, get, kit, put, send};

const SSE: &str = "x-amz-server-side-encryption";
const KEY_ID: &str = "x-amz-server-side-encryption-aws-kms-key-id";

fn kms(kit: &Kit, operation: &str, body: &Value) -> Value {
    let answer = kit.json(&format!("TrentService.{operation}"), body).ok();
    if answer.body.is_empty() { Value::Null } else { answer.json() }
}

fn new_key(kit: &Kit) -> (String, String) {
    let made = kms(kit, "CreateKey", &json!({}));
    let member = |name: &str| made["KeyMetadata"][name].as_str().unwrap().to_owned();
    (member("KeyId"), member("Arn"))
}

fn default_encryption(kit: &Kit, key: &str, bucket_key: bool) {
    let body = format!(
        "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault>\
         <SSEAlgorithm>aws:kms</SSEAlgorithm><KMSMasterKeyID>{key}</KMSMasterKeyID>\
         </ApplyServerSideEncryptionByDefault><BucketKeyEnabled>{bucket_key}</BucketKeyEnabled>\
         </Rule></ServerSideEncryptionConfiguration>"
    );
    put(kit, "/bkt?encryption", body);
}

/// The four-step scenario: a bucket whose default is a KMS key, written without any header.
#[test]
fn a_default_key_encrypts_and_both_calls_of_kms_are_recorded() {
    let kit = kit();
    let (id, arn) = new_key(&kit);
    default_encryption(&kit, &id, false);
    let stored = put(&kit, "/bkt/k", "secret");
    assert_eq!((stored.header(SSE), stored.header(KEY_ID)), ("aws:kms".to_owned(), arn.clone()));
    assert_ne!(stored.header("etag"), format!("\"{}\"", types::hex(&keys::md5(b"secret"))));
    let read = get(&kit, "/bkt/k").ok();
    assert_eq!((read.text().as_str(), read.header(KEY_ID)), ("secret", arn));
    for name in ["GenerateDataKey", "Decrypt"] {
        let event = kit.event(name);
        assert_eq!(
            event["requestParameters"]["encryptionContext"]["aws:s3:arn"],
            "arn:aws:s3:::bkt/k"
        );
        assert_eq!(event["sourceIPAddress"], "AWS Internal");
        assert_eq!(event["userIdentity"]["type"], "Root");
    }
}

/// A caller that may read the object but not use its key is denied while the call runs, not before.
#[test]
fn a_refusal_by_the_key_of_an_object_is_explained() {
    let kit = Kit::new(&[s3::ROWS, kms::ROWS, iam::ROWS, inquiry::ROWS]);
    create(&kit, "bkt");
    let (_, arn) = new_key(&kit);
    send(&kit, "PUT", "/bkt/k", &[(SSE, "aws:kms"), (KEY_ID, &arn)], "secret").ok();
    let allowed = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "s3:*", "Resource": "*"},
    ]});
    let reader = kit.user("reader", &allowed);
    let read = S3Request { method: "GET", target: "/bkt/k", ..S3Request::default() };
    let refused = kit.s3_as(&reader, read);
    assert_eq!((refused.status, refused.error().1.as_str()), (403, "AccessDenied"));
    let explain = json!({"RequestId": refused.header("x-amz-request-id")});
    let explained = kit.json("Shoseki_20261101.ExplainDenial", &explain).ok().json();
    assert_eq!(explained["Denials"][0]["Action"], "kms:Decrypt");
}

#[test]
fn a_bucket_key_changes_the_context_to_the_bucket() {
    let kit = kit();
    let (id, _) = new_key(&kit);
    default_encryption(&kit, &id, true);
    let stored = put(&kit, "/bkt/k", "secret");
    assert_eq!(stored.header("x-amz-server-side-encryption-bucket-key-enabled"), "true");
    let event = kit.event("GenerateDataKey");
    assert_eq!(event["requestParameters"]["encryptionContext"]["aws:s3:arn"], "arn:aws:s3:::bkt");
    assert_eq!(get(&kit, "/bkt/k").ok().text(), "secret");
    let off = [("x-amz-server-side-encryption-bucket-key-enabled", "false")];
    let stored = send(&kit, "PUT", "/bkt/l", &off, "secret").ok();
    assert_eq!(stored.header("x-amz-server-side-encryption-bucket-key-enabled"), "");
}

fn count(kit: &Kit, name: &str) -> usize {
    kit.events().iter().filter(|event| event["eventName"] == name).count()
}

/// The first use of an AWS managed key creates it; KMS is still called once, and the copy is
/// complete.
#[test]
fn a_copy_that_creates_the_managed_key_calls_kms_once() {
    for bucket_key in ["true", "false"] {
        let kit = kit();
        put(&kit, "/bkt/k", "secret");
        let headers = [
            ("x-amz-copy-source", "bkt/k"),
            (SSE, "aws:kms"),
            ("x-amz-server-side-encryption-bucket-key-enabled", bucket_key),
        ];
        send(&kit, "PUT", "/bkt/copy", &headers, "").ok();
        let (made, copied) = (count(&kit, "GenerateDataKey"), count(&kit, "CopyObject"));
        assert_eq!((made, copied), (1, 1), "bucket key: {bucket_key}");
        assert_eq!(get(&kit, "/bkt/copy").ok().text(), "secret");
        assert_eq!(
            kms(&kit, "ListAliases", &json!({}))["Aliases"][0]["TargetKeyId"]
                .as_str()
                .map(str::len),
            Some(36)
        );
    }
}

/// Each requester calls KMS once in a period, and again when that is over.
#[test]
fn a_bucket_key_is_fetched_once_by_each_requester() {
    let kit = kit();
    let (id, _) = new_key(&kit);
    default_encryption(&kit, &id, true);
    let allow = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": ["s3:*", "kms:*"], "Resource": "*"}]});
    let user = kit.user("mori", &allow);
    for name in ["a", "b", "c"] {
        put(&kit, &format!("/bkt/{name}"), name);
        assert_eq!(get(&kit, &format!("/bkt/{name}")).ok().text(), name);
    }
    assert_eq!((count(&kit, "GenerateDataKey"), count(&kit, "Decrypt")), (1, 1));
    for name in ["a", "b"] {
        let read = kit.send(&user, "s3", "GET", &format!("/bkt/{name}"), &[], b"");
        assert_eq!(read.ok().text(), name);
    }
    assert_eq!(count(&kit, "Decrypt"), 2);
    assert_eq!(kit.event("Decrypt")["userIdentity"]["userName"], "mori");
    kit.clock.advance_ms(300_000);
    put(&kit, "/bkt/d", "d");
    assert_eq!(get(&kit, "/bkt/a").ok().text(), "a");
    assert_eq!((count(&kit, "GenerateDataKey"), count(&kit, "Decrypt")), (2, 3));
}

/// A caller that KMS denies is denied from the next request on, with or without a bucket key.
#[test]
fn a_bucket_key_ends_when_the_key_or_the_rights_to_it_change() {
    let kit = kit();
    let (id, arn) = new_key(&kit);
    default_encryption(&kit, &id, true);
    let rights = |actions: &[&str]| {
        json!({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": actions, "Resource": "*"}]})
    };
    let user = kit.user("mori", &rights(&["s3:*", "kms:*"]));
    put(&kit, "/bkt/k", "secret");
    let read = || kit.send(&user, "s3", "GET", "/bkt/k", &[], b"");
    assert_eq!(read().ok().text(), "secret");
    let policy = rights(&["s3:*", "kms:GenerateDataKey"]).to_string();
    let change = [
        ("Action", "PutUserPolicy"),
        ("Version", "2010-05-08"),
        ("UserName", "mori"),
        ("PolicyName", "inline"),
        ("PolicyDocument", &policy),
    ];
    kit.query("iam", &change).ok();
    let (status, code, message) = read().error();
    assert_eq!((status, code.as_str()), (403, "AccessDenied"));
    assert!(message.contains("kms:Decrypt"), "{message}");
    kms(&kit, "DisableKey", &json!({ "KeyId": id }));
    let disabled = (400, "KMS.DisabledException".into(), format!("{arn} is disabled."));
    assert_eq!(get(&kit, "/bkt/k").error(), disabled);
    assert_eq!(send(&kit, "PUT", "/bkt/l", &[], "x").error(), disabled);
}

/// Observed: code and text of each failure.
#[test]
fn failures_of_kms_surface_under_s3s_codes() {
    let kit = kit();
    let (id, arn) = new_key(&kit);
    let headers = [(SSE, "aws:kms"), (KEY_ID, id.as_str())];
    send(&kit, "PUT", "/bkt/k", &headers, "secret").ok();
    kms(&kit, "DisableKey", &json!({ "KeyId": id }));
    for refused in [get(&kit, "/bkt/k"), send(&kit, "PUT", "/bkt/l", &headers, "x")] {
        assert_eq!(
            refused.error(),
            (400, "KMS.DisabledException".into(), format!("{arn} is disabled."))
        );
    }
    let unknown = [(SSE, "aws:kms"), (KEY_ID, "fake-key-id")];
    let refused = send(&kit, "PUT", "/bkt/l", &unknown, "x");
    assert_eq!(
        refused.error(),
        (400, "KMS.NotFoundException".into(), "Invalid keyId 'fake-key-id'".into())
    );
    assert_eq!(get(&kit, "/bkt/l").status, 404);
    let error = send(&kit, "PUT", "/bkt/l", &[(SSE, "rot13")], "x");
    assert_eq!(error.error().1, "InvalidEncryptionAlgorithmError");
}

#[test]
fn a_caller_without_decrypt_cannot_read() {
    let kit = kit();
    let (id, arn) = new_key(&kit);
    default_encryption(&kit, &id, false);
    put(&kit, "/bkt/k", "secret");
    let allowed = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "s3:*", "Resource": "*"},
        {"Effect": "Allow", "Action": "kms:GenerateDataKey", "Resource": arn},
    ]});
    let user = kit.user("writer", &allowed);
    let call = |method, target, body: &[u8]| {
        kit.s3_as(&user, S3Request { method, target, headers: &[], body })
    };
    call("PUT", "/bkt/l", b"x").ok();
    let (status, code, message) = call("GET", "/bkt/k", b"").error();
    assert_eq!((status, code.as_str()), (403, "AccessDenied"));
    assert!(
        message.contains("is not authorized to perform: kms:Decrypt on resource: "),
        "{message}"
    );
    // The refusal leaves an event of each service.
    assert_eq!(kit.event("Decrypt")["errorCode"], "AccessDenied");
    assert_eq!(kit.event("GetObject")["errorCode"], "AccessDenied");
}

/// The managed key is created when it is first needed, by the second attempt of a read-only
/// snapshot.
#[test]
fn the_managed_key_is_made_on_first_use() {
    let kit = kit();
    let stored = send(&kit, "PUT", "/bkt/k", &[(SSE, "aws:kms")], "secret").ok();
    assert!(stored.header(KEY_ID).contains(":key/"));
    assert_eq!(get(&kit, "/bkt/k").ok().text(), "secret");
}

#[test]
fn uploads_in_parts_are_encrypted_too() {
    let kit = kit();
    let (id, arn) = new_key(&kit);
    default_encryption(&kit, &id, false);
    let begun = send(&kit, "POST", "/bkt/k?uploads", &[], "").ok();
    assert_eq!(begun.header(KEY_ID), arn);
    let upload = begun.element("UploadId");
    let part = put(&kit, &format!("/bkt/k?partNumber=1&uploadId={upload}"), "secret");
    let etag = part.header("etag");
    let body = format!(
        "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{etag}</ETag></Part>\
         </CompleteMultipartUpload>"
    );
    let done = send(&kit, "POST", &format!("/bkt/k?uploadId={upload}"), &[], body).ok();
    assert_eq!(done.header(KEY_ID), arn);
    assert_eq!(get(&kit, "/bkt/k").ok().text(), "secret");
}

#[test]
fn clients_keys_are_blocked_until_the_bucket_allows_them() {
    let kit = kit();
    let (key, md5) = ("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "tP/LI3N7hC2gtv19b8aTvQ==");
    let headers = [
        ("x-amz-server-side-encryption-customer-algorithm", "AES256"),
        ("x-amz-server-side-encryption-customer-key", key),
        ("x-amz-server-side-encryption-customer-key-md5", md5),
    ];
    let blocked = send(&kit, "PUT", "/bkt/k", &headers, "secret");
    assert_eq!(blocked.status, if blocked.error().1 == "AccessDenied" { 403 } else { 400 });
    let open = "<ServerSideEncryptionConfiguration><Rule><BlockedEncryptionTypes><EncryptionType>\
                NONE</EncryptionType></BlockedEncryptionTypes></Rule>\
                </ServerSideEncryptionConfiguration>";
    put(&kit, "/bkt?encryption", open);
    let digest = base64(&keys::md5(&(0..32).collect::<Vec<u8>>()));
    let headers = [headers[0], headers[1], (headers[2].0, digest.as_str())];
    send(&kit, "PUT", "/bkt/k", &headers, "secret").ok();
    assert_eq!(get(&kit, "/bkt/k").error().1, "InvalidRequest");
    assert_eq!(send(&kit, "GET", "/bkt/k", &headers, "").ok().text(), "secret");
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// A customer's key, as its three headers have it.
const CUSTOMER: [(&str, &str); 3] = [
    ("x-amz-server-side-encryption-customer-algorithm", "AES256"),
    ("x-amz-server-side-encryption-customer-key", "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc="),
    ("x-amz-server-side-encryption-customer-key-md5", "y4HAEFCYWuvAXWFTtA1Qpg=="),
];

/// Observed: wording and elements.
#[test]
fn a_customers_key_is_the_only_encryption() {
    let kit = kit();
    for second in [(SSE, "AES256"), (SSE, "aws:kms"), (KEY_ID, "alias/aws/s3")] {
        let headers: Vec<_> = CUSTOMER.into_iter().chain([second]).collect();
        let copy = [("x-amz-copy-source", "bkt/other")];
        put(&kit, "/bkt/other", "x");
        for (method, target, more) in
            [("PUT", "/bkt/k", &[][..]), ("POST", "/bkt/k?uploads", &[]), ("PUT", "/bkt/k", &copy)]
        {
            let headers: Vec<_> = headers.iter().chain(more).copied().collect();
            let refused = send(&kit, method, target, &headers, "");
            let text = "Server Side Encryption with Customer provided key is incompatible with the \
                        encryption method specified";
            assert_eq!(refused.error(), (400, "InvalidArgument".to_owned(), text.to_owned()));
            assert_eq!(refused.element("ArgumentName"), second.0);
            assert_eq!(refused.element("ArgumentValue"), second.1);
        }
    }
    assert_eq!(get(&kit, "/bkt/k").status, 404);
}

/// Observed: on a list; documented: on reading, however the object is encrypted.
#[test]
fn only_writes_choose_the_encryption() {
    let kit = kit();
    put(&kit, "/bkt/k", "x");
    let upload = send(&kit, "POST", "/bkt/k?uploads", &[], "").ok().element("UploadId");
    let part = format!("/bkt/k?partNumber=1&uploadId={upload}");
    for (method, target) in [
        ("GET", "/bkt/k"),
        ("GET", "/bkt"),
        ("GET", "/bkt/k?acl"),
        ("PUT", part.as_str()),
        ("DELETE", "/bkt/k"),
    ] {
        let refused = send(&kit, method, target, &[(SSE, "AES256")], "");
        let text = "x-amz-server-side-encryption header is not supported for this operation.";
        assert_eq!(refused.error(), (400, "InvalidArgument".to_owned(), text.to_owned()));
        assert_eq!(refused.element("ArgumentValue"), "AES256", "{method} {target}");
    }
    assert_eq!(send(&kit, "HEAD", "/bkt/k", &[(SSE, "AES256")], "").status, 400);
    assert_eq!(get(&kit, "/bkt/k").text(), "x");
}

/// Source: S3 API Reference, "PutObject": `aws:kms` without a key is the managed key, also where the
/// bucket has another key as its default.
#[test]
fn a_write_that_names_no_key_means_the_managed_one() {
    let kit = kit();
    let (id, arn) = new_key(&kit);
    default_encryption(&kit, &id, true);
    put(&kit, "/bkt/source", "x");
    let copy = [("x-amz-copy-source", "bkt/source")];
    let writes =
        [("PUT", "/bkt/k", &[][..]), ("POST", "/bkt/k?uploads", &[]), ("PUT", "/bkt/k", &copy)];
    for scheme in ["aws:kms", "aws:kms:dsse"] {
        for (method, target, more) in writes {
            let headers: Vec<_> = more.iter().copied().chain([(SSE, scheme)]).collect();
            let stored = send(&kit, method, target, &headers, "").ok();
            assert_eq!(stored.header(SSE), scheme);
            assert_ne!(stored.header(KEY_ID), arn, "{method} {target}");
            let managed = kms(&kit, "DescribeKey", &json!({"KeyId": "alias/aws/s3"}));
            assert_eq!(managed["KeyMetadata"]["Arn"], stored.header(KEY_ID));
            let bucket_key = stored.header("x-amz-server-side-encryption-bucket-key-enabled");
            assert_eq!(bucket_key == "true", scheme == "aws:kms");
        }
    }
    assert_eq!(put(&kit, "/bkt/plain", "x").header(KEY_ID), arn);
}
