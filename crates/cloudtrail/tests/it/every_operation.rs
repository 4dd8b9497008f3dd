//! Every operation in one walk: denied to a user without rights, then done, each with its event;
//! and the errors that all operations on one trail share.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use testkit::Disk;

use crate::scene::{BUCKET, Scene, TRAIL, TRAIL_ARN};

const TARGET: &str = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.";
const ABSENT: &str = "arn:aws:cloudtrail:ap-northeast-1:111122223333:trail/no-such-trail";

/// The calls in the order of a trail's life, and the member that names the trail.
fn walk() -> Vec<(&'static str, Option<&'static str>, Value)> {
    let tags = json!([{"Key": "k", "Value": "v"}]);
    let selectors = json!([{"ReadWriteType": "All", "IncludeManagementEvents": true}]);
    vec![
        ("CreateTrail", None, json!({"Name": TRAIL, "S3BucketName": BUCKET})),
        ("DescribeTrails", None, json!({})),
        ("GetTrail", Some("Name"), json!({"Name": TRAIL_ARN})),
        ("GetTrailStatus", Some("Name"), json!({"Name": TRAIL_ARN})),
        ("ListTrails", None, json!({})),
        ("ListPublicKeys", None, json!({})),
        ("LookupEvents", None, json!({})),
        (
            "UpdateTrail",
            Some("Name"),
            json!({"Name": TRAIL_ARN, "IncludeGlobalServiceEvents": false}),
        ),
        (
            "PutEventSelectors",
            Some("TrailName"),
            json!({"TrailName": TRAIL_ARN, "EventSelectors": selectors}),
        ),
        ("GetEventSelectors", Some("TrailName"), json!({"TrailName": TRAIL_ARN})),
        ("StartLogging", Some("Name"), json!({"Name": TRAIL_ARN})),
        ("StopLogging", Some("Name"), json!({"Name": TRAIL_ARN})),
        ("AddTags", None, json!({"ResourceId": TRAIL_ARN, "TagsList": tags})),
        ("ListTags", None, json!({"ResourceIdList": [TRAIL_ARN]})),
        ("RemoveTags", None, json!({"ResourceId": TRAIL_ARN, "TagsList": [{"Key": "k"}]})),
        ("GetInsightSelectors", Some("TrailName"), json!({"TrailName": TRAIL_ARN})),
        ("DeleteTrail", Some("Name"), json!({"Name": TRAIL_ARN})),
    ]
}

