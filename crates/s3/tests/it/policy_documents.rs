//! Bucket policies that are refused: size, shape, principals, actions, resources, conditions.

use serde_json::{Value, json};
use testkit::{Answered, Kit};

use crate::calls::{allow, by, code};
use crate::{get, kit, put, send};

fn store(kit: &Kit, policy: &Value) -> Answered {
    send(kit, "PUT", "/bkt?policy", &[], policy.to_string())
}

/// A policy of one statement that is good but for `changed`; a null removes its member.
fn with(changed: &Value) -> Value {
    let mut statement = json!({"Sid": "s", "Effect": "Allow", "Principal": {"AWS": "111122223333"},
        "Action": "s3:GetObject", "Resource": "arn:aws:s3:::bkt/*"});
    for (name, value) in changed.as_object().unwrap() {
        if value.is_null() {
            statement.as_object_mut().unwrap().remove(name);
        } else {
            statement[name] = value.clone();
        }
    }
    json!({"Version": "2012-10-17", "Statement": [statement]})
}

fn refused(kit: &Kit, policy: &Value, text: &str) {
    let error = store(kit, policy).error();
    assert_eq!(error, (400, "MalformedPolicy".into(), text.into()), "{policy}");
    assert_eq!(kit.event("PutBucketPolicy")["errorMessage"], text);
}

/// Source: S3 User Guide, "Bucket policies": 20 KB; the sizes are in the error.
#[test]
fn a_policy_has_at_most_twenty_kilobytes() {
    const BYTES_MAX: usize = 20 * 1024;
    let kit = kit();
    let root = json!({"AWS": "arn:aws:iam::111122223333:root"});
    let text = with(&json!({"Principal": root})).to_string();
    let sized = |bytes: usize| format!("{text}{}", " ".repeat(bytes - text.len()));
    assert_eq!(send(&kit, "PUT", "/bkt?policy", &[], sized(BYTES_MAX)).status, 204);
    assert_eq!(get(&kit, "/bkt?policy").ok().body.len(), BYTES_MAX);
    let large = send(&kit, "PUT", "/bkt?policy", &[], sized(BYTES_MAX + 1));
    assert_eq!(code(&large), (400, "PolicyTooLarge".to_owned()));
    assert_eq!(large.element("Size"), (BYTES_MAX + 1).to_string());
    assert_eq!(large.element("MaxSizeAllowed"), BYTES_MAX.to_string());
}

/// Elements that are missing, empty, unknown or of another type.
#[test]
fn a_statement_has_its_elements() {
    let kit = kit();
    let syntax = "Invalid policy syntax.";
    for (changed, text) in [
        (json!({"Effect": null}), "Missing required field Effect"),
        (json!({"Principal": null}), "Missing required field Principal"),
        (json!({"Action": null}), "Missing required field Action"),
        (json!({"Resource": null}), "Missing required field Resource"),
        (json!({"Action": []}), "Missing required field Action cannot be empty!"),
        (json!({"Resource": []}), "Missing required field Resource cannot be empty!"),
        (json!({"Principal": {}}), "Missing required field Principal cannot be empty!"),
        (json!({"Effect": "Permit"}), "Invalid effect: Permit"),
        (json!({"Effect": "allow"}), "Invalid effect: allow"),
        (json!({"Reason": "none"}), "Unknown field Reason"),
        (json!({"Sid": 1}), syntax),
        (json!({"Effect": true}), syntax),
        (json!({"Action": {"a": "s3:GetObject"}}), syntax),
        (json!({"NotAction": "s3:PutObject"}), syntax),
        (json!({"NotPrincipal": {"AWS": "111122223333"}}), syntax),
        (json!({"Condition": []}), syntax),
    ] {
        refused(&kit, &with(&changed), text);
    }
    refused(&kit, &json!({"Version": "2012-10-17"}), "Missing required field Statement");
    let empty = "Could not parse the policy: Statement is empty!";
    refused(&kit, &json!({"Version": "2012-10-17", "Statement": []}), empty);
    let mut other = with(&json!({}));
    other["Version"] = json!("2013-01-01");
    refused(&kit, &other, "The policy must contain a valid version string");
    let text = "Policies must be valid JSON and the first byte must be '{'";
    for body in ["{", "[]", "text", " "] {
        let error = send(&kit, "PUT", "/bkt?policy", &[], body).error();
        assert_eq!(error, (400, "MalformedPolicy".into(), text.into()), "{body}");
    }
    assert_eq!(code(&get(&kit, "/bkt?policy")), (404, "NoSuchBucketPolicy".to_owned()));
}

/// Principals that do not exist, and kinds of them that do not.
#[test]
fn a_principal_exists() {
    let kit = kit();
    kit.user("mori", &allow(&["s3:*"]));
    for principal in [
        json!({"AWS": "arn:aws:iam::111122223333:user/none"}),
        json!({"AWS": "arn:aws:iam::111122223333:role/none"}),
        json!({"AWS": "arn:aws:iam::111122223333:group/admins"}),
        json!({"AWS": "1111"}),
        json!({"AWS": "mori"}),
        json!({"Robot": "r2"}),
        json!({"CanonicalUser": "short"}),
        json!("arn:aws:iam::111122223333:user/mori"),
        json!("111122223333"),
    ] {
        refused(&kit, &with(&json!({"Principal": principal})), "Invalid principal in policy");
    }
    for principal in [
        json!({"AWS": "arn:aws:iam::111122223333:user/mori"}),
        json!({"AWS": ["111122223333", "arn:aws:iam::444455556666:root"]}),
        json!({"Service": "cloudtrail.amazonaws.com"}),
    ] {
        assert_eq!(store(&kit, &with(&json!({"Principal": principal}))).status, 204, "{principal}");
    }
}

