//! Both protocols: JSON 1.0 and Query, and their errors.

use serde_json::{Value, json};
use testkit::Answered;

use crate::world::{ACCOUNT, GUEST, World};

const NAMESPACE: &str = "http://queue.amazonaws.com/doc/2012-11-05/";

/// A call in Query.
fn query(world: &World, path: &str, parameters: &[(&str, &str)]) -> Answered {
    query_as(world, "ADMIN", path, parameters)
}

fn query_as(world: &World, who: &str, path: &str, parameters: &[(&str, &str)]) -> Answered {
    let pairs = parameters.iter().chain(&[("Version", "2012-11-05")]);
    let pairs: Vec<_> = pairs
        .map(|(name, value)| format!("{}={}", wire::uri::encode(name), wire::uri::encode(value)))
        .collect();
    let headers = [("content-type", "application/x-www-form-urlencoded; charset=utf-8")];
    let body = pairs.join("&");
    world.kit.send(world.credentials(who), "sqs", "POST", path, &headers, body.as_bytes())
}

#[test]
fn a_whole_life_in_query() {
    let world = World::new();
    let created = query(
        &world,
        "/",
        &[
            ("Action", "CreateQueue"),
            ("QueueName", "q"),
            ("Attribute.1.Name", "VisibilityTimeout"),
            ("Attribute.1.Value", "7"),
            ("Tag.1.Key", "k"),
            ("Tag.1.Value", "v"),
        ],
    )
    .ok();
    assert_eq!(created.header("content-type"), "text/xml");
    let url = created.element("QueueUrl");
    assert_eq!(url, format!("http://127.0.0.1:4566/{ACCOUNT}/q"));
    let id = created.header("x-amzn-requestid");
    assert_eq!(
        created.text(),
        format!(
            "<CreateQueueResponse xmlns=\"{NAMESPACE}\"><CreateQueueResult><QueueUrl>{url}\
             </QueueUrl></CreateQueueResult><ResponseMetadata><RequestId>{id}</RequestId>\
             </ResponseMetadata></CreateQueueResponse>"
        )
    );
    assert_eq!(world.attribute(&url, "VisibilityTimeout"), "7");
}

#[test]
fn messages_in_query() {
    let world = World::new();
    world.queue("q", &json!({}));
    // The queue's own path names it.
    let path = format!("/{ACCOUNT}/q");
    let sent = query(
        &world,
        &path,
        &[
            ("Action", "SendMessage"),
            ("MessageBody", "a b&c<d>"),
            ("DelaySeconds", "0"),
            ("MessageAttribute.1.Name", "n"),
            ("MessageAttribute.1.Value.DataType", "String"),
            ("MessageAttribute.1.Value.StringValue", "v"),
        ],
    )
    .ok();
    let received = query(
        &world,
        &path,
        &[
            ("Action", "ReceiveMessage"),
            ("MaxNumberOfMessages", "10"),
            ("AttributeName.1", "All"),
            ("MessageAttributeName.1", "All"),
        ],
    )
    .ok();
    let text = received.text();
    assert_eq!(received.element("MessageId"), sent.element("MessageId"));
    assert!(text.contains("<Body>a b&amp;c&lt;d&gt;</Body>"), "{text}");
    assert!(
        text.contains(
            "<Attribute><Name>ApproximateReceiveCount</Name><Value>1</Value></Attribute>"
        ),
        "{text}"
    );
    assert!(
        text.contains(
            "<MessageAttribute><Name>n</Name><Value><StringValue>v</StringValue>\
        <DataType>String</DataType></Value></MessageAttribute>"
        ),
        "{text}"
    );
}

