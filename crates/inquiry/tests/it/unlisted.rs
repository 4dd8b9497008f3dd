//! Data that no operation of AWS returns is read with operations without a row.

use serde_json::json;

use crate::world::{BUCKET, World};

/// They leave no event, and a client that names one gets AWS's error for an unknown operation.
#[test]
fn only_our_own_service_calls_operations_without_a_row() {
    let world = World::new();
    let unlisted = ["ForecastStops", "ReadBacklog", "ReadDeliveries"];
    for operation in unlisted {
        let (status, code, _) = world.trail(operation, &json!({})).error();
        assert_eq!((status, code.as_str()), (400, "UnknownOperationException"), "{operation}");
    }
    let before = world.kit.events().len();
    world.own("DescribeDeliveries", &json!({})).ok();
    world.own("DescribeServer", &json!({})).ok();
    world.own("ForecastDeliveries", &json!({"Bucket": BUCKET})).ok();
    let events = world.kit.events();
    let names: Vec<_> = events[before..].iter().map(|event| &event["eventName"]).collect();
    assert_eq!(names, ["DescribeDeliveries", "DescribeServer", "ForecastDeliveries"]);
}
