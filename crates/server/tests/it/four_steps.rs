//! The four steps: a key, a bucket, a trail, and its deliveries.

use serde_json::json;

use crate::live::Live;

const BUCKET: &str = "mori-s3-cloudtrail-management-event";
const TRAIL: &str = "mori-cloudtrail-management-event";
const TRAIL_ARN: &str =
    "arn:aws:cloudtrail:ap-northeast-1:123456789012:trail/mori-cloudtrail-management-event";
const CLOUD_TRAIL: &str = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.";

fn create_key(live: &mut Live) -> String {
    live.heading("A key that CloudTrail may use");
    let made = live.json("TrentService.CreateKey", &json!({})).json();
    let key = made["KeyMetadata"]["Arn"].as_str().unwrap().to_owned();
    let id = made["KeyMetadata"]["KeyId"].clone();
    let alias = json!({"AliasName": "alias/mori/kms", "TargetKeyId": id});
    assert_eq!(live.json("TrentService.CreateAlias", &alias).status, 200);
    let policy = json!({"Version": "2012-10-17", "Id": "key-default-1", "Statement": [
        {"Sid": "Enable IAM User Permissions", "Effect": "Allow",
         "Principal": {"AWS": "arn:aws:iam::123456789012:root"}, "Action": "kms:*", "Resource": "*"},
        {"Sid": "Allow CloudTrail to encrypt logs", "Effect": "Allow",
         "Principal": {"Service": "cloudtrail.amazonaws.com"},
         "Action": "kms:GenerateDataKey*", "Resource": "*",
         "Condition": {
            "StringEquals": {"aws:SourceArn": TRAIL_ARN},
            "StringLike": {"kms:EncryptionContext:aws:cloudtrail:arn":
                "arn:aws:cloudtrail:*:123456789012:trail/*"}}},
    ]});
    let put = json!({"KeyId": id, "PolicyName": "default", "Policy": policy.to_string()});
    assert_eq!(live.json("TrentService.PutKeyPolicy", &put).status, 200);
    key
}

fn create_bucket(live: &mut Live, key: &str) {
    live.heading("A bucket that it encrypts, and to which CloudTrail may write");
    live.create_bucket(BUCKET);
    let encryption = format!(
        "<ServerSideEncryptionConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
         <Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>aws:kms</SSEAlgorithm>\
         <KMSMasterKeyID>{key}</KMSMasterKeyID></ApplyServerSideEncryptionByDefault>\
         <BucketKeyEnabled>true</BucketKeyEnabled></Rule></ServerSideEncryptionConfiguration>"
    );
    let target = format!("/{BUCKET}?encryption");
    assert_eq!(live.s3("PUT", &target, encryption.as_bytes()).status, 200);
    let policy = json!({"Version": "2012-10-17", "Statement": [
        {"Sid": "AWSCloudTrailAclCheck20150319-459577f5", "Effect": "Allow",
         "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "s3:GetBucketAcl",
         "Resource": format!("arn:aws:s3:::{BUCKET}"),
         "Condition": {"StringEquals": {"AWS:SourceArn": TRAIL_ARN}}},
        {"Sid": "AWSCloudTrailWrite20150319-664cdffa", "Effect": "Allow",
         "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "s3:PutObject",
         "Resource": format!("arn:aws:s3:::{BUCKET}/AWSLogs/123456789012/*"),
         "Condition": {"StringEquals": {
            "AWS:SourceArn": TRAIL_ARN, "s3:x-amz-acl": "bucket-owner-full-control"}}},
    ]});
    let target = format!("/{BUCKET}?policy");
    assert!(live.s3("PUT", &target, policy.to_string().as_bytes()).status < 300);
}

/// Every byte of the four steps, of the delivered file's headers, and of the event history.
#[test]
fn the_four_steps_go_over_the_wire_like_this() {
    let mut live = Live::start();
    let key = create_key(&mut live);
    create_bucket(&mut live, &key);
    live.heading("A trail");
    let create = json!({"Name": TRAIL, "S3BucketName": BUCKET, "IsMultiRegionTrail": true,
        "EnableLogFileValidation": true, "KmsKeyId": "alias/mori/kms"});
    assert_eq!(live.json(&format!("{CLOUD_TRAIL}CreateTrail"), &create).status, 200);
    let own = json!({"Name": TRAIL});
    assert_eq!(live.json(&format!("{CLOUD_TRAIL}StartLogging"), &own).status, 200);
    live.json(&format!("{CLOUD_TRAIL}GetTrailStatus"), &own);
    live.heading("Five minutes later");
    live.clock.advance_ms(300_000);
    cloudtrail::deliver(&live.gateway, &types::steady);
    let objects =
        live.s3("GET", &format!("/{BUCKET}?prefix=AWSLogs/123456789012/CloudTrail/"), b"");
    let page = objects.text();
    let object = page.split("<Key>").nth(1).and_then(|rest| rest.split("</Key>").next()).unwrap();
    let delivered = live.s3("GET", &format!("/{BUCKET}/{object}"), b"");
    let records = trail::log_file::read(&delivered.body, 1 << 20).unwrap();
    let names: Vec<_> = records.iter().map(|record| record["eventName"].clone()).collect();
    assert_eq!(names, ["StartLogging", "GetTrailStatus"]);
    let lookup = json!({"LookupAttributes":
        [{"AttributeKey": "EventName", "AttributeValue": "CreateTrail"}]});
    live.json(&format!("{CLOUD_TRAIL}LookupEvents"), &lookup);
    live.end("four_steps.txt");
}