#[test]
fn batches_and_tags_in_query() {
    let world = World::new();
    let url = world.queue("q", &json!({}));
    let path = format!("/{ACCOUNT}/q");
    world.ok("TagQueue", &json!({"QueueUrl": url, "Tags": {"k": "v"}}));
    world.send(&url, "m");
    let handle = crate::world::text(&world.receive(&url)[0]["ReceiptHandle"]);
    let batch = query(
        &world,
        "/",
        &[
            ("Action", "DeleteMessageBatch"),
            ("QueueUrl", &url),
            ("DeleteMessageBatchRequestEntry.1.Id", "a"),
            ("DeleteMessageBatchRequestEntry.1.ReceiptHandle", &handle),
            ("DeleteMessageBatchRequestEntry.2.Id", "b"),
            ("DeleteMessageBatchRequestEntry.2.ReceiptHandle", "x"),
        ],
    )
    .ok()
    .text();
    assert!(
        batch.contains("<DeleteMessageBatchResultEntry><Id>a</Id></DeleteMessageBatchResultEntry>"),
        "{batch}"
    );
    assert!(
        batch.contains(
            "<BatchResultErrorEntry><Id>b</Id><SenderFault>true</SenderFault>\
        <Code>ReceiptHandleIsInvalid</Code>"
        ),
        "{batch}"
    );
    let tags = query(&world, &path, &[("Action", "ListQueueTags")]).ok().text();
    assert!(tags.contains("<Tag><Key>k</Key><Value>v</Value></Tag>"), "{tags}");
    let gone = query(&world, &path, &[("Action", "DeleteQueue")]).ok();
    let id = gone.header("x-amzn-requestid");
    assert_eq!(
        gone.text(),
        format!(
            "<DeleteQueueResponse xmlns=\"{NAMESPACE}\"><ResponseMetadata><RequestId>{id}\
             </RequestId></ResponseMetadata></DeleteQueueResponse>"
        )
    );
}

/// A request with `GET` has its parameters in the URL.
#[test]
fn query_may_be_sent_in_the_url() {
    let world = World::new();
    world.queue("q", &json!({}));
    let target = format!("/{ACCOUNT}/q?Action=SendMessage&MessageBody=hi&Version=2012-11-05");
    world.kit.send(&world.kit.root, "sqs", "GET", &target, &[], b"").ok();
    assert_eq!(world.bodies("q"), ["hi"]);
}

/// Observed: the code in the header and in XML, the shape in JSON, and the two texts.
#[test]
fn an_error_has_the_form_of_the_protocol() {
    let world = World::new();
    let code = "AWS.SimpleQueueService.NonExistentQueue";
    let json = world.call("ADMIN", "GetQueueUrl", &json!({"QueueName": "none"}));
    assert_eq!(json.status, 400);
    assert_eq!(json.header("x-amzn-query-error"), format!("{code};Sender"));
    assert_eq!(json.header("content-type"), "application/x-amz-json-1.0");
    let want = json!({"__type": "com.amazonaws.sqs#QueueDoesNotExist",
        "message": "The specified queue does not exist."});
    assert_eq!(json.json(), want);
    let xml = query(&world, "/", &[("Action", "GetQueueUrl"), ("QueueName", "none")]);
    assert_eq!(xml.status, 400);
    let id = xml.header("x-amzn-requestid");
    assert_eq!(
        xml.text(),
        format!(
            "<ErrorResponse xmlns=\"{NAMESPACE}\"><Error><Type>Sender</Type><Code>{code}</Code>\
             <Message>The specified queue does not exist for this wsdl version.</Message><Detail/>\
             </Error><RequestId>{id}</RequestId></ErrorResponse>"
        )
    );
    let denied = world.call(GUEST, "ListQueues", &json!({}));
    assert_eq!(denied.header("x-amzn-query-error"), "AccessDenied;Sender");
    assert_eq!(denied.json()["__type"], "com.amazon.coral.service#AccessDeniedException");
    let denied = query_as(&world, GUEST, "/", &[("Action", "ListQueues")]);
    assert_eq!((denied.status, denied.element("Code").as_str()), (403, "AccessDenied"));
}

