use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn event(mut members: Value) -> Facts {
    let defaults = json!({
        "eventID": "e", "eventTime": "2026-01-02T03:04:05Z", "awsRegion": "us-east-1",
        "recipientAccountId": "111122223333", "eventSource": "s3.amazonaws.com",
        "eventName": "GetObject", "eventType": "AwsApiCall", "readOnly": true,
        "eventCategory": "Management",
    });
    for (name, value) in defaults.as_object().unwrap() {
        members.as_object_mut().unwrap().entry(name).or_insert_with(|| value.clone());
    }
    Facts::from_json(&members, |_| &[]).unwrap()
}

/// A data event; one about an object names its bucket as well.
fn data(kind: &str, arn: &str, read_only: bool) -> Facts {
    let bucket = json!({"type": "AWS::S3::Bucket", "ARN": "arn:aws:s3:::bucket"});
    event(json!({
        "eventCategory": "Data", "readOnly": read_only,
        "resources": [{"type": kind, "ARN": arn}, bucket],
    }))
}

fn basic(selector: Value) -> Selection {
    Selection::Basic(vec![serde_json::from_value(selector).unwrap()])
}

fn advanced(fields: &Value) -> Selection {
    let selector = serde_json::from_value(json!({ "FieldSelectors": fields })).unwrap();
    Selection::Advanced(vec![selector])
}

/// Source: "GetEventSelectors": the response for a trail whose selectors were never set.
#[test]
fn the_default_is_all_management_events() {
    let selection = Selection::default();
    let Selection::Basic(selectors) = &selection else { panic!("not basic") };
    let want = r#"[{"ReadWriteType":"All","IncludeManagementEvents":true,"DataResources":[],"ExcludeManagementEventSources":[]}]"#;
    assert_eq!(serde_json::to_string(selectors).unwrap(), want);
    assert!(selection.is_default());
    assert_eq!(serde_json::from_str::<Vec<EventSelector>>("[{}]").unwrap(), *selectors);
    validate_basic(selectors).unwrap();
    assert!(selection.selects(&event(json!({}))));
    assert!(!selection.selects(&data("AWS::S3::Object", "arn:aws:s3:::bucket/k", true)));
    assert!(!basic(json!({"ReadWriteType": "ReadOnly"})).is_default());
}

/// Reads, writes, management and exclusions.
#[test]
fn basic_selectors_choose_management_events() {
    let read = event(json!({}));
    let write = event(json!({"readOnly": false}));
    let kms = event(json!({"eventSource": "kms.amazonaws.com"}));
    let rds = event(json!({"eventSource": "rdsdata.amazonaws.com"}));
    for (selector, want) in [
        (json!({}), [true; 4]),
        (json!({"ReadWriteType": "ReadOnly"}), [true, false, true, true]),
        (json!({"ReadWriteType": "WriteOnly"}), [false, true, false, false]),
        (json!({"IncludeManagementEvents": false}), [false; 4]),
        (
            json!({"ExcludeManagementEventSources": ["kms.amazonaws.com"]}),
            [true, true, false, true],
        ),
    ] {
        let selection = basic(selector);
        assert_eq!([&read, &write, &kms, &rds].map(|facts| selection.selects(facts)), want);
    }
    let (reads, writes) =
        (json!({"ReadWriteType": "ReadOnly"}), json!({"ReadWriteType": "WriteOnly"}));
    let either: Vec<EventSelector> = serde_json::from_value(json!([reads, writes])).unwrap();
    assert!(Selection::Basic(either).selects(&write));
    for category in ["NetworkActivity", "Insight"] {
        assert!(!Selection::default().selects(&event(json!({"eventCategory": category}))));
    }
}

