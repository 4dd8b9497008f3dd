//! A key, a bucket, a trail, and its log files: each step may be repeated, as by a user who is
//! unsure whether it was done.

use serde_json::json;
use testkit::Answered;

use crate::world::{LOGS, World};

pub(crate) const TRAIL: &str = "four-steps";
const ALIAS: &str = "alias/mori/kms";

/// Repeats a step until it succeeds; `done` is the error if it was done before.
fn insist(world: &mut World, done: &str, mut step: impl FnMut(&mut World) -> Option<Answered>) {
    for _ in 0..20 {
        let Some(answered) = step(world) else { continue };
        let fine = answered.status < 300 || answered.error().1 == done;
        assert!(fine, "{} {}", answered.status, answered.text());
        return;
    }
    panic!("the power goes once");
}

/// Runs the four steps, and lets files and digests be delivered.
pub(crate) fn go(world: &mut World, minutes: u64) {
    let bucket = LOGS[0];
    let key = loop {
        if let Some(key) = world.create_log_key() {
            break key;
        }
    };
    let id = key.rsplit('/').next().unwrap().to_owned();
    insist(world, "AlreadyExistsException", |world| {
        world.kms("CreateAlias", &json!({"AliasName": ALIAS, "TargetKeyId": id}))
    });
    for bucket in LOGS {
        insist(world, "BucketAlreadyOwnedByYou", |world| world.create_bucket(bucket));
    }
    let encryption = format!(
        "<ServerSideEncryptionConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
         <Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>aws:kms</SSEAlgorithm>\
         <KMSMasterKeyID>{key}</KMSMasterKeyID></ApplyServerSideEncryptionByDefault>\
         <BucketKeyEnabled>true</BucketKeyEnabled></Rule></ServerSideEncryptionConfiguration>"
    );
    insist(world, "", |world| {
        world.s3("PUT", &format!("/{bucket}?encryption"), encryption.as_bytes())
    });
    insist(world, "", |world| world.put_bucket_policy(bucket, true));
    let create = json!({"Name": TRAIL, "S3BucketName": bucket, "KmsKeyId": ALIAS,
        "IsMultiRegionTrail": true, "EnableLogFileValidation": true});
    insist(world, "TrailAlreadyExistsException", |world| world.trail("CreateTrail", &create));
    insist(world, "", |world| world.trail("StartLogging", &json!({"Name": TRAIL})));
    world.pass_minutes(minutes);
    insist(world, "", |world| world.trail("StopLogging", &json!({"Name": TRAIL})));
}
