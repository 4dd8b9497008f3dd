use serde_json::json;

use super::*;

const OBSERVED: &str = include_str!("../record/observed.jsonl");

/// A new record and one parsed from JSON give the same facts.
#[test]
fn a_record_and_its_json_have_the_same_facts() {
    for line in OBSERVED.lines() {
        let json: Value = serde_json::from_str(line).unwrap();
        let record = Record::from_json(&json).unwrap();
        assert_eq!(Facts::from_json(&json), Some(Facts::of(&record)), "{line}");
    }
}

/// Names and keys of callers, as event history shows them.
#[test]
fn callers_have_the_name_event_history_shows() {
    for (identity, want) in [
        (json!({"type": "Root", "accountId": "111122223333"}), Some("root")),
        (json!({"type": "IAMUser", "userName": "alice"}), Some("alice")),
        (json!({"type": "AssumedRole", "principalId": "AROA1:s1"}), Some("s1")),
        (json!({"type": "FederatedUser", "principalId": "111122223333:bob"}), Some("bob")),
        (json!({"type": "SAMLUser", "userName": "carol"}), Some("carol")),
        (json!({"type": "AWSService", "invokedBy": "ec2.amazonaws.com"}), None),
        (json!({"accountId": "111122223333"}), None),
        (json!({"type": "AssumedRole"}), None),
    ] {
        assert_eq!(username(&identity).as_deref(), want, "{identity}");
    }
}

fn rows(event: &Value) -> String {
    let mut whole = json!({
        "eventID": "e", "eventTime": "2026-01-02T03:04:05Z", "awsRegion": "us-east-1",
        "recipientAccountId": "111122223333",
    });
    let members = whole.as_object_mut().unwrap();
    members.extend(event.as_object().unwrap().clone());
    let facts = Facts::from_json(&whole).unwrap();
    let row = |(kind, name): &(Option<String>, String)| {
        format!("{}={name}", kind.as_deref().unwrap_or("-"))
    };
    facts.resources.iter().map(row).collect::<Vec<_>>().join(" ")
}

/// The resources of each service, under each of their names.
#[test]
fn resources_are_listed_by_service() {
    let key = "arn:aws:kms:us-east-1:111122223333:key/k1";
    for (event, want) in [
        (
            json!({"eventSource": "s3.amazonaws.com", "requestParameters": {"bucketName": "b"}}),
            "AWS::S3::Bucket=b".to_owned(),
        ),
        (
            json!({"eventSource": "kms.amazonaws.com", "resources": [{"ARN": key}]}),
            format!("AWS::KMS::Key={key} AWS::KMS::Key=k1"),
        ),
        (
            json!({"eventSource": "cloudtrail.amazonaws.com", "requestParameters": {"name": "t"},
                "responseElements": {"name": "t", "s3BucketName": "b", "trailARN": "arn"}}),
            "AWS::CloudTrail::Trail=t AWS::CloudTrail::Trail=arn AWS::S3::Bucket=b".to_owned(),
        ),
        (
            json!({"eventSource": "iam.amazonaws.com", "requestParameters": {"userName": "u"},
                "responseElements": {"user": {"userName": "u", "userId": "AIDA1", "arn": "arn"}}}),
            "AWS::IAM::User=u AWS::IAM::User=arn AWS::IAM::User=AIDA1".to_owned(),
        ),
        (
            json!({"eventSource": "sts.amazonaws.com", "eventName": "AssumeRole",
                "requestParameters": {"roleSessionName": "s", "roleArn": "r"},
                "responseElements": {"credentials": {"accessKeyId": "ASIA1"}}}),
            "AWS::IAM::AccessKey=ASIA1 AWS::STS::AssumedRole=s AWS::IAM::Role=r".to_owned(),
        ),
        (
            json!({"eventSource": "ssm.amazonaws.com", "resources": [{"ARN": "p"}]}),
            "-=p".to_owned(),
        ),
        (json!({"eventSource": "ec2.amazonaws.com"}), String::new()),
    ] {
        assert_eq!(rows(&event), want);
    }
}

/// An event without caller, region and time has no facts.
#[test]
fn four_members_are_needed() {
    let whole = json!({
        "eventID": "e", "eventTime": "2026-01-02T03:04:05Z", "awsRegion": "us-east-1",
        "recipientAccountId": "111122223333",
    });
    assert!(Facts::from_json(&whole).is_some());
    for name in ["eventID", "eventTime", "awsRegion", "recipientAccountId"] {
        let mut lacking = whole.clone();
        lacking.as_object_mut().unwrap().remove(name);
        assert_eq!(Facts::from_json(&lacking), None, "{name}");
    }
}
