//! The file that keeps the newest digest of each region of one trail.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use trail::verify::Anchor;
use types::AccountId;

use crate::exit::Trouble;

/// Whose digests a file of anchors keeps.
#[derive(Debug, Clone, Copy)]
pub(super) struct Owner<'a> {
    pub(super) trail_arn: &'a str,
    pub(super) account: &'a AccountId,
    /// The trail's name.
    pub(super) trail: &'a str,
    pub(super) home_region: &'a str,
}

/// A file of anchors, read.
#[derive(Debug)]
pub(super) struct Anchors {
    path: PathBuf,
    is_there: bool,
    by_region: BTreeMap<String, Anchor>,
}

impl Anchors {
    /// Errors if the file is of another trail: it would be lost.
    pub(super) fn read(path: &Path, owner: Owner<'_>) -> Result<Self, Trouble> {
        let (path, is_there) = (path.to_owned(), path.exists());
        if !is_there {
            return Ok(Self { path, is_there, by_region: BTreeMap::new() });
        }
        let unusable = |cause: &dyn std::fmt::Display| {
            Trouble::usage(format_args!("`{}`: {cause}", path.display()))
        };
        let text = fs::read(&path).map_err(|error| unusable(&error))?;
        let by_region = parse(&text, owner).map_err(|cause| unusable(&cause))?;
        Ok(Self { path, is_there, by_region })
    }

    /// The regions of which it keeps a digest.
    pub(super) fn regions(&self) -> impl Iterator<Item = &str> {
        self.by_region.keys().map(String::as_str)
    }

    /// The digest that it keeps of a region.
    pub(super) fn of(&self, region: &str) -> Option<&Anchor> {
        self.by_region.get(region)
    }

    /// Puts a region's newest digest in the place of an older one.
    pub(super) fn advance(&mut self, region: &str, head: &Anchor) {
        let kept = self.by_region.get(region);
        if kept.is_none_or(|kept| kept.end <= head.end) {
            self.by_region.insert(region.to_owned(), head.clone());
        }
    }

    /// Replaces the file whole or not at all; tells whether there is one now.
    pub(super) fn write(&self, owner: Owner<'_>) -> Result<bool, Trouble> {
        if self.by_region.is_empty() {
            return Ok(self.is_there);
        }
        let mut aside = self.path.as_os_str().to_owned();
        aside.push(".new");
        let text = print(&self.by_region, owner);
        let written = fs::write(&aside, text).and_then(|()| fs::rename(&aside, &self.path));
        let cannot =
            |error| Trouble::unreachable(format_args!("`{}`: {error}", self.path.display()));
        written.map_err(cannot).map(|()| true)
    }
}

fn print(by_region: &BTreeMap<String, Anchor>, owner: Owner<'_>) -> String {
    let Owner { trail_arn, account, .. } = owner;
    let account = account.as_str();
    let file = json!({ "trailArn": trail_arn, "accountId": account, "regions": by_region });
    format!("{file}\n")
}

/// Errors with a text for people.
fn parse(text: &[u8], owner: Owner<'_>) -> Result<BTreeMap<String, Anchor>, String> {
    let mut file: Value = serde_json::from_slice(text).map_err(|error| error.to_string())?;
    let other = |whose: &str| {
        Err(format!("it keeps the digests of {whose}: use one file for each trail and account"))
    };
    let Some(regions) = file.get_mut("regions").map(Value::take) else {
        return parse_single(file, owner);
    };
    let text = |name: &str| file.get(name).and_then(Value::as_str).unwrap_or_default();
    if text("trailArn") != owner.trail_arn {
        return other(text("trailArn"));
    }
    if text("accountId") != owner.account.as_str() {
        return other(text("accountId"));
    }
    serde_json::from_value(regions).map_err(|error| error.to_string())
}

