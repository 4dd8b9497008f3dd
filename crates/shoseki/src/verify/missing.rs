//! Digests that the trail says it delivered, and that are not there.

use serde_json::{Value, json};
use trail::verify::{Finding, Request};
use types::{DAY_MS, Timestamp};

use super::evidence::Buckets;
use crate::client::{Ask, CallError, Client};
use crate::exit::Trouble;
use crate::out;

/// How long after the end of its period a digest may have been delivered, for the check of those
/// before the range.
const LATE_MS: u64 = DAY_MS;

/// What is found though, or because, there are no digests of the request: the trail tells that it
/// delivered some. It is asked in its home region.
pub(super) fn missing(client: &Client, request: &Request<'_>) -> Result<Option<Finding>, Trouble> {
    let delivered = match latest(client, request.trail_arn) {
        Ok(delivered) => delivered,
        Err(error) if error.code() == "TrailNotFoundException" => None,
        Err(error) => {
            out::complain(&format!(
                "GetTrailStatus: {error}; so it is not known whether digests are missing"
            ));
            None
        }
    };
    let Some(delivered) = delivered else { return Ok(None) };
    let is_missing = match When::of(delivered, request) {
        When::After => false,
        When::Within => true,
        When::Before => !any_since(client, request, delivered.minus_ms(LATE_MS))?,
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
    /// So it says nothing of the range.
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

fn latest(client: &Client, trail_arn: &str) -> Result<Option<Timestamp>, CallError> {
    let answered =
        client.call(&Ask::cloudtrail("GetTrailStatus", &json!({ "Name": trail_arn })))?;
    let answer: Value = serde_json::from_slice(&answered.body).unwrap_or_default();
    let seconds = answer.get("LatestDigestDeliveryTime").and_then(Value::as_f64);
    Ok(seconds.map(Timestamp::from_secs_f64))
}

fn any_since(client: &Client, request: &Request<'_>, since: Timestamp) -> Result<bool, Trouble> {
    let series = request.series;
    let after = series.object_key(since, trail::digest::Kind::Regular);
    let keys = Buckets::new(client).list(request.bucket, &series.folder(), &after)?;
    Ok(keys.iter().any(|key| series.parse_key(key).is_some()))
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
