//! Event selectors: what is refused, in which words, and what is delivered.

use serde_json::{Value, json};
use testkit::S3Request;

use crate::files::{LOGS, counts, logging_trail, records};
use crate::scene::{BUCKET, Scene, TRAIL, TRAIL_ARN};

const OTHER: &str = "mori-data-bucket";

fn put(scene: &Scene, more: &Value) -> testkit::Answered {
    let mut put = json!({"TrailName": TRAIL});
    put.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    scene.trail("PutEventSelectors", &put)
}

fn basic(selector: &Value) -> Value {
    json!({"EventSelectors": [selector]})
}

fn advanced(fields: &Value) -> Value {
    json!({"AdvancedEventSelectors": [{"FieldSelectors": fields}]})
}

fn category(name: &str) -> Value {
    json!({"Field": "eventCategory", "Equals": [name]})
}

/// A scene with a second bucket, whose trail logs with this selection.
fn selecting(selection: &Value) -> Scene {
    let scene = Scene::with_bucket();
    let location = "<CreateBucketConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><LocationConstraint>ap-northeast-1</LocationConstraint></CreateBucketConfiguration>";
    scene.s3("PUT", &format!("/{OTHER}"), location.as_bytes()).ok();
    logging_trail(&scene, TRAIL, &json!({}));
    put(&scene, selection).ok();
    scene
}

/// What is delivered of a fixed sequence of calls under this selection.
fn delivered(selection: &Value) -> Vec<Value> {
    let scene = selecting(selection);
    scene.kit.json("TrentService.ListKeys", &json!({})).ok();
    scene.trail("ListTrails", &json!({})).ok();
    scene.trail("AddTags", &json!({"ResourceId": TRAIL_ARN, "TagsList": [{"Key": "k"}]})).ok();
    for key in ["a/1", "b/2"] {
        scene.s3("PUT", &format!("/{OTHER}/{key}"), b"body").ok();
    }
    scene.s3("GET", &format!("/{OTHER}/a/1"), b"").ok();
    let missing =
        S3Request { method: "GET", target: &format!("/{OTHER}/c"), headers: &[], body: b"" };
    assert_eq!(scene.kit.s3(missing).status, 404);
    scene.trail("StopLogging", &json!({"Name": TRAIL})).ok();
    scene.pass_minutes(10);
    let mut records = records(&scene, LOGS);
    let own = ["PutEventSelectors", "StartLogging", "StopLogging"];
    records.retain(|record| !own.contains(&record["eventName"].as_str().unwrap()));
    records.retain(|record| record["userIdentity"]["type"] != "AWSService");
    records
}

#[track_caller]
fn check(selection: &Value, want: &[(&str, usize)]) {
    let records = delivered(selection);
    let found: Vec<_> = counts(&records).into_iter().collect();
    assert_eq!(found, want, "{selection}");
}

/// Basic selectors: reads, writes, services that are left out.
#[test]
fn basic_selectors_select_management_events() {
    let all = [("AddTags", 1), ("ListKeys", 1), ("ListTrails", 1)];
    check(&basic(&json!({})), &all);
    check(&basic(&json!({"ReadWriteType": "WriteOnly"})), &[("AddTags", 1)]);
    check(&basic(&json!({"ReadWriteType": "ReadOnly"})), &all[1..]);
    let without_kms = json!({"ExcludeManagementEventSources": ["kms.amazonaws.com"]});
    check(&basic(&without_kms), &[("AddTags", 1), ("ListTrails", 1)]);
}

/// Basic selectors of objects: all of the service, a bucket, a prefix, none.
#[test]
fn basic_selectors_select_data_events() {
    let objects = |values: &[&str], kind: &str| {
        basic(&json!({"ReadWriteType": kind, "IncludeManagementEvents": false,
            "DataResources": [{"Type": "AWS::S3::Object", "Values": values}]}))
    };
    let everything = [("GetObject", 2), ("PutObject", 2)];
    check(&objects(&["arn:aws:s3"], "All"), &everything);
    check(&objects(&["arn:aws:s3:::"], "All"), &everything);
    check(&objects(&[&format!("arn:aws:s3:::{OTHER}/")], "ReadOnly"), &everything[..1]);
    let prefix = format!("arn:aws:s3:::{OTHER}/a/");
    check(&objects(&[&prefix], "All"), &[("GetObject", 1), ("PutObject", 1)]);
    check(&objects(&["arn:aws:s3:::another-bucket/"], "All"), &[]);
    check(&objects(&[], "All"), &[]);
}

