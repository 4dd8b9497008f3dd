//! Calls whose clients request JSON.

use serde_json::json;
use testkit::Answered;

use crate::world::*;

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded; charset=utf-8");
const JSON: (&str, &str) = ("accept", "application/json");

fn call(world: &World, who: &Credentials, service: &str, body: &str) -> Answered {
    world.kit.send(who, service, "POST", "/", &[FORM, JSON], body.as_bytes())
}

fn is_json(answer: &Answered) {
    assert_eq!(answer.header("content-type"), "application/json");
    assert!(!answer.header("x-amzn-requestid").is_empty());
}

/// A client that requests JSON gets it, with numbers as numbers and the request ID of the header.
#[test]
fn answers_are_json_for_those_who_ask() {
    let world = World::new();
    let alice = world.user("alice", &allowing("sts:*"));
    let who = call(&world, &alice, "sts", "Action=GetCallerIdentity&Version=2011-06-15");
    assert_eq!(who.status, 200);
    is_json(&who);
    let body = who.json();
    let answer = &body["GetCallerIdentityResponse"];
    assert_eq!(answer["GetCallerIdentityResult"]["Arn"], "arn:aws:iam::111122223333:user/alice");
    assert_eq!(answer["ResponseMetadata"]["RequestId"], who.header("x-amzn-requestid"));
    let role = [("RoleName", "r"), ("AssumeRolePolicyDocument", OPEN_TRUST)];
    world.ok(&world.root, "CreateRole", &role);
    let assume = "Action=AssumeRole&RoleArn=arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2Fr\
                  &RoleSessionName=s1&DurationSeconds=900";
    let assumed = call(&world, &alice, "sts", assume).json();
    let session = &assumed["AssumeRoleResponse"]["AssumeRoleResult"]["Credentials"];
    assert_eq!(session["Expiration"], 1_772_324_100);
    let users = call(&world, &world.root, "iam", "Action=ListUsers").json();
    let users = &users["ListUsersResponse"]["ListUsersResult"];
    assert_eq!(users["IsTruncated"], false);
    assert_eq!(users["Users"][0]["CreateDate"], 1_772_323_200);
}

/// Refusals of operations, of policies and of signatures are JSON, too.
#[test]
fn refusals_are_json_for_those_who_ask() {
    let world = World::new();
    let alice = world.user("alice", "");
    let refusal = |answer: &Answered| {
        is_json(answer);
        let body = answer.json();
        assert_eq!(body["RequestId"], answer.header("x-amzn-requestid"));
        assert_eq!(body["Error"]["Type"], "Sender");
        (answer.status, body["Error"]["Code"].as_str().unwrap_or_default().to_owned())
    };
    let code = |status, code: &str| (status, code.to_owned());
    let unknown = Credentials {
        access_key_id: "AKIAUNKNOWN".to_owned(),
        secret: "x".to_owned(),
        session_token: None,
    };
    let who = "Action=GetCallerIdentity";
    let unsigned = [FORM, JSON];
    for (answer, want) in [
        (call(&world, &alice, "sts", "Action=AssumeRole"), code(400, "ValidationError")),
        (call(&world, &alice, "iam", "Action=ListUsers"), code(403, "AccessDenied")),
        (call(&world, &alice, "sts", "Action=None"), code(400, "InvalidAction")),
        (call(&world, &unknown, "sts", who), code(403, "InvalidClientTokenId")),
        (
            world.kit.send_raw("POST", "/", &unsigned, who.as_bytes()),
            code(403, "MissingAuthenticationToken"),
        ),
    ] {
        assert_eq!(refusal(&answer), want);
    }
    let plain = world.kit.send(&unknown, "sts", "POST", "/", &[FORM], who.as_bytes());
    assert_eq!(plain.header("content-type"), "text/xml");
    assert_eq!(plain.error().1, "InvalidClientTokenId");
    let body = call(&world, &alice, "sts", "Action=AssumeRole").json();
    assert_eq!(body["Error"]["Type"], json!("Sender"));
}
