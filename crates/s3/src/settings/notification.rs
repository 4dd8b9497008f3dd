//! `PutBucketNotificationConfiguration`: destinations have to be there.
//!
//! Source: S3 API Reference, "PutBucketNotificationConfiguration": S3 sends a test message to each
//! topic, queue and function, unless `x-amz-skip-destination-validation` skips it.

use gateway::{Ctx, Spec, WireError};

use super::echo::Notification;
use super::{Put, Setting};
use crate::api::PlainApi;
use crate::error::S3Result;
use crate::model::Bucket;
use crate::request::Request;
use crate::response::Response;
use crate::xml;

/// Writes the setting. There are no topics, queues and functions yet, so none can be validated:
/// only the event bus receives messages without a test.
#[derive(Debug)]
pub(crate) struct PutNotification;

/// The destinations of a document, and the error for a missing one.
///
/// Observed: the text about queues. Assumed: S3 words the others alike.
const DESTINATIONS: [(&str, &str, &str); 3] = [
    ("TopicConfiguration", "Topic", "The destination topic does not exist"),
    ("QueueConfiguration", "Queue", "The destination queue does not exist"),
    ("CloudFunctionConfiguration", "CloudFunction", "The destination Lambda does not exist"),
];

impl PlainApi for PutNotification {
    const SPEC: Spec = Notification::PUT;
    const ACTION: &'static str = Notification::ACTIONS.1;

    fn run(ctx: &mut Ctx<'_>, request: &Request, bucket: &Bucket) -> S3Result<Response> {
        // Errors in the document come first; a later rejection rolls back the write.
        let answer = <Put<Notification> as PlainApi>::run(ctx, request, bucket)?;
        let skipped = request.header("x-amz-skip-destination-validation");
        if !skipped.is_some_and(|skipped| skipped.eq_ignore_ascii_case("true")) {
            refuse_missing(request)?;
        }
        Ok(answer)
    }
}

/// Observed: the elements, numbered by destination.
fn refuse_missing(request: &Request) -> S3Result<()> {
    let document = xml::read(request.document()?, Notification::ROOT)?;
    let missing = DESTINATIONS.iter().flat_map(|(kind, target, reason)| {
        let rules = document.children(kind);
        rules.filter_map(|rule| Some((rule.text_of(target)?.to_owned(), *reason)))
    });
    let message = "Unable to validate the following destination configurations";
    let mut error = WireError::new(400, "InvalidArgument", message);
    for (number, (arn, reason)) in (1..).zip(missing) {
        error = error.with(format!("ArgumentName{number}"), arn);
        error = error.with(format!("ArgumentValue{number}"), reason);
    }
    if error.extra.is_empty() { Ok(()) } else { Err(error.into()) }
}
