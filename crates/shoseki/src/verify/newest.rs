//! The newest digests that the trail itself remembers.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use trail::verify::{Finding, Line, Report};
use types::Timestamp;

use crate::client::{Ask, Client};
use crate::out;

/// A digest that was delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Newest {
    bucket: String,
    object: String,
    end: Timestamp,
}

/// What the trail remembers, by region.
#[derive(Debug, Default)]
pub(super) struct Remembered(BTreeMap<String, Newest>);

impl Remembered {
    /// Asks the trail, in its home region, before its bucket is looked at. Whoever may not ask
    /// hears what is not known then.
    pub(super) fn ask(client: &Client, trail_arn: &str) -> Self {
        match client.call(&Ask::own("DescribeDeliveries", &json!({ "Name": trail_arn }))) {
            Ok(answered) => Self::of(&serde_json::from_slice(&answered.body).unwrap_or_default()),
            Err(error) if error.code() == "TrailNotFoundException" => Self::default(),
            Err(error) => {
                out::complain(&format!(
                    "DescribeDeliveries: {error}; so it is not known whether the newest digests \
                     are missing"
                ));
                Self::default()
            }
        }
    }

    fn of(answer: &Value) -> Self {
        let newest = answer.pointer("/Deliveries/0/NewestDigests").and_then(Value::as_array);
        let entry = |digest: &Value| {
            let text = |name: &str| digest.get(name)?.as_str().map(str::to_owned);
            let end = Timestamp::from_secs_f64(digest.get("End")?.as_f64()?);
            let newest = Newest { bucket: text("Bucket")?, object: text("Object")?, end };
            Some((text("Region")?, newest))
        };
        Self(newest.into_iter().flatten().filter_map(entry).collect())
    }

    /// The regions in which there are digests.
    pub(super) fn regions(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// What is found if the newest digest of a region has to be in the report, and is not.
    pub(super) fn missing(&self, region: &str, bucket: &str, report: &Report) -> Option<Finding> {
        let (start, end) = report.requested;
        let newest = self.0.get(region).filter(|newest| newest.bucket == bucket)?;
        let is_seen = report
            .lines
            .iter()
            .any(|line| matches!(line, Line::Digest { key, .. } if *key == newest.object));
        let key = newest.object.clone();
        let is_asked_for = (start..=end).contains(&newest.end);
        (is_asked_for && !is_seen).then(|| Finding::Newest { bucket: bucket.to_owned(), key })
    }
}

#[cfg(test)]
mod tests {
    use trail::verify::Counts;

    use super::*;

    /// A newest digest within the range must be there; one elsewhere tells nothing.
    #[test]
    fn the_newest_digest_must_be_there() {
        let digest = json!({"Region": "eu-west-1", "Bucket": "b", "Object": "k", "End": 15.0});
        let remembered = Remembered::of(&json!({"Deliveries": [{"NewestDigests": [digest]}]}));
        assert_eq!(remembered.regions().collect::<Vec<_>>(), ["eu-west-1"]);
        let report = |start, end| Report {
            trail_arn: String::new(),
            requested: (Timestamp::from_secs(start), Timestamp::from_secs(end)),
            lines: Vec::new(),
            findings: Vec::new(),
            found: None,
            head: None,
            digests: Counts::default(),
            backfills: Counts::default(),
            logs: Counts::default(),
        };
        let missing = |region, bucket, start, end| {
            remembered.missing(region, bucket, &report(start, end)).is_some()
        };
        assert!(missing("eu-west-1", "b", 10, 20));
        assert!(!missing("eu-west-1", "b", 16, 20));
        assert!(!missing("eu-west-1", "b", 10, 14));
        assert!(!missing("eu-west-1", "other", 10, 20));
        assert!(!missing("us-east-1", "b", 10, 20));
    }
}
