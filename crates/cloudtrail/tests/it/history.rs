//! The event history, the public keys, and a trail's last deliveries.

use gateway::FaultKind;
use serde_json::{Value, json};
use store::NewEvent;
use testkit::{ACCOUNT, REGION};
use types::{AccountId, DAY_MS, Timestamp};

use crate::scene::{Scene, TRAIL};

/// Pages follow one another without gap or overlap, and a token belongs to its query.
#[test]
fn the_history_is_paged() {
    let scene = Scene::with_bucket();
    for _ in 0..7 {
        scene.kit.json("TrentService.ListKeys", &json!({})).ok();
        scene.kit.clock.advance_ms(1_000);
    }
    let attributes = json!([{"AttributeKey": "EventName", "AttributeValue": "ListKeys"}]);
    let mut ask = json!({"LookupAttributes": attributes, "MaxResults": 3});
    let (mut ids, mut pages, mut token) = (Vec::new(), 0, Value::Null);
    loop {
        let page = scene.trail("LookupEvents", &ask).ok().json();
        let events = page["Events"].as_array().unwrap();
        ids.extend(events.iter().map(|event| event["EventId"].as_str().unwrap().to_owned()));
        pages += 1;
        let Some(next) = page.get("NextToken") else { break };
        token = next.clone();
        ask["NextToken"] = next.clone();
    }
    assert_eq!((ids.len(), pages), (7, 3));
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 7);
    let other = json!({"MaxResults": 3, "NextToken": token});
    assert_eq!(scene.trail("LookupEvents", &other).error().1, "InvalidNextTokenException");
}

/// An event that cannot be read is damage, which is reported and counted: the page is not shown
/// without it.
#[test]
fn a_damaged_event_is_not_left_out() {
    let scene = Scene::with_bucket();
    let term = trail::lookup::term(&AccountId::parse(ACCOUNT).unwrap(), REGION, None);
    for (body, faults) in [(&b"\xff"[..], 1), (b"{", 2), (b"{}", 3)] {
        let event = NewEvent { time: scene.kit.clock.now(), terms: vec![term], body: body.into() };
        scene.kit.store.submit(move |_| ((), vec![event])).wait().unwrap();
        let refused = scene.trail("LookupEvents", &json!({"MaxResults": 1})).error();
        assert_eq!((refused.0, refused.1.as_str()), (500, "InternalFailure"), "{body:?}");
        assert_eq!(scene.kit.gateway.faults(FaultKind::Store), faults);
    }
}

/// Times in the parameters of events are text, as AWS writes them.
#[test]
fn events_record_times_as_text() {
    let scene = Scene::with_bucket();
    let ask = json!({"StartTime": 1_688_990_267.5, "EndTime": 1_688_993_867});
    for operation in ["LookupEvents", "ListPublicKeys"] {
        scene.trail(operation, &ask).ok();
        let parameters = &scene.kit.event(operation)["requestParameters"];
        let want = json!({
            "startTime": "Jul 10, 2023, 11:57:47 AM", "endTime": "Jul 10, 2023, 12:57:47 PM" });
        assert_eq!(*parameters, want, "{operation}");
    }
}

/// Every limit of a question has its own error.
#[test]
fn wrong_questions_are_refused() {
    let scene = Scene::with_bucket();
    let attribute = |key: &str| json!({"AttributeKey": key, "AttributeValue": "x"});
    let now = scene.kit.clock.now().as_secs();
    for (ask, code) in [
        (json!({"MaxResults": 0}), "InvalidMaxResultsException"),
        (json!({"MaxResults": 51}), "InvalidMaxResultsException"),
        (json!({"StartTime": now, "EndTime": now - 1}), "InvalidTimeRangeException"),
        (json!({"LookupAttributes": [attribute("Nothing")]}), "InvalidLookupAttributesException"),
        (
            json!({"LookupAttributes": [attribute("EventId"), attribute("EventName")]}),
            "InvalidLookupAttributesException",
        ),
        (json!({"EventCategory": "management"}), "InvalidEventCategoryException"),
        (json!({"NextToken": "AAAA"}), "InvalidNextTokenException"),
    ] {
        let (status, found, message) = scene.trail("LookupEvents", &ask).error();
        assert_eq!((status, found.as_str()), (400, code), "{ask}: {message}");
    }
    let insight = scene.trail("LookupEvents", &json!({"EventCategory": "insight"})).ok().json();
    assert_eq!(insight["Events"], json!([]));
}

