//! Encryption of uploads in parts: what the beginning chooses holds for every part.

use serde_json::{Value, json};
use testkit::Kit;

use crate::calls::{allow, begin, by, code, complete, etag_of, kms, new_key, part};
use crate::customer_keys::{Customer, accept_customer_keys};
use crate::{get, kit, put, send};

const SSE: &str = "x-amz-server-side-encryption";
const KEY_ID: &str = "x-amz-server-side-encryption-aws-kms-key-id";
const BUCKET_KEY: &str = "x-amz-server-side-encryption-bucket-key-enabled";

fn whole(kit: &Kit, id: &str, sent: &testkit::Answered) -> testkit::Answered {
    complete(kit, id, &[(1, &etag_of(sent))], &[])
}

/// Every answer on the way names the scheme, the key and the bucket key.
#[test]
fn every_answer_names_the_encryption() {
    let kit = kit();
    let (id, arn) = new_key(&kit);
    for (headers, want) in [
        (vec![], ["AES256", "", ""]),
        (vec![(SSE, "AES256")], ["AES256", "", ""]),
        (vec![(SSE, "aws:kms"), (KEY_ID, id.as_str())], ["aws:kms", arn.as_str(), ""]),
        (
            vec![(SSE, "aws:kms"), (KEY_ID, arn.as_str()), (BUCKET_KEY, "true")],
            ["aws:kms", arn.as_str(), "true"],
        ),
        (vec![(SSE, "aws:kms:dsse"), (KEY_ID, id.as_str())], ["aws:kms:dsse", arn.as_str(), ""]),
    ] {
        let begun = send(&kit, "POST", "/bkt/k?uploads", &headers, "").ok();
        let upload = begun.element("UploadId");
        let sent = part(&kit, &upload, 1, &[], "secret").ok();
        let done = whole(&kit, &upload, &sent).ok();
        let read = get(&kit, "/bkt/k").ok();
        assert_eq!(read.text(), "secret");
        for answer in [&begun, &sent, &done, &read] {
            assert_eq!([SSE, KEY_ID, BUCKET_KEY].map(|name| answer.header(name)), want);
        }
        let md5 = sent.header("etag") == format!("\"{}\"", types::hex(&keys::md5(b"secret")));
        assert_eq!(md5, want[0] == "AES256", "the ETag of a part is its MD5 under SSE-S3 only");
    }
}

/// The default of the bucket counts when the upload begins, not when its parts arrive.
#[test]
fn a_change_of_the_default_does_not_change_an_open_upload() {
    let kit = kit();
    let upload = begin(&kit, &[]);
    let (id, arn) = new_key(&kit);
    let default = format!(
        "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault>\
         <SSEAlgorithm>aws:kms</SSEAlgorithm><KMSMasterKeyID>{id}</KMSMasterKeyID>\
         </ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>"
    );
    put(&kit, "/bkt?encryption", default);
    let sent = part(&kit, &upload, 1, &[], "x").ok();
    assert_eq!(sent.header(SSE), "AES256");
    assert_eq!(whole(&kit, &upload, &sent).ok().header(SSE), "AES256");
    let upload = begin(&kit, &[]);
    send(&kit, "DELETE", "/bkt?encryption", &[], "").ok();
    let sent = part(&kit, &upload, 1, &[], "x").ok();
    assert_eq!((sent.header(SSE), sent.header(KEY_ID)), ("aws:kms".to_owned(), arn));
}

/// Source: S3 User Guide, "Protecting data using SSE-KMS": uploads in parts decrypt their key, so a
/// writer needs `kms:Decrypt` for parts and completion.
#[test]
fn a_writer_without_decrypt_can_begin_but_not_continue() {
    let kit = kit();
    let (id, arn) = new_key(&kit);
    let writer = kit.user("writer", &allow(&["s3:PutObject", "kms:GenerateDataKey"]));
    let headers = [(SSE, "aws:kms"), (KEY_ID, id.as_str())];
    let begun = by(&kit, &writer, "POST", "/bkt/k?uploads", &headers).ok();
    let upload = begun.element("UploadId");
    let target = format!("/bkt/k?partNumber=1&uploadId={upload}");
    let (status, code, message) = by(&kit, &writer, "PUT", &target, &[]).error();
    assert_eq!((status, code.as_str()), (403, "AccessDenied"));
    let want = format!("is not authorized to perform: kms:Decrypt on resource: {arn}");
    assert!(message.contains(&want), "{message}");
    let sent = part(&kit, &upload, 1, &[], "x").ok();
    let list = format!(
        "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber>{}</Part>\
         </CompleteMultipartUpload>",
        etag_of(&sent)
    );
    let target = format!("/bkt/k?uploadId={upload}");
    let refused = kit.send(&writer, "s3", "POST", &target, &[], list.as_bytes()).error();
    assert!(refused.2.contains("kms:Decrypt"), "{}", refused.2);
    assert_eq!(get(&kit, "/bkt/k").status, 404);
    let decrypter = allow(&["s3:PutObject", "kms:Decrypt"]);
    let other = kit.user("decrypter", &decrypter);
    let refused = by(&kit, &other, "POST", "/bkt/k?uploads", &headers).error();
    assert!(refused.2.contains("kms:GenerateDataKey"), "{}", refused.2);
    kit.send(&other, "s3", "POST", &target, &[], list.as_bytes()).ok();
}

