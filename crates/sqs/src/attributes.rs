//! Attributes of queues: their names, ranges and texts.
//!
//! Source: SQS API Reference, "`SetQueueAttributes`" and "`GetQueueAttributes`": names, ranges.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use gateway::Fault;
use policy::{Grammar, Policy};
use serde_json::Value;

use crate::error::{Fail, SqsError};
use crate::model::{Fifo, Queue, Redrive, RedriveAllow};

/// Names and values as clients send and get them.
pub(crate) type Attributes = BTreeMap<String, String>;

/// The name for all attributes.
pub(crate) const ALL: &str = "All";
/// Source: SQS API Reference, "`SetQueueAttributes`", `RedriveAllowPolicy`.
const SOURCE_ARNS_MAX: usize = 10;

/// The attributes that can be read.
const NAMES: [&str; 22] = [
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesDelayed",
    "ApproximateNumberOfMessagesNotVisible",
    "ContentBasedDeduplication",
    "CreatedTimestamp",
    "DeduplicationScope",
    "DelaySeconds",
    "FifoQueue",
    "FifoThroughputLimit",
    "KmsDataKeyReusePeriodSeconds",
    "KmsMasterKeyId",
    "LastModifiedTimestamp",
    "MaximumMessageSize",
    "MessageRetentionPeriod",
    "Policy",
    "QueueArn",
    "ReceiveMessageWaitTimeSeconds",
    "RedriveAllowPolicy",
    "RedrivePolicy",
    "SqsManagedSseEnabled",
    "VisibilityTimeout",
    ALL,
];

/// How many messages are in each state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) visible: usize,
    pub(crate) in_flight: usize,
    pub(crate) delayed: usize,
}

/// The attributes that a request names; an unknown name is refused.
///
/// Observed: the text.
pub(crate) fn requested(
    queue: &Queue,
    counts: Counts,
    names: &[String],
) -> Result<Attributes, Fail> {
    if let Some(unknown) = names.iter().find(|name| !NAMES.contains(&name.as_str())) {
        return Err(SqsError::unknown_attribute(unknown).into());
    }
    let mut all = shown(queue)?;
    let mut put = |name: &str, value: String| all.insert(name.to_owned(), value);
    put("QueueArn", queue.arn().to_string());
    put("CreatedTimestamp", queue.created.as_secs().to_string());
    put("LastModifiedTimestamp", queue.modified.as_secs().to_string());
    put("ApproximateNumberOfMessages", counts.visible.to_string());
    put("ApproximateNumberOfMessagesNotVisible", counts.in_flight.to_string());
    put("ApproximateNumberOfMessagesDelayed", counts.delayed.to_string());
    if !names.iter().any(|name| name == ALL) {
        all.retain(|name, _| names.contains(name));
    }
    Ok(all)
}

/// The attributes that can be set, as texts.
///
/// Observed: which of them are absent unless set.
pub(crate) fn shown(queue: &Queue) -> Result<Attributes, Fault> {
    let json = |value: Result<String, serde_json::Error>| {
        value.map_err(|cause| Fault::bug("an attribute cannot be written").because(cause))
    };
    let mut all = Attributes::new();
    let mut put = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            all.insert(name.to_owned(), value);
        }
    };
    put("DelaySeconds", Some(queue.delay_seconds.to_string()));
    put("MaximumMessageSize", Some(queue.maximum_message_size.to_string()));
    put("MessageRetentionPeriod", Some(queue.message_retention_period.to_string()));
    let wait = queue.receive_message_wait_time_seconds;
    put("ReceiveMessageWaitTimeSeconds", Some(wait.to_string()));
    put("VisibilityTimeout", Some(queue.visibility_timeout.to_string()));
    put("Policy", queue.policy.clone());
    let redrive = queue.redrive.as_ref().map(serde_json::to_string);
    put("RedrivePolicy", redrive.map(json).transpose()?);
    let allow = queue.redrive_allow.as_ref().map(serde_json::to_string);
    put("RedriveAllowPolicy", allow.map(json).transpose()?);
    put("SqsManagedSseEnabled", Some(queue.sqs_managed_sse.to_string()));
    if let Some(key_id) = &queue.kms_master_key_id {
        put("KmsMasterKeyId", Some(key_id.clone()));
        put("KmsDataKeyReusePeriodSeconds", Some(reuse_seconds(queue).to_string()));
    }
    if let Some(fifo) = &queue.fifo {
        put("FifoQueue", Some("true".to_owned()));
        put("ContentBasedDeduplication", Some(fifo.content_based.to_string()));
        put("DeduplicationScope", Some(fifo.scope.clone()));
        put("FifoThroughputLimit", Some(fifo.throughput.clone()));
    }
    Ok(all)
}

