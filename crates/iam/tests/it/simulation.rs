//! `SimulatePrincipalPolicy` and `SimulateCustomPolicy`.

use serde_json::Value;

use crate::expect::*;
use crate::world::*;

const BUCKET: &str = "arn:aws:s3:::bucket";

/// The decisions of a response, in its order.
fn decisions(results: &str) -> Vec<String> {
    texts(results, "EvalDecision")
}

fn member(list: &str, at: usize) -> String {
    format!("{list}.member.{at}")
}

/// A custom simulation of one action.
fn custom(world: &World, policies: &[&str], more: &[(&str, &str)]) -> String {
    let names: Vec<_> = (1..=policies.len()).map(|at| member("PolicyInputList", at)).collect();
    let policies = names.iter().map(String::as_str).zip(policies.iter().copied());
    let sent: Vec<_> = policies.chain(more.iter().copied()).collect();
    world.result("SimulateCustomPolicy", &sent)
}

/// Observed: `test_simulate_principle_policy` of a user, a role and a group: the members, and where
/// a statement begins.
#[test]
fn results_have_awss_members_for_every_kind_of_principal() {
    let world = World::new();
    let document = "{\"Version\": \"2012-10-17\", \"Statement\": [{\"Effect\": \"Allow\", \
                    \"Action\": \"s3:PutObject\", \"Resource\": \"*\"}]}";
    world.ok(&world.root, "CreateUser", &[("UserName", "x")]);
    world.ok(&world.root, "CreateGroup", &[("GroupName", "x")]);
    world.role("x", OPEN_TRUST);
    let own = world.policy("own", document);
    for kind in ["User", "Group", "Role"] {
        let of = (&*format!("{kind}Name"), "x");
        world.ok(&world.root, &format!("Attach{kind}Policy"), &[of, ("PolicyArn", &own)]);
        let source = arn(&format!("{}/x", kind.to_lowercase()));
        let asked = [
            ("PolicySourceArn", source.as_str()),
            ("ActionNames.member.1", "s3:PutObject"),
            ("ActionNames.member.2", "s3:GetObjectVersion"),
            ("ResourceArns.member.1", BUCKET),
        ];
        let matched = "<MatchedStatements><member><SourcePolicyId>own</SourcePolicyId>\
                       <SourcePolicyType>IAM Policy</SourcePolicyType>\
                       <StartPosition><Line>1</Line><Column>41</Column></StartPosition>\
                       <EndPosition><Line>1</Line><Column>103</Column></EndPosition>\
                       </member></MatchedStatements>";
        let result = |action: &str, decision: &str, matched: &str| {
            format!(
                "<member><EvalActionName>{action}</EvalActionName>\
                 <EvalResourceName>{BUCKET}</EvalResourceName>\
                 <EvalDecision>{decision}</EvalDecision>{matched}<MissingContextValues/>\
                 <OrganizationsDecisionDetail><AllowedByOrganizations>true\
                 </AllowedByOrganizations></OrganizationsDecisionDetail><EvalDecisionDetails/>\
                 <ResourceSpecificResults><member><EvalResourceName>{BUCKET}</EvalResourceName>\
                 <EvalResourceDecision>{decision}</EvalResourceDecision>{matched}\
                 <MissingContextValues/></member></ResourceSpecificResults></member>"
            )
        };
        let allowed = result("s3:PutObject", "allowed", matched);
        let denied = result("s3:GetObjectVersion", "implicitDeny", "<MatchedStatements/>");
        assert_eq!(
            world.result("SimulatePrincipalPolicy", &asked),
            format!(
                "<EvaluationResults>{allowed}{denied}</EvaluationResults>\
                 <IsTruncated>false</IsTruncated>"
            ),
            "{kind}"
        );
        let (sent, answered) = world.recorded("SimulatePrincipalPolicy");
        assert_eq!(sent["policySourceArn"], source);
        assert_eq!(sent["actionNames"], serde_json::json!(["s3:PutObject", "s3:GetObjectVersion"]));
        assert_eq!(answered, Value::Null);
    }
}

