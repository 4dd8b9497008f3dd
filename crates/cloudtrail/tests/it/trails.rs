//! Creating, changing and naming trails.

use serde_json::{Value, json};

use crate::scene::{BUCKET, Scene, TRAIL, TRAIL_ARN};

const TARGET: &str = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.";

/// `base` with the members of `changes` in place.
fn with(base: &Value, changes: &Value) -> Value {
    let mut whole = base.clone();
    for (name, value) in changes.as_object().unwrap() {
        whole[name] = value.clone();
    }
    whole
}

/// Code and message of a refused call.
fn refused(scene: &Scene, operation: &str, body: &Value) -> (String, String) {
    let (status, code, message) = scene.trail(operation, body).error();
    assert_eq!(status, 400, "{body}: {code} {message}");
    (code, message)
}

/// Source: CloudTrail API Reference, "CreateTrail": what each wrong setting is called.
#[test]
fn wrong_settings_are_refused_by_create_and_update() {
    let scene = Scene::with_trail();
    let long = "a".repeat(201);
    for (changes, code, message) in [
        (
            json!({"S3BucketName": "no-such-bucket"}),
            "S3BucketDoesNotExistException",
            "S3 bucket no-such-bucket does not exist!",
        ),
        (json!({"S3BucketName": "Not_A_Bucket"}), "InvalidS3BucketNameException", ""),
        (json!({"S3KeyPrefix": long}), "InvalidS3PrefixException", ""),
        (json!({"S3KeyPrefix": "elsewhere"}), "InsufficientEncryptionPolicyException", ""),
        (json!({"KmsKeyId": "alias/none"}), "KmsKeyNotFoundException", ""),
        (json!({"KmsKeyId": "not a key"}), "InvalidKmsKeyIdException", ""),
        (json!({"KmsKeyId": "arn:aws:s3:::bucket"}), "InvalidKmsKeyIdException", ""),
        (json!({"SnsTopicName": "no topic"}), "InvalidSnsTopicNameException", ""),
        (
            json!({"CloudWatchLogsLogGroupArn": "arn:aws:logs:ap-northeast-1:111122223333:log-group:g:*"}),
            "InvalidCloudWatchLogsRoleArnException",
            "You must specify a role ARN as well as a log group.",
        ),
        (
            json!({"SnsTopicName": "topic"}),
            "InsufficientSnsTopicPolicyException",
            "SNS Topic does not exist or the topic policy is incorrect!",
        ),
        (
            json!({"CloudWatchLogsLogGroupArn": "arn:aws:logs:ap-northeast-1:111122223333:log-group:g:*",
                "CloudWatchLogsRoleArn": "arn:aws:iam::111122223333:role/r"}),
            "InvalidCloudWatchLogsLogGroupArnException",
            "",
        ),
        (
            json!({"IncludeGlobalServiceEvents": false}),
            "InvalidParameterCombinationException",
            "Multi-Region trail must include global service events.",
        ),
        (json!({"IsOrganizationTrail": true}), "OrganizationsNotInUseException", ""),
    ] {
        let create = json!({"Name": "another", "S3BucketName": BUCKET, "KmsKeyId": scene.key_arn,
            "IsMultiRegionTrail": true});
        for (operation, body) in [
            ("CreateTrail", with(&create, &changes)),
            ("UpdateTrail", with(&json!({"Name": TRAIL}), &changes)),
        ] {
            // The policies name one trail only, and their errors come before all others except one.
            let found = refused(&scene, operation, &body);
            let reached = operation == "UpdateTrail" || !is_after_the_probe(code);
            let want = if reached { code } else { "InsufficientEncryptionPolicyException" };
            assert_eq!(found.0, want, "{operation} {changes}: {}", found.1);
            assert!(!reached || message.is_empty() || found.1 == message, "{}", found.1);
        }
    }
    let trail = scene.trail("GetTrail", &json!({"Name": TRAIL})).ok().json();
    assert_eq!(trail["Trail"]["S3BucketName"], BUCKET, "nothing was changed");
}

