//! Message move tasks.

use serde_json::{Value, json};

use crate::world::{ADMIN, GUEST, World, arn, text};

/// A queue `q` with the dead-letter queue `dead`, in which messages are.
fn dead(world: &World, count: usize) -> String {
    let dead = world.queue("dead", &json!({}));
    let policy = json!({"deadLetterTargetArn": arn("dead"), "maxReceiveCount": 1}).to_string();
    let url = world.queue("q", &json!({"RedrivePolicy": policy}));
    for n in 0..count {
        world.send(&url, &format!("message-{n}"));
    }
    while !world.receive(&url).is_empty() {}
    world.pass(30);
    while !world.receive(&url).is_empty() {}
    assert_eq!(world.counts(&dead)[0], count.to_string());
    dead
}

fn listed(world: &World) -> Value {
    let input = json!({"SourceArn": arn("dead"), "MaxResults": 10});
    world.ok("ListMessageMoveTasks", &input)
}

/// Observed: the members of a task that has ended. Messages go back to where they came from.
#[test]
fn a_task_moves_messages_back() {
    let world = World::new();
    dead(&world, 2);
    assert_eq!(listed(&world), json!({}));
    let started = world.ok("StartMessageMoveTask", &json!({"SourceArn": arn("dead")}));
    let handle = started["TaskHandle"].clone();
    let event = world.kit.event("StartMessageMoveTask");
    assert_eq!(event["requestParameters"], json!({"sourceArn": arn("dead")}));
    assert_eq!(event["responseElements"], json!({ "taskHandle": handle }));
    let running = listed(&world);
    assert_eq!(running["Results"][0]["Status"], "RUNNING");
    assert_eq!(running["Results"][0]["TaskHandle"], handle);
    let text = "There is already a task running. Only one active task is allowed for a source \
                queue arn at a given time.";
    let again = json!({"SourceArn": arn("dead")});
    world.refused("StartMessageMoveTask", &again, (400, "UnsupportedOperation", text));
    world.work();
    let want = json!({"Results": [{"Status": "COMPLETED", "SourceArn": arn("dead"),
        "ApproximateNumberOfMessagesMoved": 2, "ApproximateNumberOfMessagesToMove": 2,
        "StartedTimestamp": 1_772_323_230_000_u64}]});
    assert_eq!(listed(&world), want);
    let back = world.receive("q");
    assert_eq!(back.len(), 2);
    assert_eq!(back[0]["Body"], "message-0");
    assert_eq!(back[0]["Attributes"]["ApproximateReceiveCount"], "1");
    assert_eq!(world.counts("dead"), ["0", "0", "0"]);
    let text = "Task does not exist.";
    let cancel = json!({"TaskHandle": handle});
    world.refused("CancelMessageMoveTask", &cancel, (404, "ResourceNotFoundException", text));
}

/// Observed: the members while it runs and after it was cancelled.
#[test]
fn a_task_has_a_rate_and_can_be_cancelled() {
    let world = World::new();
    dead(&world, 10);
    world.queue("other", &json!({}));
    let input = json!({"SourceArn": arn("dead"), "DestinationArn": arn("other"),
        "MaxNumberOfMessagesPerSecond": 1});
    let started = world.ok("StartMessageMoveTask", &input);
    world.work();
    world.pass(1);
    world.work();
    let task = listed(&world)["Results"][0].clone();
    assert_eq!(task["ApproximateNumberOfMessagesMoved"], 2);
    assert_eq!(task["ApproximateNumberOfMessagesToMove"], 10);
    assert_eq!(task["MaxNumberOfMessagesPerSecond"], 1);
    assert_eq!(task["DestinationArn"], arn("other"));
    let cancel = json!({"TaskHandle": started["TaskHandle"]});
    let cancelled = world.ok("CancelMessageMoveTask", &cancel);
    assert_eq!(cancelled, json!({"ApproximateNumberOfMessagesMoved": 2}));
    assert_eq!(world.kit.event("CancelMessageMoveTask")["eventCategory"], "Management");
    world.pass(10);
    world.work();
    let task = listed(&world)["Results"][0].clone();
    assert_eq!((&task["Status"], task.get("TaskHandle")), (&json!("CANCELLED"), None));
    assert_eq!((world.counts("other")[0].as_str(), world.counts("dead")[0].as_str()), ("2", "8"));
    assert_eq!(world.kit.event("ListMessageMoveTasks")["readOnly"], true);
}

/// Observed: the texts of the first four.
#[test]
fn tasks_that_aws_refuses_are_refused() {
    let world = World::new();
    dead(&world, 0);
    let invalid = "InvalidParameterValueException";
    let text = "Source queue must be configured as a Dead Letter Queue.";
    let input = json!({"SourceArn": arn("q")});
    world.refused("StartMessageMoveTask", &input, (400, invalid, text));
    let none = "ResourceNotFoundException";
    let text = "The resource that you specified for the DestinationArn parameter doesn't exist.";
    let input = json!({"SourceArn": arn("dead"), "DestinationArn": arn("none")});
    world.refused("StartMessageMoveTask", &input, (404, none, text));
    let text = "Value for parameter TaskHandle is invalid.";
    world.refused("CancelMessageMoveTask", &json!({"TaskHandle": "x"}), (400, invalid, text));
    let started = world.ok("StartMessageMoveTask", &json!({"SourceArn": arn("dead")}));
    world.work();
    let cancel = json!({"TaskHandle": started["TaskHandle"]});
    world.refused("CancelMessageMoveTask", &cancel, (404, none, "Task does not exist."));
    assert_eq!(world.call(GUEST, "CancelMessageMoveTask", &cancel).status, 403);
    for operation in ["StartMessageMoveTask", "ListMessageMoveTasks"] {
        let text = "The resource that you specified for the SourceArn parameter doesn't exist.";
        world.refused(operation, &json!({"SourceArn": arn("none")}), (404, none, text));
        assert_eq!(world.shape(operation, &json!({"SourceArn": "x"})), invalid);
        assert_eq!(world.shape(operation, &json!({})), "MissingRequiredParameterException");
    }
    assert_eq!(
        world.shape("CancelMessageMoveTask", &json!({})),
        "MissingRequiredParameterException"
    );
    for rate in [0, 501] {
        let input = json!({"SourceArn": arn("dead"), "MaxNumberOfMessagesPerSecond": rate});
        assert_eq!(world.shape("StartMessageMoveTask", &input), invalid);
    }
    for most in [0, 11] {
        let input = json!({"SourceArn": arn("dead"), "MaxResults": most});
        assert_eq!(world.shape("ListMessageMoveTasks", &input), invalid);
    }
}

/// A message that was sent to the dead-letter queue itself belongs nowhere else.
#[test]
fn a_message_without_a_source_fails_the_task() {
    let world = World::new();
    let url = dead(&world, 1);
    world.send(&url, "direct");
    world.ok("StartMessageMoveTask", &json!({"SourceArn": arn("dead")}));
    world.work();
    let task = listed(&world)["Results"][0].clone();
    assert_eq!(text(&task["Status"]), "FAILED");
    assert_eq!(text(&task["FailureReason"]), "CouldNotDetermineMessageSource");
    assert_eq!(task["ApproximateNumberOfMessagesMoved"], 1);
    let received = world.call(ADMIN, "ReceiveMessage", &json!({"QueueUrl": url})).ok().json();
    assert_eq!(received["Messages"][0]["Body"], "direct");
}