/// Each action on each resource, in the order of the request, page by page.
#[test]
fn every_action_is_decided_on_every_resource() {
    let world = World::new();
    let policy = allowing("s3:Get*").replace(r#""Resource":"*""#, r#""Resource":"arn:aws:s3:::a""#);
    let asked = [
        ("ActionNames.member.1", "s3:GetBucketAcl"),
        ("ActionNames.member.2", "s3:PutBucketAcl"),
        ("ResourceArns.member.1", "arn:aws:s3:::a"),
        ("ResourceArns.member.2", "arn:aws:s3:::b"),
    ];
    let all = custom(&world, &[&policy], &asked);
    assert_eq!(decisions(&all), ["allowed", "implicitDeny", "implicitDeny", "implicitDeny"]);
    let (get, put) = ("s3:GetBucketAcl", "s3:PutBucketAcl");
    assert_eq!(texts(&all, "EvalActionName"), [get, get, put, put]);
    let mut pages = String::new();
    let mut marker = String::new();
    for number in 1..=2 {
        let mut page = vec![("MaxItems", "3")];
        page.extend(asked);
        if !marker.is_empty() {
            page.push(("Marker", &marker));
        }
        let results = custom(&world, &[&policy], &page);
        assert_eq!(text(&results, "IsTruncated"), if number == 1 { "true" } else { "false" });
        pages += results.split("<IsTruncated>").next().unwrap();
        marker = text(&results, "Marker");
    }
    let together = pages.replace("</EvaluationResults><EvaluationResults>", "");
    assert_eq!(together, all.split("<IsTruncated>").next().unwrap());
    let without = custom(&world, &[&policy], &asked[..1]);
    assert_eq!(texts(&without, "EvalResourceName")[0], "*");
    assert_eq!(decisions(&without), ["implicitDeny"]);
}

/// A denial in any layer wins; a boundary has a detail of its own.
#[test]
fn boundaries_are_decided_and_shown() {
    let world = World::new();
    let get = ("ActionNames.member.1", "s3:GetObject");
    let (allow, deny) = (allowing("s3:*"), allowing("s3:Get*").replace("Allow", "Deny"));
    let boundary = "PermissionsBoundaryPolicyInputList.member.1";
    let no_detail = custom(&world, &[&allow], &[get]);
    assert!(!no_detail.contains("PermissionsBoundaryDecisionDetail"), "{no_detail}");
    for (policies, limit, decision, within) in [
        (&[allow.as_str()][..], allowing("s3:*"), "allowed", "true"),
        (&[&allow], allowing("iam:*"), "implicitDeny", "false"),
        (&[&allow], deny.clone(), "explicitDeny", "false"),
        (&[&allow, &deny], allowing("s3:*"), "explicitDeny", "true"),
        (&[&allowing("iam:*")], allowing("s3:*"), "implicitDeny", "true"),
    ] {
        let results = custom(&world, policies, &[get, (boundary, &limit)]);
        assert_eq!(decisions(&results), [decision], "{policies:?} {limit}");
        assert_eq!(text(&results, "AllowedByPermissionsBoundary"), within, "{policies:?} {limit}");
    }
    let results = custom(&world, &[&allow], &[get, (boundary, &deny)]);
    assert_eq!(texts(&results, "SourcePolicyId")[0], boundary.replace(".member", ""));
}

/// The principal's own boundary counts, and one in the request takes its place.
#[test]
fn a_principals_boundary_counts() {
    let world = World::new();
    world.user("alice", &allowing("s3:*"));
    let limit = world.policy("limit", &allowing("s3:Put*"));
    let of = [("UserName", "alice"), ("PermissionsBoundary", limit.as_str())];
    world.ok(&world.root, "PutUserPermissionsBoundary", &of);
    let source = arn("user/alice");
    let asked = [
        ("PolicySourceArn", source.as_str()),
        ("ActionNames.member.1", "s3:GetObject"),
        ("ActionNames.member.2", "s3:PutObject"),
    ];
    let results = world.result("SimulatePrincipalPolicy", &asked);
    assert_eq!(decisions(&results), ["implicitDeny", "allowed"]);
    let other = allowing("s3:Get*");
    let instead = ("PermissionsBoundaryPolicyInputList.member.1", other.as_str());
    let results = world.result("SimulatePrincipalPolicy", &[&asked[..], &[instead]].concat());
    assert_eq!(decisions(&results), ["allowed", "implicitDeny"]);
}

/// Policies of a user's groups count, too, and further ones in the request.
#[test]
fn policies_of_groups_and_of_the_request_count() {
    let world = World::new();
    let root = &world.root;
    world.user("alice", &allowing("s3:GetObject"));
    world.ok(root, "CreateGroup", &[("GroupName", "g")]);
    let of_group = allowing("s3:PutObject");
    let inline =
        [("GroupName", "g"), ("PolicyName", "of-group"), ("PolicyDocument", of_group.as_str())];
    world.ok(root, "PutGroupPolicy", &inline);
    world.ok(root, "AddUserToGroup", &[("GroupName", "g"), ("UserName", "alice")]);
    let source = arn("user/alice");
    let more = allowing("s3:DeleteObject");
    let asked = [
        ("PolicySourceArn", source.as_str()),
        ("PolicyInputList.member.1", more.as_str()),
        ("ActionNames.member.1", "s3:GetObject"),
        ("ActionNames.member.2", "s3:PutObject"),
        ("ActionNames.member.3", "s3:DeleteObject"),
        ("ActionNames.member.4", "s3:ListBucket"),
    ];
    let results = world.result("SimulatePrincipalPolicy", &asked);
    assert_eq!(decisions(&results), ["allowed", "allowed", "allowed", "implicitDeny"]);
    let by: Vec<String> = texts(&results, "SourcePolicyId");
    assert_eq!(
        by,
        ["own", "own", "of-group", "of-group", "PolicyInputList.1", "PolicyInputList.1"]
    );
}

/// A resource policy grants to the caller, or denies, and is shown as such.
#[test]
fn resource_policies_take_part() {
    let world = World::new();
    world.ok(&world.root, "CreateUser", &[("UserName", "alice")]);
    let alice = arn("user/alice");
    let of_bucket = |effect: &str| {
        format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"{effect}","Principal":{{"AWS":"{alice}"}},"Action":"s3:GetObject","Resource":"{BUCKET}/*"}}]}}"#
        )
    };
    let object = format!("{BUCKET}/key");
    let ask = |policy: &str, owner: &str, identity: &str| {
        let asked = [
            ("PolicySourceArn", alice.as_str()),
            ("PolicyInputList.member.1", identity),
            ("ActionNames.member.1", "s3:GetObject"),
            ("ResourceArns.member.1", object.as_str()),
            ("ResourcePolicy", policy),
            ("ResourceOwner", owner),
        ];
        world.result("SimulatePrincipalPolicy", &asked)
    };
    let (allow, deny) = (of_bucket("Allow"), of_bucket("Deny"));
    let (none, all) = (allowing("iam:*"), allowing("s3:*"));
    let other_root = format!("arn:aws:iam::{OTHER_ACCOUNT}:root");
    for (policy, owner, identity, want) in [
        (&allow, ACCOUNT, &none, "allowed"),
        (&deny, ACCOUNT, &all, "explicitDeny"),
        (&allow, OTHER_ACCOUNT, &none, "implicitDeny"),
        (&allow, OTHER_ACCOUNT, &all, "allowed"),
        (&allow, other_root.as_str(), &none, "implicitDeny"),
        (&allow, other_root.as_str(), &all, "allowed"),
    ] {
        let results = ask(policy, owner, identity);
        assert_eq!(decisions(&results), [want], "{owner} {identity}");
    }
    let results = ask(&allow, ACCOUNT, &none);
    assert_eq!(text(&results, "SourcePolicyId"), "ResourcePolicy");
    assert_eq!(text(&results, "SourcePolicyType"), "Resource Policy");
}

