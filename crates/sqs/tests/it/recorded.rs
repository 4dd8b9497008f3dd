//! Recorded errors of AWS.
//!
//! Observed: codes, shapes, statuses and messages of `recorded.json`, whose origin NOTICE names.
//! The inputs are ours.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::world::{ADMIN, World, arn};

const RECORDED: &str = include_str!("recorded.json");

#[test]
fn refusals_are_those_that_were_recorded() {
    let world = World::new();
    world.queue("dead", &json!({}));
    let redrive = json!({"deadLetterTargetArn": arn("dead"), "maxReceiveCount": 1}).to_string();
    let url = world.queue("q", &json!({"DelaySeconds": "1", "RedrivePolicy": redrive}));
    let fifo = json!({"FifoQueue": "true", "ContentBasedDeduplication": "true"});
    let fifo = world.queue("q.fifo", &fifo);
    let handle = STANDARD.encode(format!("11111111-2222 {}", arn("dead")));
    let none = url.replace("/q", "/none");
    let rows = [
        ("<q>", url.as_str()),
        ("<q.fifo>", &fifo),
        ("<none>", &none),
        ("<arn>", &arn("")),
        ("<handle>", &handle),
    ]
    .iter()
    .fold(RECORDED.to_owned(), |text, (from, to)| text.replace(from, to));
    let rows: Vec<Value> = serde_json::from_str(&rows).unwrap();
    assert_eq!(rows.len(), 24);
    for row in rows {
        let answered = world.call(ADMIN, row["call"].as_str().unwrap(), &row["input"]);
        let (status, shape, message) = answered.error();
        let got = json!({"status": status, "shape": shape, "message": message,
            "header": answered.header("x-amzn-query-error")});
        let header = format!("{};Sender", row["code"].as_str().unwrap());
        let want = json!({"status": row["status"], "shape": row["shape"],
            "message": row["message"], "header": header});
        assert_eq!(got, want, "{}", row["case"]);
    }
}