/// For how long a data key is used. Source: SQS API Reference, "`SetQueueAttributes`".
pub(crate) fn reuse_seconds(queue: &Queue) -> u32 {
    queue.kms_reuse_seconds.unwrap_or(300)
}

/// Whether attributes of a new queue ask for a FIFO queue.
pub(crate) fn asks_for_fifo(given: &Attributes) -> Result<bool, SqsError> {
    match given.get("FifoQueue").map(String::as_str) {
        None => Ok(false),
        Some("true") => Ok(true),
        // Observed: `FifoQueue` of a standard queue is unknown, even if it is false.
        Some(_) => Err(SqsError::unknown_attribute("FifoQueue")),
    }
}

/// Sets the given attributes of a queue.
pub(crate) fn set(queue: &mut Queue, given: &Attributes) -> Result<(), SqsError> {
    // Observed: the text; the key's name is not checked.
    let names_key = given.get("KmsMasterKeyId").is_some_and(|key_id| !key_id.is_empty());
    if names_key && given.get("SqsManagedSseEnabled").is_some_and(|value| value == "true") {
        return Err(SqsError::InvalidAttributeName(
            "You can use one type of server-side encryption (SSE) at one time. You can either \
             enable KMS SSE or SQS SSE."
                .to_owned(),
        ));
    }
    given.iter().try_for_each(|(name, value)| set_one(queue, name, value))
}

fn set_one(queue: &mut Queue, name: &str, value: &str) -> Result<(), SqsError> {
    let text = || Some(value.to_owned()).filter(|value| !value.is_empty());
    match name {
        "DelaySeconds" => queue.delay_seconds = number(name, value, 0..=900)?,
        "MaximumMessageSize" => {
            queue.maximum_message_size = number(name, value, 1_024..=1_048_576)?;
        }
        "MessageRetentionPeriod" => {
            queue.message_retention_period = number(name, value, 60..=1_209_600)?;
        }
        "ReceiveMessageWaitTimeSeconds" => {
            queue.receive_message_wait_time_seconds = number(name, value, 0..=20)?;
        }
        "VisibilityTimeout" => queue.visibility_timeout = number(name, value, 0..=43_200)?,
        "KmsDataKeyReusePeriodSeconds" => {
            queue.kms_reuse_seconds = Some(number(name, value, 60..=86_400)?);
        }
        "Policy" => {
            if !value.is_empty() && Policy::parse(value, &Grammar::Queue).is_err() {
                return Err(SqsError::attribute(name));
            }
            queue.policy = text();
        }
        "KmsMasterKeyId" => {
            queue.kms_master_key_id = text();
            // Observed: a key alone ends the encryption under keys of the service.
            if queue.kms_master_key_id.is_some() {
                queue.sqs_managed_sse = false;
            }
        }
        "SqsManagedSseEnabled" => {
            queue.sqs_managed_sse = truth(name, value)?;
            if queue.sqs_managed_sse {
                queue.kms_master_key_id = None;
            }
        }
        "RedrivePolicy" => queue.redrive = text().map(|text| redrive(&text)).transpose()?,
        "RedriveAllowPolicy" => {
            queue.redrive_allow = text().map(|text| redrive_allow(&text)).transpose()?;
        }
        _ => return set_fifo(queue.fifo.as_mut(), name, value),
    }
    Ok(())
}

/// Observed: the texts, but for that of a bad value.
fn set_fifo(fifo: Option<&mut Fifo>, name: &str, value: &str) -> Result<(), SqsError> {
    let Some(fifo) = fifo else {
        return Err(match name {
            "DeduplicationScope" | "FifoThroughputLimit" => SqsError::InvalidAttributeName(
                format!("You can specify the {name} only when FifoQueue is set to true."),
            ),
            _ => SqsError::unknown_attribute(name),
        });
    };
    match name {
        "FifoQueue" if value == "true" => {}
        "FifoQueue" => {
            return Err(SqsError::InvalidAttributeValue(
                "Invalid value for the parameter FifoQueue. Reason: Modifying queue type is not \
                 supported."
                    .to_owned(),
            ));
        }
        "ContentBasedDeduplication" => fifo.content_based = truth(name, value)?,
        "DeduplicationScope" if matches!(value, "queue" | "messageGroup") => {
            value.clone_into(&mut fifo.scope);
        }
        "FifoThroughputLimit" if matches!(value, "perQueue" | "perMessageGroupId") => {
            value.clone_into(&mut fifo.throughput);
        }
        "DeduplicationScope" | "FifoThroughputLimit" => return Err(SqsError::attribute(name)),
        _ => return Err(SqsError::unknown_attribute(name)),
    }
    Ok(())
}

impl Default for Fifo {
    /// Observed.
    fn default() -> Self {
        Self { content_based: false, scope: "queue".to_owned(), throughput: "perQueue".to_owned() }
    }
}

