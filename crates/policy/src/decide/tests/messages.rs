//! How refusals are worded and decisions explained.

use super::scene::*;
use crate::{Principal, Quoting};

/// AWS's words for each layer.
#[test]
fn refusals_are_worded_as_by_aws() {
    let plain = |scene: &Scene| scene.message(Quoting::Plain);
    let who = "User: arn:aws:iam::111122223333:user/u is not authorized to perform: ";
    let kms = format!("{who}kms:Decrypt on resource: {KEY} ");
    let no = |what: &str| format!("{kms}because no {what} policy allows the kms:Decrypt action");
    let scene = Scene::kms(user());
    assert_eq!(plain(&scene), no("resource-based"));
    assert_eq!(plain(&scene.clone().policy(allow_aws(OWN))), no("identity-based"));
    assert_eq!(
        plain(&scene.clone().boundary(NOTHING)),
        format!(
            "{kms}with an explicit deny in a permissions boundary: arn:aws:iam::111122223333:policy/p"
        )
    );
    assert_eq!(
        plain(&scene.clone().policy(statement("Deny", "\"*\""))),
        format!("{kms}with an explicit deny in a resource-based policy")
    );
    assert_eq!(
        plain(&scene.clone().owned_by(OTHER).identity(NOTHING)),
        format!("{kms}with an explicit deny in an identity-based policy")
    );
    let assume = format!("{who}sts:AssumeRole on resource: {ROLE}");
    assert_eq!(
        plain(&Scene::trust(user())),
        format!("{assume} because no role trust policy allows the sts:AssumeRole action")
    );
    assert_eq!(plain(&Scene::trust(user()).owned_by(OTHER)), assume);
}

/// S3's message includes the resource, and no details for other accounts.
#[test]
fn s3_messages_include_only_the_resource() {
    let s3 = |scene: &Scene| scene.message(Quoting::S3);
    assert_eq!(
        s3(&Scene::s3(session())),
        "User: arn:aws:sts::111122223333:assumed-role/r/s is not authorized to perform: \
         s3:GetObject on resource: \"arn:aws:s3:::b/k\" because no identity-based policy allows \
         the s3:GetObject action"
    );
    assert_eq!(s3(&Scene::s3(Principal::Anonymous)), "Access Denied");
    assert_eq!(s3(&Scene::s3(user()).owned_by(OTHER)), "Access Denied");
    assert_eq!(s3(&Scene::s3(service("cloudtrail.amazonaws.com"))), "Access Denied");
    let list = Scene { action: "s3:ListAllMyBuckets", resource: "*", ..Scene::s3(user()) };
    assert_eq!(
        s3(&list),
        "User: arn:aws:iam::111122223333:user/u is not authorized to perform: s3:ListAllMyBuckets \
         because no identity-based policy allows the s3:ListAllMyBuckets action"
    );
}

/// The explanation uses AWS's names and includes every layer's result.
#[test]
fn explanations_have_every_layer() {
    let scene = Scene::s3(session()).identity(EVERYTHING).boundary(UNRELATED).session(NOTHING);
    let json = scene.with(|_, decision| serde_json::to_value(decision).unwrap());
    assert_eq!(json["allowed"], false);
    assert_eq!(json["reason"]["kind"], "explicitDeny");
    assert_eq!(json["reason"]["layer"], "SESSION");
    let checks: Vec<_> = json["checks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| (c["checkType"].as_str().unwrap(), c["evaluatedEffect"].as_str().unwrap()))
        .collect();
    assert_eq!(
        checks,
        [
            ("RESOURCE", "NO_IMPACT"),
            ("PERMISSIONS_BOUNDARY", "IMPLICIT_DENY"),
            ("SESSION", "EXPLICIT_DENY"),
            ("PRINCIPAL", "ALLOW"),
        ]
    );
    let matched = &json["checks"][3]["matchedPolicies"][0];
    assert_eq!(matched["arn"], "arn:aws:iam::111122223333:policy/p");
    assert_eq!((&matched["statement"], &matched["effect"]), (&"All".into(), &"Allow".into()));
}
