use std::io::BufReader;

use serde::{Deserialize, Serialize};
use types::{Timestamp, hex, hex_decode};

use super::members::{Member, Members};
use super::meter::{self, Meter};
use super::{Anchor, Evidence, NamedLog, Object, Reason, Request, SignatureCheck, Verdict};
use crate::digest::{SIGNATURE, SIGNATURE_ALGORITHM_NAME, signing_string};
use crate::gzip::{self, CHUNK_BYTES, GzipError, Hashed, Inflating};

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

/// What a digest records about the previous one.
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
    let (members, hash) = inflate(&bytes, evidence.meter)?;
    let (Some(signature), Some(_)) =
        (metadata.get(SIGNATURE), metadata.get(SIGNATURE_ALGORITHM_NAME))
    else {
        return Err(Reason::Signature.into());
    };
    let parts = Parts::of(members).ok_or(Reason::InvalidFormat)?;
    if parts.bucket != bucket || parts.object != key {
        return Err(Reason::Moved.into());
    }
    let text =
        signing_string(&parts.end_text, bucket, key, &hash, parts.previous_signature.as_deref());
    let raw = hex_decode(signature).unwrap_or_default();
    let fingerprint = || parts.fingerprint.clone();
    match (evidence.check)(&parts.fingerprint, text.as_bytes(), &raw) {
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

/// The members of a digest that are needed, and SHA-256 of its decompressed bytes, which are not
/// buffered.
fn inflate(gz: &[u8], meter: &Meter) -> Result<(Members, String), Verdict> {
    let bytes_max = meter.limits().digest_bytes;
    let mut hash = keys::Sha256::new();
    let mut plain = Inflating::new(gz, bytes_max, |chunk: &[u8]| hash.update(chunk));
    let members = Members::read(BufReader::with_capacity(CHUNK_BYTES, &mut plain));
    let (trouble, bytes) = plain.finish();
    meter.add(bytes);
    match (members, trouble) {
        (Ok(members), None) => Ok((members, hex(&hash.finish()))),
        (_, Some(GzipError::TooLarge)) => Err(meter::too_large(bytes_max)),
        (Err(_), None)
        | (_, Some(GzipError::Damaged | GzipError::Truncated | GzipError::TrailingBytes)) => {
            Err(Reason::InvalidFormat.into())
        }
    }
}

fn fetch(evidence: &Evidence<'_>, bucket: &str, key: &str) -> Result<Object, Verdict> {
    if let Some(refusal) = evidence.meter.refusal() {
        return Err(refusal);
    }
    let object = (evidence.get)(bucket, key).map_err(Verdict::Unreadable)?;
    let object = object.ok_or(Verdict::Invalid(Reason::NotFound))?;
    evidence.meter.add(object.bytes.len() as u64);
    Ok(object)
}

/// Whether the anchor's digest is still there, and the same.
pub(super) fn anchor_verdict(anchor: &Anchor, evidence: &Evidence<'_>) -> Verdict {
    let object = match fetch(evidence, &anchor.bucket, &anchor.object) {
        Ok(object) => object,
        Err(verdict) => return verdict,
    };
    let bytes_max = evidence.meter.limits().digest_bytes;
    let Hashed { hash, trouble, .. } = gzip::hash(&object.bytes, bytes_max);
    match trouble {
        None if equal_hashes(&anchor.hash, &hash) => Verdict::Valid,
        Some(GzipError::TooLarge) => meter::too_large(bytes_max),
        _ => Verdict::Invalid(Reason::Hash),
    }
}

/// The members a verifier needs, as they are written.
struct Parts {
    bucket: String,
    object: String,
    fingerprint: String,
    start: Timestamp,
    end: Timestamp,
    end_text: String,
    previous_signature: Option<String>,
    previous: Option<Previous>,
    log_files: Vec<NamedLog>,
}

impl Parts {
    fn of(mut members: Members) -> Option<Self> {
        let log_files = members.take_files()?;
        let text = |name: &str| members.text(name).map(str::to_owned);
        // The member must be there, but may be null.
        let previous_signature = match members.get("previousDigestSignature")? {
            Member::Null => None,
            Member::Text(text) => Some(text.clone()),
            Member::Files(_) | Member::Other => return None,
        };
        let previous = match members.get("previousDigestS3Bucket") {
            None | Some(Member::Null) => None,
            Some(_) => Some(Previous {
                bucket: text("previousDigestS3Bucket")?,
                object: text("previousDigestS3Object")?,
                hash: text("previousDigestHashValue"),
                signature: previous_signature.clone(),
            }),
        };
        let end_text = text("digestEndTime")?;
        Some(Self {
            bucket: text("digestS3Bucket")?,
            object: text("digestS3Object")?,
            fingerprint: text("digestPublicKeyFingerprint")?,
            start: Timestamp::parse_iso(members.text("digestStartTime")?)?,
            end: Timestamp::parse_iso(&end_text)?,
            end_text,
            previous_signature,
            previous,
            log_files,
        })
    }
}