/// All, a bucket, a prefix; functions and tables only as a whole.
#[test]
fn basic_selectors_choose_data_events() {
    let function = "arn:aws:lambda:us-east-1:111122223333:function:f";
    let table = "arn:aws:dynamodb:us-east-1:111122223333:table/t";
    for (kind, value, arn, want) in [
        ("AWS::S3::Object", "arn:aws:s3", "arn:aws:s3:::bucket/k", true),
        ("AWS::S3::Object", "arn:aws:s3:::", "arn:aws:s3:::bucket/k", true),
        ("AWS::S3::Object", "arn:aws:s3:::bucket/", "arn:aws:s3:::bucket/k", true),
        ("AWS::S3::Object", "arn:aws:s3:::bucket/", "arn:aws:s3:::bucket-2/k", false),
        ("AWS::S3::Object", "arn:aws:s3:::bucket/a/k", "arn:aws:s3:::bucket/a/key", true),
        ("AWS::S3::Object", "arn:aws:s3:::bucket/a/", "arn:aws:s3:::bucket/a", false),
        ("AWS::S3::Object", "arn:aws:s3:::bucket/K", "arn:aws:s3:::bucket/k", false),
        ("AWS::Lambda::Function", "arn:aws:lambda", function, true),
        ("AWS::Lambda::Function", function, function, true),
        ("AWS::Lambda::Function", function, &format!("{function}:live"), true),
        ("AWS::Lambda::Function", function, &format!("{function}2"), false),
        ("AWS::DynamoDB::Table", table, &format!("{table}/stream/1"), true),
        ("AWS::DynamoDB::Table", table, &format!("{table}able"), false),
        ("AWS::DynamoDB::Table", "arn:aws:dynamodb", table, true),
    ] {
        let selection = basic(json!({
            "IncludeManagementEvents": false, "ReadWriteType": "WriteOnly",
            "DataResources": [{"Type": kind, "Values": [value]}],
        }));
        let Selection::Basic(selectors) = &selection else { panic!("not basic") };
        validate_basic(selectors).unwrap();
        assert_eq!(selection.selects(&data(kind, arn, false)), want, "{value} {arn}");
        assert!(!selection.selects(&data(kind, arn, true)), "reads are not wanted");
        assert!(!selection.selects(&data("AWS::SNS::Topic", arn, false)), "another type");
    }
    let none = basic(json!({"DataResources": [{"Type": "AWS::S3::Object", "Values": []}]}));
    assert!(!none.selects(&data("AWS::S3::Object", "arn:aws:s3:::bucket/k", true)));
}

/// Every rule has its message. The first three texts are AWS's.
#[test]
fn basic_selectors_are_checked() {
    let of =
        |kind: &str, value: &str| json!([{"DataResources": [{"Type": kind, "Values": [value]}]}]);
    let many = vec!["arn:aws:s3:::b/"; 251];
    let combination = "Invalid combination of parameters in EventSelectors. When \
                       includeManagementEvents is false, ";
    for (selectors, want) in [
        (
            of("AWS::S3::Object", "arn:aws:s3:::*"),
            "Value arn:aws:s3:::* for DataResources.Values is invalid.",
        ),
        (
            json!([{"DataResources": [{"Type": "AWS::S3::Object", "Values": many}]}]),
            "Specify a valid number of DataResources.Values (0 to 250) for all your selectors.",
        ),
        (
            json!([{"IncludeManagementEvents": false}]),
            &format!("{combination}DataResources must not be empty."),
        ),
        (
            json!([{"IncludeManagementEvents": false,
                "ExcludeManagementEventSources": ["kms.amazonaws.com"],
                "DataResources": [{"Type": "AWS::S3::Object"}]}]),
            &format!("{combination}ExcludeManagementEventSources must be empty."),
        ),
        (
            of("AWS::S3::Object", "arn:aws:s3:::bucket"),
            "Value arn:aws:s3:::bucket for DataResources.Values",
        ),
        (
            of("AWS::S3::Object", "arn:aws:s3:::/k"),
            "Value arn:aws:s3:::/k for DataResources.Values",
        ),
        (of("AWS::S3::Object", ""), "Value  for DataResources.Values is invalid."),
        (
            of("AWS::Lambda::Function", "arn:aws:lambda:*"),
            "Value arn:aws:lambda:* for DataResources.Values",
        ),
        (
            of("AWS::Lambda::Function", "arn:aws:lambdax"),
            "Value arn:aws:lambdax for DataResources.Values",
        ),
        (
            of("AWS::DynamoDB::Table", "arn:aws:dynamodb:us-east-1:111122223333:table/"),
            "Value arn:aws:dynamodb:us-east-1:111122223333:table/ for DataResources.Values",
        ),
        (
            of("AWS::SNS::Topic", "arn:aws:sns"),
            "Value AWS::SNS::Topic for DataResources.Type is invalid.",
        ),
        (json!([{"ReadWriteType": "all"}]), "Value all for ReadWriteType is invalid."),
        (
            json!([{"ExcludeManagementEventSources": ["s3.amazonaws.com"]}]),
            "Value s3.amazonaws.com for ExcludeManagementEventSources is invalid.",
        ),
        (json!([]), "Specify a valid number of selectors (1 to 5)"),
        (json!([{}, {}, {}, {}, {}, {}]), "Specify a valid number of selectors (1 to 5)"),
    ] {
        let selectors: Vec<EventSelector> = serde_json::from_value(selectors).unwrap();
        let message = validate_basic(&selectors).unwrap_err().0;
        assert!(message.starts_with(want), "{message}");
    }
    let five: Vec<EventSelector> = serde_json::from_value(json!([{}, {}, {}, {}, {}])).unwrap();
    validate_basic(&five).unwrap();
}

