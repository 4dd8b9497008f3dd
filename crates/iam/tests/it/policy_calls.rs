//! Managed and inline policies.

use crate::world::*;

fn create(world: &World, name: &str, document: &str) -> String {
    let sent = [("PolicyName", name), ("PolicyDocument", document)];
    text(&world.ok(&world.root, "CreatePolicy", &sent), "Arn")
}

/// A policy counts its uses, cannot go while it is used, and works.
#[test]
fn a_managed_policy_works_and_is_counted() {
    let world = World::new();
    let root = &world.root;
    let alice = world.user("alice", "");
    let arn = create(&world, "lists", &allowing("iam:ListUsers"));
    assert_eq!(arn, "arn:aws:iam::111122223333:policy/lists");
    let of = [("UserName", "alice"), ("PolicyArn", arn.as_str())];
    world.ok(root, "AttachUserPolicy", &of);
    world.ok(root, "AttachUserPolicy", &of);
    world.ok(&alice, "ListUsers", &[]);
    let policy = [("PolicyArn", arn.as_str())];
    assert_eq!(text(&world.ok(root, "GetPolicy", &policy), "AttachmentCount"), "1");
    let entities = world.ok(root, "ListEntitiesForPolicy", &policy);
    assert_eq!(text(&entities, "UserName"), "alice");
    let listed = world.ok(root, "ListPolicies", &[("Scope", "Local"), ("OnlyAttached", "true")]);
    assert_eq!(listed.matches("<member>").count(), 1);
    let attached = world.ok(root, "ListAttachedUserPolicies", &[("UserName", "alice")]);
    assert_eq!(text(&attached, "PolicyName"), "lists");
    let used = (409, "DeleteConflict", "Cannot delete a policy attached to entities.");
    world.refused(root, "DeletePolicy", &policy, used);
    world.ok(root, "DetachUserPolicy", &of);
    let gone = format!("Policy {arn} was not found.");
    world.refused(root, "DetachUserPolicy", &of, (404, "NoSuchEntity", &gone));
    world.ok(root, "DeletePolicy", &policy);
    world.refused(root, "GetPolicy", &policy, (404, "NoSuchEntity", &gone));
}

/// Observed: the texts of refused attachments.
#[test]
fn only_existing_policies_can_be_attached() {
    let world = World::new();
    world.user("alice", "");
    let attach = |arn: &str, want| {
        let of = [("UserName", "alice"), ("PolicyArn", arn)];
        world.refused(&world.root, "AttachUserPolicy", &of, want);
    };
    attach("lists", (400, "ValidationError", "Invalid ARN:  Could not be parsed!"));
    let missing = "arn:aws:iam::111122223333:policy/missing";
    let message = format!("Policy {missing} does not exist or is not attachable.");
    attach(missing, (404, "NoSuchEntity", &message));
    let foreign = "arn:aws:iam::444455556666:policy/lists";
    let message = format!("Policy {foreign} does not exist or is not attachable.");
    attach(foreign, (404, "NoSuchEntity", &message));
}

/// Five versions, numbers not used twice, the one in force stays, documents percent-encoded.
#[test]
fn policies_have_versions() {
    let world = World::new();
    let root = &world.root;
    let arn = create(&world, "p", &allowing("s3:v1"));
    let policy = ("PolicyArn", arn.as_str());
    for number in 2..=5 {
        let document = allowing(&format!("s3:v{number}"));
        let sent = [policy, ("PolicyDocument", &document), ("SetAsDefault", "true")];
        let body = world.ok(root, "CreatePolicyVersion", &sent);
        assert_eq!(text(&body, "VersionId"), format!("v{number}"));
        assert_eq!(text(&body, "IsDefaultVersion"), "true");
    }
    let document = allowing("s3:v6");
    let full = "A managed policy can have up to 5 versions. Before you create a new version, you \
                must delete an existing version.";
    let sent = [policy, ("PolicyDocument", document.as_str())];
    world.refused(root, "CreatePolicyVersion", &sent, (409, "LimitExceeded", full));
    let in_force = "Cannot delete the default version of a policy.";
    let v5 = [policy, ("VersionId", "v5")];
    world.refused(root, "DeletePolicyVersion", &v5, (409, "DeleteConflict", in_force));
    world.ok(root, "SetDefaultPolicyVersion", &[policy, ("VersionId", "v1")]);
    world.ok(root, "DeletePolicyVersion", &v5);
    assert_eq!(text(&world.ok(root, "CreatePolicyVersion", &sent), "VersionId"), "v6");
    let got = world.ok(root, "GetPolicyVersion", &[policy, ("VersionId", "v6")]);
    assert_eq!(text(&got, "Document"), wire::uri::encode(&document));
    let listed = world.ok(root, "ListPolicyVersions", &[policy]);
    assert_eq!(text(&listed, "VersionId"), "v6", "newest first");
    assert_eq!(listed.matches("<member>").count(), 5);
    let message = format!("Policy {arn} version v5 does not exist or is not attachable.");
    world.refused(root, "GetPolicyVersion", &v5, (404, "NoSuchEntity", &message));
}

