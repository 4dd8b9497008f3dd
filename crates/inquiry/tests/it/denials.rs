//! Every operation of our own service is denied to a caller without the right for it.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::world::{TRAIL_ARN, World};

/// A denial comes before anything is read, and is recorded.
#[test]
fn every_operation_is_denied_without_a_right() {
    let world = World::new();
    let right = json!({"Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Action": "kms:ListKeys", "Resource": "*"}});
    let outsider = world.kit.user("outsider", &right);
    let calls = [
        ("DescribeDeliveries", json!({})),
        ("ExplainDenial", json!({"RequestId": "11111111-2222-3333-4444-555555555555"})),
        ("ForecastDeliveries", json!({})),
        ("ReviewPolicy", json!({"Kind": "Inline", "Document": "{}"})),
        ("ValidateTrail", json!({"Name": TRAIL_ARN})),
    ];
    let served: BTreeSet<_> = inquiry::ROWS.iter().map(|row| row.spec.name).collect();
    let called = calls.iter().map(|(operation, _)| *operation);
    // Callers without the right for it get a shorter answer.
    assert_eq!(called.chain(["DescribeServer"]).collect::<BTreeSet<_>>(), served);
    for (operation, input) in calls {
        let target = format!("Shoseki_20261101.{operation}");
        let (status, code, _) = world.kit.json_as(&outsider, &target, &input).error();
        assert_eq!((status, code.as_str()), (400, "AccessDeniedException"), "{operation}");
        let event = world.kit.event(operation);
        assert_eq!(event["errorCode"], "AccessDenied", "{operation}");
        assert_eq!(event["responseElements"], Value::Null, "{operation}");
        assert_eq!(event["userIdentity"]["userName"], "outsider", "{operation}");
    }
}
