//! Complete calls to the tagging API and the services whose resources it finds.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use serde_json::{Value, json};
use testkit::{Answered, Disk, Kit, S3Request};
use wire::sign::Credentials;

const TRAIL: &str = "arn:aws:cloudtrail:ap-northeast-1:111122223333:trail/trail-1";
const BUCKET: &str = "arn:aws:s3:::tagged-bucket";

struct World {
    kit: Kit,
    key: String,
}

impl World {
    /// A bucket, a key and a trail, all of them without tags.
    fn new() -> Self {
        Self::on(&Disk::with_power())
    }

    /// The same on a disk that a test may switch off.
    fn on(disk: &Disk) -> Self {
        let rows = [iam::ROWS, kms::ROWS, s3::ROWS, cloudtrail::ROWS, tagging::ROWS];
        let kit = Kit::on(disk, &rows);
        let made = kit.json("TrentService.CreateKey", &json!({})).ok().json();
        let key = made["KeyMetadata"]["Arn"].as_str().unwrap().to_owned();
        let world = Self { kit, key };
        let location = b"<CreateBucketConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><LocationConstraint>ap-northeast-1</LocationConstraint></CreateBucketConfiguration>";
        world.s3("/tagged-bucket", location);
        let policy = json!({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"},
             "Action": ["s3:GetBucketAcl"], "Resource": BUCKET},
            {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"},
             "Action": ["s3:PutObject"], "Resource": format!("{BUCKET}/*")},
        ]});
        world.s3("/tagged-bucket?policy", policy.to_string().as_bytes());
        let create = json!({"Name": "trail-1", "S3BucketName": "tagged-bucket"});
        let target = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.CreateTrail";
        world.kit.json(target, &create).ok();
        world
    }

    fn s3(&self, target: &str, body: &[u8]) {
        use base64::Engine;
        let md5 = base64::engine::general_purpose::STANDARD.encode(keys::md5(body));
        let headers = &[("content-md5", md5.as_str())];
        self.kit.s3(S3Request { method: "PUT", target, headers, body }).ok();
    }

    fn call(&self, operation: &str, body: &Value) -> Answered {
        self.call_as(&self.kit.root, operation, body)
    }

    fn call_as(&self, who: &Credentials, operation: &str, body: &Value) -> Answered {
        self.kit.json_as(who, &format!("ResourceGroupsTaggingAPI_20170126.{operation}"), body)
    }

    fn found(&self, ask: &Value) -> Vec<String> {
        let list = self.call("GetResources", ask).ok().json()["ResourceTagMappingList"].clone();
        let arns = list.as_array().unwrap().iter().map(|one| one["ResourceARN"].as_str().unwrap());
        arns.map(str::to_owned).collect()
    }

    /// Tags all three: with `team`, the key also with `stage`.
    fn tag(&self) {
        let all = json!({"ResourceARNList": [BUCKET, self.key, TRAIL], "Tags": {"team": "a"}});
        let none = json!({"FailedResourcesMap": {}});
        assert_eq!(self.call("TagResources", &all).ok().json(), none);
        let one = json!({"ResourceARNList": [self.key], "Tags": {"stage": "test", "team": "b"}});
        assert_eq!(self.call("TagResources", &one).ok().json(), none);
    }
}

/// A tag set in one place is found there and in the services.
#[test]
fn tags_are_set_found_and_removed() {
    let world = World::new();
    assert_eq!(world.found(&json!({})), Vec::<String>::new(), "untagged resources are not found");
    world.tag();
    let all = world.call("GetResources", &json!({})).ok().json();
    assert_eq!(all["PaginationToken"], "");
    let mut arns = [TRAIL, world.key.as_str(), BUCKET];
    arns.sort_unstable();
    assert_eq!(world.found(&json!({})), arns);
    let team = |value: &str| json!({"TagFilters": [{"Key": "team", "Values": [value]}]});
    assert_eq!(world.found(&team("b")), [world.key.as_str()]);
    assert_eq!(world.found(&json!({"TagFilters": [{"Key": "stage"}]})), [world.key.as_str()]);
    for (kind, arn) in [("s3", BUCKET), ("s3:bucket", BUCKET), ("cloudtrail:trail", TRAIL)] {
        assert_eq!(world.found(&json!({"ResourceTypeFilters": [kind]})), [arn], "{kind}");
    }
    assert_eq!(world.found(&json!({"ResourceARNList": [TRAIL]})), [TRAIL]);
    let keys = world.call("GetTagKeys", &json!({})).ok().json();
    assert_eq!(keys, json!({"PaginationToken": "", "TagKeys": ["stage", "team"]}));
    let values = world.call("GetTagValues", &json!({"Key": "team"})).ok().json();
    assert_eq!(values, json!({"PaginationToken": "", "TagValues": ["a", "b"]}));
    let own = world.kit.json("TrentService.ListResourceTags", &json!({"KeyId": world.key}));
    assert_eq!(own.ok().json()["Tags"].as_array().unwrap().len(), 2);
    let off = json!({"ResourceARNList": [BUCKET, world.key, TRAIL], "TagKeys": ["team", "none"]});
    assert_eq!(world.call("UntagResources", &off).ok().json()["FailedResourcesMap"], json!({}));
    assert_eq!(world.found(&json!({})), [world.key.as_str()]);
}

