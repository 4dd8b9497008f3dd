//! Conditions that cannot be evaluated.

use super::*;

/// A bucket policy's statement with a condition.
fn when(effect: &str, condition: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Sid":"R","Effect":"{effect}","Principal":{{"AWS":"arn:aws:iam::111122223333:user/u"}},"Action":"*","Resource":"*","Condition":{{{condition}}}}}}}"#
    )
}

/// A condition that cannot be evaluated never makes an Allow apply, and always makes a Deny apply,
/// negated or not.
#[test]
fn conditions_that_cannot_be_evaluated_never_help() {
    let scene = Scene {
        keys: vec![
            ("aws:SourceIp", "192.0.2.1"),
            ("aws:CurrentTime", "2026-01-02T03:04:05Z"),
            ("s3:max-keys", "ten"),
            ("s3:signatureAge", "5"),
            ("aws:SourceArn", "arn:aws:s3:::b"),
            ("aws:SecureTransport", "true"),
        ],
        ..Scene::s3(user())
    };
    for condition in [
        r#""IpAddress":{"aws:SourceIp":"203.0.113.0/33"}"#,
        r#""NotIpAddress":{"aws:SourceIp":"203.0.113.0/33"}"#,
        r#""NotIpAddress":{"aws:SourceIp":["203.0.113.0/24","office"]}"#,
        r#""NumericEquals":{"s3:max-keys":"10"}"#,
        r#""NumericNotEquals":{"s3:max-keys":"10"}"#,
        r#""NumericNotEqualsIfExists":{"s3:max-keys":"10"}"#,
        r#""ForAllValues:NumericNotEquals":{"s3:max-keys":"10"}"#,
        r#""NumericGreaterThan":{"s3:signatureAge":"6e5"}"#,
        r#""NumericNotEquals":{"s3:signatureAge":"${s3:max-keys}"}"#,
        r#""DateLessThan":{"aws:CurrentTime":"next year"}"#,
        r#""DateNotEquals":{"aws:CurrentTime":"next year"}"#,
        r#""ArnLike":{"aws:SourceArn":"arn:aws:sns:*:t"}"#,
        r#""ArnNotLike":{"aws:SourceArn":"my-topic"}"#,
        r#""ArnNotLike":{"aws:SourceIp":"arn:aws:sns:*:*:*"}"#,
        r#""Bool":{"aws:SecureTransport":"yes"}"#,
        r#""Null":{"aws:SourceIp":"no"}"#,
        r#""BinaryEquals":{"aws:SourceIp":"%"}"#,
    ] {
        check(&scene.clone().policy(when("Allow", condition)), "- Identity");
        let denied = scene.clone().identity(EVERYTHING).policy(when("Deny", condition));
        check(&denied, "- Resource R");
    }
}

/// If one condition of a statement fails, the statement does not apply, and the others need not be
/// evaluable.
#[test]
fn decided_conditions_need_not_be_evaluated() {
    let scene = Scene { keys: vec![("aws:SourceIp", "192.0.2.1")], ..Scene::s3(user()) };
    let both = r#""IpAddress":{"aws:SourceIp":"x"},"StringEquals":{"aws:username":"v"}"#;
    check(&scene.clone().identity(EVERYTHING).policy(when("Deny", both)), "+ Identity");
    check(&scene.policy(when("Allow", both)), "- Identity");
}

/// A decision that runs out of steps is a denial: for the remaining comparisons no Allow applies
/// and every Deny does.
#[test]
fn a_decision_without_steps_denies() {
    let like = |pattern: &str| format!(r#""StringLike":{{"aws:UserAgent":"{pattern}"}}"#);
    let agent = "a".repeat(8_000).leak();
    let scene = Scene { keys: vec![("aws:UserAgent", agent)], ..Scene::s3(user()) };
    let few = |scene: Scene| Scene { steps: 1_000, ..scene };
    let (hits, misses) = (like(&format!("*{}*", "a?".repeat(400))), like("*b*"));
    let allowed = scene.clone().policy(when("Allow", &hits));
    check(&allowed, "+ Resource");
    check(&few(allowed), "- Identity");
    let spared = scene.identity(EVERYTHING).policy(when("Deny", &misses));
    check(&spared, "+ Identity");
    check(&Scene { steps: 100, ..spared }, "- Resource R");
}

/// The most expensive policy and request that can be sent stay within the budget.
#[test]
fn a_hostile_policy_has_an_end() {
    let patterns = vec![format!(r#""*{}b*""#, "a?".repeat(450)); 18].join(",");
    let condition = format!(r#""StringLike":{{"aws:UserAgent":[{patterns}]}}"#);
    for (len, want) in [(8_192, "+ Identity"), (50_000, "- Resource R")] {
        let agent = "a".repeat(len).leak();
        let scene = Scene { keys: vec![("aws:UserAgent", agent)], ..Scene::s3(user()) };
        check(&scene.identity(EVERYTHING).policy(when("Deny", &condition)), want);
    }
}