fn is_after_the_probe(code: &str) -> bool {
    let late = ["InsufficientSns", "InvalidSns", "InvalidCloudWatch", "OrganizationsNotInUse"];
    late.iter().any(|start| code.starts_with(start))
}

/// Of two violated rules the first is reported; an ARN must be valid.
#[test]
fn names_are_judged_in_order() {
    let scene = Scene::with_bucket();
    for (name, code, start) in [
        ("ab", "InvalidTrailNameException", "Trail name too short."),
        ("", "InvalidTrailNameException", "Trail name cannot be blank!"),
        (&"a".repeat(129), "InvalidTrailNameException", "Trail name too long."),
        ("-trail", "InvalidTrailNameException", "Trail name must starts with a letter or number."),
        ("trail!", "InvalidTrailNameException", "Trail name must ends with a letter or number."),
        ("tr ail", "InvalidTrailNameException", "Trail name or ARN can only contain"),
        ("my-_trail", "InvalidTrailNameException", "Trail name or ARN cannot have adjacent"),
        ("192.168.1.1", "InvalidTrailNameException", ""),
    ] {
        let create = json!({"Name": name, "S3BucketName": BUCKET});
        let found = refused(&scene, "CreateTrail", &create);
        assert_eq!(found.0, code, "{name}");
        assert!(found.1.starts_with(start), "{name}: {}", found.1);
    }
    for operation in ["GetTrail", "GetTrailStatus", "StartLogging", "DeleteTrail", "UpdateTrail"] {
        let found = refused(&scene, operation, &json!({"Name": "arn:aws:cloudtrail:nowhere"}));
        assert_eq!(found.0, "CloudTrailARNInvalidException", "{operation}");
        let found = refused(&scene, operation, &json!({"Name": "no-such-trail"}));
        let expands = !matches!(operation, "GetTrail" | "UpdateTrail");
        let arn = "arn:aws:cloudtrail:ap-northeast-1:111122223333:trail/no-such-trail";
        let shown = if expands { arn } else { "no-such-trail" };
        let message = format!("Unknown trail: {shown} for the user: 111122223333");
        assert_eq!(found, ("TrailNotFoundException".to_owned(), message), "{operation}");
    }
}

/// A name is unique, and the limit is five trails.
#[test]
fn a_region_has_five_trails_of_different_names() {
    let scene = Scene::with_trail();
    let again = scene.create_trail(None).error();
    assert_eq!(again.1, "TrailAlreadyExistsException");
    for number in 2..=5 {
        let name = format!("trail-{number}");
        let arn = format!("arn:aws:cloudtrail:ap-northeast-1:111122223333:trail/{name}");
        scene.put_bucket_policy(&arn);
        scene.trail("CreateTrail", &json!({"Name": name, "S3BucketName": BUCKET})).ok();
    }
    let sixth = refused(&scene, "CreateTrail", &json!({"Name": "sixth", "S3BucketName": BUCKET}));
    assert_eq!(sixth.0, "MaximumNumberOfTrailsExceededException");
    assert_eq!(sixth.1, "User: 111122223333 already has 5 trails in ap-northeast-1.");
    let listed = scene.trail("ListTrails", &json!({})).ok().json();
    assert_eq!(listed["Trails"].as_array().unwrap().len(), 5);
    let there = |name: &str, wide: bool| {
        let body = json!({"Name": name, "S3BucketName": BUCKET, "IsMultiRegionTrail": wide});
        scene.kit.json_in("eu-west-1", &format!("{TARGET}CreateTrail"), &body)
    };
    assert_eq!(there("wide", true).error().1, "MaximumNumberOfTrailsExceededException");
    assert_eq!(there("trail-2", true).error().1, "TrailAlreadyExistsException");
    scene.put_bucket_policy("arn:aws:cloudtrail:eu-west-1:111122223333:trail/trail-2");
    there("trail-2", false).ok();
    let widen = json!({"Name": "trail-2", "IsMultiRegionTrail": true});
    let widened = scene.kit.json_in("eu-west-1", &format!("{TARGET}UpdateTrail"), &widen);
    assert_eq!(widened.error().1, "TrailAlreadyExistsException");
}

