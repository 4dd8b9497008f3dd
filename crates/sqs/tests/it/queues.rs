//! Queues: names, URLs, attributes, tags, and their end.

use serde_json::{Value, json};

use crate::world::{ACCOUNT, ADMIN, OTHER_ACCOUNT, World, arn, text};

const NONE: &str = "The specified queue does not exist.";

#[test]
fn a_url_leads_back_to_where_it_was_asked_for() {
    let world = World::new();
    let url = world.queue("q", &json!({}));
    assert_eq!(url, format!("http://127.0.0.1:4566/{ACCOUNT}/q"));
    let found = world.ok("GetQueueUrl", &json!({"QueueName": "q"}));
    assert_eq!(text(&found["QueueUrl"]), url);
    let own = json!({"QueueName": "q", "QueueOwnerAWSAccountId": ACCOUNT});
    assert_eq!(text(&world.ok("GetQueueUrl", &own)["QueueUrl"]), url);
    let sqs = format!("https://sqs.us-east-1.amazonaws.com/{ACCOUNT}/q");
    let path = format!("/{ACCOUNT}/q");
    for other in [sqs.as_str(), path.as_str(), "q"] {
        assert_eq!(world.attribute(other, "QueueArn"), arn("q"));
    }
    for bad in ["http://127.0.0.1:4566/q", "", "http://127.0.0.1:4566/", "/x/q"] {
        let input = json!({"QueueUrl": bad});
        let answered = world.call(ADMIN, "GetQueueAttributes", &input);
        let (status, shape, _) = answered.error();
        assert_eq!((status, shape.as_str()), (404, "InvalidAddress"), "{bad}");
    }
    let missing = (400, "MissingRequiredParameterException");
    let missing =
        |name| (missing.0, missing.1, format!("The request must contain the parameter {name}."));
    for (operation, name) in [
        ("GetQueueAttributes", "QueueUrl"),
        ("GetQueueUrl", "QueueName"),
        ("CreateQueue", "QueueName"),
    ] {
        let (status, shape, text) = missing(name);
        world.refused(operation, &json!({}), (status, shape, &text));
    }
    let input = json!({"QueueName": "q", "QueueOwnerAWSAccountId": "x"});
    assert_eq!(world.shape("GetQueueUrl", &input), "InvalidParameterValueException");
}

/// Observed: the attributes of a new queue and their values.
#[test]
fn a_new_queue_has_the_attributes_of_aws() {
    let world = World::new();
    let given = json!({"MessageRetentionPeriod": "604800", "ReceiveMessageWaitTimeSeconds": "10",
        "VisibilityTimeout": "20"});
    let url = world.queue("q", &given);
    let all = json!({"QueueUrl": url, "AttributeNames": ["All"]});
    let created = "1772323200";
    let mut want = json!({
        "ApproximateNumberOfMessages": "0", "ApproximateNumberOfMessagesDelayed": "0",
        "ApproximateNumberOfMessagesNotVisible": "0", "CreatedTimestamp": created,
        "DelaySeconds": "0", "LastModifiedTimestamp": created, "MaximumMessageSize": "1048576",
        "MessageRetentionPeriod": "604800", "QueueArn": arn("q"),
        "ReceiveMessageWaitTimeSeconds": "10", "SqsManagedSseEnabled": "true",
        "VisibilityTimeout": "20"});
    assert_eq!(world.ok("GetQueueAttributes", &all), json!({ "Attributes": want }));
    world.pass(5);
    let set = json!({"QueueUrl": url, "Attributes":
        {"DelaySeconds": "420", "MaximumMessageSize": "2048", "VisibilityTimeout": "69"}});
    assert_eq!(world.ok("SetQueueAttributes", &set), json!({}));
    for (name, value) in [
        ("DelaySeconds", "420"),
        ("MaximumMessageSize", "2048"),
        ("VisibilityTimeout", "69"),
        ("LastModifiedTimestamp", "1772323205"),
    ] {
        want[name] = json!(value);
    }
    assert_eq!(world.ok("GetQueueAttributes", &all), json!({ "Attributes": want }));
    assert_eq!(world.ok("GetQueueAttributes", &json!({"QueueUrl": url})), json!({}));
    let some = json!({"QueueUrl": url, "AttributeNames": ["DelaySeconds", "Policy"]});
    let want = json!({"Attributes": {"DelaySeconds": "420"}});
    assert_eq!(world.ok("GetQueueAttributes", &some), want);
    let unknown = json!({"QueueUrl": url, "AttributeNames": ["Foo"]});
    let text = "Unknown Attribute Foo.";
    world.refused("GetQueueAttributes", &unknown, (400, "InvalidAttributeName", text));
    let input = json!({"QueueUrl": url, "Attributes": {"Policy": "{"}});
    let text = "Invalid value for the parameter Policy.";
    world.refused("SetQueueAttributes", &input, (400, "InvalidAttributeValue", text));
    assert_eq!(
        world.shape("SetQueueAttributes", &json!({"QueueUrl": url})),
        "MissingRequiredParameterException"
    );
}