/// The history covers ninety days and no more.
#[test]
fn the_history_ends_after_ninety_days() {
    let scene = Scene::with_bucket();
    assert_eq!(scene.lookup("EventName", "CreateAlias").len(), 1);
    scene.kit.clock.advance_ms(89 * DAY_MS);
    assert_eq!(scene.lookup("EventName", "CreateAlias").len(), 1);
    scene.kit.clock.advance_ms(2 * DAY_MS);
    assert_eq!(scene.lookup("EventName", "CreateAlias").len(), 0);
}

/// From the start of logging there are keys, before any digest needs them: in the home region, and
/// where global services record their events. They are created once.
#[test]
fn keys_exist_before_the_first_digest() {
    let scene = Scene::with_trail();
    let now = scene.kit.clock.now().as_secs();
    let ask = json!({"StartTime": now - 3_600, "EndTime": now + 7_200});
    let keys = |region: &str| {
        let target = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.ListPublicKeys";
        let listed = scene.kit.json_in(region, target, &ask).ok().json();
        listed["PublicKeyList"].as_array().unwrap().clone()
    };
    assert_eq!(keys("ap-northeast-1"), Vec::<Value>::new());
    scene.start_logging();
    let first = keys("ap-northeast-1");
    assert_eq!((first.len(), keys("us-east-1").len(), keys("eu-west-1").len()), (1, 1, 0));
    scene.trail("StopLogging", &json!({"Name": TRAIL})).ok();
    scene.start_logging();
    scene.pass_minutes(61);
    assert_eq!(keys("ap-northeast-1"), first, "the digests are signed with it");
}

/// A key is listed for every range that meets its thirty days.
#[test]
fn public_keys_are_listed_by_their_time() {
    let scene = Scene::with_trail();
    scene.start_logging();
    scene.pass_minutes(61);
    let now = scene.kit.clock.now().as_secs();
    let day = 86_400;
    let listed = |from: u64, to: u64| {
        let ask = json!({"StartTime": from, "EndTime": to});
        scene.trail("ListPublicKeys", &ask).ok().json()["PublicKeyList"].as_array().unwrap().len()
    };
    assert_eq!(listed(now - day, now + day), 1);
    assert_eq!(listed(now + 29 * day, now + 40 * day), 1);
    assert_eq!(listed(now + 31 * day, now + 40 * day), 0);
    assert_eq!(listed(now - 2 * day, now - day), 0);
    let wrong = json!({"StartTime": now, "EndTime": now - 1});
    assert_eq!(scene.trail("ListPublicKeys", &wrong).error().1, "InvalidTimeRangeException");
    let token = json!({"NextToken": "x"});
    assert_eq!(scene.trail("ListPublicKeys", &token).error().1, "InvalidTokenException");
}

