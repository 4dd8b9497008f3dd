use std::fmt;

use clap::ValueEnum;
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::load::{self, Load, Pace};
use crate::request::{Body, Request};
use crate::stage::{BUCKET, Stage};

const KIB: usize = 1 << 10;
const MIB: usize = 1 << 20;
/// The queue to which messages are sent.
const SENT: &str = "bench-sent";
/// The queue from which messages are received.
const RECEIVED: &str = "bench-received";

/// A kind of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Work {
    KmsGenerateDataKey,
    KmsEncrypt,
    #[value(name = "s3-put-4k")]
    S3Put4k,
    #[value(name = "s3-get-4k")]
    S3Get4k,
    #[value(name = "s3-put-1m")]
    S3Put1m,
    #[value(name = "s3-get-1m")]
    S3Get1m,
    #[value(name = "s3-put-64m")]
    S3Put64m,
    #[value(name = "s3-get-64m")]
    S3Get64m,
    SqsSend,
    SqsReceive,
    LookupEvents,
}

/// The parameters of a kind of work.
enum Shape {
    Kms(&'static str),
    Put(usize),
    Get(usize),
    Send,
    Receive,
    Lookup,
}

impl Work {
    /// Everything that is measured.
    pub(crate) const ALL: &[Self] = &[
        Self::KmsGenerateDataKey,
        Self::KmsEncrypt,
        Self::S3Put4k,
        Self::S3Get4k,
        Self::S3Put1m,
        Self::S3Get1m,
        Self::S3Put64m,
        Self::S3Get64m,
        Self::SqsSend,
        Self::SqsReceive,
        Self::LookupEvents,
    ];
    /// The kinds that are measured again with a logging trail.
    pub(crate) const RECORDED: &[Self] =
        &[Self::KmsGenerateDataKey, Self::KmsEncrypt, Self::S3Put4k, Self::S3Get4k];

    fn shape(self) -> Shape {
        match self {
            Self::KmsGenerateDataKey => Shape::Kms("GenerateDataKey"),
            Self::KmsEncrypt => Shape::Kms("Encrypt"),
            Self::S3Put4k => Shape::Put(4 * KIB),
            Self::S3Get4k => Shape::Get(4 * KIB),
            Self::S3Put1m => Shape::Put(MIB),
            Self::S3Get1m => Shape::Get(MIB),
            Self::S3Put64m => Shape::Put(64 * MIB),
            Self::S3Get64m => Shape::Get(64 * MIB),
            Self::SqsSend => Shape::Send,
            Self::SqsReceive => Shape::Receive,
            Self::LookupEvents => Shape::Lookup,
        }
    }

    /// The body bytes that a request transfers.
    pub(crate) fn bytes(self) -> usize {
        match self.shape() {
            Shape::Put(bytes) | Shape::Get(bytes) => bytes,
            Shape::Kms(_) | Shape::Send | Shape::Receive | Shape::Lookup => 0,
        }
    }

    /// Limits the number of connections to what is useful for this kind.
    pub(crate) fn connections(self, asked: usize) -> usize {
        if self.bytes() > MIB { asked.min(4) } else { asked }
    }

    /// Limits the number of different requests: objects are stored on disk.
    pub(crate) fn requests_max(self) -> usize {
        if self.bytes() > MIB { 16 } else { usize::MAX }
    }

    /// The number of objects that are read in turn.
    fn objects(bytes: usize) -> usize {
        if bytes > MIB {
            4
        } else if bytes > 64 * KIB {
            64
        } else {
            1_000
        }
    }

    /// Creates the objects that the work reads.
    pub(crate) async fn prepare(self, stage: &Stage, history: usize) -> Result<(), Failure> {
        match self.shape() {
            Shape::Get(bytes) => {
                let body = Body::new(content(bytes));
                for number in 0..Self::objects(bytes) {
                    let target = read_target(bytes, number);
                    stage.call(stage.user.s3("PUT", &target, &body)).await?;
                }
            }
            Shape::Lookup => make_history(stage, history).await?,
            Shape::Send => drop(make_queue(stage, SENT).await?),
            Shape::Receive => {
                let url = make_queue(stage, RECEIVED).await?;
                // Each call takes ten of them, and leaves them visible.
                for request in send_requests(stage, &url, 1_000) {
                    stage.call(request).await?;
                }
            }
            Shape::Kms(_) | Shape::Put(_) => {}
        }
        Ok(())
    }

