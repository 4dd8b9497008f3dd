//! Block Public Access of a bucket: what each of its four settings refuses, and nothing more.

use serde_json::{Value, json};
use testkit::{Answered, Kit};

use crate::calls::{by, enable_acls, own_id, statement, unsigned};
use crate::{get, kit, put, send};

const ALL_USERS: &str = "uri=\"http://acs.amazonaws.com/groups/global/AllUsers\"";
const AUTHENTICATED: &str = "uri=\"http://acs.amazonaws.com/groups/global/AuthenticatedUsers\"";
const LOG_DELIVERY: &str = "uri=\"http://acs.amazonaws.com/groups/s3/LogDelivery\"";

/// Switches on one setting and all others off.
fn block(kit: &Kit, name: &str) {
    let body = format!(
        "<PublicAccessBlockConfiguration><{name}>true</{name}></PublicAccessBlockConfiguration>"
    );
    put(kit, "/bkt?publicAccessBlock", body);
}

fn with_acls() -> Kit {
    let kit = kit();
    enable_acls(&kit);
    put(&kit, "/bkt/k", "secret");
    kit
}

fn policy(kit: &Kit, principal: &Value, condition: &Value) -> Answered {
    let text = statement("Allow", principal, "s3:GetObject", condition);
    let text = text.replace("\"arn:aws:s3:::bkt\",", "");
    send(kit, "PUT", "/bkt?policy", &[], text)
}

fn refused_acl(answer: &Answered, action: &str, resource: &str) {
    let (status, code, message) = answer.error();
    assert_eq!((status, code.as_str()), (403, "AccessDenied"), "{action}");
    let want = format!(
        "User: arn:aws:iam::111122223333:root is not authorized to perform: {action} on resource: \
         \"arn:aws:s3:::{resource}\" because public ACLs are prevented by the BlockPublicAcls \
         setting in S3 Block Public Access."
    );
    assert_eq!(message, want);
}

/// Each call that can set an ACL, in each form of a public one.
#[test]
fn block_public_acls_refuses_new_public_acls() {
    let kit = with_acls();
    let own = own_id(&kit);
    block(&kit, "BlockPublicAcls");
    let copy = ("x-amz-copy-source", "bkt/k");
    for public in [
        ("x-amz-acl", "public-read"),
        ("x-amz-acl", "public-read-write"),
        ("x-amz-acl", "authenticated-read"),
        ("x-amz-grant-read", ALL_USERS),
        ("x-amz-grant-write-acp", AUTHENTICATED),
    ] {
        refused_acl(&send(&kit, "PUT", "/bkt?acl", &[public], ""), "s3:PutBucketAcl", "bkt");
        refused_acl(&send(&kit, "PUT", "/bkt/k?acl", &[public], ""), "s3:PutObjectAcl", "bkt/k");
        refused_acl(&send(&kit, "PUT", "/bkt/new", &[public], "x"), "s3:PutObject", "bkt/new");
        refused_acl(&send(&kit, "PUT", "/bkt/new", &[public, copy], ""), "s3:PutObject", "bkt/new");
        let begun = send(&kit, "POST", "/bkt/new?uploads", &[public], "");
        refused_acl(&begun, "s3:PutObject", "bkt/new");
    }
    let document = format!(
        "<AccessControlPolicy><Owner><ID>{own}</ID></Owner><AccessControlList><Grant><Grantee>\
         <URI>http://acs.amazonaws.com/groups/global/AllUsers</URI></Grantee><Permission>READ\
         </Permission></Grant></AccessControlList></AccessControlPolicy>"
    );
    refused_acl(&send(&kit, "PUT", "/bkt?acl", &[], &document), "s3:PutBucketAcl", "bkt");
    assert_eq!(get(&kit, "/bkt/new").status, 404);
    for harmless in [("x-amz-acl", "private"), ("x-amz-grant-write", LOG_DELIVERY)] {
        send(&kit, "PUT", "/bkt?acl", &[harmless], "").ok();
        send(&kit, "PUT", "/bkt/new", &[harmless], "x").ok();
    }
}

/// It is about new ACLs: existing ones stay in force.
#[test]
fn block_public_acls_leaves_existing_acls() {
    let kit = with_acls();
    send(&kit, "PUT", "/bkt/k?acl", &[("x-amz-acl", "public-read")], "").ok();
    block(&kit, "BlockPublicAcls");
    assert_eq!(unsigned(&kit, "GET", "/bkt/k").status, 200);
    block(&kit, "BlockPublicPolicy");
    assert_eq!(unsigned(&kit, "GET", "/bkt/k").status, 200);
    block(&kit, "RestrictPublicBuckets");
    assert_eq!(unsigned(&kit, "GET", "/bkt/k").status, 200, "an ACL is no policy");
}