/// AWS's policies can be read and attached, but not changed.
#[test]
fn aws_managed_policies_cannot_be_changed() {
    let world = World::new();
    let arn = "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess";
    let policy = ("PolicyArn", arn);
    let got = world.ok(&world.root, "GetPolicy", &[policy]);
    assert_eq!(text(&got, "Path"), "/job-function/");
    assert!(got.contains("<Tags/>"), "{got}");
    let version = text(&got, "DefaultVersionId");
    let shown = world.ok(&world.root, "GetPolicyVersion", &[policy, ("VersionId", &version)]);
    assert!(text(&shown, "Document").starts_with("%7B%22Version%22%3A%222012-10-17%22"));
    let message = format!("Policy {arn} is outside your own account.");
    world.refused(&world.root, "DeletePolicy", &[policy], (403, "AccessDenied", &message));
    let most = ("MaxItems", "1000");
    let listed = world.ok(&world.root, "ListPolicies", &[("Scope", "AWS"), most]);
    let shipped = include_str!("../../src/managed/documents.jsonl").lines().count();
    assert_eq!(listed.matches("<member>").count(), shipped);
}

/// The three kinds of holders accept inline policies; the document is returned percent-encoded.
#[test]
fn inline_policies_work_for_every_holder() {
    let world = World::new();
    let root = &world.root;
    world.ok(root, "CreateUser", &[("UserName", "x")]);
    world.ok(root, "CreateGroup", &[("GroupName", "x")]);
    let trust = ("AssumeRolePolicyDocument", OPEN_TRUST);
    world.ok(root, "CreateRole", &[("RoleName", "x"), trust]);
    let document = allowing("s3:%2F");
    for kind in ["User", "Role", "Group"] {
        let member = format!("{kind}Name");
        let of = [(member.as_str(), "x"), ("PolicyName", "p")];
        let with = [&of[..], &[("PolicyDocument", document.as_str())]].concat();
        world.ok(root, &format!("Put{kind}Policy"), &with);
        let event = world.last_event();
        assert_eq!(event["requestParameters"]["policyDocument"], document.as_str());
        let got = world.ok(root, &format!("Get{kind}Policy"), &of);
        assert_eq!(text(&got, "PolicyDocument"), wire::uri::encode(&document));
        assert_eq!(text(&got, &member), "x");
        let listed = world.ok(root, &format!("List{kind}Policies"), &of[..1]);
        assert!(listed.contains("<member>p</member>"), "{listed}");
        world.ok(root, &format!("Delete{kind}Policy"), &of);
        let message = format!("The {} policy with name p cannot be found.", kind.to_lowercase());
        world.refused(root, &format!("Get{kind}Policy"), &of, (404, "NoSuchEntity", &message));
        let bad = [&of[..], &[("PolicyDocument", "{")]].concat();
        let syntax = (400, "MalformedPolicyDocument", "Syntax errors in policy.");
        world.refused(root, &format!("Put{kind}Policy"), &bad, syntax);
    }
}

