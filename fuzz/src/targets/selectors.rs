//! Event selectors, basic and advanced.

use std::sync::LazyLock;

use serde_json::Value;
use trail::Facts;
use trail::selectors::{
    AdvancedEventSelector, EventSelector, Scope, Selection, in_scope, is_recursive,
    validate_advanced, validate_basic,
};

use super::records::RECORDS;
use super::{assert_bounded, texts};
use crate::{Target, Way};

pub(super) const TARGET: Target = Target {
    words: &[
        "\"ReadWriteType\":\"ReadOnly\"",
        "\"IncludeManagementEvents\":false",
        "\"DataResources\":",
        "\"Type\":\"AWS::S3::Object\"",
        "\"Values\":[\"arn:aws:s3\"]",
        "\"ExcludeManagementEventSources\":[\"kms.amazonaws.com\"]",
        "\"FieldSelectors\":",
        "\"Field\":\"eventCategory\"",
        "\"Field\":\"resources.type\"",
        "\"Field\":\"resources.ARN\"",
        "\"Field\":\"readOnly\"",
        "\"Field\":\"eventName\"",
        "\"Field\":\"userIdentity.arn\"",
        "\"Equals\":[\"Data\"]",
        "\"NotStartsWith\":[\"Get\"]",
        "\"EndsWith\":[\"\"]",
        "arn:aws:s3:::",
        "AWS::Lambda::Function",
    ],
    cost: 2,
    run,
    ..Target::new("selectors", seeds)
};

fn seeds() -> Vec<Vec<u8>> {
    texts(&[
        r#"[{"ReadWriteType":"WriteOnly","IncludeManagementEvents":true,"DataResources":[{"Type":"AWS::S3::Object","Values":["arn:aws:s3:::b/","arn:aws:s3:::c/p"]}],"ExcludeManagementEventSources":["kms.amazonaws.com"]}]"#,
        r#"[{"DataResources":[{"Type":"AWS::Lambda::Function","Values":["arn:aws:lambda"]},{"Type":"AWS::DynamoDB::Table","Values":["arn:aws:dynamodb:us-east-1:111122223333:table/t"]}]}]"#,
        r#"[{"Name":"n","FieldSelectors":[{"Field":"eventCategory","Equals":["Data"]},{"Field":"resources.type","Equals":["AWS::S3::Object"]},{"Field":"resources.ARN","StartsWith":["arn:aws:s3:::b/"],"NotEndsWith":[".tmp"]},{"Field":"readOnly","Equals":["false"]},{"Field":"eventName","NotEquals":["DeleteObject"]}]}]"#,
        r#"[{"FieldSelectors":[{"Field":"eventCategory","Equals":["Management"]},{"Field":"eventSource","NotEquals":["kms.amazonaws.com"]},{"Field":"userIdentity.arn","NotStartsWith":["arn:aws:iam::1"]}]}]"#,
    ])
}

static FACTS: LazyLock<Vec<Facts>> = LazyLock::new(|| {
    let read = |text: &&str| serde_json::from_str::<Value>(text).expect("JSON");
    RECORDS.iter().map(read).filter_map(|json| Facts::from_json(&json, |_| &[])).collect()
});

fn run(input: &[u8]) -> Way {
    let basic: Option<Vec<EventSelector>> = serde_json::from_slice(input).ok();
    let advanced: Option<Vec<AdvancedEventSelector>> = serde_json::from_slice(input).ok();
    let basic = basic.map(|list| (validate_basic(&list), Selection::Basic(list)));
    let advanced = advanced.map(|list| (validate_advanced(&list), Selection::Advanced(list)));
    let mut way = Way(0);
    for (valid, selection) in [basic, advanced].into_iter().flatten() {
        if let Err(error) = &valid {
            assert_bounded("message", error.0.len(), input.len(), 4);
        }
        let text = valid.as_ref().err().map(|error| error.0.chars().take(24).collect::<String>());
        way = way.then(text);
        for facts in FACTS.iter() {
            let scope = Scope {
                home_region: "ap-northeast-1",
                is_multi_region: true,
                include_global_service_events: true,
            };
            assert!(in_scope(&scope, facts), "everything is in the widest scope");
            way = way.then((selection.selects(facts), is_recursive(facts)));
        }
        way = way.then(selection.is_default());
        let written = serde_json::to_vec(&selection).expect("JSON");
        let read: Selection = serde_json::from_slice(&written).expect("a selection");
        assert_eq!(read, selection, "stored and read");
    }
    way
}
