//! Which limits apply to the permissions of a resource policy, by how it names the caller.

use super::*;

/// A bucket policy that allows `principal` if `condition` holds.
fn admits(element: &str, principal: &str, condition: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Sid":"R","Effect":"Allow","{element}":{principal},"Action":"*","Resource":"*","Condition":{{{condition}}}}}}}"#
    )
}

/// Whether a caller's own policies must allow as well.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Limits {
    /// None of them.
    None,
    /// Boundary and session policies.
    Some,
    /// Identity policies, too.
    All,
}

/// All forms in which a policy can name callers of its own account, against all kinds of callers.
///
/// Source: IAM User Guide, "Policy evaluation logic", the table of resource-based policies and
/// implicit denies; "AWS JSON policy elements: Principal", on role principals: what is granted by
/// `aws:PrincipalArn` under a wildcard is not limited, what is granted to a role is.
#[test]
fn the_form_of_the_principal_decides_which_limits_apply() {
    use Limits::{All, None, Some};
    let user_arn = "arn:aws:iam::111122223333:user/u";
    let session_arn = "arn:aws:sts::111122223333:assumed-role/r/s";
    let federated_arn = "arn:aws:sts::111122223333:federated-user/f";
    let aws = |name: &str| admits("Principal", &format!(r#"{{"AWS":"{name}"}}"#), "");
    let star = |condition: &str| admits("Principal", "\"*\"", condition);
    let arn_is = |operator: &str, arn: &str| {
        star(&format!(r#""{operator}":{{"aws:PrincipalArn":"{arn}"}}"#))
    };
    let table: Vec<(Principal, String, Limits)> = vec![
        (user(), aws(user_arn), None),
        (user(), aws("AIDAUSERUSERUSERUSER1"), None),
        (user(), aws(OWN), All),
        (user(), aws("arn:aws:iam::111122223333:root"), All),
        (session(), aws(session_arn), None),
        (session(), aws(ROLE), Some),
        (session(), aws("AROAROLEROLEROLEROLE1"), Some),
        (session(), aws(OWN), All),
        (federated(), aws(federated_arn), None),
        (federated(), aws(user_arn), Some),
        (federated(), aws("AIDAUSERUSERUSERUSER1"), Some),
        (federated(), aws(OWN), All),
        // Everyone, and so no particular caller.
        (user(), aws("*"), Some),
        (session(), aws("*"), Some),
        (federated(), aws("*"), Some),
        (user(), star(r#""Bool":{"aws:PrincipalIsAWSService":"false"}"#), Some),
        (session(), star(r#""StringEquals":{"aws:PrincipalAccount":"111122223333"}"#), Some),
        (session(), admits("NotPrincipal", r#"{"AWS":"444455556666"}"#, ""), Some),
        // Everyone, narrowed to ARNs.
        (user(), arn_is("ArnEquals", user_arn), None),
        (session(), arn_is("ArnEquals", ROLE), None),
        (session(), arn_is("ArnLike", "arn:aws:iam::111122223333:role/*"), None),
        (session(), arn_is("StringEquals", ROLE), None),
        (session(), arn_is("StringLike", "*/r"), None),
        (federated(), arn_is("ArnEquals", federated_arn), None),
        // These do not grant to an ARN: they spare one, or do not demand any.
        (session(), arn_is("ArnNotEquals", user_arn), Some),
        (session(), arn_is("ArnEqualsIfExists", ROLE), Some),
        (session(), arn_is("ForAllValues:ArnEquals", ROLE), Some),
        (session(), star(r#""Null":{"aws:PrincipalArn":"false"}"#), Some),
        // A condition does not remove a role's limits, nor an account's.
        (
            session(),
            admits(
                "Principal",
                &format!(r#"{{"AWS":"{ROLE}"}}"#),
                &format!(r#""ArnEquals":{{"aws:PrincipalArn":"{ROLE}"}}"#),
            ),
            Some,
        ),
        // The most direct of several names counts.
        (session(), admits("Principal", &format!(r#"{{"AWS":["*","{session_arn}"]}}"#), ""), None),
        (session(), admits("Principal", &format!(r#"{{"AWS":["{OWN}","{ROLE}"]}}"#), ""), Some),
        (user(), admits("Principal", &format!(r#"{{"AWS":["{OWN}","*"]}}"#), ""), Some),
    ];
    for (principal, policy, limits) in table {
        let is_federated = matches!(principal, Principal::Federated { .. });
        let scene = Scene::s3(principal).policy(policy);
        let alone = match limits {
            // A federated user without session policies has none of the issuer's permissions.
            Some | All if is_federated => "- Session",
            None | Some => "+ Resource",
            All => "- Identity",
        };
        check(&scene, alone);
        let limited = |layer| if limits == None { "+ Resource" } else { layer };
        let within = scene.clone().boundary(EVERYTHING).session(EVERYTHING);
        check(&within, if limits == All { "- Identity" } else { "+ Resource" });
        check(&within.clone().boundary(UNRELATED), limited("- Boundary"));
        check(&within.clone().session(UNRELATED), limited("- Session"));
        // A Deny applies regardless of how the caller was named.
        check(&within.clone().boundary(NOTHING), "- Boundary No");
        check(&within.clone().session(NOTHING), "- Session No");
        check(&within.identity(NOTHING), "- Identity No");
    }
}

/// Keys and roles admit everyone within the same limits; another account's own policies always
/// have to allow.
#[test]
fn everyone_is_limited_at_keys_and_roles_too() {
    for scene in [Scene::kms(session()), Scene::trust(session())] {
        let named = scene.policy(allow_aws("*"));
        check(
            &named,
            if named.rule == ResourceRule::TrustPolicy { "+ RoleTrust" } else { "+ Resource" },
        );
        check(&named.clone().boundary(UNRELATED), "- Boundary");
        check(&named.clone().session(UNRELATED), "- Session");
        check(&named.owned_by(OTHER), "- Identity");
    }
}

/// A Deny with `NotPrincipal` applies to every caller with a boundary, and to a session unless all
/// of its names are listed.
///
/// Source: IAM User Guide, "AWS JSON policy elements: `NotPrincipal`".
#[test]
fn not_principal_exempts_no_caller_with_a_boundary() {
    let deny_but = |list: &str| {
        format!(
            r#"{{"Statement":{{"Sid":"N","Effect":"Deny","NotPrincipal":{{"AWS":{list}}},"Action":"*","Resource":"*"}}}}"#
        )
    };
    let users = Scene::s3(user()).identity(EVERYTHING);
    let users = users.policy(deny_but(r#"["111122223333","arn:aws:iam::111122223333:user/u"]"#));
    check(&users, "+ Identity");
    check(&users.boundary(EVERYTHING), "- Resource N");
    let session_arn = "arn:aws:sts::111122223333:assumed-role/r/s";
    let roles = Scene::s3(session()).identity(EVERYTHING);
    let named = roles.clone().policy(deny_but(&format!(r#"["{OWN}","{ROLE}","{session_arn}"]"#)));
    check(&named, "+ Identity");
    check(&named.boundary(EVERYTHING), "- Resource N");
    check(&roles.policy(deny_but(&format!(r#"["{OWN}","{ROLE}"]"#))), "- Resource N");
}
