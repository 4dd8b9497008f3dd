//! The combination of layers, through one `check`.

mod limits;
mod messages;
mod scene;
mod trail;
mod unevaluable;

use self::scene::*;
use crate::{Principal, ResourceRule};

/// Within the account, either side of a bucket can allow.
#[test]
fn either_side_allows_within_the_account() {
    let scene = Scene::s3(user());
    check(&scene, "- Identity");
    check(&scene.clone().identity(EVERYTHING), "+ Identity");
    check(&scene.clone().policy(allow_aws("arn:aws:iam::111122223333:user/u")), "+ Resource");
    check(&scene.clone().policy(allow_aws("AIDAUSERUSERUSERUSER1")), "+ Resource");
    check(&scene.clone().policy(allow_aws("*")), "+ Resource");
    check(&scene.clone().policy(allow_aws("arn:aws:iam::111122223333:user/U")), "- Identity");
    check(&scene.clone().policy(allow_aws("AIDAUSERUSERUSERUSER2")), "- Identity");
    for account in [OWN, "arn:aws:iam::111122223333:root"] {
        check(&scene.clone().policy(allow_aws(account)), "- Identity");
        check(&scene.clone().policy(allow_aws(account)).identity(EVERYTHING), "+ Identity");
    }
}

/// Identity, boundary and session policies must all allow what only identity policies grant.
#[test]
fn identity_permissions_are_intersected() {
    let scene = Scene::s3(session()).identity(EVERYTHING);
    check(&scene, "+ Identity");
    check(&scene.clone().boundary(UNRELATED), "- Boundary");
    check(&scene.clone().session(UNRELATED), "- Session");
    check(&scene.clone().boundary(UNRELATED).session(UNRELATED), "- Boundary");
    check(&Scene::s3(session()).boundary(EVERYTHING), "- Identity");
    check(&scene.clone().boundary(EVERYTHING).session(EVERYTHING), "+ Identity");
    check(&Scene::s3(federated()).identity(EVERYTHING), "- Session");
    check(&Scene::s3(federated()).identity(EVERYTHING).session(EVERYTHING), "+ Identity");
}

