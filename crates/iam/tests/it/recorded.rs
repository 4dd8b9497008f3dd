//! Refusals that AWS was seen to make, for the operations that are here.
//!
//! Observed: the codes and messages of `recorded.json`, whose origin NOTICE names.
//! The inputs are ours; some recorded messages belong to operations that are not here, and are
//! held against others with the same check.

use serde_json::Value;

use crate::world::*;

const RECORDED: &str = include_str!("recorded.json");

/// Status, code and message are AWS's.
#[test]
fn refusals_are_those_that_were_recorded() {
    let world = World::new();
    let alice = world.user("alice", &allowing("sts:*"));
    let role = [("RoleName", "r"), ("AssumeRolePolicyDocument", OPEN_TRUST)];
    world.ok(&world.root, "CreateRole", &role);
    let own = allowing("sts:*");
    let policy = [("RoleName", "r"), ("PolicyName", "p"), ("PolicyDocument", own.as_str())];
    world.ok(&world.root, "PutRolePolicy", &policy);
    let asked = [
        ("RoleArn", "arn:aws:iam::111122223333:role/r"),
        ("RoleSessionName", "s1"),
        ("Tags.member.1.Key", "SessionTag1"),
        ("Tags.member.1.Value", "value1"),
        ("TransitiveTagKeys.member.1", "SessionTag1"),
    ];
    let session = credentials(&world.ok(&alice, "AssumeRole", &asked));
    let rows: Vec<Value> = serde_json::from_str(RECORDED).unwrap();
    assert!(rows.len() >= 11);
    for row in rows {
        let text = |name: &str| row[name].as_str().unwrap();
        let who = if text("who") == "session" { &session } else { &world.root };
        let input = row["input"].as_object().unwrap();
        let input: Vec<_> =
            input.iter().map(|(name, value)| (name.as_str(), value.as_str().unwrap())).collect();
        let status = u16::try_from(row["status"].as_u64().unwrap()).unwrap();
        world.refused(who, text("call"), &input, (status, text("code"), text("message")));
    }
}
