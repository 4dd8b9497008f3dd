//! Keys of KMS that refuse: by their policy, by their state, by their name.

use serde_json::{Value, json};
use testkit::{Answered, Kit};
use wire::sign::Credentials;

use crate::calls::{allow, by, kms, new_key};
use crate::{get, kit, put, send};

const SSE: &str = "x-amz-server-side-encryption";
const KEY_ID: &str = "x-amz-server-side-encryption-aws-kms-key-id";
const CONTEXT: &str = "x-amz-server-side-encryption-context";

fn default_key(kit: &Kit, id: &str) -> Answered {
    let body = format!(
        "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault>\
         <SSEAlgorithm>aws:kms</SSEAlgorithm><KMSMasterKeyID>{id}</KMSMasterKeyID>\
         </ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>"
    );
    send(kit, "PUT", "/bkt?encryption", &[], body)
}

/// Adds a statement to the policy of a key that its account administers.
fn key_policy(kit: &Kit, id: &str, statement: &Value) {
    let root = json!({"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
        "Action": "kms:*", "Resource": "*"});
    let policy = json!({"Version": "2012-10-17", "Statement": [root, statement]}).to_string();
    kms(kit, "PutKeyPolicy", &json!({"KeyId": id, "PolicyName": "default", "Policy": policy}));
}

fn put_by(kit: &Kit, who: &Credentials, target: &str, headers: &[(&str, &str)]) -> Answered {
    by(kit, who, "PUT", target, headers)
}

/// A denial in the key's policy is S3's own denial with KMS's text.
#[test]
fn a_deny_of_the_key_policy_is_reported() {
    let kit = kit();
    let (id, arn) = new_key(&kit);
    default_key(&kit, &id).ok();
    put(&kit, "/bkt/k", "secret");
    let user = kit.user("mori", &allow(&["s3:*", "kms:*"]));
    by(&kit, &user, "GET", "/bkt/k", &[]).ok();
    let principal = json!({"AWS": "arn:aws:iam::111122223333:user/mori"});
    for (action, method) in [("kms:Decrypt", "GET"), ("kms:GenerateDataKey", "PUT")] {
        let deny =
            json!({"Effect": "Deny", "Principal": principal, "Action": action, "Resource": "*"});
        key_policy(&kit, &id, &deny);
        let (status, code, message) = by(&kit, &user, method, "/bkt/k", &[]).error();
        assert_eq!((status, code.as_str()), (403, "AccessDenied"), "{action}");
        let want = format!(
            "User: arn:aws:iam::111122223333:user/mori is not authorized to perform: {action} on \
             resource: {arn} with an explicit deny in a resource-based policy"
        );
        assert_eq!(message, want);
        let name = action.trim_start_matches("kms:");
        assert_eq!(kit.event(name)["errorCode"], "AccessDenied", "{action}");
        let event = kit.event(if method == "GET" { "GetObject" } else { "PutObject" });
        assert_eq!(
            (&event["errorCode"], &event["errorMessage"]),
            (&json!("AccessDenied"), &json!(want))
        );
    }
    assert_eq!(get(&kit, "/bkt/k").ok().text(), "secret", "the root user is not denied");
}

/// Source: KMS Developer Guide, "kms:ViaService" and "kms:EncryptionContext": a key that only S3 may
/// use, for the objects of one bucket.
#[test]
fn a_key_can_be_limited_to_s3_and_one_bucket() {
    let kit = kit();
    let (id, _) = new_key(&kit);
    let user = kit.user("mori", &allow(&["s3:*", "kms:*"]));
    let limited = |via: &str, arn: &str| {
        json!({"Effect": "Deny", "Principal": {"AWS": "arn:aws:iam::111122223333:user/mori"},
            "Action": ["kms:Decrypt", "kms:GenerateDataKey"], "Resource": "*",
            "Condition": {"StringNotLike": {"kms:ViaService": via,
                "kms:EncryptionContext:aws:s3:arn": arn}}})
    };
    let headers = [(SSE, "aws:kms"), (KEY_ID, id.as_str())];
    let s3 = "s3.ap-northeast-1.amazonaws.com";
    for (via, arn, status) in [
        (s3, "arn:aws:s3:::bkt/*", 200),
        ("*", "arn:aws:s3:::bkt/k", 200),
        ("ec2.ap-northeast-1.amazonaws.com", "none", 403),
    ] {
        key_policy(&kit, &id, &limited(via, arn));
        assert_eq!(put_by(&kit, &user, "/bkt/k", &headers).status, status, "{via} {arn}");
    }
    key_policy(&kit, &id, &limited(s3, "arn:aws:s3:::bkt/*"));
    let direct = kit.json_as(
        &user,
        "TrentService.GenerateDataKey",
        &json!({"KeyId": id, "KeySpec": "AES_256"}),
    );
    assert_eq!(direct.error().1, "AccessDeniedException", "not through S3");
}

