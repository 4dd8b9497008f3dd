use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use trail::verify::{
    Budget, Clocked, Entries, Evidence, Meter, NamedLog, Part, Progress, Report, Request,
    SignatureCheck, Span, find_extra,
};
use types::{DAY_MS, HOUR_MS, Timestamp};

use super::{Given, Question, Source, bucket};

/// How far beyond the end of the range keys are listed: the AWS CLI's two hours, and as long as a
/// digest may list files of the range.
const KEYS_BEYOND_MS: u64 = 31 * DAY_MS + 2 * HOUR_MS;

/// Public keys in DER, by fingerprint; one that is not base64 stays as an unusable key.
pub type PublicKeys = BTreeMap<String, Vec<u8>>;

/// Verifies everything with the data of a source; also returns the keys that verified digests.
pub(super) fn verify<S: Source>(
    source: &S,
    request: &Request<'_>,
    given: Given<'_>,
) -> Result<(Report, PublicKeys), S::Error> {
    let keys = public_keys(source, request, given.keys)?;
    let clock = given.digest_interval_ms.map(|ms| (source.now(), ms));
    with_evidence(source, &keys, |evidence, entries| {
        let mut report = trail::verify::verify(request, evidence)?;
        if let Some((now, digest_interval_ms)) = clock {
            let clocked = Clocked { now, digest_interval_ms };
            find_extra(request, evidence, entries, clocked, &mut report)?;
        }
        Ok(report)
    })
}

/// Verifies one part.
pub(super) fn verify_part<S: Source>(
    source: &S,
    request: &Request<'_>,
    digest_interval_ms: u64,
    from: Option<Progress>,
    budget: Budget,
) -> Result<Part, S::Error> {
    let keys = public_keys(source, request, &PublicKeys::new())?;
    let clocked = Clocked { now: source.now(), digest_interval_ms };
    let verified = with_evidence(source, &keys, |evidence, entries| {
        trail::verify::verify_part(request, evidence, entries, clocked, from, budget)
    });
    verified.map(|(part, _)| part)
}

/// Runs `work` with the source; also returns the keys that verified digests.
fn with_evidence<S: Source, T>(
    source: &S,
    keys: &PublicKeys,
    work: impl FnOnce(&Evidence<'_>, &Entries<'_>) -> Result<T, String>,
) -> Result<(T, PublicKeys), S::Error> {
    let used = RefCell::new(PublicKeys::new());
    let latest_error = RefCell::new(None);
    let entries = |span: &Span<'_>| {
        bucket::entries(source, span).map_err(|error| {
            let text = error.to_string();
            *latest_error.borrow_mut() = Some(error);
            text
        })
    };
    let list = |bucket: &str, prefix: &str, after: &str| {
        let found = entries(&Span { bucket, prefix, after, until: None })?;
        Ok(found.into_iter().map(|entry| entry.key).collect())
    };
    let get =
        |bucket: &str, key: &str| source.object(bucket, key).map_err(|error| error.to_string());
    let check = |fingerprint: &str, text: &[u8], signature: &[u8]| match keys.get(fingerprint) {
        None => SignatureCheck::UnknownKey,
        Some(der) if !is_pkcs1(der) => SignatureCheck::UnusableKey,
        Some(der) if keys::rsa::verify_pkcs1_sha256(der, text, signature) => {
            used.borrow_mut().entry(fingerprint.to_owned()).or_insert_with(|| der.clone());
            SignatureCheck::Valid
        }
        Some(_) => SignatureCheck::Forged,
    };
    let meter = Meter::new(S::LIMITS);
    let judge = |logs: &[NamedLog]| source.judge(logs, &meter);
    let evidence =
        Evidence { list: &list, get: &get, check: &check, judge: Some(&judge), meter: &meter };
    match work(&evidence, &entries) {
        Ok(done) => Ok((done, used.into_inner())),
        Err(text) => Err(latest_error.into_inner().unwrap_or_else(|| S::unusable(text))),
    }
}