/// A key that is disabled or pending deletion stops every step that opens it.
#[test]
fn a_key_that_cannot_be_used_stops_the_upload() {
    let kit = kit();
    let (id, arn) = new_key(&kit);
    let headers = [(SSE, "aws:kms"), (KEY_ID, id.as_str())];
    let upload = begin(&kit, &headers);
    let sent = part(&kit, &upload, 1, &[], "x").ok();
    let state = format!("{arn} is pending deletion.");
    let disabled = format!("{arn} is disabled.");
    for (operation, body, want, message) in [
        ("DisableKey", json!({"KeyId": id}), "KMS.DisabledException", disabled),
        (
            "ScheduleKeyDeletion",
            json!({"KeyId": id, "PendingWindowInDays": 7}),
            "KMS.KMSInvalidStateException",
            state,
        ),
    ] {
        kms(&kit, operation, &body);
        for refused in [
            send(&kit, "POST", "/bkt/l?uploads", &headers, ""),
            part(&kit, &upload, 2, &[], "y"),
            whole(&kit, &upload, &sent),
        ] {
            assert_eq!(refused.error(), (400, want.to_owned(), message.clone()));
        }
    }
    kms(&kit, "CancelKeyDeletion", &json!({"KeyId": id}));
    kms(&kit, "EnableKey", &json!({"KeyId": id}));
    whole(&kit, &upload, &sent).ok();
    assert_eq!(get(&kit, "/bkt/k").ok().text(), "x");
}

/// An upload under a customer's key: each part brings the same one.
#[test]
fn each_part_brings_the_key_of_the_upload() {
    let kit = kit();
    accept_customer_keys(&kit);
    let (own, other) = (Customer::new(1), Customer::new(2));
    let begun = send(&kit, "POST", "/bkt/k?uploads", &own.headers(), "").ok();
    assert_eq!(begun.header("x-amz-server-side-encryption-customer-key-md5"), own.md5);
    let upload = begun.element("UploadId");
    let text = "The multipart upload initiate requested encryption. Subsequent part requests must \
                include the appropriate encryption parameters.";
    assert_eq!(
        part(&kit, &upload, 1, &[], "x").error(),
        (400, "InvalidRequest".into(), text.into())
    );
    let text = "The provided encryption parameters did not match the ones used originally.";
    let refused = part(&kit, &upload, 1, &other.headers(), "x").error();
    assert_eq!(refused, (400, "InvalidRequest".into(), text.into()));
    let sent = part(&kit, &upload, 1, &own.headers(), "secret").ok();
    assert_eq!(sent.header("x-amz-server-side-encryption-customer-algorithm"), "AES256");
    assert_eq!(sent.header(SSE), "");
    let done = whole(&kit, &upload, &sent).ok();
    assert_eq!(done.header("x-amz-server-side-encryption-customer-key-md5"), own.md5);
    assert_eq!(done.element("ChecksumType"), "", "no checksum was requested");
    assert_eq!(send(&kit, "GET", "/bkt/k", &own.headers(), "").ok().text(), "secret");
    let plain = begin(&kit, &[]);
    let refused = part(&kit, &plain, 1, &own.headers(), "x").error();
    assert_eq!(refused.2, "The encryption parameters are not applicable to this object.");
}

/// Observed: the scheme in the events of the steps that transfer bytes; KMS is called for the
/// caller, with the object's ARN as context.
#[test]
fn the_events_name_the_encryption() {
    let kit = kit();
    let (id, arn) = new_key(&kit);
    let headers = [(SSE, "aws:kms"), (KEY_ID, id.as_str())];
    let upload = begin(&kit, &headers);
    assert_eq!(kit.event("GenerateDataKey")["requestParameters"]["keySpec"], "AES_256");
    let sent = part(&kit, &upload, 1, &[], "x").ok();
    let event = kit.event("Decrypt");
    let context = json!({"aws:s3:arn": "arn:aws:s3:::bkt/k"});
    assert_eq!(event["requestParameters"]["encryptionContext"], context);
    assert_eq!(event["resources"][0]["ARN"], arn);
    whole(&kit, &upload, &sent).ok();
    for (name, applied) in [("CreateMultipartUpload", "SSE_KMS"), ("UploadPart", "Default_SSE_KMS")]
    {
        let event = kit.event(name);
        assert_eq!(event["additionalEventData"]["SSEApplied"], applied, "{name}");
        assert_eq!(event["responseElements"][KEY_ID], arn, "{name}");
    }
    let event = kit.event("CompleteMultipartUpload");
    assert_eq!(event["additionalEventData"].get("SSEApplied"), None::<&Value>);
}

/// A list of open uploads can be read while their key cannot be used; an abort needs no key.
#[test]
fn an_abort_needs_no_key() {
    let kit = kit();
    let (id, _) = new_key(&kit);
    let upload = begin(&kit, &[(SSE, "aws:kms"), (KEY_ID, id.as_str())]);
    part(&kit, &upload, 1, &[], "x").ok();
    kms(&kit, "DisableKey", &json!({"KeyId": id}));
    assert_eq!(get(&kit, "/bkt?uploads").ok().element("UploadId"), upload);
    let target = format!("/bkt/k?uploadId={upload}");
    assert_eq!(get(&kit, &target).ok().element("PartNumber"), "1");
    assert_eq!(send(&kit, "DELETE", &target, &[], "").status, 204);
    assert_eq!(code(&get(&kit, &target)), (404, "NoSuchUpload".to_owned()));
}
