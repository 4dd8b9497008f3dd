//! The newest digests in the trail's own record.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use trail::verify::{Anchor, Finding, Line};
use types::Timestamp;

use super::{Question, Source, Target};

/// The digests that the trail delivered last, by region.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Remembered(BTreeMap<String, Anchor>);

impl Remembered {
    /// Queries the trail, in its home region, before its bucket is read. Without permission there
    /// is no record, and the source is informed.
    pub fn fetch<S: Source>(source: &S, target: &Target) -> Self {
        let question = Question::DescribeDeliveries;
        let input = json!({ "Name": target.trail_arn });
        match source.call(question, &target.home_region, &input) {
            Ok(answer) => Self::of(&answer),
            Err(error) if S::is_no_such_trail(&error) => Self::default(),
            Err(error) => {
                source.complain(&format!(
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
            let (bucket, object, hash) = (text("Bucket")?, text("Object")?, text("Hash")?);
            Some((text("Region")?, Anchor { bucket, object, hash, end }))
        };
        Self(newest.into_iter().flatten().filter_map(entry).collect())
    }

    /// The regions in which there are digests.
    pub(super) fn regions(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// The finding if a region's newest digest is within the range, and there is no result for it.
    pub fn missing(
        &self,
        region: &str,
        bucket: &str,
        (start, end): (Timestamp, Timestamp),
        lines: &[Line],
    ) -> Option<Finding> {
        let newest = self.0.get(region)?;
        let is_asked_for = newest.bucket == bucket && (start..=end).contains(&newest.end);
        let is_newest =
            |line: &Line| matches!(line, Line::Digest { key, .. } if *key == newest.object);
        (is_asked_for && !lines.iter().any(is_newest))
            .then(|| Finding::Newest { bucket: bucket.to_owned(), key: newest.object.clone() })
    }
}

#[cfg(test)]
mod tests {
    use trail::digest::Kind;
    use trail::verify::Verdict;

    use super::*;

    /// A newest digest within the range must exist; one elsewhere is no evidence.
    #[test]
    fn the_newest_digest_must_exist() {
        let digest =
            json!({"Region": "eu-west-1", "Bucket": "b", "Object": "k", "Hash": "0", "End": 15.0});
        let remembered = Remembered::of(&json!({"Deliveries": [{"NewestDigests": [digest]}]}));
        assert_eq!(remembered.regions().collect::<Vec<_>>(), ["eu-west-1"]);
        let missing = |region, bucket, start, end, lines: &[Line]| {
            let range = (Timestamp::from_secs(start), Timestamp::from_secs(end));
            remembered.missing(region, bucket, range, lines).is_some()
        };
        assert!(missing("eu-west-1", "b", 10, 20, &[]));
        assert!(!missing("eu-west-1", "b", 16, 20, &[]));
        assert!(!missing("eu-west-1", "b", 10, 14, &[]));
        assert!(!missing("eu-west-1", "other", 10, 20, &[]));
        assert!(!missing("us-east-1", "b", 10, 20, &[]));
        let (bucket, verdict) = ("b".to_owned(), Verdict::Valid);
        let seen = Line::Digest { kind: Kind::Regular, bucket, key: "k".to_owned(), verdict };
        assert!(!missing("eu-west-1", "b", 10, 20, &[seen]));
    }
}