/// In other regions a multi-region trail is a shadow: it is seen, and changed at home only.
#[test]
fn shadows_are_seen_elsewhere_and_changed_at_home() {
    let scene = Scene::with_trail();
    let there = |operation: &str, body: Value| {
        scene.kit.json_in("eu-west-1", &format!("{TARGET}{operation}"), &body)
    };
    let seen = there("DescribeTrails", json!({})).ok().json();
    assert_eq!(seen["trailList"][0]["TrailARN"], TRAIL_ARN);
    assert_eq!(seen["trailList"][0]["HomeRegion"], "ap-northeast-1");
    let own = there("DescribeTrails", json!({"includeShadowTrails": false})).ok().json();
    assert_eq!(own["trailList"], json!([]));
    let by_name = there("DescribeTrails", json!({"trailNameList": [TRAIL]})).ok().json();
    assert_eq!(by_name["trailList"], json!([]), "its bare name is known at home only");
    let by_arn = there("DescribeTrails", json!({"trailNameList": [TRAIL_ARN]})).ok().json();
    assert_eq!(by_arn["trailList"][0]["Name"], TRAIL);
    for (operation, member) in [
        ("GetTrail", "Name"),
        ("GetTrailStatus", "Name"),
        ("StartLogging", "Name"),
        ("UpdateTrail", "Name"),
        ("GetEventSelectors", "TrailName"),
        ("GetInsightSelectors", "TrailName"),
    ] {
        let refused = there(operation, json!({ member: TRAIL })).error();
        assert_eq!(refused.1, "TrailNotFoundException", "{operation}");
    }
    for (operation, member) in
        [("GetTrail", "Name"), ("GetTrailStatus", "Name"), ("GetEventSelectors", "TrailName")]
    {
        there(operation, json!({ member: TRAIL_ARN })).ok();
    }
    for operation in ["StartLogging", "StopLogging", "DeleteTrail", "UpdateTrail"] {
        let refused = there(operation, json!({"Name": TRAIL_ARN})).error();
        assert_eq!(refused.1, "InvalidHomeRegionException", "{operation}");
    }
    let found = refused(&scene, "GetTrail", &json!({}));
    assert_eq!(found.1, "Trail name cannot be blank!");
    let unknown = json!({"trailNameList": ["no-such-trail"]});
    let none = scene.trail("DescribeTrails", &unknown).ok().json();
    assert_eq!(none["trailList"], json!([]), "unknown names are left out");
    scene.trail("UpdateTrail", &json!({"Name": TRAIL, "IsMultiRegionTrail": false})).ok();
    let seen = there("DescribeTrails", json!({})).ok().json();
    assert_eq!(seen["trailList"], json!([]), "a trail of one region has no shadow");
}

/// Omitted settings are kept; an empty string removes one.
#[test]
fn an_update_changes_what_it_names() {
    let scene = Scene::with_trail();
    let kept = scene.trail("UpdateTrail", &json!({"Name": TRAIL})).ok().json();
    assert_eq!(kept["KmsKeyId"], scene.key_arn.as_str());
    assert_eq!(kept["LogFileValidationEnabled"], true);
    let less = json!({"Name": TRAIL, "KmsKeyId": "", "EnableLogFileValidation": false});
    let changed = scene.trail("UpdateTrail", &less).ok().json();
    assert_eq!(changed.get("KmsKeyId"), None);
    assert_eq!(changed["LogFileValidationEnabled"], false);
}

