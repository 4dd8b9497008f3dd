//! Messages: sent, received, hidden, deleted, expired.

use serde_json::{Value, json};

use crate::world::{World, text};

/// Observed: the members, times in milliseconds, and the hashes.
#[test]
fn a_message_arrives_as_it_was_sent() {
    let world = World::new();
    let url = world.queue("q", &json!({}));
    let attributes = json!({"Hello": {"DataType": "String", "StringValue": "There"},
        "General": {"DataType": "String", "StringValue": "Kenobi"}});
    let sent = world.ok(
        "SendMessage",
        &json!({"QueueUrl": url, "MessageBody": "msg", "MessageAttributes": attributes,
            "MessageSystemAttributes":
                {"AWSTraceHeader": {"DataType": "String", "StringValue": "Root=1"}}}),
    );
    assert_eq!(sent["MD5OfMessageBody"], "6e2baaf3b97dbeef01c0043275f9a0e7");
    assert_eq!(sent["MD5OfMessageAttributes"], "fca026605781cb4126a1e9044df24232");
    assert_eq!(text(&sent["MD5OfMessageSystemAttributes"]).len(), 32);
    assert!(sent.get("SequenceNumber").is_none());
    world.pass(2);
    let received = world.receive(&url).remove(0);
    assert_eq!(received["MessageId"], sent["MessageId"]);
    assert_eq!(received["Body"], "msg");
    assert_eq!(received["MD5OfBody"], sent["MD5OfMessageBody"]);
    assert_eq!(received["MessageAttributes"], attributes);
    assert_eq!(received["MD5OfMessageAttributes"], sent["MD5OfMessageAttributes"]);
    let system = &received["Attributes"];
    assert!(text(&system["SenderId"]).starts_with("AIDA"));
    assert_eq!(system["SentTimestamp"], "1772323200000");
    assert_eq!(system["ApproximateFirstReceiveTimestamp"], "1772323202000");
    assert_eq!(system["ApproximateReceiveCount"], "1");
    assert_eq!(system["AWSTraceHeader"], "Root=1");
    world.delete(&url, &received);
    world.delete(&url, &received);
    world.pass(60);
    assert_eq!(world.receive(&url), Vec::<Value>::new());
}

/// Observed: which attributes and hashes are returned for which names.
#[test]
fn receivers_choose_attributes() {
    let world = World::new();
    let url = world.queue("q", &json!({"VisibilityTimeout": "0"}));
    let string = |value: &str| json!({"DataType": "String", "StringValue": value});
    let attributes = json!({"Help.Me": string("Me"), "Hello": string("There"),
        "General": string("Kenobi")});
    let input = json!({"QueueUrl": url, "MessageBody": "msg", "MessageAttributes": attributes});
    world.ok("SendMessage", &input);
    let hash = |names: &[&str]| {
        let input = json!({"QueueUrl": url, "MessageAttributeNames": names});
        let message = world.ok("ReceiveMessage", &input)["Messages"][0].clone();
        message["MD5OfMessageAttributes"].as_str().map(str::to_owned)
    };
    let all = "4c360f3fdafd970e05fae2f149d997f5";
    for (names, want) in [
        (&[][..], None),
        (&["All"], Some(all)),
        (&[".*"], Some(all)),
        (&["Hello", "General"], Some("fca026605781cb4126a1e9044df24232")),
        (&["Hello", "None"], Some("a311262e065454b75da111d535b8dacd")),
        (&["None"], None),
        (&["AWS."], None),
        (&["..foo"], None),
    ] {
        assert_eq!(hash(names).as_deref(), want, "{names:?}");
    }
    let system = |input: Value| {
        let mut input = input;
        input["QueueUrl"] = json!(url);
        let message = world.ok("ReceiveMessage", &input)["Messages"][0].clone();
        let names = message["Attributes"].as_object().cloned().unwrap_or_default();
        names.keys().cloned().collect::<Vec<_>>().join(" ")
    };
    let all = "ApproximateFirstReceiveTimestamp ApproximateReceiveCount SenderId SentTimestamp";
    for (input, want) in [
        (json!({}), ""),
        (json!({"AttributeNames": ["All"]}), all),
        (json!({"MessageSystemAttributeNames": ["All"]}), all),
        (json!({"MessageSystemAttributeNames": ["SenderId"]}), "SenderId"),
        (
            json!({"MessageSystemAttributeNames": ["SenderId"], "AttributeNames": ["SentTimestamp"]}),
            "SenderId SentTimestamp",
        ),
        (json!({"AttributeNames": ["VisibilityTimeout"]}), ""),
    ] {
        assert_eq!(system(input.clone()), want, "{input}");
    }
}