/// The first form of the file: one digest, which says by its name whose it is.
fn parse_single(file: Value, owner: Owner<'_>) -> Result<BTreeMap<String, Anchor>, String> {
    let anchor: Anchor = serde_json::from_value(file).map_err(|error| error.to_string())?;
    let Owner { account, trail, home_region, .. } = owner;
    let (_, place) = anchor.object.split_once("/CloudTrail-Digest/").unwrap_or_default();
    let (region, path) = place.split_once('/').unwrap_or_default();
    let name = path.rsplit('/').next().unwrap_or_default();
    let stem = format!("{account}_CloudTrail-Digest_{region}_{trail}_{home_region}_");
    if !name.starts_with(&stem) {
        return Err(format!("it keeps the digest `{}` of another trail", anchor.object));
    }
    Ok(BTreeMap::from([(region.to_owned(), anchor)]))
}

#[cfg(test)]
mod tests {
    use types::Timestamp;

    use super::*;

    const ARN: &str = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/audit";

    fn with_owner<T>(work: impl FnOnce(Owner<'_>) -> T) -> T {
        let account = AccountId::parse("111122223333").unwrap();
        work(Owner { trail_arn: ARN, account: &account, trail: "audit", home_region: "eu-west-1" })
    }

    fn anchor(object: &str, end: u64) -> Anchor {
        let (bucket, hash) = ("logs".to_owned(), "ab".to_owned());
        Anchor { bucket, object: object.to_owned(), hash, end: Timestamp::from_secs(end) }
    }

    /// A file keeps one digest of each region, and never goes back to an older one.
    #[test]
    fn a_file_keeps_the_newest_of_each_region() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("anchors.json");
        with_owner(|owner| {
            let mut anchors = Anchors::read(&path, owner).unwrap();
            assert!(!anchors.write(owner).unwrap() && !path.exists(), "there is nothing to keep");
            anchors.advance("eu-west-1", &anchor("b", 20));
            anchors.advance("us-east-1", &anchor("c", 10));
            assert!(anchors.write(owner).unwrap());
            let mut anchors = Anchors::read(&path, owner).unwrap();
            anchors.advance("eu-west-1", &anchor("a", 10));
            anchors.advance("us-east-1", &anchor("d", 20));
            anchors.write(owner).unwrap();
            let anchors = Anchors::read(&path, owner).unwrap();
            assert_eq!(anchors.regions().collect::<Vec<_>>(), ["eu-west-1", "us-east-1"]);
            assert_eq!(anchors.of("eu-west-1"), Some(&anchor("b", 20)));
            assert_eq!(anchors.of("us-east-1"), Some(&anchor("d", 20)));
        });
    }

    /// A file of another trail or account is refused and stays as it is.
    #[test]
    fn a_file_of_another_trail_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("anchors.json");
        for (arn, account) in [
            ("arn:aws:cloudtrail:eu-west-1:111122223333:trail/audit2", "111122223333"),
            (ARN, "111122224444"),
        ] {
            let text = json!({ "trailArn": arn, "accountId": account, "regions": {} }).to_string();
            fs::write(&path, &text).unwrap();
            let trouble = with_owner(|owner| Anchors::read(&path, owner)).unwrap_err();
            assert_eq!(trouble.exit, crate::exit::Exit::Usage);
            assert!(trouble.text.contains("anchors.json"), "{trouble}");
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
    }

    /// The first form of the file is read if its digest is this trail's.
    #[test]
    fn the_first_form_is_read() {
        let object = |trail: &str| {
            format!(
                "p/AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/01/02/\
                 111122223333_CloudTrail-Digest_us-east-1_{trail}_eu-west-1_20260102T000000Z.json.gz"
            )
        };
        let read = |object: &str| {
            let text = serde_json::to_vec(&anchor(object, 1)).unwrap();
            with_owner(|owner| parse(&text, owner))
        };
        let kept = read(&object("audit")).unwrap();
        assert_eq!(kept.get("us-east-1"), Some(&anchor(&object("audit"), 1)));
        for other in [object("audit2").as_str(), "x", ""] {
            assert!(read(other).is_err(), "{other}");
        }
        assert!(with_owner(|owner| parse(b"{}", owner)).is_err());
        assert!(with_owner(|owner| parse(b"?", owner)).is_err());
    }
}
