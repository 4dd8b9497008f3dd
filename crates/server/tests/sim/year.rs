//! A year of hourly digests.

use serde_json::json;
use types::{DAY_MS, SECOND_MS};

use crate::four_steps::TRAIL;
use crate::proof::{PublicKeys, check_digests, read_logs};
use crate::replay::replay;
use crate::world::{LOGS, World};

/// Days that are lived without `SIM_SEEDS`, which lives the whole year: two changes of key pairs.
const SHORT_YEAR_DAYS: u64 = 61;

/// Twelve months of hourly digests verify from the first to the newest, with a key pair for every
/// thirty days. The machine wakes once a day and catches up on its hours.
#[test]
fn a_year_of_hourly_digests_verifies() {
    let mut world = World::new(9);
    for bucket in LOGS {
        world.create_bucket(bucket).unwrap().ok();
    }
    world.put_bucket_policy(LOGS[0], true).unwrap().ok();
    let create = json!({"Name": TRAIL, "S3BucketName": LOGS[0], "EnableLogFileValidation": true});
    world.trail("CreateTrail", &create).unwrap().ok();
    // Writes only: idle hours have no log file, but a digest.
    let put = json!({"TrailName": TRAIL, "EventSelectors": [{"ReadWriteType": "WriteOnly",
        "IncludeManagementEvents": true, "DataResources": []}]});
    world.trail("PutEventSelectors", &put).unwrap().ok();
    world.trail("StartLogging", &json!({"Name": TRAIL})).unwrap().ok();
    let start = world.clock.now();
    let days = if crate::is_thorough() { 365 } else { SHORT_YEAR_DAYS };
    for day in 1..=days {
        world.set_clock(start.plus_ms(day * DAY_MS + SECOND_MS));
        if day % 10 == 0 {
            world.kms("CreateKey", &json!({})).unwrap().ok();
        }
        world.deliver();
    }
    let content = read_logs(world.kit());
    let digests = content.keys().filter(|(_, key)| key.contains("/CloudTrail-Digest/")).count();
    assert_eq!(digests as u64, days * 24);
    let replayed = replay(&world.kit().events());
    assert!(replayed.validated.contains(&(LOGS[0].to_owned(), String::new())));
    check_digests(world.kit(), &content, &replayed);
    let pairs = PublicKeys::ask(world.kit()).len() as u64;
    assert_eq!(pairs, (days - 1) / 30 + 1, "one for every thirty days");
}
