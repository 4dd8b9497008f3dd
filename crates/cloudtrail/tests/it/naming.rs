//! Names and ARNs that are none.

use serde_json::json;

use crate::scene::{Scene, TRAIL};

/// `DescribeTrails` leaves out trails that are not there, and refuses what cannot name one.
#[test]
fn trails_are_described_by_names_that_are_names() {
    let scene = Scene::with_trail();
    let list = |names: &[&str]| scene.trail("DescribeTrails", &json!({ "trailNameList": names }));
    let listed = list(&["no-such-trail", TRAIL]).ok().json();
    assert_eq!(listed["trailList"].as_array().unwrap().len(), 1, "{listed}");
    for (name, code) in [
        ("x", "InvalidTrailNameException"),
        ("192.168.5.4", "InvalidTrailNameException"),
        (
            "arn:aws:cloudtrail:ap-northeast-1:111122223333:channel/x",
            "CloudTrailARNInvalidException",
        ),
        ("arn:aws:s3:::bucket", "CloudTrailARNInvalidException"),
    ] {
        let refused = list(&[TRAIL, name]).error();
        assert_eq!((refused.0, refused.1.as_str()), (400, code), "{name}");
        assert_eq!(scene.kit.event("DescribeTrails")["errorCode"], code, "{name}");
    }
}