/// Observed: the texts.
#[test]
fn a_queue_is_created_once() {
    let world = World::new();
    let url = world.queue("q", &json!({"DelaySeconds": "1"}));
    assert_eq!(world.queue("q", &json!({})), url);
    assert_eq!(world.queue("q", &json!({"DelaySeconds": "1"})), url);
    let text = "A queue already exists with the same name and a different value for attribute \
                DelaySeconds";
    for value in ["0", "2"] {
        let other = json!({"QueueName": "q", "Attributes": {"DelaySeconds": value}});
        world.refused("CreateQueue", &other, (400, "QueueNameExists", text));
    }
    let fifo = json!({"FifoQueue": "true", "ContentBasedDeduplication": "true"});
    world.queue("q.fifo", &fifo);
    let other = json!({"QueueName": "q.fifo",
        "Attributes": {"FifoQueue": "true", "ContentBasedDeduplication": "false"}});
    let text = "A queue already exists with the same name and a different value for attribute \
                ContentBasedDeduplication";
    world.refused("CreateQueue", &other, (400, "QueueNameExists", text));
    let text = "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in \
                length";
    let bad = json!({"QueueName": "a b"});
    world.refused("CreateQueue", &bad, (400, "InvalidParameterValueException", text));
    for attributes in [json!({"FifoQueue": "false"}), json!({"ContentBasedDeduplication": "false"})]
    {
        let input = json!({"QueueName": "s", "Attributes": attributes});
        assert_eq!(world.shape("CreateQueue", &input), "InvalidAttributeName");
    }
    let input = json!({"QueueName": "s", "Attributes": {"DelaySeconds": "901"}});
    assert_eq!(world.shape("CreateQueue", &input), "InvalidAttributeValue");
}

#[test]
fn a_deleted_queue_is_gone_with_its_messages() {
    let world = World::new();
    let url = world.queue("q", &json!({}));
    world.send(&url, "lost");
    assert_eq!(world.ok("DeleteQueue", &json!({"QueueUrl": url})), json!({}));
    for operation in ["DeleteQueue", "GetQueueAttributes", "ReceiveMessage", "PurgeQueue"] {
        world.refused(operation, &json!({"QueueUrl": url}), (400, "QueueDoesNotExist", NONE));
    }
    world.refused("GetQueueUrl", &json!({"QueueName": "q"}), (400, "QueueDoesNotExist", NONE));
    let text = "You must wait 60 seconds after deleting a queue before you can create another \
                with the same name.";
    let again = json!({"QueueName": "q"});
    world.refused("CreateQueue", &again, (400, "QueueDeletedRecently", text));
    world.pass(60);
    world.work();
    world.queue("q", &json!({}));
    assert_eq!(world.bodies(&url), Vec::<String>::new());
    assert_eq!(world.counts(&url), ["0", "0", "0"]);
}

