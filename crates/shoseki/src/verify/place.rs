//! Where a trail's files are: bucket, prefix, and the regions of the events.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use types::Region;

use super::evidence::Buckets;
use super::{Known, Target, Verify, with_request};
use crate::client::{Ask, Client};
use crate::exit::Trouble;

/// Where the trail delivers to.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) bucket: String,
    pub(super) prefix: Option<String>,
    /// Whether the trail says so, now.
    pub(super) is_the_trails: bool,
}

/// As the caller says, or as the trail does.
pub(super) fn find(verb: &Verify, client: &Client) -> Result<Place, Trouble> {
    if let Some(bucket) = verb.s3_bucket.clone() {
        return Ok(Place { bucket, prefix: verb.s3_prefix.clone(), is_the_trails: false });
    }
    let answered = client.call(&Ask::cloudtrail("DescribeTrails", &json!({})))?;
    let answer: Value = serde_json::from_slice(&answered.body).unwrap_or_default();
    let trails = answer.get("trailList").and_then(Value::as_array).into_iter().flatten();
    let of = |trail: &Value| {
        let text = |name: &str| trail.get(name)?.as_str().map(str::to_owned);
        let bucket = text("S3BucketName")
            .filter(|_| text("TrailARN").as_deref() == Some(verb.trail_arn.as_str()))?;
        Some(Place { bucket, prefix: text("S3KeyPrefix"), is_the_trails: true })
    };
    let absent = || Trouble::usage(format_args!("there is no trail `{}`", verb.trail_arn));
    trails.into_iter().find_map(of).ok_or_else(absent)
}

/// The regions to judge, the home region first: all of which there are digests, of whichever
/// trail. What the trail says of itself is not asked: it may have been of all regions before.
pub(super) fn regions(
    verb: &Verify,
    client: &Client,
    target: &Target,
    known: Known<'_>,
) -> Result<Vec<String>, Trouble> {
    if let Some(region) = &verb.region {
        return Ok(vec![region.clone()]);
    }
    let home = target.home_region.as_str();
    let mut others: BTreeSet<String> = with_request(target, &[], |request| {
        let folder = request.series.folder();
        let folder = folder.strip_suffix(&format!("{home}/")).unwrap_or(&folder);
        let folders = Buckets::new(client).folders(&target.bucket, folder)?;
        let region = |path: &String| {
            let name = path.strip_prefix(folder)?.strip_suffix('/')?;
            Region::parse(name).map(|region| region.as_str().to_owned())
        };
        Ok(folders.iter().filter_map(region).collect())
    })?;
    // One whose digests are all gone is known by its anchor, or to the trail.
    others.extend(known.anchors.iter().flat_map(|anchors| anchors.regions()).map(str::to_owned));
    others.extend(known.remembered.regions().map(str::to_owned));
    others.remove(home);
    Ok([home.to_owned()].into_iter().chain(others).collect())
}
