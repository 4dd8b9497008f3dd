use std::collections::BTreeMap;
use std::fmt;

use keys::hmac_sha256;
use zeroize::Zeroizing;

use super::{Signed, TERMINATOR};

/// The key that signs for one day, region and service; derived from the secret, and as secret.
#[derive(Clone)]
pub struct SigningKey(Zeroizing<[u8; 32]>);

impl SigningKey {
    /// Derives it: four HMACs.
    ///
    /// Source: AWS General Reference, "Create a signed AWS API request", step 4.
    pub fn derive(secret: &str, date: &str, region: &str, service: &str) -> Self {
        let mut first = Zeroizing::new(Vec::with_capacity(secret.len().saturating_add(4)));
        first.extend_from_slice(b"AWS4");
        first.extend_from_slice(secret.as_bytes());
        let mut key = Zeroizing::new(hmac_sha256(&first, date.as_bytes()));
        for part in [region, service, TERMINATOR] {
            key = Zeroizing::new(hmac_sha256(&*key, part.as_bytes()));
        }
        Self(key)
    }

    /// Derives the key that `signed` must have been signed with.
    pub fn for_signed(secret: &str, signed: &Signed) -> Self {
        Self::derive(secret, &signed.scope_date, &signed.region, &signed.service)
    }

    /// The signature of a string to sign, in lower-case hexadecimal.
    pub(crate) fn sign(&self, string_to_sign: &[u8]) -> String {
        types::hex(&hmac_sha256(&*self.0, string_to_sign))
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey")
    }
}

/// A bounded cache of signing keys by date, access key id, region and service.
///
/// `find` takes `&self`, so a caller can use a read-write lock. Access key IDs are never reused
/// with another secret, so the secret is not part of the cache key. When the cache is full, keys of
/// the oldest day are evicted first.
#[derive(Debug)]
pub struct SigningKeys {
    keys: BTreeMap<String, SigningKey>,
    keys_max: usize,
}

impl SigningKeys {
    /// An empty cache for at most `keys_max` keys.
    pub fn new(keys_max: usize) -> Self {
        Self { keys: BTreeMap::new(), keys_max }
    }

    /// The key for `signed`, if it was derived before.
    pub fn find(&self, signed: &Signed) -> Option<SigningKey> {
        self.keys.get(&name(signed)).cloned()
    }

    /// Caches the key of a verified signature.
    ///
    /// Only then: otherwise an unauthenticated client could fill the cache with invented scopes.
    pub fn remember(&mut self, signed: &Signed, key: SigningKey) {
        let name = name(signed);
        if self.keys_max == 0 {
            return;
        }
        while self.keys.len() >= self.keys_max && !self.keys.contains_key(&name) {
            self.keys.pop_first();
        }
        self.keys.insert(name, key);
    }

    /// The number of cached keys.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether the cache is empty.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }
}

/// No part can contain a `/`: [`super::presented`] split the credential there.
fn name(signed: &Signed) -> String {
    [&signed.scope_date, "/", &signed.access_key_id, "/", &signed.region, "/", &signed.service]
        .concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sigv4::{Form, Payload};
    use types::Timestamp;

    /// The derivation example of the AWS documentation.
    #[test]
    fn derives_the_documented_key() {
        let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
        let key = SigningKey::derive(secret, "20120215", "us-east-1", "iam");
        assert_eq!(
            types::hex(&*key.0),
            "f4780e2d9f65fa895f9c67b32ce1baf0b0d8a43505a000a1a9e090d414db404d"
        );
        assert_eq!(format!("{key:?}"), "SigningKey");
    }

    fn signed(date: &str, service: &str) -> Signed {
        Signed {
            access_key_id: "AKID".to_owned(),
            date: Timestamp::from_ms(0),
            scope_date: date.to_owned(),
            region: "us-east-1".to_owned(),
            service: service.to_owned(),
            signed_headers: Vec::new(),
            signature: String::new(),
            session_token: None,
            form: Form::Header,
            payload: Payload::Absent,
        }
    }

    /// It never grows past its bound, and yesterday's keys leave first.
    #[test]
    fn the_cache_is_bounded_and_evicts_the_oldest_day() {
        let mut cache = SigningKeys::new(2);
        let key = || SigningKey::derive("s", "d", "r", "s");
        for (date, service) in [("20260102", "s3"), ("20260101", "kms"), ("20260102", "kms")] {
            cache.remember(&signed(date, service), key());
        }
        assert_eq!(cache.len(), 2);
        assert!(cache.find(&signed("20260101", "kms")).is_none());
        assert!(cache.find(&signed("20260102", "kms")).is_some());
        assert!(cache.find(&signed("20260102", "iam")).is_none());
    }
}
