//! What an account reads of a refusal in which another account's policies took part.

use serde_json::{Value, json};
use testkit::{ACCOUNT, Kit, OTHER_ACCOUNT, S3Request};
use wire::sign::Credentials;

/// In the policies of the owner; no other account may read it.
const SECRET: &str = "known-to-the-owner";
/// In the policies of the caller; no other account may read it.
const OWN: &str = "known-to-the-caller";

fn kit() -> Kit {
    let kit = Kit::new(&[s3::ROWS, kms::ROWS, iam::ROWS, inquiry::ROWS]);
    create(&kit, "bkt");
    kit
}

fn create(kit: &Kit, bucket: &str) {
    let body = "<CreateBucketConfiguration><LocationConstraint>ap-northeast-1\
                </LocationConstraint></CreateBucketConfiguration>";
    put(kit, &format!("/{bucket}"), body);
}

fn put(kit: &Kit, target: &str, body: impl AsRef<[u8]>) {
    let request = S3Request { method: "PUT", target, body: body.as_ref(), ..S3Request::default() };
    drop(kit.s3(request).ok());
}

fn explained(kit: &Kit, by: &Credentials, request_id: &str) -> testkit::Answered {
    let asked = json!({"RequestId": request_id});
    kit.json_as(by, "Shoseki_20261101.ExplainDenial", &asked)
}

fn demanding(effect: &str, principal: &Value, action: &str, resource: &str, key: &str) -> String {
    json!({"Version": "2012-10-17", "Statement": [
        {"Sid": "Root", "Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": action,
         "Resource": resource},
        {"Sid": format!("Sid{}", SECRET.replace('-', "")), "Effect": effect, "Principal": principal,
         "Action": action, "Resource": resource, "Condition": {"StringEquals": {key: SECRET}}},
    ]})
    .to_string()
}

/// The caller's account reads nothing of the owner's policy, and the owner nothing of the
/// caller's; the owner reads its own policy in full.
fn check(kit: &Kit, request_id: &str, layer: &str, kind: &str) {
    let response = explained(kit, &kit.other_root, request_id).ok();
    let text = response.text();
    for secret in [SECRET, &SECRET.replace('-', "")] {
        assert!(!text.contains(secret), "{text}");
    }
    let denial = &response.json()["Denials"][0];
    let wanted = json!({"kind": kind, "layer": layer});
    assert_eq!((&denial["Reason"], &denial["Withheld"]), (&wanted, &json!(true)), "{text}");
    let own = explained(kit, &kit.root, request_id).ok();
    let (text, denial) = (own.text(), &own.json()["Denials"][0]);
    assert!(text.contains(&SECRET.replace('-', "")), "{text}");
    assert!(!text.contains(OWN), "{text}");
    assert_eq!(
        (&denial["Reason"]["layer"], &denial["Principal"]),
        (&json!(layer), &json!(OTHER_ACCOUNT))
    );
}

#[test]
fn a_bucket_policy_is_not_explained_to_other_accounts() {
    let kit = kit();
    put(&kit, "/bkt/k", "x");
    let headers = [("referer", OWN)];
    let read =
        S3Request { method: "GET", target: "/bkt/k", headers: &headers, ..S3Request::default() };
    let principal = json!({"AWS": OTHER_ACCOUNT});
    for (effect, key, kind) in
        [("Allow", "aws:Referer", "implicitDeny"), ("Deny", "aws:PrincipalAccount", "explicitDeny")]
    {
        let policy = demanding(effect, &principal, "s3:GetObject", "arn:aws:s3:::bkt/*", key);
        let policy = if effect == "Deny" {
            policy.replace("StringEquals", "StringNotEquals")
        } else {
            policy
        };
        put(&kit, "/bkt?policy", policy);
        let refused = kit.s3_as(&kit.other_root, read);
        assert_eq!(refused.status, 403);
        check(&kit, &refused.header("x-amz-request-id"), "RESOURCE", kind);
    }
}

#[test]
fn a_key_policy_is_not_explained_to_other_accounts() {
    let kit = kit();
    let principal = json!({"AWS": format!("arn:aws:iam::{OTHER_ACCOUNT}:root")});
    let context = "kms:EncryptionContext:project";
    let policy = demanding("Allow", &principal, "kms:*", "*", context);
    let made = kit.json("TrentService.CreateKey", &json!({"Policy": policy})).ok().json();
    let asked = json!({"KeyId": made["KeyMetadata"]["Arn"], "Plaintext": "eA==",
        "EncryptionContext": {"project": OWN}});
    let refused = kit.json_as(&kit.other_root, "TrentService.Encrypt", &asked);
    assert_eq!(refused.error().1, "AccessDeniedException");
    check(&kit, &refused.header("x-amzn-requestid"), "RESOURCE", "implicitDeny");
}

#[test]
fn a_trust_policy_is_not_explained_to_other_accounts() {
    let kit = kit();
    let trust = json!({"Version": "2012-10-17", "Statement": [
        {"Sid": format!("Sid{}", SECRET.replace('-', "")), "Effect": "Allow",
         "Principal": {"AWS": OTHER_ACCOUNT}, "Action": "sts:AssumeRole",
         "Condition": {"StringEquals": {"sts:ExternalId": SECRET}}},
    ]});
    kit.query(
        "iam",
        &[
            ("Action", "CreateRole"),
            ("Version", "2010-05-08"),
            ("RoleName", "partner"),
            ("AssumeRolePolicyDocument", &trust.to_string()),
        ],
    )
    .ok();
    let caller = user_elsewhere(&kit);
    let refused = kit.query_as(
        &caller,
        "sts",
        &[
            ("Action", "AssumeRole"),
            ("Version", "2011-06-15"),
            ("RoleArn", &format!("arn:aws:iam::{ACCOUNT}:role/partner")),
            ("RoleSessionName", "session"),
            ("ExternalId", OWN),
        ],
    );
    assert_eq!(refused.error().1, "AccessDenied", "{}", refused.text());
    check(&kit, &refused.header("x-amzn-requestid"), "ROLE_TRUST", "implicitDeny");
}

/// A user of the other account with all permissions there, by a policy called [`OWN`].
fn user_elsewhere(kit: &Kit) -> Credentials {
    let iam = |parameters: &[(&str, &str)]| {
        let named = [&[("Version", "2010-05-08"), ("UserName", "eve")], parameters].concat();
        kit.query_as(&kit.other_root, "iam", &named).ok()
    };
    iam(&[("Action", "CreateUser")]);
    let all =
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
    iam(&[("Action", "PutUserPolicy"), ("PolicyName", OWN), ("PolicyDocument", all)]);
    let made = iam(&[("Action", "CreateAccessKey")]);
    Credentials {
        access_key_id: made.element("AccessKeyId"),
        secret: made.element("SecretAccessKey"),
        session_token: None,
    }
}
