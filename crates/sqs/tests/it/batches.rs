//! Batches: whole-call errors, and entries that fail alone.

use serde_json::{Value, json};

use crate::world::{World, text};

fn entries(count: usize, entry: impl Fn(usize) -> Value) -> Value {
    (0..count).map(entry).collect::<Vec<_>>().into()
}

/// Observed: the texts.
#[test]
fn a_batch_that_is_no_batch_is_refused_whole() {
    let world = World::new();
    let url = world.queue("q", &json!({}));
    let send = |entries: Value| json!({"QueueUrl": url, "Entries": entries});
    let message = |id: &str| json!({"Id": id, "MessageBody": "m"});
    for operation in ["SendMessageBatch", "DeleteMessageBatch", "ChangeMessageVisibilityBatch"] {
        let refused = |entries: Value, shape: &str, text: &str| {
            world.refused(operation, &send(entries), (400, shape, text));
        };
        let many = entries(20, |n| message(&n.to_string()));
        let text = "Maximum number of entries per request are 10. You have sent 20.";
        refused(many, "TooManyEntriesInBatchRequest", text);
        let text = "A batch entry id can only contain alphanumeric characters, hyphens and \
                    underscores. It can be at most 80 letters long.";
        for id in ["a b", "", &"a".repeat(81)] {
            refused(json!([message(id)]), "InvalidBatchEntryId", text);
        }
        refused(json!([message("a"), message("a")]), "BatchEntryIdsNotDistinct", "Id a repeated.");
        let text = format!("There should be at least one {operation}RequestEntry in the request.");
        refused(json!([]), "EmptyBatchRequest", &text);
    }
    let long = "a".repeat(600_000);
    let two = json!([{"Id": "a", "MessageBody": long}, {"Id": "b", "MessageBody": long}]);
    let text = "Batch requests cannot be longer than 1048576 bytes. You have sent 1200000 bytes.";
    world.refused("SendMessageBatch", &send(two), (400, "BatchRequestTooLong", text));
    let fifo = world.queue("q.fifo", &json!({"FifoQueue": "true"}));
    let input = json!({"QueueUrl": fifo, "Entries": [message("a")]});
    let text = "The request must contain the parameter MessageGroupId.";
    let invalid = "InvalidParameterValueException";
    world.refused("SendMessageBatch", &input, (400, invalid, text));
}

/// Observed: the failed entry. Nine of ten are stored.
#[test]
fn an_entry_that_is_too_long_fails_alone() {
    let world = World::new();
    let url = world.queue("q", &json!({"MaximumMessageSize": "1024"}));
    let all = entries(10, |n| {
        let body = if n == 3 { "b".repeat(1_025) } else { "a".repeat(1_024) };
        json!({"Id": n.to_string(), "MessageBody": body})
    });
    let done = world.ok("SendMessageBatch", &json!({"QueueUrl": url, "Entries": all}));
    let want = json!([{"Id": "3", "SenderFault": true, "Code": "InvalidParameterValue",
        "Message": "One or more parameters cannot be validated. Reason: Message must be shorter \
        than 1024 bytes."}]);
    assert_eq!(done["Failed"], want);
    let good = done["Successful"].as_array().unwrap();
    assert_eq!(good.len(), 9);
    let ids: Vec<_> = good.iter().map(|entry| text(&entry["Id"])).collect();
    assert_eq!(ids.join(""), "012456789");
    let received = world.receive(&url);
    assert_eq!(received.len(), 9);
    for (sent, got) in good.iter().zip(&received) {
        assert_eq!(sent["MessageId"], got["MessageId"]);
        assert_eq!(sent["MD5OfMessageBody"], got["MD5OfBody"]);
    }
}

#[test]
fn batches_of_receipts_change_and_delete() {
    let world = World::new();
    let url = world.queue("q", &json!({}));
    for body in ["a", "b", "c"] {
        world.send(&url, body);
    }
    let received = world.receive(&url);
    let hide = entries(3, |n| {
        json!({"Id": format!("e{n}"), "ReceiptHandle": received[n]["ReceiptHandle"],
            "VisibilityTimeout": if n == 1 { 50_000 } else { 0 }})
    });
    let done = world.ok("ChangeMessageVisibilityBatch", &json!({"QueueUrl": url, "Entries": hide}));
    assert_eq!(done["Successful"], json!([{"Id": "e0"}, {"Id": "e2"}]));
    assert_eq!(done["Failed"][0]["Id"], "e1");
    assert_eq!(done["Failed"][0]["Code"], "InvalidParameterValue");
    let again = world.receive(&url);
    assert_eq!(again.len(), 2);
    let mut all = vec![json!({"Id": "x", "ReceiptHandle": "bad"}), json!({"Id": "y"})];
    let handles = [&again[0], &received[1], &again[1]].map(|message| &message["ReceiptHandle"]);
    all.extend(
        handles
            .iter()
            .enumerate()
            .map(|(n, handle)| json!({"Id": format!("d{n}"), "ReceiptHandle": handle})),
    );
    let done = world.ok("DeleteMessageBatch", &json!({"QueueUrl": url, "Entries": all}));
    assert_eq!(done["Successful"], json!([{"Id": "d0"}, {"Id": "d1"}, {"Id": "d2"}]));
    let codes: Vec<_> =
        done["Failed"].as_array().unwrap().iter().map(|own| text(&own["Code"])).collect();
    assert_eq!(codes, ["ReceiptHandleIsInvalid", "MissingParameter"]);
    assert_eq!(world.counts(&url), ["0", "0", "0"]);
}