/// Each operator, alone and combined: any that selects, none that deselects.
#[test]
fn advanced_operators_select_and_deselect() {
    let get = event(json!({"eventCategory": "Data", "eventName": "GetObject"}));
    for (operators, want) in [
        (json!({"Equals": ["PutObject", "GetObject"]}), true),
        (json!({"Equals": ["getobject"]}), false),
        (json!({"StartsWith": ["Get"]}), true),
        (json!({"StartsWith": ["Object"]}), false),
        (json!({"EndsWith": ["Object"]}), true),
        (json!({"EndsWith": ["Get"]}), false),
        (json!({"NotEquals": ["GetObject"]}), false),
        (json!({"NotEquals": ["PutObject"]}), true),
        (json!({"NotStartsWith": ["Put", "Get"]}), false),
        (json!({"NotStartsWith": ["Put"]}), true),
        (json!({"NotEndsWith": ["Object"]}), false),
        (json!({"NotEndsWith": ["Acl"]}), true),
        (json!({"Equals": ["X"], "StartsWith": ["Get"]}), true),
        (json!({"StartsWith": ["Get"], "NotEndsWith": ["Object"]}), false),
        (json!({"StartsWith": ["Put"], "NotEndsWith": ["Acl"]}), false),
    ] {
        let mut field = operators.clone();
        field["Field"] = "eventName".into();
        let category = json!({"Field": "eventCategory", "Equals": ["Data"]});
        assert_eq!(advanced(&json!([category, field])).selects(&get), want, "{operators}");
    }
}

/// Each field reads its own fact; an absent one is not equal, and so is deselected by nothing.
#[test]
fn advanced_fields_read_facts() {
    let facts = event(json!({
        "eventCategory": "Data", "sessionCredentialFromConsole": "true", "errorCode": "E",
        "vpcEndpointId": "vpce-1", "userIdentity": {"arn": "arn:u"},
        "resources": [{"type": "AWS::S3::Object", "ARN": "arn:aws:s3:::bucket/k"}],
    }));
    let bare = event(json!({"eventCategory": "Data", "eventName": "-", "eventSource": "-",
        "eventType": "-", "readOnly": false}));
    for (field, value) in [
        ("eventName", "GetObject"),
        ("eventSource", "s3.amazonaws.com"),
        ("eventType", "AwsApiCall"),
        ("readOnly", "true"),
        ("userIdentity.arn", "arn:u"),
        ("sessionCredentialFromConsole", "true"),
        ("errorCode", "E"),
        ("vpcEndpointId", "vpce-1"),
        ("resources.type", "AWS::S3::Object"),
        ("resources.ARN", "arn:aws:s3:::bucket/k"),
    ] {
        let category = json!({"Field": "eventCategory", "Equals": ["Data"]});
        let equals = advanced(&json!([category, {"Field": field, "Equals": [value]}]));
        let differs = advanced(&json!([category, {"Field": field, "NotEquals": [value]}]));
        assert!(equals.selects(&facts) && !equals.selects(&bare), "{field}");
        assert!(!differs.selects(&facts), "{field}");
        assert_eq!(differs.selects(&bare), !field.starts_with("resources."), "{field}");
    }
}

