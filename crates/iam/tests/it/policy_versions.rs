//! Versions of managed policies.

use serde_json::{Value, json};

use crate::expect::*;
use crate::world::*;

const OWN: (&str, &str) = ("PolicyArn", "arn:aws:iam::111122223333:policy/p");

fn version(id: &str) -> [(&str, &str); 2] {
    [OWN, ("VersionId", id)]
}

fn world() -> World {
    let world = World::new();
    world.policy("p", &allowing("s3:v1"));
    world
}

fn add(world: &World, number: u32, more: &[(&str, &str)]) -> String {
    let document = allowing(&format!("s3:v{number}"));
    world.result("CreatePolicyVersion", &[&[OWN, ("PolicyDocument", &document)], more].concat())
}

/// The document is in the response to a read only.
#[test]
fn a_version_is_shown_with_its_document_when_read() {
    let world = world();
    world.kit.clock.advance_ms(61_000);
    let date = "<CreateDate>2026-03-01T00:01:01Z</CreateDate>";
    let plain = "<VersionId>v2</VersionId><IsDefaultVersion>false</IsDefaultVersion>";
    let created = add(&world, 2, &[]);
    assert_eq!(created, format!("<PolicyVersion>{plain}{date}</PolicyVersion>"));
    let (sent, answered) = world.recorded("CreatePolicyVersion");
    assert_eq!(sent, json!({"policyArn": OWN.1, "policyDocument": allowing("s3:v2")}));
    assert_eq!(
        answered,
        json!({"policyVersion": {"versionId": "v2", "isDefaultVersion": false,
            "createDate": "Mar 1, 2026 12:01:01 AM"}})
    );
    let document = wire::uri::encode(&allowing("s3:v2"));
    let got = world.result("GetPolicyVersion", &version("v2"));
    let want =
        format!("<PolicyVersion><Document>{document}</Document>{plain}{date}</PolicyVersion>");
    assert_eq!(got, want);
    let listed = world.result("ListPolicyVersions", &[OWN]);
    let first = "<VersionId>v1</VersionId><IsDefaultVersion>true</IsDefaultVersion>\
                 <CreateDate>2026-03-01T00:00:00Z</CreateDate>";
    assert_eq!(
        listed,
        format!(
            "<Versions><member>{plain}{date}</member><member>{first}</member></Versions>\
             <IsTruncated>false</IsTruncated>"
        )
    );
}

/// Changes of versions change the policy's date, reads do not; its creation stays.
#[test]
fn changes_of_versions_are_updates_of_the_policy() {
    let world = world();
    let updated = |action: &str, sent: &[(&str, &str)]| {
        world.kit.clock.advance_ms(60_000);
        world.ok(&world.root, action, sent);
        let got = world.result("GetPolicy", &[OWN]);
        assert_eq!(text(&got, "CreateDate"), "2026-03-01T00:00:00Z");
        text(&got, "UpdateDate")
    };
    let document = allowing("s3:v2");
    let sent = [OWN, ("PolicyDocument", document.as_str())];
    assert_eq!(updated("CreatePolicyVersion", &sent), "2026-03-01T00:01:00Z");
    assert_eq!(updated("GetPolicyVersion", &version("v2")), "2026-03-01T00:01:00Z");
    assert_eq!(updated("SetDefaultPolicyVersion", &version("v2")), "2026-03-01T00:03:00Z");
    assert_eq!(updated("DeletePolicyVersion", &version("v1")), "2026-03-01T00:04:00Z");
    let got = world.result("GetPolicy", &[OWN]);
    assert_eq!(text(&got, "DefaultVersionId"), "v2");
}