/// Every field of an advanced selector of data events, by some operator, and what it leaves out.
#[test]
fn advanced_selectors_select_by_every_field() {
    let of = |field: Value| {
        let kind = json!({"Field": "resources.type", "Equals": ["AWS::S3::Object"]});
        advanced(&json!([category("Data"), kind, field]))
    };
    let object = |key: &str| format!("arn:aws:s3:::{OTHER}/{key}");
    let root = "arn:aws:iam::111122223333:root";
    let all: &[(&str, usize)] = &[("GetObject", 2), ("PutObject", 2)];
    let (gets, puts) = (&all[..1], &all[1..]);
    for (field, want) in [
        (json!({"Field": "readOnly", "Equals": ["true"]}), gets),
        (json!({"Field": "readOnly", "Equals": ["false"]}), puts),
        (json!({"Field": "eventName", "Equals": ["PutObject", "DeleteObject"]}), puts),
        (json!({"Field": "eventName", "NotEquals": ["PutObject"]}), gets),
        (json!({"Field": "eventName", "StartsWith": ["Pu"]}), puts),
        (json!({"Field": "eventName", "NotStartsWith": ["Pu"]}), gets),
        (json!({"Field": "eventName", "EndsWith": ["tObject"]}), all),
        (json!({"Field": "eventName", "NotEndsWith": ["tObject"]}), &[]),
        (json!({"Field": "eventName", "StartsWith": ["P"], "Equals": ["GetObject"]}), all),
        (json!({"Field": "eventName", "StartsWith": ["P"], "NotEquals": ["PutObject"]}), &[]),
        (json!({"Field": "eventSource", "Equals": ["s3.amazonaws.com"]}), all),
        (json!({"Field": "eventSource", "NotEquals": ["s3.amazonaws.com"]}), &[]),
        (json!({"Field": "eventType", "Equals": ["AwsApiCall"]}), all),
        (json!({"Field": "userIdentity.arn", "Equals": [root]}), all),
        (json!({"Field": "userIdentity.arn", "NotEndsWith": [":root"]}), &[]),
        (json!({"Field": "sessionCredentialFromConsole", "Equals": ["true"]}), &[]),
        (json!({"Field": "sessionCredentialFromConsole", "NotEquals": ["true"]}), all),
        (json!({"Field": "resources.ARN", "Equals": [object("b/2")]}), &[("PutObject", 1)]),
        (
            json!({"Field": "resources.ARN", "StartsWith": [object("a/")]}),
            &[("GetObject", 1), ("PutObject", 1)],
        ),
        (json!({"Field": "resources.ARN", "NotStartsWith": [object("")]}), &[]),
        (json!({"Field": "resources.ARN", "EndsWith": ["/c"]}), &[("GetObject", 1)]),
    ] {
        check(&of(field), want);
    }
}

