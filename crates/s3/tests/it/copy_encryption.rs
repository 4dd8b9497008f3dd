//! Copies from one encryption to another: the bytes are encrypted again, under what the request, or
//! else the bucket, chooses.

use serde_json::json;
use testkit::Kit;

use crate::calls::{allow, by, kms, new_key};
use crate::customer_keys::{Customer, accept_customer_keys};
use crate::{get, kit, put, send};

const SSE: &str = "x-amz-server-side-encryption";
const KEY_ID: &str = "x-amz-server-side-encryption-aws-kms-key-id";
const ALGORITHM: &str = "x-amz-server-side-encryption-customer-algorithm";

type Headers<'a> = Vec<(&'a str, &'a str)>;

/// From each scheme to each other.
#[test]
fn every_scheme_is_copied_to_every_other() {
    let kit = kit();
    accept_customer_keys(&kit);
    let (id, arn) = new_key(&kit);
    let (first, second) = (Customer::new(1), Customer::new(2));
    let managed = vec![(SSE, "aws:kms"), (KEY_ID, id.as_str())];
    let dual = vec![(SSE, "aws:kms:dsse"), (KEY_ID, id.as_str())];
    let sources: [(&str, Headers<'_>, Headers<'_>); 4] = [
        ("plain", vec![], vec![]),
        ("kms", managed.clone(), vec![]),
        ("dual", dual.clone(), vec![]),
        ("customer", first.headers().to_vec(), first.source_headers().to_vec()),
    ];
    for (name, write, _) in &sources {
        send(&kit, "PUT", &format!("/bkt/{name}"), write, "secret").ok();
    }
    let targets: [(Headers<'_>, [&str; 3]); 4] = [
        (vec![], ["AES256", "", ""]),
        (managed, ["aws:kms", &arn, ""]),
        (dual, ["aws:kms:dsse", &arn, ""]),
        (second.headers().to_vec(), ["", "", "AES256"]),
    ];
    for (name, _, read) in &sources {
        let source = format!("bkt/{name}");
        for (write, want) in &targets {
            let headers: Headers<'_> = [write, read, &vec![("x-amz-copy-source", source.as_str())]]
                .map(Clone::clone)
                .concat();
            let done = send(&kit, "PUT", "/bkt/copy", &headers, "").ok();
            assert_eq!([SSE, KEY_ID, ALGORITHM].map(|name| done.header(name)), *want, "{name}");
            let opens = if want[2].is_empty() { vec![] } else { second.headers().to_vec() };
            let copied = send(&kit, "GET", "/bkt/copy", &opens, "").ok();
            assert_eq!(copied.text(), "secret", "{name}");
            assert_eq!([SSE, KEY_ID, ALGORITHM].map(|name| copied.header(name)), *want, "{name}");
            let is_md5 = done.element("ETag") == "&quot;5ebe2294ecd0e0f08eab7690d2a6ee69&quot;";
            assert_eq!(is_md5, want[0] == "AES256", "{name}: MD5 under SSE-S3 only");
        }
    }
}

/// A copy never inherits the encryption of its source: without a header, the bucket's default.
#[test]
fn encryption_is_never_inherited() {
    let kit = kit();
    let (id, arn) = new_key(&kit);
    send(&kit, "PUT", "/bkt/kms", &[(SSE, "aws:kms"), (KEY_ID, &id)], "secret").ok();
    let copy =
        |source: &str| send(&kit, "PUT", "/bkt/copy", &[("x-amz-copy-source", source)], "").ok();
    assert_eq!(copy("bkt/kms").header(SSE), "AES256");
    let default = format!(
        "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault>\
         <SSEAlgorithm>aws:kms</SSEAlgorithm><KMSMasterKeyID>{id}</KMSMasterKeyID>\
         </ApplyServerSideEncryptionByDefault><BucketKeyEnabled>true</BucketKeyEnabled></Rule>\
         </ServerSideEncryptionConfiguration>"
    );
    send(&kit, "PUT", "/bkt/plain", &[(SSE, "AES256")], "secret").ok();
    put(&kit, "/bkt?encryption", default);
    let done = copy("bkt/plain");
    assert_eq!((done.header(SSE), done.header(KEY_ID)), ("aws:kms".to_owned(), arn));
    assert_eq!(done.header("x-amz-server-side-encryption-bucket-key-enabled"), "true");
    let applied = |name: &str| kit.event(name)["additionalEventData"]["SSEApplied"].clone();
    assert_eq!(applied("CopyObject"), "Default_SSE_KMS");
    let asked = [("x-amz-copy-source", "bkt/kms"), (SSE, "aws:kms")];
    send(&kit, "PUT", "/bkt/copy", &asked, "").ok();
    assert_eq!(applied("CopyObject"), "SSE_KMS");
}

fn count(kit: &Kit, name: &str) -> usize {
    kit.events().iter().filter(|event| event["eventName"] == name).count()
}

/// Both keys are used as the caller: reading decrypts with the source's, writing generates with the
/// target's.
#[test]
fn both_keys_are_used_as_the_caller() {
    let kit = kit();
    let (from, from_arn) = new_key(&kit);
    let (to, to_arn) = new_key(&kit);
    send(&kit, "PUT", "/bkt/k", &[(SSE, "aws:kms"), (KEY_ID, &from)], "secret").ok();
    let headers = [("x-amz-copy-source", "bkt/k"), (SSE, "aws:kms"), (KEY_ID, to.as_str())];
    for (name, actions, missing) in [
        ("reader", vec!["s3:*", "kms:Decrypt"], "kms:GenerateDataKey"),
        ("writer", vec!["s3:*", "kms:GenerateDataKey"], "kms:Decrypt"),
    ] {
        let user = kit.user(name, &allow(&actions));
        let (status, code, message) = by(&kit, &user, "PUT", "/bkt/copy", &headers).error();
        assert_eq!((status, code.as_str()), (403, "AccessDenied"), "{name}");
        let key = if missing == "kms:Decrypt" { &from_arn } else { &to_arn };
        assert!(message.contains(&format!("{missing} on resource: {key}")), "{message}");
        assert_eq!(get(&kit, "/bkt/copy").status, 404, "{name}");
    }
    let both = kit.user("both", &allow(&["s3:*", "kms:GenerateDataKey", "kms:Decrypt"]));
    let before = (count(&kit, "Decrypt"), count(&kit, "GenerateDataKey"));
    by(&kit, &both, "PUT", "/bkt/copy", &headers).ok();
    let after = (count(&kit, "Decrypt"), count(&kit, "GenerateDataKey"));
    assert_eq!(after, (before.0 + 1, before.1 + 1));
    for (name, key, object) in
        [("Decrypt", &from_arn, "bkt/k"), ("GenerateDataKey", &to_arn, "bkt/copy")]
    {
        let event = kit.event(name);
        assert_eq!(event["userIdentity"]["userName"], "both", "{name}");
        assert_eq!(event["resources"][0]["ARN"], *key, "{name}");
        let context = json!({"aws:s3:arn": format!("arn:aws:s3:::{object}")});
        assert_eq!(event["requestParameters"]["encryptionContext"], context, "{name}");
    }
}

/// A copy is the way out of a key: it can be disabled afterwards.
#[test]
fn a_copy_under_another_key_survives_the_former() {
    let kit = kit();
    let (old, _) = new_key(&kit);
    let (new, arn) = new_key(&kit);
    send(&kit, "PUT", "/bkt/k", &[(SSE, "aws:kms"), (KEY_ID, &old)], "secret").ok();
    let headers = [("x-amz-copy-source", "bkt/k"), (SSE, "aws:kms"), (KEY_ID, new.as_str())];
    send(&kit, "PUT", "/bkt/k", &headers, "").ok();
    kms(&kit, "DisableKey", &json!({"KeyId": old}));
    let read = get(&kit, "/bkt/k").ok();
    assert_eq!((read.text().as_str(), read.header(KEY_ID)), ("secret", arn));
    kms(&kit, "DisableKey", &json!({"KeyId": new}));
    assert_eq!(get(&kit, "/bkt/k").error().1, "KMS.DisabledException");
}

/// Parts that are copied: the key of the source and that of the upload are separate.
#[test]
fn copied_parts_have_the_encryption_of_their_upload() {
    let kit = kit();
    accept_customer_keys(&kit);
    let (first, second) = (Customer::new(1), Customer::new(2));
    send(&kit, "PUT", "/bkt/source", &first.headers(), "0123456789").ok();
    let begun = send(&kit, "POST", "/bkt/k?uploads", &second.headers(), "").ok();
    let id = begun.element("UploadId");
    let target = format!("/bkt/k?partNumber=1&uploadId={id}");
    let range = [("x-amz-copy-source", "bkt/source"), ("x-amz-copy-source-range", "bytes=3-5")];
    let headers = [&range[..], &first.source_headers()].concat();
    let refused = send(&kit, "PUT", &target, &headers, "").error();
    assert!(refused.2.starts_with("The multipart upload initiate requested encryption"));
    let headers = [&range[..], &second.headers()].concat();
    let refused = send(&kit, "PUT", &target, &headers, "").error();
    assert!(refused.2.starts_with("The object was stored using a form of Server Side"));
    let headers = [&range[..], &first.source_headers(), &second.headers()].concat();
    let copied = send(&kit, "PUT", &target, &headers, "").ok();
    assert_eq!(copied.header(ALGORITHM), "AES256");
    let list = format!("<ETag>{}</ETag>", copied.element("ETag"));
    crate::calls::complete(&kit, &id, &[(1, &list)], &[]).ok();
    assert_eq!(send(&kit, "GET", "/bkt/k", &second.headers(), "").ok().text(), "345");
}