/// One list of all there is, which pages and filters.
#[test]
fn auditors_get_everything() {
    let world = World::new();
    let root = &world.root;
    world.user("alice", &allowing("s3:*"));
    world.ok(root, "CreateGroup", &[("GroupName", "g")]);
    world.ok(root, "AddUserToGroup", &[("GroupName", "g"), ("UserName", "alice")]);
    let trust = ("AssumeRolePolicyDocument", OPEN_TRUST);
    world.ok(root, "CreateRole", &[("RoleName", "r"), trust]);
    create(&world, "own", &allowing("s3:*"));
    let audit = ("PolicyArn", "arn:aws:iam::aws:policy/SecurityAudit");
    world.ok(root, "AttachGroupPolicy", &[("GroupName", "g"), audit]);
    let all = world.ok(root, "GetAccountAuthorizationDetails", &[]);
    assert!(all.contains("<GroupList><member>g</member></GroupList>"), "{all}");
    assert!(all.contains("<PolicyName>own</PolicyName><PolicyDocument>%7B"), "{all}");
    assert!(all.contains("policy/SecurityAudit") && !all.contains("policy/AdministratorAccess"));
    let users = world.ok(root, "GetAccountAuthorizationDetails", &[("Filter.member.1", "User")]);
    assert!(users.contains("<RoleDetailList/>") && users.contains("<UserName>alice</UserName>"));
    let (mut pages, mut marker) = (0, String::new());
    loop {
        let mut page = vec![("MaxItems", "1")];
        if !marker.is_empty() {
            page.push(("Marker", &marker));
        }
        let body = world.ok(root, "GetAccountAuthorizationDetails", &page);
        pages += 1;
        marker = text(&body, "Marker");
        if marker.is_empty() {
            break;
        }
    }
    assert_eq!(pages, 5, "user, group, role and two policies");
}