fn number(name: &str, value: &str, range: RangeInclusive<u32>) -> Result<u32, SqsError> {
    let number = value.parse().ok().filter(|number| range.contains(number));
    number.ok_or_else(|| SqsError::attribute(name))
}

fn truth(name: &str, value: &str) -> Result<bool, SqsError> {
    match value {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(SqsError::attribute(name)),
    }
}

/// Assumed: the texts.
fn redrive(text: &str) -> Result<Redrive, SqsError> {
    let wrong = |reason: &str| SqsError::value(text, "RedrivePolicy", reason);
    let members: BTreeMap<String, Value> =
        serde_json::from_str(text).map_err(|_| wrong("Redrive policy is not a valid JSON map."))?;
    let known = ["deadLetterTargetArn", "maxReceiveCount"];
    if members.keys().any(|name| !known.contains(&name.as_str())) {
        return Err(wrong(
            "Only following attributes are supported: \
             [deadLetterTargetArn, maxReceiveCount].",
        ));
    }
    let target = members.get("deadLetterTargetArn").and_then(Value::as_str).ok_or_else(|| {
        wrong("Redrive policy does not contain mandatory attribute: deadLetterTargetArn.")
    })?;
    let most = match members.get("maxReceiveCount") {
        // Source: SQS API Reference, "`SetQueueAttributes`": 10 if it is absent.
        None => 10,
        Some(value) => {
            let given = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let most = given.parse().ok().filter(|most| (1..=1_000).contains(most));
            most.ok_or_else(|| {
                wrong(&format!(
                    "Invalid value for maxReceiveCount: {given}, valid values are from 1 to 1000 \
                     both inclusive."
                ))
            })?
        }
    };
    Ok(Redrive { dead_letter_target_arn: target.to_owned(), max_receive_count: most })
}

/// Source: SQS API Reference, "`SetQueueAttributes`": the values. Assumed: the error.
fn redrive_allow(text: &str) -> Result<RedriveAllow, SqsError> {
    let wrong = |reason: &str| SqsError::value(text, "RedriveAllowPolicy", reason);
    let allow: RedriveAllow = serde_json::from_str(text)
        .map_err(|_| wrong("Amazon SQS can't create the redrive allow policy."))?;
    let arns = allow.source_queue_arns.as_ref().map(Vec::len);
    match (allow.redrive_permission.as_str(), arns) {
        ("allowAll" | "denyAll", None) | ("byQueue", Some(1..=SOURCE_ARNS_MAX)) => Ok(allow),
        ("allowAll" | "denyAll" | "byQueue", _) => Err(wrong(
            "Amazon SQS can't create the redrive allow policy. When you specify the byQueue \
             permission type, you must specify one or more sourceQueueArns values, and at most 10.",
        )),
        _ => Err(wrong(
            "Amazon SQS can't create the redrive allow policy, because redrivePermission is not \
             one of: [allowAll, denyAll, byQueue].",
        )),
    }
}

#[cfg(test)]
mod tests {
    use types::{AccountId, Region, Timestamp};

    use super::*;

    fn queue(fifo: Option<Fifo>) -> Queue {
        let (account, region) = (AccountId::zero(), Region::us_east_1());
        let now = Timestamp::from_secs(1);
        Queue { fifo, ..Queue::new(&account, &region, "q", "c".to_owned(), now) }
    }