/// The keys that the server lists, and the stored ones: those take precedence, because the server
/// itself may be in doubt.
fn public_keys<S: Source>(
    source: &S,
    request: &Request<'_>,
    kept: &PublicKeys,
) -> Result<PublicKeys, S::Error> {
    let mut keys = match listed_keys(source, request) {
        Ok(keys) => keys,
        Err(error) if kept.is_empty() => return Err(error),
        Err(error) => {
            source.complain(&format!("ListPublicKeys: {error}; the anchor's keys are used"));
            PublicKeys::new()
        }
    };
    keys.extend(kept.iter().map(|(fingerprint, der)| (fingerprint.clone(), der.clone())));
    Ok(keys)
}

/// Listed in the region whose digests they verify.
fn listed_keys<S: Source>(source: &S, request: &Request<'_>) -> Result<PublicKeys, S::Error> {
    let mut keys = PublicKeys::new();
    let end = request.end.plus_ms(KEYS_BEYOND_MS);
    let (from, to) = (request.start.as_secs_f64(), end.as_secs_f64());
    let mut input = json!({ "StartTime": from, "EndTime": to });
    let mut seen = BTreeSet::new();
    loop {
        let answer = source.call(Question::ListPublicKeys, request.series.region, &input)?;
        for key in answer.get("PublicKeyList").and_then(Value::as_array).into_iter().flatten() {
            let unusable = || S::unusable(format!("ListPublicKeys: `{key}` is no public key"));
            let (fingerprint, der) = public_key(key).ok_or_else(unusable)?;
            keys.insert(fingerprint, der);
        }
        let token = answer.get("NextToken").and_then(Value::as_str).filter(|text| !text.is_empty());
        match token {
            Some(token) if seen.insert(token.to_owned()) => {
                input = json!({ "StartTime": from, "EndTime": to, "NextToken": token });
            }
            Some(_) | None => return Ok(keys),
        }
    }
}

/// The fingerprint of a listed key, and the key.
fn public_key(listed: &Value) -> Option<(String, Vec<u8>)> {
    let text = |name: &str| listed.get(name).and_then(Value::as_str);
    Some((text("Fingerprint")?.to_owned(), STANDARD.decode(text("Value")?).ok()?))
}

/// Whether it begins as an `RSAPublicKey`: a sequence whose first member is a number.
fn is_pkcs1(der: &[u8]) -> bool {
    matches!(der, [0x30, 0x82, _, _, 0x02, ..] | [0x30, 0x81, _, 0x02, ..])
}

/// A time in JSON, in seconds.
pub(super) fn seconds(answer: &Value, name: &str) -> Option<Timestamp> {
    answer.get(name).and_then(Value::as_f64).map(Timestamp::from_secs_f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A damaged key is not taken for an empty one, whose digests would all count as forged.
    #[test]
    fn a_listed_key_is_whole_or_none() {
        let key = |value| public_key(&json!({"Fingerprint": "f", "Value": value}));
        assert_eq!(key("MIIB"), Some(("f".to_owned(), vec![0x30, 0x82, 0x01])));
        assert_eq!(key("MII"), None);
        assert_eq!(public_key(&json!({"Value": "MIIB"})), None);
        assert_eq!(public_key(&json!({"Fingerprint": "f"})), None);
    }

    /// The two forms of a public key that CloudTrail has shown are distinguished.
    #[test]
    fn pkcs1_is_distinguished_from_spki() {
        assert!(is_pkcs1(&[0x30, 0x82, 1, 10, 0x02, 0x82]));
        assert!(is_pkcs1(&[0x30, 0x81, 0x89, 0x02, 0x81]));
        assert!(!is_pkcs1(&[0x30, 0x82, 1, 34, 0x30, 0x0d]));
        assert!(!is_pkcs1(&[]));
    }
}