/// Pages follow one another without gap or overlap.
#[test]
fn resources_are_paged() {
    let world = World::new();
    world.tag();
    let (mut arns, mut token) = (Vec::new(), String::new());
    for _ in 0..3 {
        let ask = json!({"ResourcesPerPage": 1, "PaginationToken": token});
        let page = world.call("GetResources", &ask).ok().json();
        arns.extend(page["ResourceTagMappingList"].as_array().unwrap().clone());
        page["PaginationToken"].as_str().unwrap().clone_into(&mut token);
    }
    assert_eq!((arns.len(), token.as_str()), (3, ""));
    for (operation, ask, code) in [
        ("GetResources", json!({"ResourcesPerPage": 0}), "InvalidParameterException"),
        ("GetResources", json!({"TagFilters": [{"Values": ["a"]}]}), "InvalidParameterException"),
        (
            "GetResources",
            json!({"ResourceARNList": [TRAIL], "ResourcesPerPage": 1}),
            "InvalidParameterException",
        ),
        ("GetResources", json!({"PaginationToken": "!"}), "PaginationTokenExpiredException"),
        ("GetTagValues", json!({}), "InvalidParameterException"),
        ("TagResources", json!({"ResourceARNList": [TRAIL]}), "InvalidParameterException"),
        (
            "TagResources",
            json!({"ResourceARNList": [TRAIL], "Tags": {"aws:a": "b"}}),
            "InvalidParameterException",
        ),
        ("UntagResources", json!({"TagKeys": ["a"]}), "InvalidParameterException"),
    ] {
        assert_eq!(world.call(operation, &ask).error().1, code, "{operation} {ask}");
    }
}