/// A call without the right for it is recorded as denied; with the right it is done and recorded.
#[test]
fn every_operation_is_denied_without_a_right_and_done_with_it() {
    let scene = Scene::with_bucket();
    scene.put_bucket_policy(TRAIL_ARN);
    let right = json!({"Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}});
    let outsider = scene.kit.user("outsider", &right);
    let walk = walk();
    let served: BTreeSet<_> = cloudtrail::ROWS.iter().map(|row| row.spec.name).collect();
    assert_eq!(walk.iter().map(|(operation, ..)| *operation).collect::<BTreeSet<_>>(), served);
    for (operation, _, input) in walk {
        let denied = scene.kit.json_as(&outsider, &format!("{TARGET}{operation}"), &input);
        let (status, code, message) = denied.error();
        assert_eq!((status, code.as_str()), (400, "AccessDeniedException"), "{operation}");
        let needed = format!("is not authorized to perform: cloudtrail:{operation} on resource: ");
        assert!(message.contains(&needed), "{operation}: {message}");
        let event = scene.kit.event(operation);
        assert_eq!(event["errorCode"], "AccessDenied", "{operation}");
        assert_eq!(event["responseElements"], Value::Null, "{operation}");
        assert_eq!(event["userIdentity"]["userName"], "outsider", "{operation}");
        let answer = scene.trail(operation, &input);
        let event = scene.kit.event(operation);
        assert_eq!(event["eventSource"], "cloudtrail.amazonaws.com", "{operation}");
        assert_eq!(event["requestID"], answer.header("x-amzn-requestid"), "{operation}");
        let reads = ["Get", "List", "Describe", "Lookup"];
        let reads = reads.iter().any(|prefix| operation.starts_with(prefix));
        assert_eq!(event["readOnly"], reads, "{operation}");
        if operation == "GetInsightSelectors" {
            // There are no insights.
            assert_eq!(answer.error().1, "InsightNotEnabledException");
            continue;
        }
        answer.ok();
        assert_eq!(event.get("errorCode"), None, "{operation}");
    }
}

/// A trail that is not there, a text that is no name, and one that is no ARN.
#[test]
fn trails_that_are_not_there_are_not_found() {
    let scene = Scene::with_bucket();
    for (operation, member, mut input) in walk() {
        let Some(member) = member else { continue };
        for (name, code) in [
            (ABSENT, "TrailNotFoundException"),
            ("no-such-trail", "TrailNotFoundException"),
            ("a b", "InvalidTrailNameException"),
            ("arn:aws:cloudtrail:nowhere", "CloudTrailARNInvalidException"),
        ] {
            input[member] = json!(name);
            let refused = scene.trail(operation, &input).error();
            assert_eq!((refused.0, refused.1.as_str()), (400, code), "{operation} {name}");
            let event = scene.kit.event(operation);
            assert_eq!(event["errorCode"], code, "{operation} {name}");
            assert_eq!(event["errorMessage"], refused.2, "{operation} {name}");
        }
    }
}

/// A trail is changed in its home region alone.
#[test]
fn a_trail_is_changed_at_home() {
    let scene = Scene::with_trail();
    for (operation, member, input) in walk() {
        let changes = ["UpdateTrail", "PutEventSelectors", "StartLogging", "StopLogging"];
        if member.is_none() || !(changes.contains(&operation) || operation == "DeleteTrail") {
            continue;
        }
        let there = scene.kit.json_in("eu-west-1", &format!("{TARGET}{operation}"), &input);
        assert_eq!(there.error().1, "InvalidHomeRegionException", "{operation}");
    }
    scene.trail("GetTrail", &json!({"Name": TRAIL})).ok();
}

/// What `AddTags` refuses of a resource, the other two refuse as well; so does a creation what it
/// refuses of a tag.
#[test]
fn operations_on_tags_refuse_alike() {
    let scene = Scene::with_bucket();
    scene.put_bucket_policy(TRAIL_ARN);
    let store = "arn:aws:cloudtrail:ap-northeast-1:111122223333:eventdatastore/x";
    let tags = json!([{"Key": "k", "Value": "v"}]);
    for (resource, code) in [
        ("no arn", "CloudTrailARNInvalidException"),
        (store, "ResourceTypeNotSupportedException"),
        (ABSENT, "ResourceNotFoundException"),
    ] {
        for (operation, input) in [
            ("AddTags", json!({"ResourceId": resource, "TagsList": tags})),
            ("RemoveTags", json!({"ResourceId": resource, "TagsList": [{"Key": "k"}]})),
            ("ListTags", json!({"ResourceIdList": [resource]})),
        ] {
            assert_eq!(scene.trail(operation, &input).error().1, code, "{operation} {resource}");
        }
    }
    let create = |tags: Value| {
        let input = json!({"Name": TRAIL, "S3BucketName": BUCKET, "TagsList": tags});
        scene.trail("CreateTrail", &input)
    };
    let many: Vec<_> = (0..51).map(|number| json!({"Key": number.to_string()})).collect();
    for (tags, code) in [
        (json!([{"Key": "aws:k"}]), "InvalidTagParameterException"),
        (json!([{"Key": "k"}, {"Key": "k"}]), "InvalidTagParameterException"),
        (json!([{"Key": ""}]), "InvalidTagParameterException"),
        (json!(many), "TagsLimitExceededException"),
    ] {
        assert_eq!(create(tags.clone()).error().1, code, "{tags}");
    }
    create(tags).ok();
    let listed = scene.trail("ListTags", &json!({"ResourceIdList": [TRAIL_ARN]})).ok().json();
    assert_eq!(listed["ResourceTagList"][0]["TagsList"], json!([{"Key": "k", "Value": "v"}]));
    let wrong = json!({"ResourceId": TRAIL_ARN, "TagsList": [{"Key": "aws:k"}]});
    let refused = scene.trail("RemoveTags", &wrong).error().1;
    assert_eq!(refused, "InvalidTagParameterException");
}

/// Questions that cannot be asked.
#[test]
fn questions_about_events_and_keys_are_checked() {
    let scene = Scene::with_bucket();
    let attribute =
        |key: &str| json!({"LookupAttributes": [{"AttributeKey": key, "AttributeValue": "x"}]});
    for (operation, input, code) in [
        ("LookupEvents", attribute("Weather"), "InvalidLookupAttributesException"),
        ("LookupEvents", json!({"MaxResults": 0}), "InvalidMaxResultsException"),
        ("LookupEvents", json!({"MaxResults": 51}), "InvalidMaxResultsException"),
        ("LookupEvents", json!({"NextToken": "never-given"}), "InvalidNextTokenException"),
        ("LookupEvents", json!({"EventCategory": "weather"}), "InvalidEventCategoryException"),
        ("LookupEvents", json!({"StartTime": 2000, "EndTime": 1000}), "InvalidTimeRangeException"),
        (
            "ListPublicKeys",
            json!({"StartTime": 2000, "EndTime": 1000}),
            "InvalidTimeRangeException",
        ),
        ("ListPublicKeys", json!({"NextToken": "never-given"}), "InvalidTokenException"),
    ] {
        let refused = scene.trail(operation, &input).error();
        assert_eq!((refused.0, refused.1.as_str()), (400, code), "{operation} {input}");
        let event = scene.kit.event(operation);
        assert_eq!(event["errorCode"], code, "{operation} {input}");
        assert_eq!(event["errorMessage"], refused.2, "{operation} {input}");
    }
}

/// A key in a state in which it cannot be used.
#[test]
fn a_key_without_use_is_no_key_for_a_trail() {
    let scene = Scene::with_trail();
    let before = scene.trail("GetTrail", &json!({"Name": TRAIL})).ok().json();
    let of_key = json!({"KeyId": scene.key_id()});
    scene.kit.json("TrentService.DisableKey", &of_key).ok();
    for (operation, input) in [
        ("UpdateTrail", json!({"Name": TRAIL, "KmsKeyId": scene.key_arn})),
        (
            "CreateTrail",
            json!({"Name": "other", "S3BucketName": BUCKET, "KmsKeyId": scene.key_arn}),
        ),
    ] {
        if operation == "CreateTrail" {
            let arn = "arn:aws:cloudtrail:ap-northeast-1:111122223333:trail/other";
            scene.put_bucket_policy(arn);
            scene.kit.json("TrentService.EnableKey", &of_key).ok();
            scene.put_key_policy(arn);
            scene.kit.json("TrentService.DisableKey", &of_key).ok();
        }
        let refused = scene.trail(operation, &input).error();
        assert_eq!((refused.0, refused.1.as_str()), (400, "KmsException"), "{operation}");
    }
    assert_eq!(scene.trail("GetTrail", &json!({"Name": TRAIL})).ok().json(), before);
}

/// A bucket without the two statements.
#[test]
fn a_bucket_without_its_policy_is_no_bucket_for_a_trail() {
    let scene = Scene::with_bucket();
    let create = json!({"Name": TRAIL, "S3BucketName": BUCKET});
    let refused = scene.trail("CreateTrail", &create).error();
    assert_eq!(refused.1, "InsufficientS3BucketPolicyException");
    scene.put_bucket_policy(TRAIL_ARN);
    scene.trail("CreateTrail", &create).ok();
    scene.put_bucket_policy(ABSENT);
    let refused = scene.trail("UpdateTrail", &create).error();
    assert_eq!(refused.1, "InsufficientS3BucketPolicyException");
    assert_eq!(scene.kit.event("UpdateTrail")["errorCode"], "InsufficientS3BucketPolicyException");
}

/// Where no topics, log groups and organizations are, none can be named; nothing is created then.
#[test]
fn a_trail_has_no_other_destinations() {
    let scene = Scene::with_bucket();
    scene.put_bucket_policy(TRAIL_ARN);
    let group = "arn:aws:logs:ap-northeast-1:111122223333:log-group:g:*";
    let role = "arn:aws:iam::111122223333:role/r";
    for (more, code) in [
        (json!({"SnsTopicName": "no topic"}), "InvalidSnsTopicNameException"),
        (json!({"SnsTopicName": "topic"}), "InsufficientSnsTopicPolicyException"),
        (json!({"CloudWatchLogsLogGroupArn": group}), "InvalidCloudWatchLogsRoleArnException"),
        (
            json!({"CloudWatchLogsLogGroupArn": group, "CloudWatchLogsRoleArn": role}),
            "InvalidCloudWatchLogsLogGroupArnException",
        ),
        (json!({"IsOrganizationTrail": true}), "OrganizationsNotInUseException"),
        (
            json!({"IsMultiRegionTrail": true, "IncludeGlobalServiceEvents": false}),
            "InvalidParameterCombinationException",
        ),
    ] {
        let mut create = json!({"Name": TRAIL, "S3BucketName": BUCKET});
        create.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        assert_eq!(scene.trail("CreateTrail", &create).error().1, code, "{more}");
        assert_eq!(scene.kit.event("CreateTrail")["errorCode"], code, "{more}");
    }
    assert_eq!(scene.trail("DescribeTrails", &json!({})).ok().json()["trailList"], json!([]));
}

/// No operation returns its result if its event cannot be recorded.
#[test]
fn every_operation_fails_when_nothing_can_be_stored() {
    let disk = Disk::with_power();
    let scene = Scene::on(&disk);
    disk.power(0);
    for (operation, _, input) in walk() {
        let failed = scene.trail(operation, &input).error();
        assert_eq!((failed.0, failed.1.as_str()), (500, "InternalFailure"), "{operation}");
    }
}