/// Values of condition keys come from the request, and a key without values is absent.
#[test]
fn context_entries_are_condition_keys() {
    let world = World::new();
    let tests = [
        (r#""StringEquals":{"aws:PrincipalTag/Team":"red"}"#, &["red"][..], "allowed"),
        (r#""StringEquals":{"aws:PrincipalTag/Team":"red"}"#, &["blue"], "implicitDeny"),
        (r#""Null":{"aws:PrincipalTag/Team":"true"}"#, &["red"], "implicitDeny"),
        (
            r#""ForAllValues:StringEquals":{"aws:PrincipalTag/Team":["a","b"]}"#,
            &["a", "b"],
            "allowed",
        ),
        (
            r#""ForAllValues:StringEquals":{"aws:PrincipalTag/Team":["a","b"]}"#,
            &["a", "c"],
            "implicitDeny",
        ),
        (r#""ForAnyValue:StringEquals":{"aws:PrincipalTag/Team":["a"]}"#, &["c", "a"], "allowed"),
    ];
    for (condition, values, want) in tests {
        let policy = allowing_if("s3:*", condition);
        let names: Vec<_> = (1..=values.len())
            .map(|at| format!("ContextEntries.member.1.ContextKeyValues.member.{at}"))
            .collect();
        let mut sent = vec![
            ("ActionNames.member.1", "s3:GetObject"),
            ("ContextEntries.member.1.ContextKeyName", "aws:PrincipalTag/Team"),
            ("ContextEntries.member.1.ContextKeyType", "stringList"),
        ];
        sent.extend(names.iter().map(String::as_str).zip(values.iter().copied()));
        assert_eq!(decisions(&custom(&world, &[&policy], &sent)), [want], "{condition} {values:?}");
    }
    let absent = allowing_if("s3:*", r#""Null":{"aws:PrincipalTag/Team":"true"}"#);
    let sent = [("ActionNames.member.1", "s3:GetObject")];
    assert_eq!(decisions(&custom(&world, &[&absent], &sent)), ["allowed"]);
}

/// What cannot be simulated, with AWS's codes.
#[test]
fn simulations_need_policies_and_principals() {
    let world = World::new();
    world.ok(&world.root, "CreateUser", &[("UserName", "alice"), ("Path", "/team/")]);
    let get = ("ActionNames.member.1", "s3:GetObject");
    let source = |arn: &'static str| [("PolicySourceArn", arn), get];
    for (arn, status, code, message) in [
        (
            "arn:aws:s3:::bucket-of-another",
            400,
            "InvalidInput",
            "Invalid Entity Arn: arn:aws:s3:::bucket-of-another",
        ),
        (
            "arn:aws:iam::111122223333:policy/p",
            400,
            "InvalidInput",
            "Invalid Entity Arn: arn:aws:iam::111122223333:policy/p",
        ),
        ("not an ARN, but long", 400, "InvalidInput", "Invalid Entity Arn: not an ARN, but long"),
        (
            "arn:aws:iam::111122223333:user/alice",
            404,
            "NoSuchEntity",
            "The user with name alice cannot be found.",
        ),
        (
            "arn:aws:iam::444455556666:user/team/alice",
            404,
            "NoSuchEntity",
            "The user with name alice cannot be found.",
        ),
        (
            "arn:aws:iam::111122223333:role/none",
            404,
            "NoSuchEntity",
            "The role with name none cannot be found.",
        ),
    ] {
        world.fails("SimulatePrincipalPolicy", &source(arn), (status, code, message));
    }
    let of_alice = source("arn:aws:iam::111122223333:user/team/alice");
    world.ok(&world.root, "SimulatePrincipalPolicy", &of_alice);
    for list in ["PolicyInputList.member.1", "PermissionsBoundaryPolicyInputList.member.1"] {
        let sent = [&of_alice[..], &[(list, "{}")]].concat();
        world.fails(
            "SimulatePrincipalPolicy",
            &sent,
            (400, "InvalidInput", "Syntax errors in policy."),
        );
        assert_eq!(world.last_event()["errorCode"], "InvalidInputException");
    }
    let caller = ("CallerArn", "arn:aws:iam::111122223333:user/none");
    let missing = (404, "NoSuchEntity", "The user with name none cannot be found.");
    world.fails("SimulatePrincipalPolicy", &[&of_alice[..], &[caller]].concat(), missing);
}

/// Simulations of principals are decided for the principal, custom ones for everything.
#[test]
fn denials_name_the_simulated_principal() {
    let world = World::new();
    let alice = world.user("alice", "");
    let get = ("ActionNames.member.1", "s3:GetObject");
    let role = arn("role/r");
    let of_role = [("PolicySourceArn", role.as_str()), get];
    let needed = "iam:SimulatePrincipalPolicy";
    world.denied(&alice, "alice", ("SimulatePrincipalPolicy", &of_role), (needed, &role));
    let policy = allowing("s3:*");
    let own = [("PolicyInputList.member.1", policy.as_str()), get];
    let needed = "iam:SimulateCustomPolicy";
    world.denied(&alice, "alice", ("SimulateCustomPolicy", &own), (needed, "*"));
}
