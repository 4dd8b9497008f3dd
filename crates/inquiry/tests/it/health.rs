//! `DescribeServer`: identifies the server, and returns its health to callers with permission.

use serde_json::{Value, json};
use types::MINUTE_MS;

use crate::world::{World, key_policy};

/// Refused deliveries degrade the server; a caller without the right learns version and region.
#[test]
fn health_requires_permission() {
    let world = World::new();
    let document = |action: &str| {
        json!({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": action, "Resource": "*"}]})
    };
    let operator = world.kit.user("operator", &document("shoseki:DescribeServer"));
    let stranger = world.kit.user("stranger", &document("s3:*"));
    let ask = |who| world.kit.json_as(who, "Shoseki_20261101.DescribeServer", &json!({})).ok();
    let health = |who| {
        let answer = ask(who).json();
        assert_eq!(answer["Region"], "ap-northeast-1");
        (answer["Status"].clone(), answer["Reasons"].clone())
    };
    world.pass_hours(1);
    assert_eq!(health(&operator), ("ok".into(), json!([])));
    let policy = key_policy("arn:aws:cloudtrail:ap-northeast-1:111122223333:trail/other");
    let put = json!({"KeyId": world.key_arn, "PolicyName": "default",
        "Policy": policy.to_string()});
    world.kit.json("TrentService.PutKeyPolicy", &put).ok();
    world.kit.clock.set(world.kit.clock.now().plus_ms(10 * MINUTE_MS));
    world.pass_hours(1);
    assert_eq!(health(&operator), ("degraded".into(), json!(["delivery-refused"])));
    assert_eq!(health(&stranger), (Value::Null, Value::Null));
}