/// Advanced selectors of management events, and several selectors, of which one is enough.
#[test]
fn one_of_several_selectors_is_enough() {
    let writes = json!({"Field": "readOnly", "Equals": ["false"]});
    let management = json!([category("Management"), writes]);
    check(&advanced(&management), &[("AddTags", 1)]);
    let kms = json!({"Field": "eventSource", "NotEquals": ["kms.amazonaws.com"]});
    let without = json!([category("Management"), kms]);
    check(&advanced(&without), &[("AddTags", 1), ("ListTrails", 1)]);
    let gets = json!([category("Data"),
        {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
        {"Field": "eventName", "Equals": ["GetObject"]}]);
    let both = json!({"AdvancedEventSelectors": [
        {"FieldSelectors": management}, {"FieldSelectors": gets}]});
    check(&both, &[("AddTags", 1), ("GetObject", 2)]);
    let network = json!([category("NetworkActivity"),
        {"Field": "eventSource", "Equals": ["s3.amazonaws.com"]}]);
    check(&advanced(&network), &[]);
}

/// The text of every refusal of basic selectors; nothing is changed by one.
#[test]
fn wrong_basic_selectors_are_refused_in_these_words() {
    let scene = Scene::with_trail();
    let combination = "Invalid combination of parameters in EventSelectors. When \
                       includeManagementEvents is false, ";
    let many: Vec<_> = (0..251).map(|number| format!("arn:aws:s3:::b/{number}")).collect();
    for (selection, text) in [
        (
            json!({}),
            "At least one event selector or advanced event selector is required.".to_owned(),
        ),
        (
            json!({"EventSelectors": [{}], "AdvancedEventSelectors": [{}]}),
            "You can use either event selectors or advanced event selectors, but not both."
                .to_owned(),
        ),
        (
            json!({"EventSelectors": vec![json!({}); 6]}),
            "Specify a valid number of selectors (1 to 5) for your trail.".to_owned(),
        ),
        (
            basic(&json!({"DataResources": [{"Type": "AWS::S3::Object", "Values": many}]})),
            "Specify a valid number of DataResources.Values (0 to 250) for all your selectors."
                .to_owned(),
        ),
        (
            basic(&json!({"ReadWriteType": "Most"})),
            "Value Most for ReadWriteType is invalid.".to_owned(),
        ),
        (
            basic(&json!({"IncludeManagementEvents": false})),
            format!("{combination}DataResources must not be empty."),
        ),
        (
            basic(&json!({"IncludeManagementEvents": false,
                "DataResources": [{"Type": "AWS::S3::Object", "Values": []}],
                "ExcludeManagementEventSources": ["kms.amazonaws.com"]})),
            format!("{combination}ExcludeManagementEventSources must be empty."),
        ),
        (
            basic(&json!({"ExcludeManagementEventSources": ["s3.amazonaws.com"]})),
            "Value s3.amazonaws.com for ExcludeManagementEventSources is invalid.".to_owned(),
        ),
    ] {
        let want = (400, "InvalidEventSelectorsException".to_owned(), text);
        assert_eq!(put(&scene, &selection).error(), want, "{selection}");
    }
    let event = scene.kit.event("PutEventSelectors");
    assert_eq!(event["errorCode"], "InvalidEventSelectorsException");
    let trail = scene.trail("GetTrail", &json!({"Name": TRAIL})).ok().json();
    assert_eq!(trail["Trail"]["HasCustomEventSelectors"], false);
}

/// Kinds of resources, and values that name none of a kind.
#[test]
fn wrong_resources_are_refused_in_these_words() {
    let scene = Scene::with_trail();
    for (kind, value, invalid) in [
        ("AWS::SNS::Topic", "arn:aws:sns", "Value AWS::SNS::Topic for DataResources.Type"),
        ("AWS::S3::Object", "arn:aws:s3:::*", "Value arn:aws:s3:::* for DataResources.Values"),
        ("AWS::S3::Object", "arn:aws:s3:::b", "Value arn:aws:s3:::b for DataResources.Values"),
        ("AWS::S3::Object", "arn:aws:s3:::/k", "Value arn:aws:s3:::/k for DataResources.Values"),
        (
            "AWS::Lambda::Function",
            "arn:aws:lambda:x",
            "Value arn:aws:lambda:x for DataResources.Values",
        ),
        ("AWS::DynamoDB::Table", "arn:aws:s3", "Value arn:aws:s3 for DataResources.Values"),
    ] {
        let selection = basic(&json!({"DataResources": [{"Type": kind, "Values": [value]}]}));
        let want =
            (400, "InvalidEventSelectorsException".to_owned(), format!("{invalid} is invalid."));
        assert_eq!(put(&scene, &selection).error(), want, "{kind} {value}");
    }
}

/// What advanced selectors of a trail may not contain.
#[test]
fn wrong_advanced_selectors_are_refused() {
    let scene = Scene::with_trail();
    let object = json!({"Field": "resources.type", "Equals": ["AWS::S3::Object"]});
    let with = |name: &str, more: Value| {
        let mut fields = vec![category(name)];
        if name == "Data" {
            fields.push(object.clone());
        }
        fields.push(more);
        advanced(&json!(fields))
    };
    let event_names = |number: usize| {
        let names: Vec<_> = (0..number).map(|number| format!("N{number}")).collect();
        with("Data", json!({"Field": "eventName", "Equals": names}))
    };
    let missing = advanced(&json!([category("Data")]));
    let long_name = json!({"AdvancedEventSelectors": [
        {"Name": "n".repeat(1_001), "FieldSelectors": [category("Management")]}]});
    let long = "v".repeat(2_049);
    for selection in [
        advanced(&json!([])),
        advanced(&json!([category("Weather")])),
        advanced(&json!([category("Insight")])),
        advanced(&json!([{"Field": "eventCategory", "NotEquals": ["Data"]}])),
        with("Management", category("Management")),
        with("Management", json!({"Field": "eventName", "Equals": ["ListKeys"]})),
        with("Management", json!({"Field": "eventSource", "Equals": ["kms.amazonaws.com"]})),
        with("Management", json!({"Field": "eventSource", "NotEquals": ["s3.amazonaws.com"]})),
        with("Management", json!({"Field": "readOnly", "Equals": ["yes"]})),
        with("Management", json!({"Field": "readOnly", "NotEquals": ["true"]})),
        with("Data", json!({"Field": "weather", "Equals": ["x"]})),
        with("Data", json!({"Field": "eventName"})),
        with("Data", json!({"Field": "eventName", "Equals": []})),
        with("Data", json!({"Field": "eventName", "Equals": [""]})),
        with("Data", json!({"Field": "eventName", "Equals": [long]})),
        with("Data", json!({"Field": "sessionCredentialFromConsole", "Equals": ["false"]})),
        with("NetworkActivity", json!({"Field": "eventSource", "Equals": ["no service"]})),
        with("NetworkActivity", json!({"Field": "eventName", "Equals": ["x"]})),
        missing,
        long_name,
        event_names(499),
    ] {
        let refused = put(&scene, &selection).error();
        assert_eq!(
            (refused.0, refused.1.as_str()),
            (400, "InvalidEventSelectorsException"),
            "{selection}"
        );
        assert!(!refused.2.is_empty());
    }
    put(&scene, &event_names(498)).ok();
    let two = json!([category("Data"), {"Field": "resources.type",
        "Equals": ["AWS::S3::Object", "AWS::Lambda::Function"]}]);
    assert_eq!(put(&scene, &advanced(&two)).error().1, "InvalidEventSelectorsException");
}

/// The answer is what is stored: defaults of basic selectors are filled in, and the default
/// selector alone is not a custom one.
#[test]
fn selectors_are_answered_as_stored() {
    let scene = Scene::with_trail();
    let custom = || {
        let trail = scene.trail("GetTrail", &json!({"Name": TRAIL})).ok().json();
        trail["Trail"]["HasCustomEventSelectors"].clone()
    };
    let all = json!({"ReadWriteType": "All", "IncludeManagementEvents": true,
        "DataResources": [], "ExcludeManagementEventSources": []});
    let answer = put(&scene, &basic(&json!({}))).ok().json();
    assert_eq!(answer, json!({"TrailARN": TRAIL_ARN, "EventSelectors": [all]}));
    assert_eq!(custom(), false);
    let event = scene.kit.event("PutEventSelectors");
    assert_eq!(event["responseElements"]["trailARN"], TRAIL_ARN);
    assert_eq!(event["requestParameters"]["trailName"], TRAIL);
    put(&scene, &json!({"EventSelectors": [{"ReadWriteType": "WriteOnly"}]})).ok();
    assert_eq!(custom(), true);
    put(&scene, &basic(&all)).ok();
    assert_eq!(custom(), false, "as Terraform resets it");
    let objects = json!({"IncludeManagementEvents": false, "DataResources": [
        {"Type": "AWS::S3::Object", "Values": [format!("arn:aws:s3:::{BUCKET}/")]},
        {"Type": "AWS::Lambda::Function", "Values": ["arn:aws:lambda"]},
        {"Type": "AWS::DynamoDB::Table",
         "Values": ["arn:aws:dynamodb:eu-west-1:111122223333:table/t"]}]});
    let stored = put(&scene, &basic(&objects)).ok().json();
    assert_eq!(stored["EventSelectors"][0]["DataResources"], objects["DataResources"]);
    let named = json!({"TrailName": TRAIL});
    assert_eq!(scene.trail("GetEventSelectors", &named).ok().json(), stored);
}
