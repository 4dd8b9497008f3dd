//! Inline policies of users, groups and roles: the same operations three times.

use serde_json::{Value, json};

use crate::expect::*;
use crate::world::*;

const P: (&str, &str) = ("PolicyName", "p");

/// A kind of holder, the member that names one, and the maximum size of all its inline policies.
const KINDS: [(&str, &str, usize); 3] =
    [("User", "UserName", 2_048), ("Group", "GroupName", 5_120), ("Role", "RoleName", 10_240)];

fn world() -> World {
    let world = World::new();
    world.ok(&world.root, "CreateUser", &[("UserName", "x")]);
    world.ok(&world.root, "CreateGroup", &[("GroupName", "x")]);
    world.role("x", OPEN_TRUST);
    world
}

/// A document of exactly so many characters.
fn sized(size: usize) -> String {
    let empty = allowing("s3:");
    empty.replace("s3:", &format!("s3:{}", "x".repeat(size - empty.len())))
}

/// Observed: `test_put_user_policy_encoding` and its siblings: a document is returned as it was
/// sent, percent-encoded once more.
#[test]
fn a_document_comes_back_as_it_was_sent() {
    let world = world();
    let document = "{\n \"Version\": \"2012-10-17\",\n \"Statement\": [{\"Effect\": \"Allow\", \
                    \"Action\": [\"apigatway:PUT\"], \"Resource\": [\
                    \"arn:aws:apigateway:us-east-1::/tags/arn%3Aaws%3Aapigateway\"]}]\n}";
    for (kind, member, _) in KINDS {
        let of = (member, "x");
        let put = format!("Put{kind}Policy");
        world.ok(&world.root, &put, &[of, P, ("PolicyDocument", document)]);
        let (sent, answered) = world.recorded(&put);
        assert_eq!(
            sent,
            json!({lower(member): "x", "policyName": "p", "policyDocument": document})
        );
        assert_eq!(answered, Value::Null);
        let get = format!("Get{kind}Policy");
        let got = world.result(&get, &[of, P]);
        let encoded = wire::uri::encode(document);
        assert_eq!(
            got,
            format!(
                "<{member}>x</{member}><PolicyName>p</PolicyName>\
                 <PolicyDocument>{encoded}</PolicyDocument>"
            )
        );
        assert!(encoded.contains("arn%253Aaws") && encoded.starts_with("%7B%0A%20%22"));
        let (sent, answered) = world.recorded(&get);
        assert_eq!(sent, json!({lower(member): "x", "policyName": "p"}));
        assert_eq!(answered, Value::Null, "reads record no response");
    }
}

/// A policy of the same name is replaced; names are listed in order, and case counts.
#[test]
fn a_policy_replaces_the_one_of_its_name() {
    let world = world();
    for (kind, member, _) in KINDS {
        let of = (member, "x");
        let put = |name: &str, action: &str| {
            let document = allowing(action);
            let sent = [of, ("PolicyName", name), ("PolicyDocument", document.as_str())];
            world.ok(&world.root, &format!("Put{kind}Policy"), &sent);
        };
        put("p", "s3:one");
        put("b", "s3:two");
        put("P", "s3:three");
        put("p", "s3:four");
        let list = format!("List{kind}Policies");
        assert_eq!(
            world.result(&list, &[of]),
            "<PolicyNames><member>P</member><member>b</member><member>p</member></PolicyNames>\
             <IsTruncated>false</IsTruncated>"
        );
        assert_eq!(world.recorded(&list), (json!({lower(member): "x"}), Value::Null));
        let got = world.result(&format!("Get{kind}Policy"), &[of, P]);
        assert_eq!(text(&got, "PolicyDocument"), wire::uri::encode(&allowing("s3:four")));
    }
}

/// A missing holder, then a missing policy.
#[test]
fn holder_and_policy_must_exist() {
    let world = world();
    let document = allowing("s3:*");
    for (kind, member, _) in KINDS {
        let noun = kind.to_lowercase();
        let no_holder = format!("The {noun} with name none cannot be found.");
        let no_policy = format!("The {noun} policy with name p cannot be found.");
        for action in [format!("Get{kind}Policy"), format!("Delete{kind}Policy")] {
            world.fails(&action, &[(member, "none"), P], (404, "NoSuchEntity", &no_holder));
            world.fails(&action, &[(member, "x"), P], (404, "NoSuchEntity", &no_policy));
            assert_eq!(world.last_event()["errorCode"], "NoSuchEntityException");
        }
        let put = [(member, "none"), P, ("PolicyDocument", document.as_str())];
        world.fails(&format!("Put{kind}Policy"), &put, (404, "NoSuchEntity", &no_holder));
        let list = format!("List{kind}Policies");
        world.fails(&list, &[(member, "none")], (404, "NoSuchEntity", &no_holder));
    }
}

