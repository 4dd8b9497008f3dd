//! The location of a trail's files: bucket and prefix.

use serde_json::{Value, json};

use super::Verify;
use crate::client::{Call, Client};
use crate::exit::Trouble;
use crate::out;

/// The trail's destination.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) bucket: String,
    pub(super) prefix: Option<String>,
    /// Whether it was read from the trail itself.
    pub(super) is_the_trails: bool,
}

/// From the flags, or from the trail, or, if it was deleted, from the anchor.
pub(super) fn find(
    verb: &Verify,
    trail_arn: &str,
    client: &Client,
    kept: Option<(String, Option<String>)>,
) -> Result<Place, Trouble> {
    if let Some(bucket) = verb.s3_bucket.clone() {
        return Ok(Place { bucket, prefix: verb.s3_prefix.clone(), is_the_trails: false });
    }
    let answered = client.call(&Call::cloudtrail("DescribeTrails", &json!({})));
    let kept = kept.map(|(bucket, prefix)| Place { bucket, prefix, is_the_trails: false });
    match (answered, kept) {
        (Ok(answered), kept) => {
            let absent = || {
                Trouble::usage(format_args!(
                    "the trail `{trail_arn}` does not exist: give its bucket with --s3-bucket, or \
                     an anchor file with --anchor"
                ))
            };
            of_trail(&answered.body, trail_arn).or(kept).ok_or_else(absent)
        }
        (Err(error), Some(kept)) => {
            out::complain(&format!("DescribeTrails: {error}; using the anchor's bucket"));
            Ok(kept)
        }
        (Err(error), None) => Err(error.into()),
    }
}

fn of_trail(answer: &[u8], trail_arn: &str) -> Option<Place> {
    let answer: Value = serde_json::from_slice(answer).unwrap_or_default();
    let trails = answer.get("trailList").and_then(Value::as_array).into_iter().flatten();
    let of = |trail: &Value| {
        let text = |name: &str| trail.get(name)?.as_str().map(str::to_owned);
        let bucket =
            text("S3BucketName").filter(|_| text("TrailARN").as_deref() == Some(trail_arn))?;
        Some(Place { bucket, prefix: text("S3KeyPrefix"), is_the_trails: true })
    };
    trails.into_iter().find_map(of)
}