/// Observed: the texts.
#[test]
fn messages_that_aws_refuses_are_refused() {
    let world = World::new();
    let url = world.queue("q", &json!({}));
    let invalid = "InvalidParameterValueException";
    let refused = |members: Value, shape: &str, text: &str| {
        let mut input = json!({"QueueUrl": url});
        for (name, value) in members.as_object().unwrap() {
            input[name] = value.clone();
        }
        world.refused("SendMessage", &input, (400, shape, text));
    };
    let text = "The request must contain the parameter MessageBody.";
    refused(json!({"MessageBody": ""}), "MissingRequiredParameterException", text);
    refused(json!({}), "MissingRequiredParameterException", text);
    let text = "One or more parameters are invalid. Reason: Message must be shorter than 1048576 \
                bytes.";
    refused(json!({"MessageBody": "a".repeat(1_048_577)}), invalid, text);
    let empty = json!({"ErrorDetails": {"DataType": "String", "StringValue": ""}});
    let text = "Message (user) attribute 'ErrorDetails' must contain a non-empty value of type \
                'String'.";
    refused(json!({"MessageBody": "m", "MessageAttributes": empty}), invalid, text);
    for group in ["", "group 123", &"a".repeat(129)] {
        let text = format!(
            "Value {group} for parameter MessageGroupId is invalid. Reason: MessageGroupId can \
             only include alphanumeric and punctuation characters. 1 to 128 in length."
        );
        refused(json!({"MessageBody": "m", "MessageGroupId": group}), invalid, &text);
    }
    let text = "Value d for parameter MessageDeduplicationId is invalid. Reason: The request \
                include parameter that is not valid for this queue type.";
    refused(json!({"MessageBody": "m", "MessageDeduplicationId": "d"}), invalid, text);
    let text = "Value 901 for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= \
                0 and <= 900.";
    refused(json!({"MessageBody": "m", "DelaySeconds": 901}), invalid, text);
    let text = "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to \
                #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF";
    refused(json!({"MessageBody": "\u{1}"}), "InvalidMessageContents", text);
    let system = json!({"Other": {"DataType": "String", "StringValue": "v"}});
    let text = "Message system attribute name 'Other' is invalid.";
    refused(json!({"MessageBody": "m", "MessageSystemAttributes": system}), invalid, text);
    assert_eq!(world.counts(&url), ["0", "0", "0"]);
    let input = json!({"QueueUrl": url, "MessageBody": 1});
    assert_eq!(world.shape("SendMessage", &input), "SerializationException");
}

/// Observed: a standard queue returns the group.
#[test]
fn a_standard_queue_takes_groups() {
    let world = World::new();
    let url = world.queue("q", &json!({}));
    let input = json!({"QueueUrl": url, "MessageBody": "message", "MessageGroupId": "test"});
    let sent = world.ok("SendMessage", &input);
    assert_eq!(sent["MD5OfMessageBody"], "78e731027d8fd50ed642340b7c9a63b3");
    world.ok("SendMessage", &input);
    let received = world.receive(&url);
    assert_eq!(received.len(), 2);
    assert_eq!(received[0]["Attributes"]["MessageGroupId"], "test");
}

#[test]
fn a_received_message_is_hidden_until_its_timeout() {
    let world = World::new();
    let url = world.queue("q", &json!({}));
    world.send(&url, "a");
    world.send(&url, "b");
    let first = world.ok("ReceiveMessage", &json!({"QueueUrl": url, "VisibilityTimeout": 5}));
    assert_eq!(first["Messages"][0]["Body"], "a");
    assert_eq!(world.counts(&url), ["1", "1", "0"]);
    assert_eq!(world.bodies(&url), ["b"]);
    world.pass(5);
    let again = world.receive(&url);
    assert_eq!(again.len(), 1);
    assert_eq!(again[0]["Attributes"]["ApproximateReceiveCount"], "2");
    // The older handle does nothing.
    world.delete(&url, &first["Messages"][0]);
    world.pass(30);
    assert_eq!(world.bodies(&url).len(), 2);
}