/// Actions of S3 only, and resources of this bucket only, each fitting the other.
#[test]
fn actions_and_resources_fit_the_bucket() {
    let kit = kit();
    for action in ["s3:Fetch", "ec2:RunInstances", "GetObject", "kms:Decrypt", "s3:"] {
        refused(&kit, &with(&json!({"Action": action})), "Policy has invalid action");
    }
    for resource in [
        "arn:aws:s3:::other/*",
        "arn:aws:s3:::bk",
        "bkt/*",
        "arn:aws:sqs:::bkt",
        "arn:aws:s3:ap-northeast-1::bkt/*",
        "arn:aws:s3::111122223333:bkt/*",
    ] {
        refused(&kit, &with(&json!({"Resource": resource})), "Policy has invalid resource");
    }
    let text = "Action does not apply to any resource(s) in statement";
    let (bucket, objects) = ("arn:aws:s3:::bkt", "arn:aws:s3:::bkt/*");
    refused(&kit, &with(&json!({"Resource": bucket})), text);
    refused(&kit, &with(&json!({"Action": "s3:ListBucket"})), text);
    refused(&kit, &with(&json!({"Action": ["s3:GetObject", "s3:ListBucket"]})), text);
    refused(&kit, &with(&json!({"Action": "s3:ListAllMyBuckets", "Resource": bucket})), text);
    for changed in [
        json!({"Action": "s3:ListBucket", "Resource": bucket}),
        json!({"Action": ["s3:GetObject", "s3:ListBucket"], "Resource": [bucket, objects]}),
        json!({"Action": "s3:*", "Resource": bucket}),
        json!({"Action": "S3:getobject"}),
        json!({"Resource": "arn:aws:s3:::b*"}),
        json!({"Action": null, "NotAction": "s3:DeleteObject", "Resource": objects}),
    ] {
        assert_eq!(store(&kit, &with(&changed)).status, 204, "{changed}");
    }
}

/// Condition operators and keys that there are, where the action has them.
#[test]
fn conditions_fit_the_action() {
    let kit = kit();
    for (condition, text) in [
        (json!({"StringIs": {"aws:PrincipalArn": "a"}}), "Invalid Condition type : StringIs"),
        (json!({"StringEquals": {"s3:color": "red"}}), "Policy has an invalid condition key"),
        (json!({"StringEquals": {"prefix": "a"}}), "Policy has an invalid condition key"),
        (
            json!({"StringEquals": {"s3:prefix": "a"}}),
            "Conditions do not apply to combination of actions and resources in statement",
        ),
        (
            json!({"StringEquals": {"s3:x-amz-acl": "private"}}),
            "Conditions do not apply to combination of actions and resources in statement",
        ),
    ] {
        refused(&kit, &with(&json!({"Condition": condition})), text);
    }
    for condition in [
        json!({"StringEquals": {"s3:ExistingObjectTag/team": "audit"}}),
        json!({"Bool": {"aws:SecureTransport": "false"}}),
        json!({"NumericLessThan": {"s3:signatureAge": 600_000}}),
    ] {
        assert_eq!(store(&kit, &with(&json!({"Condition": condition}))).status, 204, "{condition}");
    }
}

/// A refused policy leaves the former one in force, and a deleted one has no effect.
#[test]
fn a_refused_policy_leaves_the_former() {
    let kit = kit();
    put(&kit, "/bkt/k", "x");
    let principal = json!({"AWS": testkit::OTHER_ACCOUNT});
    let read = || by(&kit, &kit.other_root, "GET", "/bkt/k", &[]).status;
    assert_eq!(read(), 403);
    store(&kit, &with(&json!({"Principal": principal}))).ok();
    assert_eq!(read(), 200);
    assert_eq!(store(&kit, &with(&json!({"Action": "s3:Fetch"}))).status, 400);
    assert_eq!(read(), 200);
    for _ in 0..2 {
        assert_eq!(send(&kit, "DELETE", "/bkt?policy", &[], "").status, 204);
    }
    assert_eq!(read(), 403);
}

/// Source: IAM User Guide, "AWS JSON policy elements: Principal": a user that is created again is
/// another one; the policy then shows the id of the former.
#[test]
fn a_user_that_is_created_again_has_no_old_permission() {
    let kit = kit();
    put(&kit, "/bkt/k", "x");
    let none = allow(&["iam:GetUser"]);
    let user = kit.user("mori", &none);
    let arn = "arn:aws:iam::111122223333:user/mori";
    store(&kit, &with(&json!({"Principal": {"AWS": arn}}))).ok();
    assert_eq!(by(&kit, &user, "GET", "/bkt/k", &[]).status, 200);
    assert!(get(&kit, "/bkt?policy").ok().text().contains(arn));
    let version = ("Version", "2010-05-08");
    for (action, more) in [
        ("DeleteAccessKey", vec![("AccessKeyId", user.access_key_id.as_str())]),
        ("DeleteUserPolicy", vec![("PolicyName", "inline")]),
        ("DeleteUser", vec![]),
    ] {
        let call: Vec<_> =
            [("Action", action), version, ("UserName", "mori")].into_iter().chain(more).collect();
        kit.query("iam", &call).ok();
    }
    let shown = get(&kit, "/bkt?policy").ok().text();
    assert!(shown.contains("AIDA") && !shown.contains(arn), "{shown}");
    let again = kit.user("mori", &none);
    assert_eq!(by(&kit, &again, "GET", "/bkt/k", &[]).status, 403);
}
