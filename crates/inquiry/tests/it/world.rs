//! A key, a bucket and a trail that delivers.

use std::ops::ControlFlow;

use serde_json::{Value, json};
use testkit::{Answered, DIGEST_KEYS, Kit, S3Request, START};
use types::{MINUTE_MS, Region, Timestamp};

pub(crate) const BUCKET: &str = "audit-logs";
pub(crate) const TRAIL_ARN: &str = "arn:aws:cloudtrail:ap-northeast-1:111122223333:trail/audit";
pub(crate) struct World {
    pub(crate) kit: Kit,
    pub(crate) key_arn: String,
}

impl World {
    /// A trail that logs, with a key and validation.
    pub(crate) fn new() -> Self {
        let kit = Kit::new(&[inquiry::ROWS, iam::ROWS, kms::ROWS, s3::ROWS, cloudtrail::ROWS]);
        for (region, pair) in DIGEST_KEYS {
            let region = Region::parse(region).unwrap();
            cloudtrail::adopt_key_pair(&kit.gateway, &region, pair, START).unwrap();
        }
        let made = kit.json("TrentService.CreateKey", &json!({})).ok().json();
        let key_arn = made["KeyMetadata"]["Arn"].as_str().unwrap().to_owned();
        let world = Self { kit, key_arn };
        let put = json!({"KeyId": world.key_arn, "PolicyName": "default",
            "Policy": key_policy(TRAIL_ARN).to_string()});
        world.kit.json("TrentService.PutKeyPolicy", &put).ok();
        let place = "<CreateBucketConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
            <LocationConstraint>ap-northeast-1</LocationConstraint></CreateBucketConfiguration>";
        world.s3("PUT", &format!("/{BUCKET}"), place.as_bytes()).ok();
        let policy = bucket_policy(TRAIL_ARN).to_string();
        world.s3("PUT", &format!("/{BUCKET}?policy"), policy.as_bytes()).ok();
        let create = json!({"Name": "audit", "S3BucketName": BUCKET, "KmsKeyId": world.key_arn,
            "IsMultiRegionTrail": true, "EnableLogFileValidation": true});
        world.trail("CreateTrail", &create).ok();
        world.trail("StartLogging", &json!({"Name": "audit"})).ok();
        world
    }

    pub(crate) fn trail(&self, operation: &str, body: &Value) -> Answered {
        let target = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.";
        self.kit.json(&format!("{target}{operation}"), body)
    }

    pub(crate) fn s3(&self, method: &str, target: &str, body: &[u8]) -> Answered {
        use base64::Engine;
        let md5 = base64::engine::general_purpose::STANDARD.encode(keys::md5(body));
        let headers = [("content-md5", md5.as_str())];
        let headers = if body.is_empty() { &headers[..0] } else { &headers[..] };
        self.kit.s3(S3Request { method, target, headers, body })
    }

    /// Lets the delivery worker run through the hours, with a call every five minutes.
    pub(crate) fn pass_hours(&self, hours: u64) {
        for _ in 0..hours * 12 {
            self.kit.json("TrentService.ListKeys", &json!({})).ok();
            self.pass_minutes(5);
        }
        self.pass_minutes(2);
    }

    fn pass_minutes(&self, minutes: u64) {
        let end = self.kit.clock.now().plus_ms(minutes * MINUTE_MS);
        while self.kit.clock.now() < end {
            let due: Timestamp =
                cloudtrail::deliver(&self.kit.gateway, &|| ControlFlow::Continue(()));
            self.kit.clock.set(due.min(end).max(self.kit.clock.now().plus_ms(1)));
        }
        cloudtrail::deliver(&self.kit.gateway, &|| ControlFlow::Continue(()));
    }

    /// The keys of the objects of a folder `AWSLogs/ACCOUNT/…/ap-northeast-1/`.
    pub(crate) fn list(&self, kind: &str) -> Vec<String> {
        let prefix = wire::uri::encode(&format!("AWSLogs/111122223333/{kind}/ap-northeast-1/"));
        let page = self.s3("GET", &format!("/{BUCKET}?prefix={prefix}"), b"").ok().text();
        let keys = page.split("<Key>").skip(1);
        keys.map(|rest| rest.split("</Key>").next().unwrap().to_owned()).collect()
    }

    pub(crate) fn own(&self, operation: &str, input: &Value) -> Answered {
        self.kit.json(&format!("Shoseki_20261101.{operation}"), input)
    }
}

pub(crate) fn bucket_policy(trail_arn: &str) -> Value {
    json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"},
         "Action": "s3:GetBucketAcl", "Resource": format!("arn:aws:s3:::{BUCKET}"),
         "Condition": {"StringEquals": {"aws:SourceArn": trail_arn}}},
        {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"},
         "Action": "s3:PutObject",
         "Resource": format!("arn:aws:s3:::{BUCKET}/AWSLogs/111122223333/*"),
         "Condition": {"StringEquals": {"aws:SourceArn": trail_arn,
            "s3:x-amz-acl": "bucket-owner-full-control"}}},
    ]})
}

pub(crate) fn key_policy(trail_arn: &str) -> Value {
    json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
         "Action": "kms:*", "Resource": "*"},
        {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"},
         "Action": "kms:GenerateDataKey*", "Resource": "*",
         "Condition": {"StringEquals": {"aws:SourceArn": trail_arn}}},
    ]})
}