/// What opens the key fails while it cannot be used; the rest of the object can be read.
#[test]
fn a_disabled_key_hides_only_the_bytes() {
    let kit = kit();
    let (id, arn) = new_key(&kit);
    let headers = [(SSE, "aws:kms"), (KEY_ID, id.as_str()), ("x-amz-meta-a", "1")];
    send(&kit, "PUT", "/bkt/k", &headers, "secret").ok();
    let disabled = (400, "KMS.DisabledException".to_owned(), format!("{arn} is disabled."));
    let pending =
        (400, "KMS.KMSInvalidStateException".to_owned(), format!("{arn} is pending deletion."));
    for (operation, body, want) in [
        ("DisableKey", json!({"KeyId": id}), disabled),
        ("ScheduleKeyDeletion", json!({"KeyId": id, "PendingWindowInDays": 7}), pending),
    ] {
        kms(&kit, operation, &body);
        assert_eq!(get(&kit, "/bkt/k").error(), want);
        let range = send(&kit, "GET", "/bkt/k", &[("range", "bytes=0-0")], "");
        assert_eq!(range.error(), want);
        let copy = [("x-amz-copy-source", "bkt/k")];
        assert_eq!(send(&kit, "PUT", "/bkt/copy", &copy, "").error(), want);
        let checksum = [("x-amz-checksum-mode", "ENABLED")];
        assert_eq!(send(&kit, "HEAD", "/bkt/k", &checksum, "").status, 400);
        let attributes = [("x-amz-object-attributes", "Checksum")];
        assert_eq!(send(&kit, "GET", "/bkt/k?attributes", &attributes, "").error(), want);
        let head = send(&kit, "HEAD", "/bkt/k", &[], "").ok();
        assert_eq!([head.header(KEY_ID), head.header("x-amz-meta-a")], [arn.clone(), "1".into()]);
        let attributes = [("x-amz-object-attributes", "ObjectSize")];
        let size = send(&kit, "GET", "/bkt/k?attributes", &attributes, "").ok();
        assert_eq!(size.element("ObjectSize"), "6");
        let event = kit.event("GetObject");
        assert_eq!((&event["errorCode"], &event["errorMessage"]), (&json!(want.1), &json!(want.2)));
        assert_eq!(event["additionalEventData"].get("SSEApplied"), None);
    }
    kms(&kit, "CancelKeyDeletion", &json!({"KeyId": id}));
    kms(&kit, "EnableKey", &json!({"KeyId": id}));
    assert_eq!(get(&kit, "/bkt/k").ok().text(), "secret");
    kms(&kit, "DisableKey", &json!({"KeyId": id}));
    assert_eq!(send(&kit, "DELETE", "/bkt/k", &[], "").status, 204, "deletion needs no key");
}

/// Observed: a key that is not there is refused when an object is written, not when it becomes the
/// default.
#[test]
fn a_key_is_resolved_when_it_is_used() {
    let kit = kit();
    let (id, arn) = new_key(&kit);
    kms(&kit, "CreateAlias", &json!({"AliasName": "alias/own", "TargetKeyId": id}));
    let alias_arn = "arn:aws:kms:ap-northeast-1:111122223333:alias/own";
    for name in [id.as_str(), arn.as_str(), "alias/own", alias_arn] {
        default_key(&kit, name).ok();
        assert_eq!(get(&kit, "/bkt?encryption").ok().element("KMSMasterKeyID"), name);
        assert_eq!(put(&kit, "/bkt/k", "x").header(KEY_ID), arn, "{name}");
        let headers = [(SSE, "aws:kms"), (KEY_ID, name)];
        assert_eq!(send(&kit, "PUT", "/bkt/k", &headers, "x").ok().header(KEY_ID), arn, "{name}");
    }
    let unknown = "00000000-0000-0000-0000-000000000000";
    for (name, message) in [
        (
            unknown,
            format!("Key 'arn:aws:kms:ap-northeast-1:111122223333:key/{unknown}' does not exist"),
        ),
        ("fake-key-id", "Invalid keyId 'fake-key-id'".to_owned()),
    ] {
        default_key(&kit, name).ok();
        let want = (400, "KMS.NotFoundException".to_owned(), message);
        assert_eq!(send(&kit, "PUT", "/bkt/new", &[], "x").error(), want);
        let headers = [(SSE, "aws:kms"), (KEY_ID, name)];
        assert_eq!(send(&kit, "PUT", "/bkt/new", &headers, "x").error(), want);
        assert_eq!(get(&kit, "/bkt/new").status, 404);
    }
    kms(&kit, "DeleteAlias", &json!({"AliasName": "alias/own"}));
    default_key(&kit, "alias/own").ok();
    let gone = send(&kit, "PUT", "/bkt/new", &[], "x").error();
    assert_eq!((gone.0, gone.1.as_str()), (400, "KMS.NotFoundException"));
    assert_eq!(get(&kit, "/bkt/k").ok().text(), "x", "stored by the key, not by its alias");
}