/// Selectors of one kind replace those of the other, and wrong ones change nothing.
#[test]
fn selectors_are_of_one_kind() {
    let scene = Scene::with_trail();
    let named = json!({"TrailName": TRAIL});
    let default = scene.trail("GetEventSelectors", &named).ok().json();
    assert_eq!(default["EventSelectors"][0]["ReadWriteType"], "All");
    let fields = json!([{"Field": "eventCategory", "Equals": ["Management"]}]);
    let advanced = json!({"TrailName": TRAIL,
        "AdvancedEventSelectors": [{"Name": "all", "FieldSelectors": fields}]});
    scene.trail("PutEventSelectors", &advanced).ok();
    let now = scene.trail("GetEventSelectors", &named).ok().json();
    assert_eq!(now.get("EventSelectors"), None);
    assert_eq!(now["AdvancedEventSelectors"][0]["Name"], "all");
    let trail = scene.trail("GetTrail", &json!({"Name": TRAIL})).ok().json();
    assert_eq!(trail["Trail"]["HasCustomEventSelectors"], true);
    let both = with(&advanced, &json!({"EventSelectors": [{"ReadWriteType": "All"}]}));
    for wrong in [
        both,
        named.clone(),
        json!({"TrailName": TRAIL, "EventSelectors": [{"ReadWriteType": "Some"}]}),
        json!({"TrailName": TRAIL, "EventSelectors": vec![json!({"ReadWriteType": "All"}); 6]}),
    ] {
        let found = refused(&scene, "PutEventSelectors", &wrong);
        assert_eq!(found.0, "InvalidEventSelectorsException", "{wrong}");
    }
    assert_eq!(scene.trail("GetEventSelectors", &named).ok().json(), now);
    let insight = refused(&scene, "GetInsightSelectors", &named);
    assert_eq!(insight.0, "InsightNotEnabledException");
    let arn = trail["Trail"]["TrailARN"].as_str().unwrap();
    let text = format!(
        "Trail {arn} does not have Insights enabled. Edit the trail settings to enable Insights, \
         and then try the operation again."
    );
    assert_eq!(insight.1, text);
}

/// Tags belong to ARNs; the limit is fifty.
#[test]
fn tags_are_put_replaced_and_removed() {
    let scene = Scene::with_trail();
    let tag = |key: &str, value: &str| json!({"Key": key, "Value": value});
    let put = |id: &str, tags: Vec<Value>| json!({"ResourceId": id, "TagsList": tags});
    scene.trail("AddTags", &put(TRAIL_ARN, vec![tag("a", "1"), tag("b", "2")])).ok();
    scene.trail("AddTags", &put(TRAIL_ARN, vec![tag("a", "3")])).ok();
    scene.trail("RemoveTags", &put(TRAIL_ARN, vec![json!({"Key": "b"})])).ok();
    let listed = scene.trail("ListTags", &json!({"ResourceIdList": [TRAIL_ARN]})).ok().json();
    let list = &listed["ResourceTagList"][0];
    assert_eq!(
        (&list["ResourceId"], &list["TagsList"]),
        (&json!(TRAIL_ARN), &json!([tag("a", "3")]))
    );
    let many = (0..50).map(|number| tag(&number.to_string(), "")).collect();
    let absent = "arn:aws:cloudtrail:ap-northeast-1:111122223333:trail/no-such-trail";
    let store = "arn:aws:cloudtrail:ap-northeast-1:111122223333:eventdatastore/x";
    for (body, code) in [
        (put(TRAIL_ARN, many), "TagsLimitExceededException"),
        (put(TRAIL_ARN, vec![tag("c", ""), tag("c", "")]), "InvalidTagParameterException"),
        (put(TRAIL_ARN, vec![tag("aws:c", "")]), "InvalidTagParameterException"),
        (put(TRAIL, vec![tag("c", "")]), "CloudTrailARNInvalidException"),
        (put(store, vec![tag("c", "")]), "ResourceTypeNotSupportedException"),
        (put(absent, vec![tag("c", "")]), "ResourceNotFoundException"),
    ] {
        assert_eq!(refused(&scene, "AddTags", &body).0, code, "{body}");
    }
}