    /// About `count` requests; fewer if there are not that many different ones.
    pub(crate) fn requests(self, stage: &Stage, count: usize) -> Vec<Request> {
        let (signer, prefix) = (&stage.user, stage.fresh_prefix());
        match self.shape() {
            Shape::Kms(name) => kms_requests(stage, name),
            Shape::Put(bytes) => {
                let body = Body::new(content(bytes));
                let target = |number| format!("/{BUCKET}/{prefix}/{number:07}");
                (0..count).map(|number| signer.s3("PUT", &target(number), &body)).collect()
            }
            Shape::Get(bytes) => {
                let empty = Body::new("");
                let target = |number| read_target(bytes, number);
                let objects = 0..Self::objects(bytes);
                objects.map(|number| signer.s3("GET", &target(number), &empty)).collect()
            }
            Shape::Send => send_requests(stage, &queue_url(stage, SENT), count),
            Shape::Receive => {
                let url = queue_url(stage, RECEIVED);
                let input = json!({
                    "QueueUrl": url, "MaxNumberOfMessages": 10, "VisibilityTimeout": 0
                });
                vec![stage.user.json("sqs", "AmazonSQS.ReceiveMessage", &input)]
            }
            Shape::Lookup => lookup_requests(stage),
        }
    }
}

impl fmt::Display for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_possible_value().map_or(Ok(()), |value| f.pad(value.get_name()))
    }
}

fn read_target(bytes: usize, number: usize) -> String {
    format!("/{BUCKET}/read/{bytes}/{number:04}")
}

/// Bytes that do not compress to nothing.
fn content(bytes: usize) -> Vec<u8> {
    let numbers = std::iter::successors(Some(1_u64), |last| {
        Some(last.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407))
    });
    numbers.flat_map(u64::to_le_bytes).take(bytes).collect()
}

/// Calls with an encryption context that differs from request to request.
fn kms_requests(stage: &Stage, name: &str) -> Vec<Request> {
    let input = |number: usize| {
        let context = json!({ "purpose": "bench", "number": number.to_string() });
        let mut input = json!({ "KeyId": stage.key_arn, "EncryptionContext": context });
        let (member, value) = match name {
            "Encrypt" => ("Plaintext", json!("c2l4dGVlbiBieXRlcyEh")),
            _ => ("KeySpec", json!("AES_256")),
        };
        if let Some(members) = input.as_object_mut() {
            members.insert(member.to_owned(), value);
        }
        input
    };
    let target = format!("TrentService.{name}");
    (0..1_000).map(|number| stage.user.json("kms", &target, &input(number))).collect()
}

fn queue_url(stage: &Stage, name: &str) -> String {
    format!("http://{}/{}/{name}", stage.address, stage.account())
}

/// Creates a queue, or finds it; its URL.
async fn make_queue(stage: &Stage, name: &str) -> Result<String, Failure> {
    let create = json!({ "QueueName": name });
    stage.call(stage.user.json("sqs", "AmazonSQS.CreateQueue", &create)).await?;
    Ok(queue_url(stage, name))
}

/// Messages of 256 bytes.
fn send_requests(stage: &Stage, url: &str, count: usize) -> Vec<Request> {
    let input = |number: usize| json!({ "QueueUrl": url, "MessageBody": format!("{number:0256}") });
    let target = "AmazonSQS.SendMessage";
    (0..count).map(|number| stage.user.json("sqs", target, &input(number))).collect()
}

/// One query for each attribute that has results here.
fn lookup_requests(stage: &Stage) -> Vec<Request> {
    let target = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents";
    let attributes = [
        ("EventName", "GenerateDataKey"),
        ("EventName", "CreateKey"),
        ("EventSource", "kms.amazonaws.com"),
        ("ResourceName", stage.key_arn.as_str()),
        ("Username", "bench"),
        ("AccessKeyId", stage.access_key_id.as_str()),
        ("ReadOnly", "true"),
        ("ReadOnly", "false"),
    ];
    let input = |(key, value): (&str, &str)| -> Value {
        json!({ "LookupAttributes": [{ "AttributeKey": key, "AttributeValue": value }] })
    };
    let signed = |attribute| stage.user.json("cloudtrail", target, &input(attribute));
    attributes.into_iter().map(signed).collect()
}

/// Generates `events` events by calling.
async fn make_history(stage: &Stage, events: usize) -> Result<(), Failure> {
    let load = Load { address: stage.address, connections: 64, seconds: 1, pace: Pace::Closed };
    let mut made = 0;
    while made < events {
        let measured = load::run(&load, kms_requests(stage, "GenerateDataKey")).await?;
        let calls = measured.latencies.count();
        if calls == 0 {
            return Err("no events can be generated".into());
        }
        made += calls;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every kind of work has a name on the command line, and `all` measures it.
    #[test]
    fn all_means_all() {
        assert_eq!(Work::ALL, Work::value_variants());
        assert_eq!(Work::S3Get4k.to_string(), "s3-get-4k");
    }

    /// Bodies have their length and do not repeat.
    #[test]
    fn content_has_the_requested_length() {
        let bytes = content(4_099);
        assert_eq!(bytes.len(), 4_099);
        assert_ne!(bytes.get(..2_048), bytes.get(2_048..4_096));
    }
}
