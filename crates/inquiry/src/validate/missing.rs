//! Digests that the trail has a record of but that are missing.

use serde_json::json;
use trail::verify::{Finding, Request, Span};
use types::{DAY_MS, Timestamp};

use super::evidence::seconds;
use super::{Question, Source, Target, bucket};

/// How long after the end of its period a digest may have been delivered, for the check of those
/// before the range.
const LATE_MS: u64 = DAY_MS;

/// The finding if there are no digests of the target although the trail has a record of some.
/// Queried in its home region.
pub fn missing<S: Source>(source: &S, target: &Target) -> Result<Option<Finding>, S::Error> {
    let input = json!({ "Name": target.trail_arn });
    let delivered = match source.call(Question::GetTrailStatus, &target.home_region, &input) {
        Ok(answer) => seconds(&answer, "LatestDigestDeliveryTime"),
        Err(error) if S::is_no_such_trail(&error) => None,
        Err(error) => {
            source.complain(&format!(
                "GetTrailStatus: {error}; so it is not known whether digests are missing"
            ));
            None
        }
    };
    let Some(delivered) = delivered else { return Ok(None) };
    let request = target.request(&[]);
    let is_missing = match When::of(delivered, &request) {
        When::After => false,
        When::Within => true,
        When::Before => !any_since(source, &request, delivered.minus_ms(LATE_MS))?,
    };
    let (bucket, folder) = (request.bucket.to_owned(), request.series.folder());
    Ok(is_missing.then_some(Finding::NoDigests { bucket, folder, delivered }))
}

/// When the newest digest was delivered.
#[derive(Debug, PartialEq, Eq)]
enum When {
    /// So it need not be in the range.
    Before,
    /// So there must be one.
    Within,
    /// So it is no evidence for the range.
    After,
}

impl When {
    fn of(delivered: Timestamp, request: &Request<'_>) -> Self {
        if delivered < request.start {
            Self::Before
        } else if delivered <= request.end {
            Self::Within
        } else {
            Self::After
        }
    }
}

fn any_since<S: Source>(
    source: &S,
    request: &Request<'_>,
    since: Timestamp,
) -> Result<bool, S::Error> {
    let series = request.series;
    let after = series.object_key(since, trail::digest::Kind::Regular);
    let (bucket, prefix) = (request.bucket, series.folder());
    let span = Span { bucket, prefix: &prefix, after: &after, until: None };
    let found = bucket::entries(source, &span)?;
    Ok(found.iter().any(|entry| series.parse_key(&entry.key).is_some()))
}

#[cfg(test)]
mod tests {
    use trail::digest::Series;
    use trail::names::TrailName;
    use types::AccountId;

    use super::*;

    /// Only a digest that was delivered within the range has to be there.
    #[test]
    fn deliveries_lie_before_within_or_after() {
        let account = AccountId::parse("111122223333").unwrap();
        let trail = TrailName::parse("audit").unwrap();
        let request = Request {
            trail_arn: "arn",
            series: Series {
                prefix: None,
                organization: None,
                account: &account,
                region: "eu-west-1",
                trail: &trail,
                home_region: "eu-west-1",
            },
            bucket: "logs",
            start: Timestamp::from_secs(10),
            end: Timestamp::from_secs(20),
            anchors: &[],
        };
        for (delivered, want) in
            [(9, When::Before), (10, When::Within), (20, When::Within), (21, When::After)]
        {
            assert_eq!(When::of(Timestamp::from_secs(delivered), &request), want, "{delivered}");
        }
    }
}
