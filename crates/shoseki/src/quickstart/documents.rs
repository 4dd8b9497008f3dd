//! The documents of the scenario: names, policies, configurations.

use serde_json::{Value, json};

/// The key's alias.
pub(super) const ALIAS: &str = "alias/mori/kms";
/// The bucket.
pub(super) const BUCKET: &str = "mori-s3-cloudtrail-management-event";
/// The trail.
pub(super) const TRAIL: &str = "mori-cloudtrail-management-event";

/// The default policy of a new key, plus the statement that allows the trail to encrypt.
pub(super) fn key_policy(account: &str, trail_arn: &str) -> Value {
    json!({
        "Version": "2012-10-17",
        "Id": "key-default-1",
        "Statement": [
            {
                "Sid": "Enable IAM User Permissions",
                "Effect": "Allow",
                "Principal": { "AWS": format!("arn:aws:iam::{account}:root") },
                "Action": "kms:*",
                "Resource": "*",
            },
            {
                "Sid": "Allow CloudTrail to encrypt logs",
                "Effect": "Allow",
                "Principal": { "Service": "cloudtrail.amazonaws.com" },
                "Action": "kms:GenerateDataKey*",
                "Resource": "*",
                "Condition": {
                    "StringEquals": { "aws:SourceArn": trail_arn },
                    "StringLike": {
                        "kms:EncryptionContext:aws:cloudtrail:arn":
                            format!("arn:aws:cloudtrail:*:{account}:trail/*"),
                    },
                },
            },
        ],
    })
}

/// The two statements that AWS's console adds, each with a fresh UUID.
pub(super) fn bucket_policy(account: &str, trail_arn: &str, uuids: &[String; 2]) -> Value {
    let [check, write] = uuids;
    json!({
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": format!("AWSCloudTrailAclCheck20150319-{check}"),
                "Effect": "Allow",
                "Principal": { "Service": "cloudtrail.amazonaws.com" },
                "Action": "s3:GetBucketAcl",
                "Resource": format!("arn:aws:s3:::{BUCKET}"),
                "Condition": { "StringEquals": { "AWS:SourceArn": trail_arn } },
            },
            {
                "Sid": format!("AWSCloudTrailWrite20150319-{write}"),
                "Effect": "Allow",
                "Principal": { "Service": "cloudtrail.amazonaws.com" },
                "Action": "s3:PutObject",
                "Resource": format!("arn:aws:s3:::{BUCKET}/AWSLogs/{account}/*"),
                "Condition": {
                    "StringEquals": {
                        "AWS:SourceArn": trail_arn,
                        "s3:x-amz-acl": "bucket-owner-full-control",
                    },
                },
            },
        ],
    })
}

/// The bucket's location.
pub(super) fn location(region: &str) -> String {
    format!(
        "<CreateBucketConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
         <LocationConstraint>{region}</LocationConstraint></CreateBucketConfiguration>"
    )
}

/// SSE-KMS with this key and a bucket key.
pub(super) fn encryption(key_arn: &str) -> String {
    format!(
        "<ServerSideEncryptionConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
         <Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>aws:kms</SSEAlgorithm>\
         <KMSMasterKeyID>{key_arn}</KMSMasterKeyID></ApplyServerSideEncryptionByDefault>\
         <BucketKeyEnabled>true</BucketKeyEnabled></Rule></ServerSideEncryptionConfiguration>"
    )
}

/// All management events.
pub(super) fn selectors() -> Value {
    json!([{
        "ReadWriteType": "All",
        "IncludeManagementEvents": true,
        "DataResources": [],
        "ExcludeManagementEventSources": [],
    }])
}
