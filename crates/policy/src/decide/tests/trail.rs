//! The two policies that CloudTrail needs: its bucket's and its key's.

use super::scene::*;

const TRAIL: &str = "arn:aws:cloudtrail:ap-northeast-1:111122223333:trail/audit";
const TRAIL_BUCKET: &str = r#"{"Version":"2012-10-17","Statement":[
    {"Sid":"AclCheck","Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},
     "Action":"s3:GetBucketAcl","Resource":"arn:aws:s3:::logs",
     "Condition":{"StringEquals":{"AWS:SourceArn":"arn:aws:cloudtrail:ap-northeast-1:111122223333:trail/audit"}}},
    {"Sid":"Write","Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},
     "Action":"s3:PutObject","Resource":"arn:aws:s3:::logs/AWSLogs/111122223333/*",
     "Condition":{"StringEquals":{"s3:x-amz-acl":"bucket-owner-full-control",
        "AWS:SourceArn":"arn:aws:cloudtrail:ap-northeast-1:111122223333:trail/audit"}}}]}"#;
const TRAIL_KEY: &str = r#"{"Version":"2012-10-17","Id":"Key policy created by CloudTrail","Statement":[
    {"Sid":"Enable IAM User Permissions","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},
     "Action":"kms:*","Resource":"*"},
    {"Sid":"Allow CloudTrail to encrypt logs","Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},
     "Action":"kms:GenerateDataKey*","Resource":"*",
     "Condition":{"StringEquals":{"AWS:SourceArn":"arn:aws:cloudtrail:ap-northeast-1:111122223333:trail/audit"},
        "StringLike":{"kms:EncryptionContext:aws:cloudtrail:arn":"arn:aws:cloudtrail:*:111122223333:trail/*"}}}]}"#;

/// CloudTrail's two statements on its bucket, for the right trail and for another one.
#[test]
fn a_trail_delivers_only_as_the_trail_the_bucket_names() {
    let put = |trail: &'static str, resource: &'static str| Scene {
        action: "s3:PutObject",
        resource,
        keys: vec![
            ("aws:SourceArn", trail),
            ("aws:SourceAccount", OWN),
            ("s3:x-amz-acl", "bucket-owner-full-control"),
        ],
        ..Scene::s3(service("cloudtrail.amazonaws.com")).policy(TRAIL_BUCKET)
    };
    let log = "arn:aws:s3:::logs/AWSLogs/111122223333/CloudTrail/x.json.gz";
    let wrong = "arn:aws:cloudtrail:ap-northeast-1:111122223333:trail/other";
    check(&put(TRAIL, log), "+ Resource");
    check(&put(wrong, log), "- Resource");
    check(&put(TRAIL, "arn:aws:s3:::logs/AWSLogs/444455556666/x"), "- Resource");
    check(&Scene { keys: vec![("aws:SourceArn", TRAIL)], ..put(TRAIL, log) }, "- Resource");
    check(&Scene { principal: service("config.amazonaws.com"), ..put(TRAIL, log) }, "- Resource");
    check(&Scene { action: "s3:GetBucketAcl", ..put(TRAIL, "arn:aws:s3:::logs") }, "+ Resource");
    check(&Scene { action: "s3:GetBucketAcl", ..put(wrong, "arn:aws:s3:::logs") }, "- Resource");
}

/// CloudTrail's statement on its key, for the right trail, another one, and other actions.
#[test]
fn a_trail_encrypts_only_as_the_trail_the_key_names() {
    let generate = |trail: &'static str| Scene {
        action: "kms:GenerateDataKey",
        keys: vec![("aws:SourceArn", trail), ("kms:EncryptionContext:aws:CloudTrail:arn", trail)],
        ..Scene::kms(service("cloudtrail.amazonaws.com")).policy(TRAIL_KEY)
    };
    check(&generate(TRAIL), "+ Resource");
    check(&generate("arn:aws:cloudtrail:ap-northeast-1:111122223333:trail/x"), "- Resource");
    check(&Scene { keys: vec![("aws:SourceArn", TRAIL)], ..generate(TRAIL) }, "- Resource");
    check(&Scene { action: "kms:Decrypt", ..generate(TRAIL) }, "- Resource");
    let reader = Scene { keys: vec![], ..generate(TRAIL) };
    check(&Scene { principal: user(), ..reader.clone() }, "- Identity");
    check(&Scene { principal: user(), ..reader }.identity(EVERYTHING), "+ Identity");
}