/// A digest that is made late, of a time before its key was made, finds its key in the list of that
/// time: `validate-logs` asks for the time of the digests.
#[test]
fn a_key_is_listed_for_the_time_of_its_digests() {
    let scene = Scene::with_trail();
    scene.start_logging();
    scene.pass_minutes(61);
    let keys = |from: Timestamp, to: Timestamp| {
        let ask = json!({"StartTime": from.as_secs(), "EndTime": to.as_secs()});
        let listed = scene.trail("ListPublicKeys", &ask).ok().json();
        let listed = listed["PublicKeyList"].as_array().unwrap().iter();
        listed.map(|key| key["Fingerprint"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let start = scene.kit.clock.now();
    let first = keys(start, start);
    // Nothing is delivered for longer than a key signs.
    scene.kit.clock.advance_ms(31 * DAY_MS);
    scene.pass_minutes(1);
    let (now, mut late) = (scene.kit.clock.now(), 0);
    for object in scene.list("AWSLogs/111122223333/CloudTrail-Digest/ap-northeast-1/") {
        let plain = trail::gzip::decompress(&scene.get(&object).ok().body, 1 << 30).unwrap();
        let digest = trail::digest::Digest::parse(&plain).unwrap();
        let listed = keys(digest.start, digest.end);
        assert!(listed.contains(&digest.fingerprint), "{object}: {listed:?}");
        late += usize::from(!first.contains(&digest.fingerprint) && digest.end < now);
    }
    assert!(late > 0, "the new key signs for the time before it");
    assert_eq!(keys(start, start), first, "a time without its digests is not its time");
}

fn ended_by(operation: &str) -> (Scene, Vec<Value>) {
    let scene = Scene::with_trail();
    scene.start_logging();
    scene.pass_minutes(7);
    scene.trail(operation, &json!({"Name": TRAIL})).ok();
    scene.kit.json("TrentService.ListKeys", &json!({})).ok();
    scene.pass_minutes(10);
    let delivered = scene.delivered();
    (scene, delivered)
}

/// The call that ends logging is the last event that is delivered, and a last digest names its
/// file; that is so if the instant is a whole second, too.
#[test]
fn the_end_of_logging_is_delivered_and_proven() {
    for operation in ["StopLogging", "DeleteTrail"] {
        let (scene, delivered) = ended_by(operation);
        let named =
            |name: &str| delivered.iter().filter(|event| event["eventName"] == name).count();
        assert_eq!((named(operation), named("ListKeys")), (1, 0), "{operation}");
        assert_eq!(scene.verify(), Vec::<String>::new());
        let mut files = scene.list("AWSLogs/111122223333/CloudTrail/ap-northeast-1/");
        let mut proven = Vec::new();
        let digests = scene.list("AWSLogs/111122223333/CloudTrail-Digest/ap-northeast-1/");
        for key in &digests {
            let plain = trail::gzip::decompress(&scene.get(key).ok().body, 1 << 30).unwrap();
            let digest = trail::digest::Digest::parse(&plain).unwrap();
            proven.extend(digest.log_files.into_iter().map(|file| file.object));
        }
        files.sort_unstable();
        proven.sort_unstable();
        assert_eq!(proven, files, "{operation}");
        scene.pass_minutes(200);
        let later = scene.list("AWSLogs/111122223333/CloudTrail-Digest/ap-northeast-1/");
        assert_eq!(later, digests, "{operation}: no digest follows the last one");
    }
}

/// Settings that are set once more as they are divide the events, and double none.
#[test]
fn the_same_settings_again_double_nothing() {
    let scene = Scene::with_trail();
    scene.start_logging();
    let again = json!({"TrailName": TRAIL, "EventSelectors": [{"ReadWriteType": "All",
        "IncludeManagementEvents": true, "DataResources": []}]});
    scene.trail("PutEventSelectors", &again).ok();
    scene.kit.json("TrentService.ListKeys", &json!({})).ok();
    scene.pass_minutes(20);
    let delivered = scene.delivered();
    for name in ["StartLogging", "PutEventSelectors", "ListKeys"] {
        let count = delivered.iter().filter(|event| event["eventName"] == name).count();
        assert_eq!(count, 1, "{name}");
    }
}

/// Each service's things are found under each of their names.
#[test]
fn resources_are_listed_by_service() {
    let scene = Scene::with_bucket();
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
        let mut whole = json!({
            "eventID": "e", "eventTime": "2026-01-02T03:04:05Z", "awsRegion": "us-east-1",
            "recipientAccountId": "111122223333", "eventName": "x",
        });
        whole.as_object_mut().unwrap().extend(event.as_object().unwrap().clone());
        let names = |source: &str| scene.kit.gateway.event_names(source);
        let facts = trail::Facts::from_json(&whole, names).unwrap();
        let row = |(kind, name): &(Option<String>, String)| {
            format!("{}={name}", kind.as_deref().unwrap_or("-"))
        };
        assert_eq!(facts.resources.iter().map(row).collect::<Vec<_>>().join(" "), want, "{event}");
    }
}