#[test]
fn queues_are_listed_by_prefix_and_page() {
    let world = World::new();
    assert_eq!(world.ok("ListQueues", &json!({})), json!({}));
    for name in ["b1", "a1", "b3", "b2"] {
        world.queue(name, &json!({}));
    }
    let listed = |input: Value| {
        let output = world.ok("ListQueues", &input);
        let urls = output["QueueUrls"].as_array().cloned().unwrap_or_default();
        let names = urls.iter().map(|url| text(url).rsplit('/').next().unwrap().to_owned());
        (names.collect::<Vec<_>>().join(" "), output["NextToken"].clone())
    };
    assert_eq!(listed(json!({})), ("a1 b1 b2 b3".to_owned(), Value::Null));
    assert_eq!(listed(json!({"QueueNamePrefix": "b"})), ("b1 b2 b3".to_owned(), Value::Null));
    let (first, token) = listed(json!({"QueueNamePrefix": "b", "MaxResults": 2}));
    assert_eq!(first, "b1 b2");
    let next = json!({"QueueNamePrefix": "b", "MaxResults": 2, "NextToken": token});
    assert_eq!(listed(next), ("b3".to_owned(), Value::Null));
    for bad in [json!({"MaxResults": 0}), json!({"MaxResults": 1001}), json!({"NextToken": "!"})] {
        assert_eq!(world.shape("ListQueues", &bad), "InvalidParameterValueException");
    }
    let other = world.call("OTHER_ROOT", "ListQueues", &json!({})).ok().json();
    assert_eq!(other, json!({}), "queues of {OTHER_ACCOUNT}");
}

/// Observed: the outputs.
#[test]
fn tags_are_set_and_removed() {
    let world = World::new();
    let input = json!({"QueueName": "q", "tags": {"tag1": "value1"}});
    let url = text(&world.ok("CreateQueue", &input)["QueueUrl"]);
    let tags = json!({"QueueUrl": url, "Tags": {"tag2": "value2", "tag3": ""}});
    assert_eq!(world.ok("TagQueue", &tags), json!({}));
    let list = || world.ok("ListQueueTags", &json!({"QueueUrl": url}));
    let want = json!({"Tags": {"tag1": "value1", "tag2": "value2", "tag3": ""}});
    assert_eq!(list(), want);
    world.ok("UntagQueue", &json!({"QueueUrl": url, "TagKeys": ["tag1", "tag3"]}));
    assert_eq!(list(), json!({"Tags": {"tag2": "value2"}}));
    world.ok("UntagQueue", &json!({"QueueUrl": url, "TagKeys": ["tag2", "none"]}));
    assert_eq!(list(), json!({}));
    let many: Value =
        (0..51).map(|n| (format!("k{n}"), json!(""))).collect::<serde_json::Map<_, _>>().into();
    let long = "v".repeat(257);
    for tags in [json!({"aws:x": ""}), json!({"": ""}), json!({"k": long}), many] {
        let input = json!({"QueueUrl": url, "Tags": tags});
        assert_eq!(world.shape("TagQueue", &input), "InvalidParameterValueException");
    }
    let none = json!({"QueueUrl": url});
    for operation in ["TagQueue", "UntagQueue"] {
        assert_eq!(world.shape(operation, &none), "MissingRequiredParameterException");
    }
}

#[test]
fn a_purge_removes_all_messages_and_is_allowed_once_a_minute() {
    let world = World::new();
    let url = world.queue("q", &json!({}));
    world.send(&url, "in flight");
    let received = world.receive(&url).remove(0);
    world.send(&url, "visible");
    let purge = json!({"QueueUrl": url});
    assert_eq!(world.ok("PurgeQueue", &purge), json!({}));
    assert_eq!(world.counts(&url), ["0", "0", "0"]);
    world.delete(&url, &received);
    world.send(&url, "later");
    let text = "Only one PurgeQueue operation on q is allowed every 60 seconds.";
    world.refused("PurgeQueue", &purge, (403, "PurgeQueueInProgress", text));
    world.pass(30);
    world.work();
    assert_eq!(world.bodies(&url), ["later"]);
    world.pass(30);
    world.ok("PurgeQueue", &purge);
    world.pass(60);
    assert_eq!(world.bodies(&url), Vec::<String>::new());
}
