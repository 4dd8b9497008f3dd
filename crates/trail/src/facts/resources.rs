//! What event history lists as the resources of an event: by service, several rows for one thing.
//!
//! Source: CLI examples of `lookup-events`. Assumed: AWS lists a thing under each name that people
//! search for; it does not publish the rule.

use serde_json::Value;

use crate::record::Resource;

/// The parts of an event that name things.
pub(super) struct Subject<'a> {
    pub(super) source: &'a str,
    pub(super) name: &'a str,
    pub(super) request: &'a Value,
    pub(super) response: &'a Value,
    pub(super) listed: &'a [Resource],
}

type Row = (Option<String>, String);

/// The rows, in the order of the tables below, each once.
pub(super) fn rows(subject: &Subject<'_>) -> Vec<Row> {
    let mut rows = Vec::new();
    match subject.source {
        "s3.amazonaws.com" => named(&mut rows, subject.request, S3),
        "cloudtrail.amazonaws.com" => {
            named(&mut rows, subject.request, CLOUDTRAIL_REQUEST);
            named(&mut rows, subject.response, CLOUDTRAIL_RESPONSE);
        }
        "iam.amazonaws.com" => {
            named(&mut rows, subject.request, IAM_REQUEST);
            named(&mut rows, subject.response, IAM_RESPONSE);
        }
        "sts.amazonaws.com" if subject.name.starts_with("AssumeRole") => {
            named(&mut rows, subject.response, STS_RESPONSE);
            named(&mut rows, subject.request, STS_REQUEST);
        }
        "sts.amazonaws.com" => named(&mut rows, subject.response, STS_RESPONSE),
        "kms.amazonaws.com" => keys(&mut rows, subject.listed),
        _ => {}
    }
    if rows.is_empty() {
        for thing in subject.listed {
            if let Some(arn) = &thing.arn {
                push(&mut rows, thing.kind.as_deref(), arn);
            }
        }
    }
    rows
}

/// Where a name is found, and the type it has.
type Table = &'static [(&'static str, &'static str)];

const S3: Table = &[("/bucketName", "AWS::S3::Bucket")];
const CLOUDTRAIL_REQUEST: Table =
    &[("/name", "AWS::CloudTrail::Trail"), ("/trailName", "AWS::CloudTrail::Trail")];
const CLOUDTRAIL_RESPONSE: Table = &[
    ("/trailARN", "AWS::CloudTrail::Trail"),
    ("/name", "AWS::CloudTrail::Trail"),
    ("/s3BucketName", "AWS::S3::Bucket"),
];
const IAM_REQUEST: Table = &[
    ("/userName", "AWS::IAM::User"),
    ("/roleName", "AWS::IAM::Role"),
    ("/groupName", "AWS::IAM::Group"),
    ("/instanceProfileName", "AWS::IAM::InstanceProfile"),
    ("/policyArn", "AWS::IAM::Policy"),
    ("/policyName", "AWS::IAM::Policy"),
    ("/accessKeyId", "AWS::IAM::AccessKey"),
];
const IAM_RESPONSE: Table = &[
    ("/user/userName", "AWS::IAM::User"),
    ("/user/arn", "AWS::IAM::User"),
    ("/user/userId", "AWS::IAM::User"),
    ("/role/roleName", "AWS::IAM::Role"),
    ("/role/arn", "AWS::IAM::Role"),
    ("/role/roleId", "AWS::IAM::Role"),
    ("/group/groupName", "AWS::IAM::Group"),
    ("/group/arn", "AWS::IAM::Group"),
    ("/group/groupId", "AWS::IAM::Group"),
    ("/policy/policyName", "AWS::IAM::Policy"),
    ("/policy/arn", "AWS::IAM::Policy"),
    ("/policy/policyId", "AWS::IAM::Policy"),
    ("/accessKey/accessKeyId", "AWS::IAM::AccessKey"),
];
const STS_REQUEST: Table =
    &[("/roleSessionName", "AWS::STS::AssumedRole"), ("/roleArn", "AWS::IAM::Role")];
const STS_RESPONSE: Table = &[
    ("/credentials/accessKeyId", "AWS::IAM::AccessKey"),
    ("/assumedRoleUser/assumedRoleId", "AWS::STS::AssumedRole"),
    ("/assumedRoleUser/arn", "AWS::STS::AssumedRole"),
];

fn named(rows: &mut Vec<Row>, object: &Value, table: Table) {
    for (pointer, kind) in table {
        if let Some(name) = object.pointer(pointer).and_then(Value::as_str) {
            push(rows, Some(kind), name);
        }
    }
}

/// A key by its ARN and by its id. Observed: the type may be missing from the record.
fn keys(rows: &mut Vec<Row>, listed: &[Resource]) {
    for thing in listed {
        let Some(arn) = &thing.arn else { continue };
        let kind = thing.kind.as_deref().unwrap_or("AWS::KMS::Key");
        push(rows, Some(kind), arn);
        if let Some((_, id)) = arn.split_once(":key/") {
            push(rows, Some(kind), id);
        }
    }
}

fn push(rows: &mut Vec<Row>, kind: Option<&str>, name: &str) {
    let row = (kind.map(str::to_owned), name.to_owned());
    if !rows.contains(&row) {
        rows.push(row);
    }
}
