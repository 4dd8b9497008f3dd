//! Simulations that would take too long.

use crate::world::*;

/// A simulation about a user has the limit of one about a policy alone.
#[test]
fn a_costly_simulation_about_a_user_is_refused() {
    let world = World::new();
    drop(world.user("u", &allowing("s3:ListBucket")));
    let costly = vec![format!(r#""*{}b*""#, "a?".repeat(1_000)); 64].join(",");
    let costly = allowing("s3:*").replace(
        r#""Resource":"*""#,
        &format!(r#""Resource":"*","Condition":{{"StringLike":{{"aws:UserAgent":[{costly}]}}}}"#),
    );
    let agent = "a".repeat(8_192);
    let asked = [
        ("PolicySourceArn", "arn:aws:iam::111122223333:user/u"),
        ("ActionNames.member.1", "s3:GetObject"),
        ("ContextEntries.member.1.ContextKeyName", "aws:UserAgent"),
        ("ContextEntries.member.1.ContextKeyType", "string"),
        ("ContextEntries.member.1.ContextKeyValues.member.1", agent.as_str()),
        ("PolicyInputList.member.1", costly.as_str()),
    ];
    world.ok(&world.root, "SimulatePrincipalPolicy", &asked[..5]);
    let message = "The policies take too long to evaluate.";
    world.refused(
        &world.root,
        "SimulatePrincipalPolicy",
        &asked,
        (500, "PolicyEvaluation", message),
    );
    assert_eq!(world.last_event()["errorCode"], "PolicyEvaluationException");
}