/// The caller needs the permission of the API and that of the service, separately for each
/// resource; the service's own event records the change.
#[test]
fn the_caller_needs_the_services_right_too() {
    let world = World::new();
    let allow = |actions: Value| {
        json!({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": actions, "Resource": "*"}]})
    };
    let outsider = world.kit.user("outsider", &allow(json!(["s3:ListAllMyBuckets"])));
    let tags = json!({"ResourceARNList": [BUCKET, TRAIL, "arn:aws:s3:::no-such-bucket", "x"],
        "Tags": {"team": "a"}});
    assert_eq!(world.call_as(&outsider, "TagResources", &tags).error().1, "AccessDeniedException");
    assert_eq!(
        world.call_as(&outsider, "GetResources", &json!({})).error().1,
        "AccessDeniedException"
    );
    let some = world.kit.user("some", &allow(json!(["tag:*", "s3:PutBucketTagging"])));
    let failed = world.call_as(&some, "TagResources", &tags).ok().json();
    let failed = failed["FailedResourcesMap"].as_object().unwrap().clone();
    let codes: Vec<_> = failed
        .iter()
        .map(|(arn, one)| (arn.as_str(), one["ErrorCode"].as_str().unwrap()))
        .collect();
    assert_eq!(
        codes,
        [
            (TRAIL, "AccessDeniedException"),
            ("arn:aws:s3:::no-such-bucket", "InvalidParameterException"),
            ("x", "InvalidParameterException"),
        ]
    );
    assert_eq!(world.found(&json!({})), [BUCKET]);
    let event = world.kit.event("PutBucketTagging");
    assert_eq!(event["userIdentity"]["invokedBy"], "AWS Internal");
    assert_eq!(event["userIdentity"]["userName"], "some");
    let event = world.kit.event("TagResources");
    assert_eq!(event["eventSource"], "tagging.amazonaws.com");
    assert_eq!(event["readOnly"], false);
}

/// Resources of other regions are neither found nor changed.
#[test]
fn resources_of_other_regions_are_not_found() {
    let world = World::new();
    world.tag();
    let there = |operation: &str, body: Value| {
        let target = format!("ResourceGroupsTaggingAPI_20170126.{operation}");
        world.kit.json_in("eu-west-1", &target, &body).ok().json()
    };
    assert_eq!(there("GetResources", json!({}))["ResourceTagMappingList"], json!([]));
    let tags = json!({"ResourceARNList": [BUCKET, world.key, TRAIL], "Tags": {"x": "y"}});
    let failed = there("TagResources", tags)["FailedResourcesMap"].as_object().unwrap().clone();
    assert_eq!(failed.len(), 3);
}

/// Every operation, in an order in which it has something to do.
fn walk() -> Vec<(&'static str, Value)> {
    let tag = json!({"ResourceARNList": [BUCKET], "Tags": {"team": "a"}});
    vec![
        ("TagResources", tag),
        ("GetResources", json!({})),
        ("GetTagKeys", json!({})),
        ("GetTagValues", json!({"Key": "team"})),
        ("UntagResources", json!({"ResourceARNList": [BUCKET], "TagKeys": ["team"]})),
    ]
}

/// A call without the right for it is recorded as denied; with the right it is done and recorded.
#[test]
fn every_operation_is_denied_without_a_right_and_done_with_it() {
    let world = World::new();
    let right = json!({"Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}});
    let outsider = world.kit.user("outsider", &right);
    let walk = walk();
    let mut walked: Vec<_> = walk.iter().map(|(operation, _)| *operation).collect();
    let mut served: Vec<_> = tagging::ROWS.iter().map(|row| row.spec.name).collect();
    walked.sort_unstable();
    served.sort_unstable();
    assert_eq!(walked, served);
    for (operation, input) in walk {
        let (status, code, message) = world.call_as(&outsider, operation, &input).error();
        assert_eq!((status, code.as_str()), (400, "AccessDeniedException"), "{operation}");
        let needed = format!("is not authorized to perform: tag:{operation} ");
        assert!(message.contains(&needed), "{operation}: {message}");
        let event = world.kit.event(operation);
        assert_eq!(event["errorCode"], "AccessDenied", "{operation}");
        assert_eq!(event["userIdentity"]["userName"], "outsider", "{operation}");
        let answer = world.call(operation, &input).ok();
        let event = world.kit.event(operation);
        assert_eq!(event["eventSource"], "tagging.amazonaws.com", "{operation}");
        assert_eq!(event["requestID"], answer.header("x-amzn-requestid"), "{operation}");
        assert_eq!(event.get("errorCode"), None, "{operation}");
        assert_eq!(event["readOnly"], operation.starts_with("Get"), "{operation}");
    }
}

/// Parameters that break a rule, and tokens that were never given out.
#[test]
fn parameters_and_tokens_are_checked() {
    let world = World::new();
    for (operation, input, code) in [
        ("GetResources", json!({"ResourcesPerPage": 0}), "InvalidParameterException"),
        ("GetTagValues", json!({"Key": ""}), "InvalidParameterException"),
        ("TagResources", json!({"ResourceARNList": [], "Tags": {}}), "InvalidParameterException"),
        (
            "UntagResources",
            json!({"ResourceARNList": [], "TagKeys": []}),
            "InvalidParameterException",
        ),
        ("GetResources", json!({"PaginationToken": "x"}), "PaginationTokenExpiredException"),
        ("GetTagKeys", json!({"PaginationToken": "x"}), "PaginationTokenExpiredException"),
        (
            "GetTagValues",
            json!({"Key": "k", "PaginationToken": "x"}),
            "PaginationTokenExpiredException",
        ),
    ] {
        let refused = world.call(operation, &input).error();
        assert_eq!((refused.0, refused.1.as_str()), (400, code), "{operation} {input}");
        assert_eq!(world.kit.event(operation)["errorCode"], code, "{operation} {input}");
    }
}

/// No operation returns its result if its event cannot be recorded.
#[test]
fn every_operation_fails_when_nothing_can_be_stored() {
    let disk = Disk::with_power();
    let world = World::on(&disk);
    disk.power(0);
    for (operation, input) in walk() {
        let failed = world.call(operation, &input).error();
        assert_eq!((failed.0, failed.1.as_str()), (500, "InternalServiceException"), "{operation}");
    }
}