/// Public ACLs can be set and are returned, and grant nothing.
#[test]
fn ignore_public_acls_makes_them_ineffective() {
    let kit = with_acls();
    block(&kit, "IgnorePublicAcls");
    for target in ["/bkt?acl", "/bkt/k?acl"] {
        send(&kit, "PUT", target, &[("x-amz-acl", "public-read")], "").ok();
        assert!(get(&kit, target).ok().text().contains("AllUsers"), "{target}");
    }
    assert_eq!(unsigned(&kit, "GET", "/bkt/k").status, 403);
    assert_eq!(unsigned(&kit, "GET", "/bkt").status, 403);
    assert_eq!(by(&kit, &kit.other_root, "GET", "/bkt/k", &[]).status, 403);
    let other = format!("id={}", crate::calls::other_id(&kit));
    send(&kit, "PUT", "/bkt/k?acl", &[("x-amz-grant-read", &other)], "").ok();
    assert_eq!(by(&kit, &kit.other_root, "GET", "/bkt/k", &[]).status, 200, "not public");
    policy(&kit, &json!("*"), &json!({})).ok();
    assert_eq!(unsigned(&kit, "GET", "/bkt/k").status, 200, "a policy is no ACL");
}

/// Source: S3 User Guide, "The meaning of public": fixed values make a policy non-public.
#[test]
fn block_public_policy_refuses_public_policies() {
    let kit = kit();
    block(&kit, "BlockPublicPolicy");
    let everyone = json!("*");
    for (principal, condition, public) in [
        (everyone.clone(), json!({}), true),
        (json!({"AWS": "*"}), json!({}), true),
        (everyone.clone(), json!({"Bool": {"aws:SecureTransport": "true"}}), true),
        (everyone.clone(), json!({"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}), true),
        (everyone.clone(), json!({"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}), false),
        (everyone.clone(), json!({"StringLike": {"aws:PrincipalOrgID": "*"}}), true),
        (everyone.clone(), json!({"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}), false),
        (everyone.clone(), json!({"StringEquals": {"aws:SourceVpc": "vpc-1"}}), false),
        (everyone, json!({"StringNotEquals": {"aws:SourceVpc": "vpc-1"}}), true),
        (json!({"AWS": testkit::OTHER_ACCOUNT}), json!({}), false),
        (json!({"Service": "cloudtrail.amazonaws.com"}), json!({}), false),
    ] {
        let answer = policy(&kit, &principal, &condition);
        if !public {
            assert_eq!(answer.status, 204, "{principal} {condition}: {}", answer.text());
            assert_eq!(get(&kit, "/bkt?policyStatus").ok().element("IsPublic"), "false");
            continue;
        }
        let (status, code, message) = answer.error();
        assert_eq!((status, code.as_str()), (403, "AccessDenied"), "{principal} {condition}");
        assert!(message.contains("because public policies are prevented by the BlockPublicPolicy"));
        crate::calls::unblock(&kit);
        policy(&kit, &principal, &condition).ok();
        let status = get(&kit, "/bkt?policyStatus").ok();
        assert_eq!(status.element("IsPublic"), "true", "{principal} {condition}");
        send(&kit, "DELETE", "/bkt?policy", &[], "").ok();
        block(&kit, "BlockPublicPolicy");
    }
}

/// It refuses the write of a policy, not the access by one.
#[test]
fn block_public_policy_leaves_an_existing_policy() {
    let kit = with_acls();
    policy(&kit, &json!("*"), &json!({})).ok();
    for name in ["BlockPublicPolicy", "BlockPublicAcls", "IgnorePublicAcls"] {
        block(&kit, name);
        assert_eq!(unsigned(&kit, "GET", "/bkt/k").status, 200, "{name}");
    }
}

/// Source: S3 User Guide, "Block public access settings": with a public policy only the owner's
/// account and services have access.
#[test]
fn restrict_public_buckets_limits_a_public_policy_to_the_account() {
    let kit = with_acls();
    policy(&kit, &json!("*"), &json!({})).ok();
    let own = kit.user("own", &crate::calls::allow(&["iam:GetUser"]));
    let other = kit.other_root.clone();
    let statuses = || {
        [
            unsigned(&kit, "GET", "/bkt/k").status,
            by(&kit, &other, "GET", "/bkt/k", &[]).status,
            by(&kit, &own, "GET", "/bkt/k", &[]).status,
            get(&kit, "/bkt/k").status,
        ]
    };
    assert_eq!(statuses(), [200; 4]);
    block(&kit, "RestrictPublicBuckets");
    assert_eq!(statuses(), [403, 403, 200, 200]);
    policy(&kit, &json!({"AWS": testkit::OTHER_ACCOUNT}), &json!({})).ok();
    assert_eq!(statuses(), [403, 200, 403, 200], "a policy that is not public");
}

/// A setting that is left out is off, and a value that is no truth is malformed.
#[test]
fn settings_are_truths() {
    let kit = kit();
    let names =
        ["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"];
    let shown = || {
        let document = get(&kit, "/bkt?publicAccessBlock").ok();
        names.map(|name| document.element(name))
    };
    assert_eq!(shown(), ["true"; 4], "a new bucket");
    for (at, name) in names.iter().enumerate() {
        block(&kit, name);
        let want: Vec<_> = (0..4).map(|own| (own == at).to_string()).collect();
        assert_eq!(shown().to_vec(), want);
        let body = format!(
            "<PublicAccessBlockConfiguration><{name}>yes</{name}></PublicAccessBlockConfiguration>"
        );
        let refused = send(&kit, "PUT", "/bkt?publicAccessBlock", &[], body);
        assert_eq!(refused.error().1, "MalformedXML", "{name}");
    }
    put(&kit, "/bkt?publicAccessBlock", "<PublicAccessBlockConfiguration/>");
    assert_eq!(shown(), ["false"; 4]);
}
