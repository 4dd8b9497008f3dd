//! Digest files: their contents, their names, and the text that is signed.
//!
//! Source: `CloudTrail` User Guide, "CloudTrail digest file structure" and "Custom
//! implementations of CloudTrail log file integrity validation".

use std::error::Error;
use std::{fmt, io};

use types::{AccountId, Timestamp, hex};

use crate::gzip;
use crate::names::{self, TrailName};

mod schedule;
mod wire;

pub use schedule::{CATCH_UP_MAX, Chain, Period, Step, next_step};

/// The only signature algorithm: RSASSA-PKCS1-v1.5 over SHA-256.
pub const SIGNATURE_ALGORITHM: &str = "SHA256withRSA";
/// The only hash.
pub const HASH_ALGORITHM: &str = "SHA-256";
/// Metadata, behind `x-amz-meta-`: the signature in lower-case hexadecimal.
pub const SIGNATURE: &str = "signature";
/// Metadata: [`SIGNATURE_ALGORITHM`].
pub const SIGNATURE_ALGORITHM_NAME: &str = "signature-algorithm";
/// Metadata of a backfill digest: when it was created.
pub const BACKFILL_GENERATION: &str = "backfill-generation-timestamp";

/// The contents of a digest file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digest {
    /// The account whose events are in the files.
    pub account: AccountId,
    /// The end of the previous period.
    pub start: Timestamp,
    /// The end of the period, also in the object's name.
    pub end: Timestamp,
    /// Where this digest is delivered.
    pub bucket: String,
    /// Its key there.
    pub object: String,
    /// The public key that proves the signature.
    pub fingerprint: String,
    /// The digest before; `None` starts a chain.
    pub previous: Option<Link>,
    /// The log files delivered in the period.
    pub log_files: Vec<DigestedFile>,
}

/// A digest, as the next one refers to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Its bucket.
    pub bucket: String,
    /// Its key.
    pub object: String,
    /// SHA-256 of its plain bytes, in hexadecimal.
    pub hash: String,
    /// Its signature, in hexadecimal.
    pub signature: String,
}

/// A log file, as a digest names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DigestedFile {
    /// Its bucket.
    pub bucket: String,
    /// Its key.
    pub object: String,
    /// SHA-256 of its plain bytes, in hexadecimal.
    pub hash: String,
    /// The latest `eventTime` in it.
    pub newest: Option<Timestamp>,
    /// The earliest.
    pub oldest: Option<Timestamp>,
}

impl Digest {
    /// Whether it begins a chain: validation was enabled or logging started.
    pub fn is_starting(&self) -> bool {
        self.previous.is_none()
    }

    /// The latest event of all files.
    pub fn newest(&self) -> Option<Timestamp> {
        self.log_files.iter().filter_map(|file| file.newest).max()
    }

    /// The earliest event of all files.
    pub fn oldest(&self) -> Option<Timestamp> {
        self.log_files.iter().filter_map(|file| file.oldest).min()
    }

    /// One line of JSON with AWS's member order; absent values are `null`.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        wire::write(self)
    }

    /// Reads what [`Digest::to_json`] or AWS wrote.
    pub fn parse(json: &[u8]) -> Option<Self> {
        wire::read(json)
    }

    /// Serializes, hashes and signs. `sign` receives the signing string and returns the raw
    /// signature.
    pub fn seal<E: From<DigestError>>(
        &self,
        sign: impl FnOnce(&str) -> Result<Vec<u8>, E>,
    ) -> Result<Sealed, E> {
        let json = self.to_json().map_err(DigestError::Json)?;
        let hash = hex(&keys::sha256(json.as_bytes()));
        let previous = self.previous.as_ref().map(|link| link.signature.as_str());
        let text = signing_string(&self.end.iso(), &self.bucket, &self.object, &hash, previous);
        let signature = hex(&sign(&text)?);
        let link =
            Link { bucket: self.bucket.clone(), object: self.object.clone(), hash, signature };
        Ok(Sealed { gz: gzip::compress(json.as_bytes()).map_err(DigestError::Gzip)?, link })
    }
}

