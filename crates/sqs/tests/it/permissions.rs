//! Who may do what: identity policies, queue policies, other accounts, anonymous callers.

use serde_json::{Value, json};

use crate::world::{
    ACCOUNT, ADMIN, GUEST, OTHER_ACCOUNT, OTHER_ROOT, REGION, ROOT, World, arn, text,
};

fn policy(statements: &Value) -> String {
    json!({"Version": "2012-10-17", "Statement": statements}).to_string()
}

fn set(world: &World, url: &str, statements: &Value) {
    let attributes = json!({"Policy": policy(statements)});
    world.ok("SetQueueAttributes", &json!({"QueueUrl": url, "Attributes": attributes}));
}

fn shape(world: &World, who: &str, operation: &str, input: &Value) -> (u16, String) {
    let (status, shape, _) = world.call(who, operation, input).error();
    (status, shape)
}

const DENIED: (u16, &str) = (403, "AccessDeniedException");

/// The input of every operation on the queue `q`.
pub(crate) fn inputs(url: &str) -> Vec<(&'static str, Value)> {
    let entries = |entry: Value| json!({"QueueUrl": url, "Entries": [entry]});
    let handle = "cjE=";
    vec![
        (
            "AddPermission",
            json!({"QueueUrl": url, "Label": "l", "AWSAccountIds": [ACCOUNT],
            "Actions": ["SendMessage"]}),
        ),
        (
            "ChangeMessageVisibility",
            json!({"QueueUrl": url, "ReceiptHandle": handle, "VisibilityTimeout": 1}),
        ),
        ("ChangeMessageVisibilityBatch", entries(json!({"Id": "a", "ReceiptHandle": handle}))),
        ("CreateQueue", json!({"QueueName": "new"})),
        ("DeleteMessage", json!({"QueueUrl": url, "ReceiptHandle": handle})),
        ("DeleteMessageBatch", entries(json!({"Id": "a", "ReceiptHandle": handle}))),
        ("DeleteQueue", json!({"QueueUrl": url})),
        ("GetQueueAttributes", json!({"QueueUrl": url})),
        ("GetQueueUrl", json!({"QueueName": "q"})),
        ("ListDeadLetterSourceQueues", json!({"QueueUrl": url})),
        ("ListQueueTags", json!({"QueueUrl": url})),
        ("ListQueues", json!({})),
        ("ListMessageMoveTasks", json!({"SourceArn": arn("q")})),
        ("StartMessageMoveTask", json!({"SourceArn": arn("q")})),
        ("PurgeQueue", json!({"QueueUrl": url})),
        ("ReceiveMessage", json!({"QueueUrl": url})),
        ("RemovePermission", json!({"QueueUrl": url, "Label": "l"})),
        ("SendMessage", json!({"QueueUrl": url, "MessageBody": "m"})),
        ("SendMessageBatch", entries(json!({"Id": "a", "MessageBody": "m"}))),
        ("SetQueueAttributes", json!({"QueueUrl": url, "Attributes": {}})),
        ("TagQueue", json!({"QueueUrl": url, "Tags": {"a": "b"}})),
        ("UntagQueue", json!({"QueueUrl": url, "TagKeys": ["a"]})),
    ]
}

/// Denials name the action in lower case, and that of a batch is the single call's.
#[test]
fn a_user_without_permissions_is_denied_everything() {
    let world = World::new();
    let url = world.queue("q", &json!({}));
    for (operation, input) in inputs(&url) {
        let (status, shape, text) = world.call(GUEST, operation, &input).error();
        assert_eq!((status, shape.as_str()), DENIED, "{operation}");
        let action = operation.trim_end_matches("Batch").to_lowercase();
        let resource = match operation {
            "CreateQueue" => arn("new"),
            "ListQueues" => arn(""),
            _ => arn("q"),
        };
        let want = format!(
            "User: arn:aws:iam::{ACCOUNT}:user/{GUEST} is not authorized to perform: sqs:{action} \
             on resource: {resource} because no identity-based policy allows the sqs:{action} \
             action"
        );
        assert_eq!(text, want);
        let event = world.kit.event(operation);
        assert_eq!(event["errorCode"], "AccessDenied", "{operation}");
    }
}

