//! The file that stores the newest digest of each region of one trail, and the public keys that
//! verify its digests: with it, a trail can be validated that no server has on record.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use inquiry::validate::PublicKeys;
use serde_json::{Value, json};
use trail::verify::Anchor;
use types::AccountId;

use crate::exit::Trouble;

/// Whose digests an anchor file stores.
#[derive(Debug, Clone, Copy)]
pub(super) struct Owner<'a> {
    pub(super) trail_arn: &'a str,
    pub(super) account: &'a AccountId,
    /// The trail's name.
    pub(super) trail: &'a str,
    pub(super) home_region: &'a str,
}

/// A parsed anchor file.
#[derive(Debug)]
pub(super) struct Anchors {
    path: PathBuf,
    is_there: bool,
    kept: Kept,
}

/// The contents of the file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Kept {
    by_region: BTreeMap<String, Anchor>,
    keys: PublicKeys,
}

/// The trail of the anchor file, if it is recorded.
pub(super) fn trail_arn(path: &Path) -> Option<String> {
    let file: Value = serde_json::from_slice(&fs::read(path).ok()?).ok()?;
    file.get("trailArn")?.as_str().map(str::to_owned)
}

impl Anchors {
    /// Errors if the file belongs to another trail, because that file would be overwritten.
    pub(super) fn read(path: &Path, owner: Owner<'_>) -> Result<Self, Trouble> {
        let (path, is_there) = (path.to_owned(), path.exists());
        if !is_there {
            return Ok(Self { path, is_there, kept: Kept::default() });
        }
        let unusable = |cause: &dyn std::fmt::Display| {
            Trouble::usage(format_args!("`{}`: {cause}", path.display()))
        };
        let text = fs::read(&path).map_err(|error| unusable(&error))?;
        let kept = parse(&text, owner).map_err(|cause| unusable(&cause))?;
        Ok(Self { path, is_there, kept })
    }

    /// The bucket and the prefix of the newest digest in it.
    pub(super) fn place(&self, owner: Owner<'_>) -> Option<(String, Option<String>)> {
        let newest = self.kept.by_region.values().max_by_key(|anchor| anchor.end)?;
        let folder = format!("AWSLogs/{}/CloudTrail-Digest/", owner.account);
        let (prefix, _) = newest.object.rsplit_once(&folder)?;
        let prefix = prefix.strip_suffix('/').map(str::to_owned);
        Some((newest.bucket.clone(), prefix))
    }

    /// The public keys in it.
    pub(super) fn keys(&self) -> &PublicKeys {
        &self.kept.keys
    }

    /// Adds public keys.
    pub(super) fn keep_keys(&mut self, keys: &PublicKeys) {
        let keys = keys.iter().map(|(fingerprint, der)| (fingerprint.clone(), der.clone()));
        self.kept.keys.extend(keys);
    }

    /// The regions with a digest.
    pub(super) fn regions(&self) -> impl Iterator<Item = &str> {
        self.kept.by_region.keys().map(String::as_str)
    }

    /// The digest of a region.
    pub(super) fn of(&self, region: &str) -> Option<&Anchor> {
        self.kept.by_region.get(region)
    }

    /// Replaces a region's digest with a newer one.
    pub(super) fn advance(&mut self, region: &str, head: &Anchor) {
        let kept = self.kept.by_region.get(region);
        if kept.is_none_or(|kept| kept.end <= head.end) {
            self.kept.by_region.insert(region.to_owned(), head.clone());
        }
    }

    /// Replaces the file atomically; returns whether it exists now.
    pub(super) fn write(&self, owner: Owner<'_>) -> Result<bool, Trouble> {
        if self.kept.by_region.is_empty() {
            return Ok(self.is_there);
        }
        let mut aside = self.path.as_os_str().to_owned();
        aside.push(".new");
        let text = print(&self.kept, owner);
        let written = fs::write(&aside, text).and_then(|()| fs::rename(&aside, &self.path));
        let cannot =
            |error| Trouble::unreachable(format_args!("`{}`: {error}", self.path.display()));
        written.map_err(cannot).map(|()| true)
    }
}

fn print(kept: &Kept, owner: Owner<'_>) -> String {
    let Owner { trail_arn, account, .. } = owner;
    let keys = kept.keys.iter().map(|(fingerprint, der)| (fingerprint, STANDARD.encode(der)));
    let file = json!({
        "trailArn": trail_arn,
        "accountId": account.as_str(),
        "regions": kept.by_region,
        "publicKeys": keys.collect::<BTreeMap<_, _>>(),
    });
    format!("{file}\n")
}

