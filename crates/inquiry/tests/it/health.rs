//! `DescribeServer`: identifies the server, and returns its timing to every caller and its health to
//! callers with permission.

use serde_json::{Value, json};
use types::{MINUTE_MS, SECOND_MS};

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

/// Every caller with credentials learns how often the server delivers, so that the console need not
/// guess; the profile follows from the interval.
#[test]
fn timing_needs_no_right() {
    let world = World::new();
    let nothing = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Deny", "Action": "*", "Resource": "*"}]});
    let stranger = world.kit.user("stranger", &nothing);
    let ask =
        || world.kit.json_as(&stranger, "Shoseki_20261101.DescribeServer", &json!({})).ok().json();
    for (delivery, digest, profile) in [
        (300, 3_600, "standard"),
        (60, 60, "standard"),
        (59, 3_600, "rehearsal"),
        (2, 30, "rehearsal"),
    ] {
        let timing = cloudtrail::Timing {
            delivery_interval_ms: delivery * SECOND_MS,
            digest_interval_ms: digest * SECOND_MS,
        };
        cloudtrail::deliver(&world.kit.gateway, &timing, &types::steady);
        let answer = ask();
        assert_eq!(answer["DeliveryInterval"], delivery, "{answer}");
        assert_eq!(answer["DigestInterval"], digest, "{answer}");
        assert_eq!(answer["Profile"], profile, "{answer}");
    }
}