#[test]
fn a_queue_policy_admits_within_the_account() {
    let world = World::new();
    let url = world.queue("q", &json!({}));
    let guest = format!("arn:aws:iam::{ACCOUNT}:user/{GUEST}");
    set(
        &world,
        &url,
        &json!([{"Effect": "Allow", "Principal": {"AWS": guest},
        "Action": "sqs:SendMessage", "Resource": arn("q")}]),
    );
    let message = json!({"QueueUrl": url, "MessageBody": "m"});
    world.call(GUEST, "SendMessage", &message).ok();
    let batch = json!({"QueueUrl": url, "Entries": [{"Id": "a", "MessageBody": "m"}]});
    world.call(GUEST, "SendMessageBatch", &batch).ok();
    let receive = json!({"QueueUrl": url});
    assert_eq!(shape(&world, GUEST, "ReceiveMessage", &receive), (403, DENIED.1.to_owned()));
    set(
        &world,
        &url,
        &json!([{"Effect": "Deny", "Principal": "*", "Action": "SQS:*",
        "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}]),
    );
    assert_eq!(shape(&world, ADMIN, "SendMessage", &message), (403, DENIED.1.to_owned()));
}

/// Another account needs both sides, and never gets what changes the queue. A queue that does not
/// exist is answered like one that admits no other account.
#[test]
fn another_account_needs_both_policies() {
    let world = World::new();
    let url = world.queue("q", &json!({}));
    let message = json!({"QueueUrl": url, "MessageBody": "m"});
    let denied = (403, DENIED.1.to_owned());
    assert_eq!(shape(&world, OTHER_ROOT, "SendMessage", &message), denied);
    let none = json!({"QueueUrl": url.replace("/q", "/none"), "MessageBody": "m"});
    assert_eq!(shape(&world, OTHER_ROOT, "SendMessage", &none), denied);
    let root = format!("arn:aws:iam::{OTHER_ACCOUNT}:root");
    set(
        &world,
        &url,
        &json!([{"Effect": "Allow", "Principal": {"AWS": root}, "Action": "sqs:*",
        "Resource": "*"}]),
    );
    world.call(OTHER_ROOT, "SendMessage", &message).ok();
    let events = world.kit.events();
    let copies: Vec<_> = events
        .iter()
        .rev()
        .take(2)
        .map(|event| (text(&event["eventName"]), text(&event["recipientAccountId"])))
        .collect();
    let name = || "SendMessage".to_owned();
    assert_eq!(copies, [(name(), ACCOUNT.to_owned()), (name(), OTHER_ACCOUNT.to_owned())]);
    let asked = json!({"QueueName": "q", "QueueOwnerAWSAccountId": ACCOUNT});
    let found = world.call(OTHER_ROOT, "GetQueueUrl", &asked).ok().json();
    assert_eq!(found["QueueUrl"], url);
    for operation in [
        "AddPermission",
        "RemovePermission",
        "DeleteQueue",
        "SetQueueAttributes",
        "TagQueue",
        "UntagQueue",
        "ListQueueTags",
    ] {
        let (_, input) = inputs(&url).into_iter().find(|(own, _)| *own == operation).unwrap();
        assert_eq!(shape(&world, OTHER_ROOT, operation, &input), denied, "{operation}");
    }
}

/// Tags of the queue and of the request are condition keys.
#[test]
fn conditions_see_tags_of_requests_and_queues() {
    let world = World::new();
    let url = world.queue("q", &json!({}));
    world.ok("TagQueue", &json!({"QueueUrl": url, "Tags": {"team": "blue"}}));
    for (name, team, want) in [("blue", "blue", 200), ("red", "red", 403)] {
        let condition = json!({"StringEquals": {"aws:ResourceTag/team": team}});
        let statement = json!({"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*",
            "Condition": condition});
        let document = json!({"Version": "2012-10-17", "Statement": statement});
        let user = world.kit.user(name, &document);
        let message = json!({"QueueUrl": url, "MessageBody": "m"});
        let answered = world.kit.json_as(&user, "AmazonSQS.SendMessage", &message);
        assert_eq!(answered.status, want, "{name}");
    }
    let condition = json!({"StringEquals": {"aws:RequestTag/team": "blue"}});
    let statement = json!({"Effect": "Allow", "Action": ["sqs:CreateQueue", "sqs:TagQueue"],
        "Resource": "*", "Condition": condition});
    let user = world.kit.user("maker", &json!({"Version": "2012-10-17", "Statement": statement}));
    for (name, tags, want) in [
        ("a", json!({"team": "blue"}), 200),
        ("b", json!({"team": "red"}), 403),
        ("c", json!({}), 403),
    ] {
        let input = json!({"QueueName": name, "tags": tags});
        assert_eq!(
            world.kit.json_as(&user, "AmazonSQS.CreateQueue", &input).status,
            want,
            "{name}"
        );
    }
}

#[test]
fn permissions_are_statements_of_the_policy() {
    let world = World::new();
    let url = world.queue("q", &json!({}));
    let add = |label: &str, accounts: Value, actions: Value| json!({"QueueUrl": url, "Label": label, "AWSAccountIds": accounts, "Actions": actions});
    let one = add("one", json!([OTHER_ACCOUNT]), json!(["SendMessage"]));
    assert_eq!(world.ok("AddPermission", &one), json!({}));
    world.call(OTHER_ROOT, "SendMessage", &json!({"QueueUrl": url, "MessageBody": "m"})).ok();
    let both = add("two", json!([ACCOUNT, OTHER_ACCOUNT]), json!(["ReceiveMessage", "*"]));
    world.ok("AddPermission", &both);
    let shown: Value = serde_json::from_str(&world.attribute(&url, "Policy")).unwrap();
    let root = |account: &str| format!("arn:aws:iam::{account}:root");
    let want = json!({"Version": "2008-10-17", "Id": format!("{}/SQSDefaultPolicy", arn("q")),
        "Statement": [
            {"Sid": "one", "Effect": "Allow", "Principal": {"AWS": root(OTHER_ACCOUNT)},
                "Action": "SQS:SendMessage", "Resource": arn("q")},
            {"Sid": "two", "Effect": "Allow",
                "Principal": {"AWS": [root(ACCOUNT), root(OTHER_ACCOUNT)]},
                "Action": ["SQS:ReceiveMessage", "SQS:*"], "Resource": arn("q")}]});
    assert_eq!(shown, want);
    let event = world.kit.event("AddPermission");
    let parameters = &event["requestParameters"];
    assert_eq!(parameters["actions"], json!(["ReceiveMessage", "*"]));
    assert_eq!(parameters["aWSAccountIds"], json!([ACCOUNT, OTHER_ACCOUNT]));
    let invalid = "InvalidParameterValueException";
    let text = "Value one for parameter Label is invalid. Reason: Already exists.";
    world.refused("AddPermission", &one, (400, invalid, text));
    for (input, want) in [
        (add("a b", json!([ACCOUNT]), json!(["SendMessage"])), invalid),
        (add("x", json!(["1"]), json!(["SendMessage"])), invalid),
        (add("x", json!([ACCOUNT]), json!(["CreateQueue"])), invalid),
        (add("x", json!([]), json!(["SendMessage"])), "MissingRequiredParameterException"),
        (add("x", json!([ACCOUNT]), json!([])), "MissingRequiredParameterException"),
        (add("x", json!([ACCOUNT]), vec!["SendMessage"; 8].into()), "OverLimit"),
    ] {
        assert_eq!(world.shape("AddPermission", &input), want, "{input}");
    }
    let remove = |label: &str| json!({"QueueUrl": url, "Label": label});
    let text = "Value none for parameter Label is invalid. Reason: can't find label on existing \
                policy.";
    world.refused("RemovePermission", &remove("none"), (400, invalid, text));
    assert_eq!(world.ok("RemovePermission", &remove("one")), json!({}));
    world.ok("RemovePermission", &remove("two"));
    let all = world.ok("GetQueueAttributes", &json!({"QueueUrl": url, "AttributeNames": ["All"]}));
    assert!(all["Attributes"].get("Policy").is_none());
}

/// The statement of a policy may be alone, without a list.
#[test]
fn a_permission_joins_a_policy_of_one_statement() {
    let world = World::new();
    let url = world.queue("q", &json!({}));
    set(
        &world,
        &url,
        &json!({"Sid": "own", "Effect": "Allow", "Principal": "*",
        "Action": "sqs:SendMessage", "Resource": arn("q")}),
    );
    let input = json!({"QueueUrl": url, "Label": "l", "AWSAccountIds": [ACCOUNT],
        "Actions": ["SendMessage"]});
    world.ok("AddPermission", &input);
    let shown: Value = serde_json::from_str(&world.attribute(&url, "Policy")).unwrap();
    assert_eq!(shown["Statement"].as_array().unwrap().len(), 2);
    assert_eq!(shown["Version"], "2012-10-17");
}

/// The root user is allowed all, in every region on its own.
#[test]
fn queues_are_of_a_region() {
    let world = World::new();
    world.queue("q", &json!({}));
    let other = if REGION == "us-east-1" { "eu-west-1" } else { "us-east-1" };
    let listed = world.kit.json_in(other, "AmazonSQS.ListQueues", &json!({})).ok().json();
    assert_eq!(listed, json!({}));
    assert!(world.call(ROOT, "ListQueues", &json!({})).ok().json()["QueueUrls"].is_array());
}
