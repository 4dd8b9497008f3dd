//! Where a trail's files are: bucket, prefix, and the regions of the events.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use trail::verify::{Finding, Pretence};
use types::Region;

use super::evidence::Buckets;
use super::{Known, Target, Verify, with_request};
use crate::client::{Ask, Client};
use crate::exit::Trouble;
use crate::out;

/// Where the trail delivers to.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) bucket: String,
    pub(super) prefix: Option<String>,
    /// Whether the trail says so, now.
    pub(super) is_the_trails: bool,
}

/// As the caller says, or as the trail does, or, if it is gone, where its anchor is.
pub(super) fn find(
    verb: &Verify,
    trail_arn: &str,
    client: &Client,
    kept: Option<(String, Option<String>)>,
) -> Result<Place, Trouble> {
    if let Some(bucket) = verb.s3_bucket.clone() {
        return Ok(Place { bucket, prefix: verb.s3_prefix.clone(), is_the_trails: false });
    }
    let answered = client.call(&Ask::cloudtrail("DescribeTrails", &json!({})));
    let kept = kept.map(|(bucket, prefix)| Place { bucket, prefix, is_the_trails: false });
    match (answered, kept) {
        (Ok(answered), kept) => {
            let absent = || {
                Trouble::usage(format_args!(
                    "there is no trail `{trail_arn}`: name its bucket by --s3-bucket, or a file \
                     by --anchor"
                ))
            };
            of_trail(&answered.body, trail_arn).or(kept).ok_or_else(absent)
        }
        (Err(error), Some(kept)) => {
            out::complain(&format!("DescribeTrails: {error}; the anchor's bucket is looked at"));
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

/// The regions to judge, the home region first: all of which there are digests or log files, of
/// whichever trail. What the trail says of itself is not asked: it may have been of all regions before.
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
        let region = |path: &String| {
            let path = path.strip_suffix('/')?;
            let (_, name) = path.rsplit_once('/')?;
            Region::parse(name).map(|region| region.as_str().to_owned())
        };
        let mut regions = BTreeSet::new();
        for folder in [folder, &folder.replace("/CloudTrail-Digest/", "/CloudTrail/")] {
            let folders = Buckets::new(client).folders(&target.bucket, folder)?;
            regions.extend(folders.iter().filter_map(region));
        }
        Ok(regions)
    })?;
    // One whose digests are all gone is known by its anchor, or to the trail.
    others.extend(known.anchors.iter().flat_map(|anchors| anchors.regions()).map(str::to_owned));
    others.extend(known.remembered.regions().map(str::to_owned));
    others.remove(home);
    Ok([home.to_owned()].into_iter().chain(others).collect())
}

/// What lies beside the regions' folders, in that of the log files and in that of the digests.
pub(super) fn strays(client: &Client, target: &Target) -> Result<Vec<Finding>, Trouble> {
    with_request(target, &[], |request| {
        let digests = request.series.folder();
        let digests = digests.strip_suffix(&format!("{}/", target.region)).unwrap_or(&digests);
        let mut strays = Vec::new();
        for folder in [digests, &digests.replace("/CloudTrail-Digest/", "/CloudTrail/")] {
            strays.extend(Buckets::new(client).strays(&target.bucket, folder)?);
        }
        let bucket = || target.bucket.clone();
        let extra = |key| Finding::Extra { what: Pretence::Nothing, bucket: bucket(), key };
        Ok(strays.into_iter().map(extra).collect())
    })
}
