//! What a message is worth after a crash, a failed commit, or beside another server.

use std::sync::Arc;

use serde_json::{Value, json};
use tempfile::TempDir;
use testkit::{Disk, DiskFault, Kit, Part};
use types::Clock;

use crate::world::{World, text};

const ROWS: [&[gateway::Row]; 3] = [sqs::ROWS, kms::ROWS, iam::ROWS];

fn open(folder: &Arc<TempDir>, clock: &Clock, seed: u64) -> Kit {
    Kit::open(&ROWS, Arc::clone(folder), None, clock.clone(), seed).unwrap()
}

fn call(kit: &Kit, operation: &str, input: &Value) -> Value {
    kit.json(&format!("AmazonSQS.{operation}"), input).ok().json()
}

fn bodies(received: &Value) -> Vec<String> {
    let messages = received["Messages"].as_array().cloned().unwrap_or_default();
    messages.iter().map(|message| text(&message["Body"])).collect()
}

/// Visibility, counts and the order of groups outlive a restart, with the receipt handles.
#[test]
fn a_restart_changes_nothing() {
    let folder = Arc::new(TempDir::new().unwrap());
    let clock = Clock::manual(testkit::START);
    let attributes = json!({"FifoQueue": "true", "ContentBasedDeduplication": "true"});
    let handle = {
        let kit = open(&folder, &clock, 1);
        call(&kit, "CreateQueue", &json!({"QueueName": "q.fifo", "Attributes": attributes}));
        for (body, group) in [("1", "a"), ("2", "a"), ("3", "b"), ("4", "c")] {
            let input = json!({"QueueUrl": "q.fifo", "MessageBody": body, "MessageGroupId": group});
            call(&kit, "SendMessage", &input);
        }
        let one = call(&kit, "ReceiveMessage", &json!({"QueueUrl": "q.fifo"}));
        assert_eq!(bodies(&one), ["1"]);
        one["Messages"][0]["ReceiptHandle"].clone()
    };
    let kit = open(&folder, &clock, 2);
    let ten = json!({"QueueUrl": "q.fifo", "MaxNumberOfMessages": 10, "VisibilityTimeout": 5});
    assert_eq!(bodies(&call(&kit, "ReceiveMessage", &ten)), ["3", "4"]);
    let again = json!({"QueueUrl": "q.fifo", "MessageBody": "2", "MessageGroupId": "a"});
    call(&kit, "SendMessage", &again);
    call(&kit, "DeleteMessage", &json!({"QueueUrl": "q.fifo", "ReceiptHandle": handle}));
    drop(kit);
    let kit = open(&folder, &clock, 3);
    assert_eq!(bodies(&call(&kit, "ReceiveMessage", &ten)), ["2"]);
    clock.advance_ms(5_000);
    let input = json!({"QueueUrl": "q.fifo", "MaxNumberOfMessages": 10, "AttributeNames": ["All"]});
    let last = call(&kit, "ReceiveMessage", &input);
    assert_eq!(bodies(&last), ["2", "3", "4"]);
    assert_eq!(last["Messages"][1]["Attributes"]["ApproximateReceiveCount"], "2");
}

/// What was not committed did not happen, also in memory: a message whose receive or deletion
/// failed is there, and one whose sending failed is not.
#[test]
fn a_failed_commit_leaves_no_trace() {
    let disk = Disk::with_power();
    let world = World::on(&disk);
    let url = world.queue("q", &json!({}));
    world.send(&url, "a");
    let received = world.receive(&url).remove(0);
    let handle = &received["ReceiptHandle"];
    world.send(&url, "b");
    disk.fail(Part::Log, DiskFault::Write);
    let lost = json!({"QueueUrl": url, "MessageBody": "lost"});
    assert_eq!(world.call("ADMIN", "SendMessage", &lost).status, 500);
    disk.fail(Part::Log, DiskFault::Write);
    assert_eq!(world.call("ADMIN", "ReceiveMessage", &json!({"QueueUrl": url})).status, 500);
    disk.fail(Part::Log, DiskFault::Write);
    let delete = json!({"QueueUrl": url, "ReceiptHandle": handle});
    assert_eq!(world.call("ADMIN", "DeleteMessage", &delete).status, 500);
    assert_eq!(world.bodies(&url), ["b"]);
    world.pass(30);
    assert_eq!(world.bodies(&url), ["a", "b"]);
}

/// Two servers over one store do not give the same message twice.
#[test]
fn another_server_sees_the_same_queue() {
    let world = World::new();
    let url = world.queue("q", &json!({}));
    world.send(&url, "a");
    let mut second = World::new();
    second.kit.gateway = world.kit.second_gateway(9);
    second.kit.root = world.kit.root.clone();
    let receive = json!({"QueueUrl": url, "MaxNumberOfMessages": 10});
    let by_second = |operation: &str, input: &Value| {
        second.kit.json(&format!("AmazonSQS.{operation}"), input).ok().json()
    };
    assert_eq!(bodies(&by_second("ReceiveMessage", &receive)), ["a"]);
    world.send(&url, "b");
    assert_eq!(world.bodies(&url), ["b"]);
    by_second("SendMessage", &json!({"QueueUrl": url, "MessageBody": "c"}));
    assert_eq!(bodies(&by_second("ReceiveMessage", &receive)), ["c"]);
    world.send(&url, "d");
    assert_eq!(world.bodies(&url), ["d"]);
}