/// The version in force decides, and setting another one counts for the next call.
#[test]
fn the_default_version_decides() {
    let world = World::new();
    let alice = world.user("alice", "");
    world.policy("p", &allowing("iam:ListUsers"));
    world.ok(&world.root, "AttachUserPolicy", &[("UserName", "alice"), OWN]);
    world.ok(&alice, "ListUsers", &[]);
    let groups = allowing("iam:ListGroups");
    let with = ("PolicyDocument", groups.as_str());
    world.ok(&world.root, "CreatePolicyVersion", &[OWN, with]);
    let (all_users, all_groups) = (arn("user/"), arn("group/"));
    world.denied(&alice, "alice", ("ListGroups", &[]), ("iam:ListGroups", &all_groups));
    world.ok(&world.root, "SetDefaultPolicyVersion", &version("v2"));
    let (sent, answered) = world.recorded("SetDefaultPolicyVersion");
    assert_eq!(sent, json!({"policyArn": OWN.1, "versionId": "v2"}));
    assert_eq!(answered, Value::Null);
    world.ok(&alice, "ListGroups", &[]);
    world.denied(&alice, "alice", ("ListUsers", &[]), ("iam:ListUsers", &all_users));
    let users = allowing("iam:ListUsers");
    let sent = [OWN, ("PolicyDocument", users.as_str()), ("SetAsDefault", "true")];
    let created = world.result("CreatePolicyVersion", &sent);
    assert_eq!(text(&created, "IsDefaultVersion"), "true");
    world.ok(&alice, "ListUsers", &[]);
    let listed = world.result("ListPolicyVersions", &[OWN]);
    assert_eq!(texts(&listed, "IsDefaultVersion"), ["true", "false", "false"]);
}

/// Numbers are not used twice, and there are five at a time.
#[test]
fn there_are_five_versions_at_most() {
    let world = world();
    for number in 2..=5 {
        add(&world, number, &[("SetAsDefault", "false")]);
    }
    let document = allowing("s3:v6");
    let sent = [OWN, ("PolicyDocument", document.as_str())];
    let message = "A managed policy can have up to 5 versions. Before you create a new version, \
                   you must delete an existing version.";
    world.fails("CreatePolicyVersion", &sent, (409, "LimitExceeded", message));
    world.ok(&world.root, "DeletePolicyVersion", &version("v5"));
    let (sent, answered) = world.recorded("DeletePolicyVersion");
    assert_eq!(sent, json!({"policyArn": OWN.1, "versionId": "v5"}));
    assert_eq!(answered, Value::Null);
    assert_eq!(text(&add(&world, 6, &[]), "VersionId"), "v6");
    let listed = world.result("ListPolicyVersions", &[OWN]);
    assert_eq!(texts(&listed, "VersionId"), ["v6", "v4", "v3", "v2", "v1"]);
}

/// What is not there, or is in force.
#[test]
fn versions_must_exist_and_the_default_one_stays() {
    let world = world();
    let message = format!("Policy {} version v2 does not exist or is not attachable.", OWN.1);
    for action in ["GetPolicyVersion", "SetDefaultPolicyVersion", "DeletePolicyVersion"] {
        world.fails(action, &version("v2"), (404, "NoSuchEntity", &message));
        let none = [("PolicyArn", "arn:aws:iam::111122223333:policy/none"), ("VersionId", "v1")];
        let missing = format!("Policy {} was not found.", none[0].1);
        world.fails(action, &none, (404, "NoSuchEntity", &missing));
        let invalid = "1 validation error detected: Value at 'versionId' failed to satisfy \
                       constraint: Member must satisfy regular expression pattern: \
                       v[1-9][0-9]*(\\.[A-Za-z0-9-]*)?";
        for bad in ["1", "v", "v0", "V1", "v01", "latest"] {
            world.fails(action, &version(bad), (400, "ValidationError", invalid));
        }
        let suffix = format!("Policy {} version v1.x does not exist or is not attachable.", OWN.1);
        world.fails(action, &version("v1.x"), (404, "NoSuchEntity", &suffix));
    }
    let message = "Cannot delete the default version of a policy.";
    world.fails("DeletePolicyVersion", &version("v1"), (409, "DeleteConflict", message));
}

/// A document that is no policy adds no version.
#[test]
fn a_version_must_be_a_policy() {
    let world = world();
    let with_principal = trusting(ACCOUNT);
    for (document, message) in [
        ("{", "Syntax errors in policy."),
        ("{}", "Syntax errors in policy."),
        (&with_principal, "Policy document should not specify a principal."),
    ] {
        let sent = [OWN, ("PolicyDocument", document)];
        world.fails("CreatePolicyVersion", &sent, (400, "MalformedPolicyDocument", message));
        assert_eq!(world.last_event()["errorCode"], "MalformedPolicyDocumentException");
    }
    assert_eq!(texts(&world.result("ListPolicyVersions", &[OWN]), "VersionId"), ["v1"]);
    assert_eq!(text(&add(&world, 2, &[]), "VersionId"), "v2");
}
