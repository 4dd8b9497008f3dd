//! `DescribeServer`: identifies the server, and returns its timing to every caller and its health to
//! callers with permission.

use serde_json::{Value, json};
use testkit::{Disk, Kit};
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
    let unprivileged = world.kit.user("unprivileged", &document("s3:*"));
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
    assert_eq!(health(&unprivileged), (Value::Null, Value::Null));
}

/// Every caller with credentials receives the delivery intervals; the profile follows from them.
#[test]
fn timing_needs_no_right() {
    let nothing = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Deny", "Action": "*", "Resource": "*"}]});
    for (delivery, digest, profile) in [
        (300, 3_600, "standard"),
        (60, 60, "standard"),
        (59, 3_600, "rehearsal"),
        (2, 30, "rehearsal"),
    ] {
        let timing = trail::Timing {
            delivery_interval_ms: delivery * SECOND_MS,
            digest_interval_ms: digest * SECOND_MS,
        };
        let kit = Kit::timed(&Disk::with_power(), &[inquiry::ROWS, iam::ROWS], timing);
        let outsider = kit.user("outsider", &nothing);
        let answer = kit.json_as(&outsider, "Shoseki_20261101.DescribeServer", &json!({}));
        let answer = answer.ok().json();
        assert_eq!(answer["DeliveryInterval"], delivery, "{answer}");
        assert_eq!(answer["DigestInterval"], digest, "{answer}");
        assert_eq!(answer["Profile"], profile, "{answer}");
    }
}