    fn given(pairs: &[(&str, &str)]) -> Attributes {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[track_caller]
    fn refused(fifo: Option<Fifo>, pairs: &[(&str, &str)], code: &str, text: &str) {
        let error = set(&mut queue(fifo), &given(pairs)).unwrap_err();
        assert_eq!((error.code(), error.text()), (code, text), "{pairs:?}");
    }

    /// Values at both ends of a range are accepted, those beside them are not.
    #[test]
    fn numbers_have_ranges() {
        for (name, least, most) in [
            ("DelaySeconds", 0, 900),
            ("MaximumMessageSize", 1_024, 1_048_576),
            ("MessageRetentionPeriod", 60, 1_209_600),
            ("ReceiveMessageWaitTimeSeconds", 0, 20),
            ("VisibilityTimeout", 0, 43_200),
            ("KmsDataKeyReusePeriodSeconds", 60, 86_400),
        ] {
            for value in [least, most] {
                set(&mut queue(None), &given(&[(name, &value.to_string())])).unwrap();
            }
            let text = format!("Invalid value for the parameter {name}.");
            for value in [least - 1, most + 1] {
                refused(None, &[(name, &value.to_string())], "InvalidAttributeValue", &text);
            }
            refused(None, &[(name, "")], "InvalidAttributeValue", &text);
            refused(None, &[(name, "x")], "InvalidAttributeValue", &text);
        }
    }

    /// The refusals that were recorded.
    #[test]
    fn refuses_what_aws_refuses() {
        let name = "InvalidAttributeName";
        refused(None, &[("Foo", "1")], name, "Unknown Attribute Foo.");
        refused(None, &[("QueueArn", "1")], name, "Unknown Attribute QueueArn.");
        let text = "Unknown Attribute ContentBasedDeduplication.";
        refused(None, &[("ContentBasedDeduplication", "false")], name, text);
        refused(None, &[("FifoQueue", "true")], name, "Unknown Attribute FifoQueue.");
        let text = "You can specify the DeduplicationScope only when FifoQueue is set to true.";
        refused(None, &[("DeduplicationScope", "queue")], name, text);
        let text = "You can specify the FifoThroughputLimit only when FifoQueue is set to true.";
        refused(None, &[("FifoThroughputLimit", "perQueue")], name, text);
        let text = "Invalid value for the parameter FifoQueue. Reason: Modifying queue type is \
                    not supported.";
        let fifo = Some(Fifo::default());
        refused(fifo, &[("FifoQueue", "false")], "InvalidAttributeValue", text);
        let text = "You can use one type of server-side encryption (SSE) at one time. You can \
                    either enable KMS SSE or SQS SSE.";
        refused(None, &[("KmsMasterKeyId", "k"), ("SqsManagedSseEnabled", "true")], name, text);
    }

    /// A key ends the encryption by the service, and the other way round; the key is not checked.
    #[test]
    fn one_kind_of_encryption_ends_the_other() {
        let mut queue = queue(None);
        let own =
            given(&[("KmsMasterKeyId", "testKeyId"), ("KmsDataKeyReusePeriodSeconds", "6000")]);
        set(&mut queue, &own).unwrap();
        let all = shown(&queue).unwrap();
        assert_eq!(all["SqsManagedSseEnabled"], "false");
        assert_eq!(all["KmsMasterKeyId"], "testKeyId");
        assert_eq!(all["KmsDataKeyReusePeriodSeconds"], "6000");
        set(&mut queue, &given(&[("SqsManagedSseEnabled", "true")])).unwrap();
        assert!(!shown(&queue).unwrap().contains_key("KmsMasterKeyId"));
    }

    /// Counts are numbers or texts; the policy is shown with numbers.
    #[test]
    fn redrive_policies_are_read_leniently_and_shown_strictly() {
        for (given, shown) in [
            (r#"{"deadLetterTargetArn":"a","maxReceiveCount":"3"}"#, 3),
            (r#"{"maxReceiveCount": 1000, "deadLetterTargetArn":"a"}"#, 1_000),
            (r#"{"deadLetterTargetArn":"a"}"#, 10),
        ] {
            let redrive = redrive(given).unwrap();
            let text = serde_json::to_string(&redrive).unwrap();
            let want = format!(r#"{{"deadLetterTargetArn":"a","maxReceiveCount":{shown}}}"#);
            assert_eq!(text, want);
        }
        for (given, reason) in [
            (
                r#"{"deadLetterTargetArn":"a","maxReceiveCount":0}"#,
                "Invalid value for maxReceiveCount: 0, valid values are from 1 to 1000 both \
                 inclusive.",
            ),
            (
                r#"{"maxReceiveCount":1}"#,
                "Redrive policy does not contain mandatory attribute: deadLetterTargetArn.",
            ),
        ] {
            let error = redrive(given).unwrap_err();
            let want =
                format!("Value {given} for parameter RedrivePolicy is invalid. Reason: {reason}");
            assert_eq!((error.code(), error.text()), ("InvalidParameterValue", want.as_str()));
        }
        for bad in ["[]", "{", "1", r#"{"deadLetterTargetArn":"a","x":1}"#] {
            assert!(redrive(bad).is_err(), "{bad}");
        }
    }

    /// `byQueue` needs queues, and the others must have none.
    #[test]
    fn redrive_allow_policies_are_whole() {
        let many: Vec<_> = (0..11).map(|n| format!("\"arn{n}\"")).collect();
        let many =
            format!(r#"{{"redrivePermission":"byQueue","sourceQueueArns":[{}]}}"#, many.join(","));
        for (text, is_valid) in [
            (r#"{"redrivePermission":"allowAll"}"#, true),
            (r#"{"redrivePermission":"denyAll"}"#, true),
            (r#"{"redrivePermission":"byQueue","sourceQueueArns":["arn"]}"#, true),
            (r#"{"redrivePermission":"byQueue","sourceQueueArns":[]}"#, false),
            (r#"{"redrivePermission":"byQueue"}"#, false),
            (r#"{"redrivePermission":"allowAll","sourceQueueArns":["arn"]}"#, false),
            (r#"{"redrivePermission":"x"}"#, false),
            (r"{}", false),
            (many.as_str(), false),
        ] {
            assert_eq!(redrive_allow(text).is_ok(), is_valid, "{text}");
        }
    }
}