/// A Deny in any layer overrides every Allow.
#[test]
fn explicit_denies_win() {
    let allowed = Scene::s3(user()).identity(EVERYTHING);
    for principal in
        ["\"*\"", r#"{"AWS":"111122223333"}"#, r#"{"AWS":"arn:aws:iam::111122223333:user/u"}"#]
    {
        check(&allowed.clone().policy(statement("Deny", principal)), "- Resource R");
    }
    let deny_role = statement("Deny", &format!(r#"{{"AWS":"{ROLE}"}}"#));
    check(&Scene::s3(session()).identity(EVERYTHING).policy(deny_role), "- Resource R");
    check(&Scene::s3(root()).policy(statement("Deny", "\"*\"")), "- Resource R");
    check(&Scene { service_control: Some(NOTHING), ..Scene::s3(root()) }, "- ServiceControl No");
    check(&Scene { resource_control: Some(NOTHING), ..allowed.clone() }, "- ResourceControl No");
    check(&Scene { service_control: Some(UNRELATED), ..allowed.clone() }, "- ServiceControl");
    check(&Scene { resource_control: Some(UNRELATED), ..allowed }, "- ResourceControl");
}

/// Exempting a user or role by `NotPrincipal` requires its account as well.
#[test]
fn not_principal_spares_only_complete_lists() {
    let deny_but = |list: &str| {
        format!(
            r#"{{"Statement":{{"Sid":"N","Effect":"Deny","NotPrincipal":{{"AWS":{list}}},"Action":"*","Resource":"*"}}}}"#
        )
    };
    let users = Scene::s3(user()).identity(EVERYTHING);
    let both = r#"["111122223333","arn:aws:iam::111122223333:user/u"]"#;
    check(&users.clone().policy(deny_but(both)), "+ Identity");
    check(&users.clone().policy(deny_but(r#""arn:aws:iam::111122223333:user/u""#)), "- Resource N");
    check(&users.clone().policy(deny_but("\"111122223333\"")), "- Resource N");
    let roles = Scene::s3(session()).identity(EVERYTHING);
    let session_only = r#"["111122223333","arn:aws:sts::111122223333:assumed-role/r/s"]"#;
    check(&roles.policy(deny_but(session_only)), "- Resource N");
    let allow_but = r#"{"Statement":{"Effect":"Allow","NotPrincipal":{"AWS":"444455556666"},"Action":"*","Resource":"*"}}"#;
    check(&Scene::s3(Principal::Anonymous).policy(allow_but), "+ Resource");
}

/// The root user may do anything in its account, but for keys and roles.
#[test]
fn root_needs_no_policy_but_for_keys_and_roles() {
    check(&Scene::s3(root()), "+ root");
    check(&Scene { rule: ResourceRule::None, ..Scene::s3(root()) }, "+ root");
    check(&Scene::kms(root()), "- Resource");
    check(&Scene::kms(root()).policy(allow_aws(OWN)), "+ Resource");
    check(&Scene::kms(root()).policy(allow_aws("arn:aws:iam::111122223333:user/u")), "- Resource");
    check(&Scene::trust(root()), "- RoleTrust");
    check(&Scene::s3(root()).owned_by(OTHER), "- Resource");
    check(&Scene::s3(root()).owned_by(OTHER).policy(allow_aws(OWN)), "+ Resource");
    let locked_out = Scene::s3(root()).policy(statement("Deny", "\"*\""));
    for action in ["s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy"] {
        check(&Scene { action, ..locked_out.clone() }, "+ root");
        check(&Scene { action, ..locked_out.clone() }.owned_by(OTHER), "- Resource R");
    }
    check(&Scene { action: "s3:PutBucketAcl", ..locked_out }, "- Resource R");
}

/// Across accounts both sides must allow, however the caller is named.
#[test]
fn both_sides_must_allow_across_accounts() {
    for base in [Scene::s3(session()), Scene::kms(session()), Scene::trust(session())] {
        let scene = base.owned_by(OTHER);
        let missing =
            if scene.rule == ResourceRule::TrustPolicy { "- RoleTrust" } else { "- Resource" };
        check(&scene, missing);
        check(&scene.clone().identity(EVERYTHING), missing);
        for name in ["*", OWN, ROLE, "arn:aws:sts::111122223333:assumed-role/r/s"] {
            let named = scene.clone().policy(allow_aws(name));
            check(&named, "- Identity");
            check(&named.clone().identity(EVERYTHING), "+ Identity");
            check(&named.clone().identity(EVERYTHING).boundary(UNRELATED), "- Boundary");
            check(&named.identity(EVERYTHING).session(UNRELATED), "- Session");
        }
        check(&scene.policy(allow_aws(OTHER)).identity(EVERYTHING), missing);
    }
    let no_policies = Scene { rule: ResourceRule::None, ..Scene::s3(user()) }.owned_by(OTHER);
    check(&no_policies.identity(EVERYTHING).policy(allow_aws("*")), "- Resource");
}

/// Anonymous callers have no identity side.
#[test]
fn the_anonymous_need_everyone() {
    let scene = Scene::s3(Principal::Anonymous);
    check(&scene, "- Resource");
    check(&scene.clone().identity(EVERYTHING), "- Resource");
    check(&scene.clone().policy(allow_aws("*")), "+ Resource");
    check(&scene.clone().policy(allow_aws(OWN)), "- Resource");
    check(&scene.clone().policy(statement("Allow", "\"*\"")), "+ Resource");
    check(&Scene { granted: true, ..scene.clone() }, "+ granted");
    check(&Scene { granted: true, ..scene }.policy(statement("Deny", "\"*\"")), "- Resource R");
}

/// Restricted public buckets admit their own account and services.
#[test]
fn public_access_blocks_reject_outsiders() {
    let public = |principal| Scene {
        restricted: true,
        ..Scene::s3(principal).identity(EVERYTHING).policy(allow_aws("*"))
    };
    check(&public(Principal::Anonymous), "- blocked");
    check(&public(user()).owned_by(OTHER), "- blocked");
    check(&public(user()), "+ Identity".replace("Identity", "Resource").as_str());
    check(&public(service("cloudtrail.amazonaws.com")), "+ Resource");
    check(&public(user()).owned_by(OTHER).policy(allow_aws(OWN)), "+ Identity");
}

/// Access to a key depends on its policy first.
///
/// Source: KMS Developer Guide, "Troubleshooting key access": Alice, Bob, Carlos.
#[test]
fn keys_answer_to_their_policy_first() {
    let scene = Scene::kms(user());
    check(&scene.clone().identity(EVERYTHING), "- Resource");
    check(&scene.clone().policy(allow_aws(OWN)), "- Identity");
    check(&scene.clone().policy(allow_aws(OWN)).identity(EVERYTHING), "+ Identity");
    check(
        &scene.clone().policy(allow_aws(OWN)).identity(EVERYTHING).boundary(UNRELATED),
        "- Boundary",
    );
    check(&scene.clone().policy(allow_aws("arn:aws:iam::111122223333:user/u")), "+ Resource");
    check(
        &scene.clone().policy(allow_aws("arn:aws:iam::111122223333:user/x")).identity(EVERYTHING),
        "- Resource",
    );
    check(&scene.policy(allow_aws(OTHER)).identity(EVERYTHING), "- Resource");
}

/// A grant allows by itself, within limits, and not against a Deny.
#[test]
fn grants_allow_by_themselves() {
    let granted = |principal| Scene { granted: true, ..Scene::kms(principal) };
    check(&granted(user()), "+ granted");
    check(&granted(user()).owned_by(OTHER), "+ granted");
    check(&granted(user()).boundary(UNRELATED), "+ granted");
    check(&granted(session()).session(UNRELATED), "- Session");
    check(&granted(service("rds.amazonaws.com")), "+ granted");
    check(&granted(user()).identity(NOTHING), "- Identity No");
    check(&granted(user()).policy(statement("Deny", "\"*\"")), "- Resource R");
    let acl = Scene { granted: true, ..Scene::s3(user()) };
    check(&acl.clone().owned_by(OTHER), "- Identity");
    check(&acl.owned_by(OTHER).identity(EVERYTHING), "+ Identity");
}

/// A role must be trusting; if it trusts the account only, the account must allow too.
#[test]
fn roles_must_trust() {
    let scene = Scene::trust(user());
    check(&scene.clone().identity(EVERYTHING), "- RoleTrust");
    check(&scene.clone().policy(allow_aws("arn:aws:iam::111122223333:user/u")), "+ RoleTrust");
    check(&scene.clone().policy(allow_aws(OWN)), "- Identity");
    check(&scene.policy(allow_aws(OWN)).identity(EVERYTHING), "+ Identity");
    // A role does not trust itself.
    check(&Scene::trust(session()).identity(EVERYTHING), "- RoleTrust");
    let lambda = r#"{"Statement":{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}}"#;
    check(&Scene::trust(service("lambda.amazonaws.com")).policy(lambda), "+ RoleTrust");
    check(&Scene::trust(service("ec2.amazonaws.com")).policy(lambda), "- RoleTrust");
    let provider = Principal::Federated {
        account: account(OWN),
        arn: "arn:aws:sts::111122223333:federated-user/f".to_owned(),
        issuer_arn: "arn:aws:iam::111122223333:oidc-provider/ci.example.com".to_owned(),
        issuer_id: None,
        name: "f".to_owned(),
    };
    let web = r#"{"Statement":{"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::111122223333:oidc-provider/ci.example.com"},"Action":"sts:AssumeRoleWithWebIdentity"}}"#;
    let scene = Scene { action: "sts:AssumeRoleWithWebIdentity", ..Scene::trust(provider) };
    check(&scene.policy(web), "+ RoleTrust");
}