#[test]
fn the_timeout_of_a_message_can_be_changed() {
    let world = World::new();
    let url = world.queue("q", &json!({}));
    world.send(&url, "a");
    let received = world.receive(&url).remove(0);
    let change = |handle: &Value, seconds: i64| json!({"QueueUrl": url, "ReceiptHandle": handle, "VisibilityTimeout": seconds});
    let handle = received["ReceiptHandle"].clone();
    assert_eq!(world.ok("ChangeMessageVisibility", &change(&handle, 100)), json!({}));
    world.pass(99);
    assert_eq!(world.bodies(&url).len(), 0);
    world.ok("ChangeMessageVisibility", &change(&handle, 0));
    let received = world.receive(&url).remove(0);
    let newest = received["ReceiptHandle"].clone();
    let invalid = "InvalidParameterValueException";
    let text = format!(
        "Value {} for parameter ReceiptHandle is invalid. Reason: Message does not exist or is \
         not available for visibility timeout change.",
        handle.as_str().unwrap()
    );
    world.refused("ChangeMessageVisibility", &change(&handle, 1), (400, invalid, &text));
    let text = "Value 43201 for parameter VisibilityTimeout is invalid. Reason: Must be between \
                0 and 43200, if provided.";
    world.refused("ChangeMessageVisibility", &change(&newest, 43_201), (400, invalid, text));
    world.ok("ChangeMessageVisibility", &change(&newest, 43_200));
    world.pass(10);
    let text = "Value 43200 for parameter VisibilityTimeout is invalid. Reason: Total \
                VisibilityTimeout for the message is beyond the limit [43200 seconds]";
    world.refused("ChangeMessageVisibility", &change(&newest, 43_200), (400, invalid, text));
    world.ok("ChangeMessageVisibility", &change(&newest, 5));
    world.pass(5);
    // Observed: no error after the timeout.
    world.ok("ChangeMessageVisibility", &change(&newest, 5));
    world.delete(&url, &received);
    let gone = world.call("ADMIN", "ChangeMessageVisibility", &change(&newest, 5)).error();
    assert_eq!(gone.1, invalid);
    for operation in ["ChangeMessageVisibility", "DeleteMessage"] {
        let text = "The input receipt handle \"x\" is not a valid receipt handle.";
        let input = change(&json!("x"), 5);
        world.refused(operation, &input, (400, "ReceiptHandleIsInvalid", text));
        let none = json!({"QueueUrl": url});
        assert_eq!(world.shape(operation, &none), "MissingRequiredParameterException");
    }
}

/// A receipt handle is of one queue.
#[test]
fn a_handle_of_another_queue_is_refused() {
    let world = World::new();
    let (one, other) = (world.queue("one", &json!({})), world.queue("other", &json!({})));
    world.send(&one, "a");
    let handle = world.receive(&one)[0]["ReceiptHandle"].clone();
    let input = json!({"QueueUrl": other, "ReceiptHandle": handle});
    assert_eq!(world.shape("DeleteMessage", &input), "ReceiptHandleIsInvalid");
}

#[test]
fn delayed_messages_come_later() {
    let world = World::new();
    let url = world.queue("q", &json!({"DelaySeconds": "10"}));
    world.send(&url, "by the queue");
    let own = json!({"QueueUrl": url, "MessageBody": "by the message", "DelaySeconds": 3});
    world.ok("SendMessage", &own);
    let none = json!({"QueueUrl": url, "MessageBody": "at once", "DelaySeconds": 0});
    world.ok("SendMessage", &none);
    assert_eq!(world.counts(&url), ["1", "0", "2"]);
    assert_eq!(world.bodies(&url), ["at once"]);
    world.pass(3);
    assert_eq!(world.bodies(&url), ["by the message"]);
    world.pass(7);
    assert_eq!(world.bodies(&url), ["by the queue"]);
}

#[test]
fn messages_expire_after_their_retention() {
    let world = World::new();
    let url = world.queue("q", &json!({"MessageRetentionPeriod": "60"}));
    world.send(&url, "old");
    world.pass(30);
    world.send(&url, "new");
    world.pass(30);
    assert_eq!(world.bodies(&url), ["new"]);
    world.pass(30);
    world.work();
    assert_eq!(world.counts(&url), ["0", "0", "0"]);
}

#[test]
fn the_terms_of_a_receive_have_ranges() {
    let world = World::new();
    let url = world.queue("q", &json!({}));
    let invalid = "InvalidParameterValueException";
    for (name, value, text) in [
        ("MaxNumberOfMessages", 0, "Must be between 1 and 10, if provided."),
        ("MaxNumberOfMessages", 11, "Must be between 1 and 10, if provided."),
        ("WaitTimeSeconds", 21, "Must be between 0 and 20, if provided."),
        ("WaitTimeSeconds", -1, "Must be between 0 and 20, if provided."),
        ("VisibilityTimeout", 43_201, "Must be between 0 and 43200, if provided."),
    ] {
        let text = format!("Value {value} for parameter {name} is invalid. Reason: {text}");
        let input = json!({"QueueUrl": url, name: value});
        world.refused("ReceiveMessage", &input, (400, invalid, &text));
    }
    let input = json!({"QueueUrl": url, "ReceiveRequestAttemptId": "a b"});
    assert_eq!(world.shape("ReceiveMessage", &input), invalid);
    for body in ["a", "b", "c"] {
        world.send(&url, body);
    }
    let one = world.ok("ReceiveMessage", &json!({"QueueUrl": url}));
    assert_eq!(one["Messages"].as_array().unwrap().len(), 1);
    assert_eq!(world.bodies(&url), ["b", "c"]);
    assert_eq!(world.ok("ReceiveMessage", &json!({"QueueUrl": url})), json!({}));
}