/// The context of a request is joined by the object's ARN, which it cannot replace.
#[test]
fn a_context_is_kept_with_the_object() {
    use base64::Engine;
    let encode = |text: &str| base64::engine::general_purpose::STANDARD.encode(text);
    let kit = kit();
    let pairs = encode(r#"{"team": "audit", "aws:s3:arn": "arn:aws:s3:::other/k"}"#);
    send(&kit, "PUT", "/bkt/k", &[(SSE, "aws:kms"), (CONTEXT, &pairs)], "secret").ok();
    let want = json!({"team": "audit", "aws:s3:arn": "arn:aws:s3:::bkt/k"});
    assert_eq!(kit.event("GenerateDataKey")["requestParameters"]["encryptionContext"], want);
    assert_eq!(get(&kit, "/bkt/k").ok().text(), "secret");
    assert_eq!(kit.event("Decrypt")["requestParameters"]["encryptionContext"], want);
    assert_eq!(kit.event("PutObject")["requestParameters"][CONTEXT], pairs);
    for bad in ["{}", &encode("[]"), &encode("{\"a\": 1}"), &encode("text")] {
        let headers = [(SSE, "aws:kms"), (CONTEXT, bad)];
        let refused = send(&kit, "PUT", "/bkt/l", &headers, "x");
        assert_eq!(refused.error().1, "InvalidArgument", "{bad}");
        assert_eq!(refused.element("ArgumentName"), CONTEXT, "{bad}");
    }
}

/// A key id without the scheme that uses it is a contradiction.
#[test]
fn a_key_id_needs_its_scheme() {
    let kit = kit();
    let (id, _) = new_key(&kit);
    for headers in [vec![(KEY_ID, id.as_str())], vec![(SSE, "AES256"), (KEY_ID, id.as_str())]] {
        for (method, target) in [("PUT", "/bkt/k"), ("POST", "/bkt/k?uploads")] {
            let refused = send(&kit, method, target, &headers, "");
            let text = "Server Side Encryption with AWS KMS managed key requires HTTP header \
                        x-amz-server-side-encryption : aws:kms";
            assert_eq!(refused.error(), (400, "InvalidArgument".to_owned(), text.to_owned()));
            let elements = [refused.element("ArgumentName"), refused.element("ArgumentValue")];
            assert_eq!(elements, [KEY_ID, id.as_str()]);
        }
    }
    for name in ["aws:KMS", "AES-256", ""] {
        let refused = send(&kit, "PUT", "/bkt/k", &[(SSE, name)], "");
        assert_eq!(refused.error().1, "InvalidEncryptionAlgorithmError", "{name}");
        assert_eq!(refused.element("ArgumentValue"), name);
    }
}

/// Source: S3 User Guide, "Protecting data using SSE-KMS": anonymous readers have no key.
#[test]
fn an_unauthenticated_client_reads_no_kms_object() {
    let kit = kit();
    crate::calls::unblock(&kit);
    let public = crate::calls::statement("Allow", &json!("*"), "s3:GetObject", &json!({}));
    put(&kit, "/bkt?policy", public);
    put(&kit, "/bkt/plain", "x");
    send(&kit, "PUT", "/bkt/kms", &[(SSE, "aws:kms")], "x").ok();
    assert_eq!(kit.send_raw("GET", "/bkt/plain", &[], b"").ok().text(), "x");
    let (status, code, message) = kit.send_raw("GET", "/bkt/kms", &[], b"").error();
    assert_eq!((status, code.as_str()), (400, "InvalidArgument"));
    assert!(message.ends_with("require AWS Signature Version 4."), "{message}");
}