/// What is no call is refused in the protocol that it seems to be in.
#[test]
fn requests_that_are_no_calls_are_refused_in_their_protocol() {
    let world = World::new();
    let target = |name: &str| format!("AmazonSQS.{name}");
    let unknown = world.kit.json(&target("Foo"), &json!({}));
    assert_eq!(unknown.error().1, "UnknownOperationException");
    assert!(unknown.header("x-amzn-query-error").starts_with("UnknownOperation"));
    let unknown = query(&world, "/", &[("Action", "Foo")]);
    assert_eq!((unknown.status, unknown.element("Code").as_str()), (400, "InvalidAction"));
    let mut other = world.kit.root.clone();
    other.secret.push('x');
    let forged = world.kit.json_as(&other, &target("ListQueues"), &json!({}));
    assert_eq!(forged.header("x-amzn-query-error"), "SignatureDoesNotMatch;Sender");
    assert_eq!(forged.error().1, "InvalidSignatureException");
    let headers =
        [("x-amz-target", "AmazonSQS.ListQueues"), ("content-type", "application/x-amz-json-1.0")];
    let unsigned = world.kit.send_raw("POST", "/", &headers, b"{}");
    assert_eq!(unsigned.error().1, "MissingAuthenticationTokenException");
    for body in ["", "[]", "{", "1", "{\"QueueNamePrefix\": 1}", "{\"MaxResults\": {}}"] {
        let headers = [("x-amz-target", "AmazonSQS.ListQueues")];
        let answered =
            world.kit.send(&world.kit.root, "sqs", "POST", "/", &headers, body.as_bytes());
        if body.is_empty() {
            answered.ok();
        } else {
            assert_eq!(answered.error().1, "SerializationException", "{body}");
        }
    }
    for odd in ["MaxResults", "Attribute.1", "NextToken.1"] {
        let answered = query(&world, "/", &[("Action", "ListQueues"), (odd, "x")]);
        assert!(answered.status < 500, "{odd}");
    }
}

/// Observed: JSON on a queue's own URL.
#[test]
fn json_may_be_sent_to_the_path_of_a_queue() {
    let world = World::new();
    let url = world.queue("q", &json!({}));
    let headers = [("x-amz-target", "AmazonSQS.ReceiveMessage"), ("x-amzn-query-mode", "true")];
    let body = json!({"QueueUrl": url}).to_string();
    let path = format!("/{ACCOUNT}/q");
    let answered =
        world.kit.send(&world.kit.root, "sqs", "POST", &path, &headers, body.as_bytes()).ok();
    assert_eq!(answered.json(), json!({}));
}

/// Observed: in Query the newer list of system attributes wins.
#[test]
fn the_newer_list_of_attributes_wins_in_query() {
    let world = World::new();
    let url = world.queue("q", &json!({"VisibilityTimeout": "0"}));
    world.send(&url, "m");
    let shown = |more: &[(&str, &str)]| {
        let all = [&[("Action", "ReceiveMessage"), ("QueueUrl", url.as_str())], more].concat();
        let text = query(&world, "/", &all).ok().text();
        ["SenderId", "SentTimestamp"].map(|name| text.contains(name))
    };
    let (new, old) =
        (("MessageSystemAttributeName.1", "SenderId"), ("AttributeName.1", "SentTimestamp"));
    assert_eq!(shown(&[new, old]), [true, false]);
    assert_eq!(shown(&[old]), [false, true]);
}

/// A message of the largest size passes in both protocols, however it is written.
#[test]
fn the_largest_message_passes() {
    let world = World::new();
    let url = world.queue("q", &json!({}));
    let body = "あ".repeat(1_048_576 / 3);
    let sent = world.ok("SendMessage", &json!({"QueueUrl": url, "MessageBody": body}));
    assert_eq!(world.receive(&url)[0]["MD5OfBody"], sent["MD5OfMessageBody"]);
    let all = [("Action", "SendMessage"), ("QueueUrl", url.as_str()), ("MessageBody", &body)];
    let again = query(&world, "/", &all).ok();
    assert_eq!(Value::from(again.element("MD5OfMessageBody")), sent["MD5OfMessageBody"]);
}