/// Deleting a policy takes it away, and a second time there is none.
#[test]
fn a_policy_is_deleted_once() {
    let world = world();
    let document = allowing("s3:*");
    for (kind, member, _) in KINDS {
        let of = (member, "x");
        let put = [of, P, ("PolicyDocument", document.as_str())];
        world.ok(&world.root, &format!("Put{kind}Policy"), &put);
        let delete = format!("Delete{kind}Policy");
        world.ok(&world.root, &delete, &[of, P]);
        let (sent, answered) = world.recorded(&delete);
        assert_eq!(sent, json!({lower(member): "x", "policyName": "p"}));
        assert_eq!(answered, Value::Null);
        let list = world.result(&format!("List{kind}Policies"), &[of]);
        assert_eq!(list, "<PolicyNames/><IsTruncated>false</IsTruncated>");
        let noun = kind.to_lowercase();
        let message = format!("The {noun} policy with name p cannot be found.");
        world.fails(&delete, &[of, P], (404, "NoSuchEntity", &message));
    }
}

/// The quota is for all policies of a holder together, without white space; replacing counts once.
#[test]
fn the_size_of_all_policies_is_limited() {
    let world = world();
    for (kind, member, most) in KINDS {
        let put = format!("Put{kind}Policy");
        let of = (member, "x");
        let with = |name: &'static str, document: &str| {
            world.ok(&world.root, &put, &[of, ("PolicyName", name), ("PolicyDocument", document)]);
        };
        let noun = kind.to_lowercase();
        let message = format!("Maximum policy size of {most} bytes exceeded for {noun} x");
        let over = |name: &'static str, document: &str| {
            let sent = [of, ("PolicyName", name), ("PolicyDocument", document)];
            world.fails(&put, &sent, (409, "LimitExceeded", &message));
        };
        over("p", &sized(most + 1));
        let half = most / 2;
        with("p", &sized(half));
        over("q", &sized(half + 1));
        with("q", &sized(half).replace(',', ", \n\t"));
        over("q", &sized(half + 1));
        over("r", &allowing("s3:*"));
        with("q", &sized(half));
        with("p", &allowing("s3:*"));
        with("r", &allowing("s3:*"));
        let listed = world.result(&format!("List{kind}Policies"), &[of]);
        assert_eq!(texts(&listed, "member"), ["p", "q", "r"]);
    }
}

/// AWS's texts about documents that are no identity policies; nothing is stored.
#[test]
fn a_document_must_be_an_identity_policy() {
    let world = world();
    let with_principal = trusting(ACCOUNT);
    let version = allowing("s3:*").replace("2012-10-17", "2012-10-18");
    let no_vendor = allowing("GetObject");
    let no_resource = allowing("s3:*").replace(r#","Resource":"*""#, "");
    let bad_arn = allowing("s3:*").replace(r#""Resource":"*""#, r#""Resource":"bucket""#);
    let twice = allowing("s3:*").replace(
        "[{",
        r#"[{"Sid":"a","Effect":"Allow","Action":"s3:*","Resource":"*"},{"Sid":"a","#,
    );
    let tests: [(&str, &str); 7] = [
        ("{}", "Syntax errors in policy."),
        (&with_principal, "Policy document should not specify a principal."),
        (&version, "Syntax errors in policy."),
        (&no_vendor, "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."),
        (&no_resource, "Policy statement must contain resources."),
        (&bad_arn, "Resource bucket must be in ARN format or \"*\"."),
        (&twice, "Statement IDs (SID) in a single policy must be unique."),
    ];
    for (kind, member, _) in KINDS {
        for (document, message) in tests {
            let sent = [(member, "x"), P, ("PolicyDocument", document)];
            let want = (400, "MalformedPolicyDocument", message);
            world.fails(&format!("Put{kind}Policy"), &sent, want);
        }
        let listed = world.result(&format!("List{kind}Policies"), &[(member, "x")]);
        assert!(listed.starts_with("<PolicyNames/>"), "{listed}");
    }
}

/// An inline policy counts from the next call on.
#[test]
fn an_inline_policy_counts_at_once() {
    let world = World::new();
    let alice = world.user("alice", "");
    let users = arn("user/");
    let list: (&str, &[(&str, &str)]) = ("ListUsers", &[]);
    world.denied(&alice, "alice", list, ("iam:ListUsers", &users));
    world.permit("alice", &allowing("iam:ListUsers"));
    world.ok(&alice, "ListUsers", &[]);
    world.permit("alice", &allowing("iam:ListUsers").replace("Allow", "Deny"));
    let message = "User: arn:aws:iam::111122223333:user/alice is not authorized to perform: \
                   iam:ListUsers on resource: arn:aws:iam::111122223333:user/ with an explicit \
                   deny in an identity-based policy";
    world.refused(&alice, "ListUsers", &[], (403, "AccessDenied", message));
    world.ok(&world.root, "DeleteUserPolicy", &[("UserName", "alice"), ("PolicyName", "own")]);
    world.denied(&alice, "alice", list, ("iam:ListUsers", &users));
}