/// Observed: the decisions and the members about an allowed and a silently refused action.
#[test]
fn simulations_decide_as_calls_do() {
    let world = World::new();
    world.user("alice", &allowing("s3:Put*"));
    let asked = [
        ("PolicySourceArn", "arn:aws:iam::111122223333:user/alice"),
        ("ActionNames.member.1", "s3:PutObject"),
        ("ActionNames.member.2", "s3:GetObjectVersion"),
        ("ResourceArns.member.1", "arn:aws:s3:::bucket"),
    ];
    let body = world.ok(&world.root, "SimulatePrincipalPolicy", &asked);
    assert!(
        body.contains(
            "<EvalActionName>s3:PutObject</EvalActionName><EvalResourceName>\
        arn:aws:s3:::bucket</EvalResourceName><EvalDecision>allowed</EvalDecision>"
        ),
        "{body}"
    );
    assert!(body.contains("<EvalDecision>implicitDeny</EvalDecision><MatchedStatements/>"));
    let place = "<SourcePolicyId>own</SourcePolicyId><SourcePolicyType>IAM Policy</SourcePolicyType>\
                 <StartPosition><Line>1</Line><Column>38</Column></StartPosition>\
                 <EndPosition><Line>1</Line><Column>90</Column></EndPosition>";
    assert!(body.contains(place), "{body}");
    assert_eq!(world.last_event()["readOnly"], true);
    let deny = allowing("s3:PutObject").replace("Allow", "Deny");
    let denied = [&asked[..], &[("PolicyInputList.member.1", deny.as_str())]].concat();
    let body = world.ok(&world.root, "SimulatePrincipalPolicy", &denied);
    assert_eq!(text(&body, "EvalDecision"), "explicitDeny");
    assert!(body.contains("<SourcePolicyId>PolicyInputList.1</SourcePolicyId>"), "{body}");
    assert!(!body.contains("<SourcePolicyId>own</SourcePolicyId>"), "only denials: {body}");
    let on_ip = allowing("s3:*").replace(
        r#""Resource":"*""#,
        r#""Resource":"*","Condition":{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}"#,
    );
    for (ip, want) in [("10.1.2.3", "allowed"), ("192.0.2.1", "implicitDeny")] {
        let custom = [
            ("PolicyInputList.member.1", on_ip.as_str()),
            ("ActionNames.member.1", "s3:GetObject"),
            ("ContextEntries.member.1.ContextKeyName", "aws:SourceIp"),
            ("ContextEntries.member.1.ContextKeyType", "ip"),
            ("ContextEntries.member.1.ContextKeyValues.member.1", ip),
        ];
        let body = world.ok(&world.root, "SimulateCustomPolicy", &custom);
        assert_eq!(text(&body, "EvalDecision"), want);
    }
    let costly = vec![format!(r#""*{}b*""#, "a?".repeat(1_000)); 64].join(",");
    let costly = allowing("s3:*").replace(
        r#""Resource":"*""#,
        &format!(r#""Resource":"*","Condition":{{"StringLike":{{"aws:UserAgent":[{costly}]}}}}"#),
    );
    let agent = "a".repeat(8_192);
    let asked = [
        ("PolicyInputList.member.1", costly.as_str()),
        ("ActionNames.member.1", "s3:GetObject"),
        ("ContextEntries.member.1.ContextKeyName", "aws:UserAgent"),
        ("ContextEntries.member.1.ContextKeyType", "string"),
        ("ContextEntries.member.1.ContextKeyValues.member.1", agent.as_str()),
    ];
    let message = "The policies take too long to evaluate.";
    world.refused(&world.root, "SimulateCustomPolicy", &asked, (500, "PolicyEvaluation", message));
    let ghost = [
        ("PolicySourceArn", "arn:aws:iam::111122223333:user/ghost"),
        ("ActionNames.member.1", "s3:PutObject"),
    ];
    let message = "The user with name ghost cannot be found.";
    world.refused(&world.root, "SimulatePrincipalPolicy", &ghost, (404, "NoSuchEntity", message));
}

/// Only what is on the page is decided: a request can ask for millions of answers.
#[test]
fn simulations_decide_no_more_than_their_page() {
    let world = World::new();
    // Two decisions about it take fewer steps than an answer may, ten take more.
    let costly = vec![format!(r#""*{}b*""#, "a?".repeat(1_000)); 4].join(",");
    let costly = allowing("s3:*").replace(
        r#""Resource":"*""#,
        &format!(r#""Resource":"*","Condition":{{"StringLike":{{"aws:UserAgent":[{costly}]}}}}"#),
    );
    let agent = "a".repeat(8_192);
    let names: Vec<String> = (1..=10).map(|at| format!("ActionNames.member.{at}")).collect();
    let mut asked = vec![
        ("PolicyInputList.member.1", costly.as_str()),
        ("ContextEntries.member.1.ContextKeyName", "aws:UserAgent"),
        ("ContextEntries.member.1.ContextKeyType", "string"),
        ("ContextEntries.member.1.ContextKeyValues.member.1", agent.as_str()),
    ];
    asked.extend(names.iter().map(|name| (name.as_str(), "s3:GetObject")));
    let message = "The policies take too long to evaluate.";
    world.refused(&world.root, "SimulateCustomPolicy", &asked, (500, "PolicyEvaluation", message));
    asked.push(("MaxItems", "2"));
    let body = world.ok(&world.root, "SimulateCustomPolicy", &asked);
    assert_eq!(body.matches("<EvalActionName>").count(), 2, "{body}");
    assert_eq!(text(&body, "IsTruncated"), "true");
}

/// Service-linked roles alone may have the policies of services, and there are none of these roles.
#[test]
fn policies_of_services_are_not_attachable() {
    let world = World::new();
    let (root, trust) = (&world.root, ("AssumeRolePolicyDocument", OPEN_TRUST));
    world.ok(root, "CreateUser", &[("UserName", "n")]);
    world.ok(root, "CreateGroup", &[("GroupName", "n")]);
    world.ok(root, "CreateRole", &[("RoleName", "n"), trust]);
    let arn = "arn:aws:iam::aws:policy/aws-service-role/Ec2InstanceConnectEndpoint";
    let (user, group, role) = (("UserName", "n"), ("GroupName", "n"), ("RoleName", "n"));
    let (policy, boundary) = (("PolicyArn", arn), ("PermissionsBoundary", arn));
    let message = "Cannot attach a Service Role Policy to a Customer Role.";
    for (action, of) in [
        ("AttachUserPolicy", [user, policy]),
        ("AttachGroupPolicy", [group, policy]),
        ("AttachRolePolicy", [role, policy]),
        ("PutUserPermissionsBoundary", [user, boundary]),
        ("PutRolePermissionsBoundary", [role, boundary]),
    ] {
        world.refused(root, action, &of, (400, "PolicyNotAttachable", message));
        assert_eq!(world.last_event()["errorCode"], "PolicyNotAttachableException", "{action}");
    }
}