/// Why a digest cannot be written.
#[derive(Debug)]
pub enum DigestError {
    /// It cannot be serialized.
    Json(serde_json::Error),
    /// It cannot be compressed.
    Gzip(io::Error),
}

impl fmt::Display for DigestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Json(_) => "it cannot be serialized",
            Self::Gzip(_) => "it cannot be compressed",
        })
    }
}

impl Error for DigestError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Json(cause) => Some(cause),
            Self::Gzip(cause) => Some(cause),
        }
    }
}

/// A signed digest, ready to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// The object's bytes.
    pub gz: Vec<u8>,
    /// What the next digest records about it.
    pub link: Link,
}

impl Sealed {
    /// The object's user metadata, without `x-amz-meta-`.
    ///
    /// `backfill` is the time at which a backfill digest was created.
    pub fn metadata(&self, backfill: Option<Timestamp>) -> Vec<(&'static str, String)> {
        let mut metadata = vec![
            (SIGNATURE, self.link.signature.clone()),
            (SIGNATURE_ALGORITHM_NAME, SIGNATURE_ALGORITHM.to_owned()),
        ];
        metadata.extend(backfill.map(|made| (BACKFILL_GENERATION, made.iso_ms())));
        metadata
    }
}

/// The text whose SHA-256 is signed: four lines, no line feed at the end. `end` is the text in
/// the file; a chain's first digest has the word `null` for the previous signature.
///
/// Source: the `validate-logs` command of the AWS CLI, which checks exactly this.
pub fn signing_string(
    end: &str,
    bucket: &str,
    object: &str,
    plain_sha256_hex: &str,
    previous_signature: Option<&str>,
) -> String {
    let previous = previous_signature.unwrap_or("null");
    format!("{end}\n{bucket}/{object}\n{plain_sha256_hex}\n{previous}")
}

/// Whose digest it is: all of its key but the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Series<'a> {
    /// The trail's `S3KeyPrefix`.
    pub prefix: Option<&'a str>,
    /// The organization, for an organization trail.
    pub organization: Option<&'a str>,
    /// The account the events are of.
    pub account: &'a AccountId,
    /// The region the events are of.
    pub region: &'a str,
    /// The trail.
    pub trail: &'a TrailName,
    /// The trail's home region.
    pub home_region: &'a str,
}

/// The suffix after the time in a digest's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The digest of its hour.
    Regular,
    /// A later digest, of files that their hour's digest missed; these have a separate chain.
    Backfill,
}

impl Kind {
    fn suffix(self) -> &'static str {
        match self {
            Self::Regular => ".json.gz",
            Self::Backfill => "_backfill.json.gz",
        }
    }
}

impl Series<'_> {
    /// The folder of all digests of the account and region, of any trail; ends with a slash.
    pub fn folder(&self) -> String {
        let Self { prefix, organization, account, region, .. } = *self;
        let folder = names::account_folder(prefix, organization, account);
        format!("{folder}CloudTrail-Digest/{region}/")
    }

    /// The key of the digest of a period that ends at `end`. The time cannot be anywhere else in
    /// the name: `validate-logs` cuts it out by position.
    pub fn object_key(&self, end: Timestamp, kind: Kind) -> String {
        let (folder, days) = (self.folder(), names::date_folders(end));
        let (stem, time, suffix) = (self.stem(), end.basic(), kind.suffix());
        format!("{folder}{days}/{stem}{time}{suffix}")
    }

    /// The kind and the end of the digest at `key`, if it belongs to this series.
    pub fn parse_key(&self, key: &str) -> Option<(Kind, Timestamp)> {
        let rest = key.strip_prefix(&self.folder())?;
        let name = rest.splitn(4, '/').nth(3)?.strip_prefix(&self.stem())?;
        let (kind, time) = match name.strip_suffix(Kind::Backfill.suffix()) {
            Some(time) => (Kind::Backfill, time),
            None => (Kind::Regular, name.strip_suffix(Kind::Regular.suffix())?),
        };
        Some((kind, Timestamp::parse_basic(time)?))
    }

    fn stem(&self) -> String {
        let Self { account, region, trail, home_region, .. } = *self;
        format!("{account}_CloudTrail-Digest_{region}_{trail}_{home_region}_")
    }
}

#[cfg(test)]
mod tests;