/// Errors are human-readable text.
fn parse(text: &[u8], owner: Owner<'_>) -> Result<Kept, String> {
    let mut file: Value = serde_json::from_slice(text).map_err(|error| error.to_string())?;
    let other = |whose: &str| {
        Err(format!("it contains the digests of {whose}: use one file for each trail and account"))
    };
    let Some(regions) = file.get_mut("regions").map(Value::take) else {
        let by_region = parse_single(file, owner)?;
        return Ok(Kept { by_region, ..Kept::default() });
    };
    let text = |name: &str| file.get(name).and_then(Value::as_str).unwrap_or_default();
    if text("trailArn") != owner.trail_arn {
        return other(text("trailArn"));
    }
    if text("accountId") != owner.account.as_str() {
        return other(text("accountId"));
    }
    let keys = file.get("publicKeys").and_then(Value::as_object).into_iter().flatten();
    let key = |(fingerprint, der): (&String, &Value)| {
        let der = STANDARD.decode(der.as_str()?).ok()?;
        Some((fingerprint.clone(), der))
    };
    let keys = keys.map(|pair| key(pair).ok_or("a public key in it is not base64"));
    let by_region = serde_json::from_value(regions).map_err(|error| error.to_string())?;
    Ok(Kept { by_region, keys: keys.collect::<Result<_, _>>()? })
}

/// The first format of the file: one digest, whose name identifies the trail.
fn parse_single(file: Value, owner: Owner<'_>) -> Result<BTreeMap<String, Anchor>, String> {
    let anchor: Anchor = serde_json::from_value(file).map_err(|error| error.to_string())?;
    let Owner { account, trail, home_region, .. } = owner;
    let (_, place) = anchor.object.split_once("/CloudTrail-Digest/").unwrap_or_default();
    let (region, path) = place.split_once('/').unwrap_or_default();
    let name = path.rsplit('/').next().unwrap_or_default();
    let stem = format!("{account}_CloudTrail-Digest_{region}_{trail}_{home_region}_");
    if !name.starts_with(&stem) {
        return Err(format!("it contains the digest `{}` of another trail", anchor.object));
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

    /// A file stores one digest per region, and never replaces it with an older one.
    #[test]
    fn a_file_stores_the_newest_of_each_region() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("anchors.json");
        with_owner(|owner| {
            let mut anchors = Anchors::read(&path, owner).unwrap();
            assert!(!anchors.write(owner).unwrap() && !path.exists(), "there is nothing to store");
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

    /// A file stores the location of its digests and the keys that verify them.
    #[test]
    fn a_file_stores_place_and_keys() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("anchors.json");
        let day = "AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/01/02/d.json.gz";
        assert_eq!(trail_arn(&path), None);
        with_owner(|owner| {
            let mut anchors = Anchors::read(&path, owner).unwrap();
            assert_eq!(anchors.place(owner), None);
            anchors.advance("eu-west-1", &anchor(day, 1));
            assert_eq!(anchors.place(owner), Some(("logs".to_owned(), None)));
            anchors.advance("us-east-1", &anchor(&format!("a/b/{day}"), 2));
            anchors.keep_keys(&BTreeMap::from([("f1".to_owned(), vec![1, 2])]));
            anchors.write(owner).unwrap();
            assert_eq!(trail_arn(&path).as_deref(), Some(ARN));
            let mut anchors = Anchors::read(&path, owner).unwrap();
            assert_eq!(anchors.place(owner), Some(("logs".to_owned(), Some("a/b".to_owned()))));
            assert_eq!(anchors.keys().get("f1"), Some(&vec![1, 2]));
            anchors.keep_keys(&BTreeMap::from([("f2".to_owned(), vec![3])]));
            anchors.write(owner).unwrap();
            assert_eq!(Anchors::read(&path, owner).unwrap().keys().len(), 2);
            let broken = fs::read_to_string(&path).unwrap().replace("AQI=", "%");
            fs::write(&path, broken).unwrap();
            assert!(Anchors::read(&path, owner).unwrap_err().text.contains("base64"));
        });
    }

    /// A file of another trail or account is rejected and left unchanged.
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

    /// The first format of the file is accepted if its digest belongs to this trail.
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
        assert_eq!(kept.by_region.get("us-east-1"), Some(&anchor(&object("audit"), 1)));
        for other in [object("audit2").as_str(), "x", ""] {
            assert!(read(other).is_err(), "{other}");
        }
        assert!(with_owner(|owner| parse(b"{}", owner)).is_err());
        assert!(with_owner(|owner| parse(b"?", owner)).is_err());
    }
}
