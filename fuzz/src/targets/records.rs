//! Records, ours and AWS's, as in log files and event history.

use serde_json::Value;
use trail::lookup::{Attribute, AttributeKey, item, terms};
use trail::{Facts, Name, Record};

use super::{assert_bounded, texts};
use crate::{Target, Way};

/// Records of the kinds that selectors distinguish.
pub(super) const RECORDS: [&str; 3] = [
    r#"{"eventVersion":"1.11","userIdentity":{"type":"IAMUser","principalId":"AIDAEXAMPLE","arn":"arn:aws:iam::111122223333:user/u","accountId":"111122223333","accessKeyId":"AKIAEXAMPLE","userName":"u"},"eventTime":"2026-03-01T00:00:01Z","eventSource":"kms.amazonaws.com","eventName":"Decrypt","awsRegion":"ap-northeast-1","sourceIPAddress":"192.0.2.1","userAgent":"aws-cli/2","requestParameters":{"keyId":"k","encryptionContext":{"a":"b"}},"responseElements":null,"requestID":"r","eventID":"e1","readOnly":true,"resources":[{"accountId":"111122223333","type":"AWS::KMS::Key","ARN":"arn:aws:kms:ap-northeast-1:111122223333:key/k"}],"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"111122223333","eventCategory":"Management","tlsDetails":{"tlsVersion":"TLSv1.3","cipherSuite":"c","clientProvidedHostHeader":"h"}}"#,
    r#"{"eventVersion":"1.11","userIdentity":{"type":"AWSService","invokedBy":"cloudtrail.amazonaws.com"},"eventTime":"2026-03-01T00:00:02Z","eventSource":"s3.amazonaws.com","eventName":"PutObject","awsRegion":"ap-northeast-1","sourceIPAddress":"cloudtrail.amazonaws.com","userAgent":"cloudtrail.amazonaws.com","requestParameters":{"bucketName":"b","key":"k","Host":"h"},"responseElements":{"x-amz-version-id":"v"},"additionalEventData":{"bytesTransferredIn":3,"SSEApplied":"SSE_S3"},"requestID":"R","eventID":"e2","readOnly":false,"resources":[{"type":"AWS::S3::Object","ARN":"arn:aws:s3:::b/k"},{"accountId":"111122223333","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::b"}],"eventType":"AwsApiCall","managementEvent":false,"recipientAccountId":"111122223333","sharedEventID":"s","eventCategory":"Data"}"#,
    r#"{"eventVersion":"1.11","userIdentity":{"type":"AssumedRole","principalId":"AROAEXAMPLE:s","arn":"arn:aws:sts::111122223333:assumed-role/r/s","accountId":"111122223333","sessionContext":{"sessionIssuer":{"type":"Role","userName":"r"},"attributes":{"creationDate":"2026-03-01T00:00:00Z","mfaAuthenticated":"false"}}},"eventTime":"2026-03-01T00:00:03Z","eventSource":"iam.amazonaws.com","eventName":"CreateUser","awsRegion":"us-east-1","sourceIPAddress":"192.0.2.1","userAgent":"t","errorCode":"AccessDenied","errorMessage":"no","requestParameters":{"userName":"x"},"responseElements":null,"requestID":"r","eventID":"e3","eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"111122223333","eventCategory":"Management","sessionCredentialFromConsole":"true"}"#,
];

pub(super) const TARGET: Target = Target {
    words: &[
        "\"eventTime\":",
        "\"userIdentity\":",
        "\"resources\":[",
        "\"ARNPrefix\":",
        "\"requestParameters\":",
        "\"eventCategory\":\"Insight\"",
        "\"readOnly\":",
        "null",
        "{}",
        "[]",
        "\"sessionContext\":",
        "\"vpcEndpointId\":",
        "\"addendum\":{\"reason\":\"x\"}",
    ],
    bytes_max: 8_192,
    cost: 4,
    run,
    ..Target::new("records", || texts(&RECORDS))
};

/// Where the events of our services name things.
fn names(source: &str) -> &'static [Name] {
    let services = [&iam::IAM, &iam::STS, &kms::SERVICE, &s3::SERVICE, &cloudtrail::SERVICE];
    let found = services.into_iter().find(|service| service.event_source == source);
    found.map_or(&[], |service| service.event_form.names)
}

fn run(input: &[u8]) -> Way {
    let Ok(json) = serde_json::from_slice::<Value>(input) else { return Way(0) };
    let facts = Facts::from_json(&json, names);
    let record = Record::from_json(&json);
    let mut way = Way(1).then((facts.is_some(), record.is_some()));
    if let Some(facts) = &facts {
        let text = String::from_utf8_lossy(input);
        let found = item(facts, &text);
        assert_eq!(found["EventId"].as_str(), Some(facts.event_id.as_str()), "{found}");
        way = way.size(terms(facts).len()).size(facts.data_resources.len());
        if let Some(attribute) = Attribute::new(AttributeKey::EventName, &facts.event_name) {
            assert!(attribute.matches(facts), "an event is found by its own name");
        }
    }
    if let Some(record) = record {
        let written = record.to_json().expect("a record is JSON");
        assert_bounded("record", written.len(), input.len(), 8);
        let again = Record::parse(&written);
        let again = again.unwrap_or_else(|| panic!("what we wrote cannot be read: {written}"));
        assert_eq!(again.to_json().expect("a record is JSON"), written, "written once more");
        let _ = Facts::of(&record, names(&record.event_source));
    }
    way
}
