use serde::{Deserialize, Serialize};
use serde_json::Value;
use types::{Timestamp, hex, hex_decode};

use super::{Anchor, Evidence, NamedLog, Object, Reason, Request, SignatureCheck, Verdict};
use crate::digest::{SIGNATURE, SIGNATURE_ALGORITHM_NAME, signing_string};
use crate::gzip;

/// The largest digest read, inflated: some 500 000 files in one hour.
const DIGEST_BYTES_MAX: u64 = 256_000_000;

/// A validly signed digest.
pub(super) struct Loaded {
    pub(super) start: Timestamp,
    pub(super) end: Timestamp,
    /// SHA-256 of its plain bytes.
    pub(super) hash: String,
    pub(super) signature: String,
    pub(super) previous: Option<Previous>,
    pub(super) log_files: Vec<NamedLog>,
}

/// What a digest says of the one before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Previous {
    pub(super) bucket: String,
    pub(super) object: String,
    hash: Option<String>,
    signature: Option<String>,
}

impl Previous {
    /// Whether the digest is the one meant, and the periods touch.
    pub(super) fn is(&self, digest: &Loaded, next_start: Timestamp) -> bool {
        let hash = self.hash.as_deref().is_some_and(|hash| equal_hashes(hash, &digest.hash));
        let signature = self.signature.as_deref();
        hash && signature.is_some_and(|text| text.eq_ignore_ascii_case(&digest.signature))
            && digest.end == next_start
    }
}

/// Hexadecimal, in any case. Observed: a digest of AWS's that lacks a leading zero.
pub(super) fn equal_hashes(stated: &str, computed: &str) -> bool {
    let trimmed = computed.strip_prefix('0').unwrap_or(computed);
    stated.eq_ignore_ascii_case(computed) || stated.eq_ignore_ascii_case(trimmed)
}

/// The digest, or the verdict on it; the checks are in the CLI's order.
pub(super) fn load(
    request: &Request<'_>,
    evidence: &Evidence<'_>,
    bucket: &str,
    key: &str,
) -> Result<Loaded, Verdict> {
    let Object { bytes, metadata } = fetch(evidence, bucket, key)?;
    let plain = gzip::decompress(&bytes, DIGEST_BYTES_MAX).map_err(|_| Reason::InvalidFormat)?;
    let json: Value = serde_json::from_slice(&plain).map_err(|_| Reason::InvalidFormat)?;
    let (Some(signature), Some(_)) =
        (metadata.get(SIGNATURE), metadata.get(SIGNATURE_ALGORITHM_NAME))
    else {
        return Err(Reason::Signature.into());
    };
    let parts = Parts::of(&json).ok_or(Reason::InvalidFormat)?;
    if parts.bucket != bucket || parts.object != key {
        return Err(Reason::Moved.into());
    }
    let hash = hex(&keys::sha256(&plain));
    let text = signing_string(parts.end_text, bucket, key, &hash, parts.previous_signature);
    let raw = hex_decode(signature).unwrap_or_default();
    let fingerprint = || parts.fingerprint.to_owned();
    match (evidence.check)(parts.fingerprint, text.as_bytes(), &raw) {
        SignatureCheck::Valid => {}
        SignatureCheck::Forged => return Err(Reason::Signature.into()),
        SignatureCheck::UnknownKey => {
            let region = request.series.home_region.to_owned();
            return Err(Reason::PublicKeyNotFound { region, fingerprint: fingerprint() }.into());
        }
        SignatureCheck::UnusableKey => {
            return Err(Reason::UnusableKey { fingerprint: fingerprint() }.into());
        }
    }
    let (start, end) = (parts.start, parts.end);
    let (previous, log_files) = (parts.previous, parts.log_files);
    Ok(Loaded { start, end, hash, signature: signature.clone(), previous, log_files })
}

pub(super) fn fetch(evidence: &Evidence<'_>, bucket: &str, key: &str) -> Result<Object, Verdict> {
    let object = (evidence.get)(bucket, key).map_err(Verdict::Unreadable)?;
    object.ok_or(Verdict::Invalid(Reason::NotFound))
}

/// Whether the anchor's digest is still there, and the same.
pub(super) fn anchor_verdict(anchor: &Anchor, evidence: &Evidence<'_>) -> Verdict {
    let object = match fetch(evidence, &anchor.bucket, &anchor.object) {
        Ok(object) => object,
        Err(verdict) => return verdict,
    };
    match gzip::hash(&object.bytes, DIGEST_BYTES_MAX) {
        (hash, None) if equal_hashes(&anchor.hash, &hash) => Verdict::Valid,
        _ => Verdict::Invalid(Reason::Hash),
    }
}

/// The members a verifier needs, as they are written.
struct Parts<'a> {
    bucket: &'a str,
    object: &'a str,
    fingerprint: &'a str,
    start: Timestamp,
    end: Timestamp,
    end_text: &'a str,
    previous_signature: Option<&'a str>,
    previous: Option<Previous>,
    log_files: Vec<NamedLog>,
}

impl<'a> Parts<'a> {
    fn of(json: &'a Value) -> Option<Self> {
        let text = |name: &str| json.get(name)?.as_str();
        let owned = |name: &str| text(name).map(str::to_owned);
        // The member must be there, but may be null.
        let signature = json.get("previousDigestSignature")?;
        if !signature.is_null() && !signature.is_string() {
            return None;
        }
        let previous_signature = signature.as_str();
        let bucket = json.get("previousDigestS3Bucket").filter(|bucket| !bucket.is_null());
        let previous = bucket.map(|bucket| {
            Some(Previous {
                bucket: bucket.as_str()?.to_owned(),
                object: owned("previousDigestS3Object")?,
                hash: owned("previousDigestHashValue"),
                signature: previous_signature.map(str::to_owned),
            })
        });
        let previous = match previous {
            None => None,
            Some(whole) => Some(whole?),
        };
        let named = |file: &Value| {
            let text = |name: &str| Some(file.get(name)?.as_str()?.to_owned());
            let (bucket, object) = (text("s3Bucket")?, text("s3Object")?);
            Some(NamedLog { bucket, object, hash: text("hashValue") })
        };
        let log_files = json.get("logFiles")?.as_array()?;
        let end_text = text("digestEndTime")?;
        Some(Self {
            bucket: text("digestS3Bucket")?,
            object: text("digestS3Object")?,
            fingerprint: text("digestPublicKeyFingerprint")?,
            start: Timestamp::parse_iso(text("digestStartTime")?)?,
            end: Timestamp::parse_iso(end_text)?,
            end_text,
            previous_signature,
            previous,
            log_files: log_files.iter().map(named).collect::<Option<Vec<_>>>()?,
        })
    }
}