/// The bucket that an object event also names does not satisfy a condition on the object.
#[test]
fn type_and_arn_are_of_one_resource() {
    let outside_logs = advanced(&json!([
        {"Field": "eventCategory", "Equals": ["Data"]},
        {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
        {"Field": "resources.ARN", "NotStartsWith": ["arn:aws:s3:::bucket/"]},
    ]));
    assert!(!outside_logs.selects(&data("AWS::S3::Object", "arn:aws:s3:::bucket/k", true)));
    assert!(outside_logs.selects(&data("AWS::S3::Object", "arn:aws:s3:::other/k", true)));
    assert!(!outside_logs.selects(&event(json!({}))), "a management event");
}

/// Each category has its fields, each field its operators and values.
#[test]
fn advanced_selectors_are_checked() {
    let long = "x".repeat(2_049);
    let check = |category: &str, fields: Value, valid: bool| {
        let mut all = vec![json!({"Field": "eventCategory", "Equals": [category]})];
        all.extend(fields.as_array().unwrap().clone());
        let Selection::Advanced(selectors) = advanced(&json!(all)) else { panic!("not advanced") };
        assert_eq!(validate_advanced(&selectors).is_ok(), valid, "{category} {fields}");
    };
    let kms = json!({"Field": "eventSource", "NotEquals": ["kms.amazonaws.com"]});
    let both = json!({"Field": "eventSource", "NotEquals": ["kms.amazonaws.com", "rdsdata.amazonaws.com"]});
    check("Management", json!([]), true);
    check("Management", json!([kms]), true);
    check("Management", json!([both, {"Field": "readOnly", "Equals": ["false"]}]), true);
    check("Management", json!([kms, kms]), false);
    check("Management", json!([{"Field": "eventSource", "Equals": ["kms.amazonaws.com"]}]), false);
    check(
        "Management",
        json!([{"Field": "eventSource", "NotEquals": ["s3.amazonaws.com"]}]),
        false,
    );
    check("Management", json!([{"Field": "readOnly", "Equals": ["yes"]}]), false);
    check("Management", json!([{"Field": "readOnly", "Equals": ["true", "false"]}]), false);
    check("Management", json!([{"Field": "readOnly", "NotEquals": ["true"]}]), false);
    check("Management", json!([{"Field": "eventName", "Equals": ["X"]}]), false);
    check("Management", json!([{"Field": "nonsense", "Equals": ["X"]}]), false);
    check("Insight", json!([]), false);
    check("management", json!([]), false);
    let object = json!({"Field": "resources.type", "Equals": ["AWS::S3::Object"]});
    check("Data", json!([]), false);
    check("Data", json!([object]), true);
    check("Data", json!([{"Field": "resources.type", "Equals": ["A", "B"]}]), false);
    check("Data", json!([{"Field": "resources.type", "StartsWith": ["AWS"]}]), false);
    for (field, operators, valid) in [
        ("eventName", json!({"StartsWith": ["Get"], "NotEquals": ["GetObjectAcl"]}), true),
        ("eventSource", json!({"Equals": ["s3.amazonaws.com"]}), true),
        ("eventType", json!({"NotEquals": ["X"]}), true),
        ("resources.ARN", json!({"NotStartsWith": ["arn:aws:s3:::b/"]}), true),
        ("userIdentity.arn", json!({"EndsWith": ["alice"]}), true),
        ("sessionCredentialFromConsole", json!({"NotEquals": ["true"]}), true),
        ("sessionCredentialFromConsole", json!({"Equals": ["false"]}), false),
        ("errorCode", json!({"Equals": ["VpceAccessDenied"]}), false),
        ("eventName", json!({}), false),
        ("eventName", json!({"Equals": []}), false),
        ("eventName", json!({"Equals": [""]}), false),
        ("eventName", json!({"Equals": [long]}), false),
    ] {
        let mut field = json!({ "Field": field });
        field.as_object_mut().unwrap().extend(operators.as_object().unwrap().clone());
        check("Data", json!([object, field]), valid);
    }
    let s3 = json!({"Field": "eventSource", "Equals": ["s3.amazonaws.com"]});
    check("NetworkActivity", json!([]), false);
    check(
        "NetworkActivity",
        json!([s3, {"Field": "errorCode", "Equals": ["VpceAccessDenied"]}]),
        true,
    );
    check("NetworkActivity", json!([s3, {"Field": "errorCode", "Equals": ["X"]}]), false);
    check(
        "NetworkActivity",
        json!([s3, {"Field": "vpcEndpointId", "StartsWith": ["vpce-"]}]),
        true,
    );
    check("NetworkActivity", json!([{"Field": "eventSource", "Equals": ["s3"]}]), false);
}

/// 500 values over all selectors, names of 1000 characters, at least one selector.
#[test]
fn advanced_selectors_have_limits() {
    let selector = |name: usize, values: usize| AdvancedEventSelector {
        name: Some("n".repeat(name)),
        field_selectors: serde_json::from_value(json!([
            {"Field": "eventCategory", "Equals": ["Data"]},
            {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
            {"Field": "eventName", "Equals": vec!["GetObject"; values]},
        ]))
        .unwrap(),
    };
    for (selectors, valid) in [
        (vec![], false),
        (vec![selector(1_000, 498)], true),
        (vec![selector(1_001, 1)], false),
        (vec![selector(1, 499)], false),
        (vec![selector(1, 250), selector(1, 246)], true),
        (vec![selector(1, 250), selector(1, 247)], false),
    ] {
        assert_eq!(validate_advanced(&selectors).is_ok(), valid);
    }
}

/// The regions of a trail, and the services that have none.
#[test]
fn a_trail_gets_the_events_of_its_regions() {
    let scope = |home_region, is_multi_region, include_global_service_events| Scope {
        home_region,
        is_multi_region,
        include_global_service_events,
    };
    let facts =
        |source: &str, region: &str| event(json!({"eventSource": source, "awsRegion": region}));
    for (scope, source, region, want) in [
        (scope("eu-west-1", true, true), "s3.amazonaws.com", "us-east-1", true),
        (scope("eu-west-1", true, true), "iam.amazonaws.com", "us-east-1", true),
        (scope("eu-west-1", true, false), "iam.amazonaws.com", "us-east-1", false),
        (scope("eu-west-1", false, true), "s3.amazonaws.com", "eu-west-1", true),
        (scope("eu-west-1", false, true), "s3.amazonaws.com", "us-east-1", false),
        (scope("eu-west-1", false, true), "iam.amazonaws.com", "us-east-1", false),
        (scope("us-east-1", false, true), "iam.amazonaws.com", "us-east-1", true),
        (scope("us-east-1", false, false), "iam.amazonaws.com", "us-east-1", false),
        (scope("us-east-1", false, false), "s3.amazonaws.com", "us-east-1", true),
        (scope("eu-west-1", false, false), "sts.amazonaws.com", "eu-west-1", true),
    ] {
        assert_eq!(in_scope(&scope, &facts(source, region)), want, "{scope:?} {source} {region}");
    }
}

/// Exactly two operations, and only by the service itself.
#[test]
fn recursive_events_are_recognized() {
    for (by, source, name, want) in [
        ("cloudtrail.amazonaws.com", "s3.amazonaws.com", "PutObject", true),
        ("cloudtrail.amazonaws.com", "logs.amazonaws.com", "PutLogEvents", true),
        ("cloudtrail.amazonaws.com", "s3.amazonaws.com", "GetBucketAcl", false),
        ("cloudtrail.amazonaws.com", "logs.amazonaws.com", "PutObject", false),
        ("config.amazonaws.com", "s3.amazonaws.com", "PutObject", false),
    ] {
        let identity = json!({"type": "AWSService", "invokedBy": by});
        let facts =
            event(json!({"eventSource": source, "eventName": name, "userIdentity": identity}));
        assert_eq!(is_recursive(&facts), want, "{by} {name}");
    }
}

/// Every call that the service makes for itself; not those that it makes for a caller.
#[test]
fn calls_of_deliveries_are_recognized() {
    let service = |by: &str| json!({"type": "AWSService", "invokedBy": by});
    let user = json!({"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/alice",
        "invokedBy": "cloudtrail.amazonaws.com"});
    for (identity, want) in [
        (service("cloudtrail.amazonaws.com"), true),
        (service("config.amazonaws.com"), false),
        (user, false),
        (json!({"type": "Root"}), false),
    ] {
        for (source, name) in [
            ("s3.amazonaws.com", "GetBucketAcl"),
            ("s3.amazonaws.com", "PutObject"),
            ("kms.amazonaws.com", "GenerateDataKey"),
        ] {
            let facts =
                event(json!({"eventSource": source, "eventName": name, "userIdentity": identity}));
            assert_eq!(is_of_delivery(&facts), want, "{identity} {name}");
        }
    }
}

proptest! {
    /// Any input is validated, and every accepted one can be stored and read back.
    #[test]
    fn selectors_never_panic(
        texts in prop::collection::vec("(Data|Management|arn:aws:s3:::|eventCategory|\\PC*)", 8),
        flag: bool,
    ) {
        let facts = data("AWS::S3::Object", &texts[0], flag);
        let basic: EventSelector = serde_json::from_value(json!({
            "ReadWriteType": texts[1], "IncludeManagementEvents": flag,
            "ExcludeManagementEventSources": [texts[2]],
            "DataResources": [{"Type": texts[3], "Values": [texts[4], texts[5]]}],
        })).unwrap();
        let _ = validate_basic(std::slice::from_ref(&basic));
        let _ = Selection::Basic(vec![basic]).selects(&facts);
        let advanced: AdvancedEventSelector = serde_json::from_value(json!({
            "FieldSelectors": [
                {"Field": texts[6], "Equals": [texts[7]]},
                {"Field": texts[2], "NotStartsWith": [texts[3]]},
            ],
        })).unwrap();
        let _ = validate_advanced(std::slice::from_ref(&advanced));
        let selection = Selection::Advanced(vec![advanced]);
        let _ = selection.selects(&facts);
        let stored = serde_json::to_string(&selection).unwrap();
        prop_assert_eq!(serde_json::from_str::<Selection>(&stored).unwrap(), selection);
    }
}
