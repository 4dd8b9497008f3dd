//! The regions of a trail's events, and other contents of its folders.

use std::collections::BTreeSet;

use trail::verify::{Finding, Pretence};
use types::Region;

use super::{Remembered, Source, Target, bucket};

/// The regions to validate, the home region first: all in which there are digests or log files, of
/// any trail, and those in `known`. The trail's own settings are not used: it may have been
/// multi-region before.
pub fn regions<S: Source>(
    source: &S,
    target: &Target,
    remembered: &Remembered,
    known: &[&str],
) -> Result<Vec<String>, S::Error> {
    let home = target.home_region.as_str();
    let region = |path: &String| {
        let (_, name) = path.strip_suffix('/')?.rsplit_once('/')?;
        Region::parse(name).map(|region| region.as_str().to_owned())
    };
    let mut others = BTreeSet::new();
    for folder in folders(target) {
        let found = bucket::folders(source, &target.bucket, &folder)?;
        others.extend(found.iter().filter_map(region));
    }
    // A region whose digests are all missing is known from its anchor, or from the trail.
    others.extend(known.iter().map(|region| (*region).to_owned()));
    others.extend(remembered.regions().map(str::to_owned));
    others.remove(home);
    Ok([home.to_owned()].into_iter().chain(others).collect())
}

/// The contents beside the regions' folders, in that of the log files and in that of the digests.
pub fn strays<S: Source>(source: &S, target: &Target) -> Result<Vec<Finding>, S::Error> {
    let mut strays = Vec::new();
    for folder in folders(target) {
        strays.extend(bucket::strays(source, &target.bucket, &folder)?);
    }
    let bucket = || target.bucket.clone();
    let extra = |key| Finding::Extra { what: Pretence::Nothing, bucket: bucket(), key };
    Ok(strays.into_iter().map(extra).collect())
}

/// The folders of all regions: of digests, and of log files.
fn folders(target: &Target) -> [String; 2] {
    let digests = target.request(&[]).series.folder();
    let digests = digests.strip_suffix(&format!("{}/", target.region)).unwrap_or(&digests);
    [digests.to_owned(), digests.replace("/CloudTrail-Digest/", "/CloudTrail/")]
}
