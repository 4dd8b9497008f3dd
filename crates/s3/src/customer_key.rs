//! SSE-C: the client brings the key with every request.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use gateway::Ctx;
use keys::SecretBytes;

use crate::access;
use crate::error::{S3Error, S3Result};
use crate::model::Bucket;
use crate::request::Request;

/// The beginning of the headers for the object that is written or read.
pub(crate) const TARGET: &str = "x-amz-server-side-encryption-customer";
/// The same for the source of a copy.
pub(crate) const SOURCE: &str = "x-amz-copy-source-server-side-encryption-customer";
const ALGORITHM: &str = "AES256";
const KEY_BYTES: usize = 32;
const SALT_BYTES: usize = 16;

/// A key that a client presented, proved against its MD5.
pub(crate) struct CustomerKey {
    pub(crate) key: SecretBytes,
    pub(crate) md5: String,
}

impl CustomerKey {
    /// What recognises the key later without keeping it.
    ///
    /// Source: S3 User Guide, "Using server-side encryption with customer-provided keys": S3
    /// stores a randomly salted HMAC of the key.
    pub(crate) fn fingerprint(&self, salt: &[u8]) -> Vec<u8> {
        [salt, &keys::hmac_sha256(salt, self.key.as_bytes())].concat()
    }
}

/// The key in a request's headers, if it has one. Observed: wording and order of the refusals.
pub(crate) fn presented(request: &Request, headers: &str) -> S3Result<Option<CustomerKey>> {
    let algorithm = request.header(&format!("{headers}-algorithm"));
    let key = request.header(&format!("{headers}-key"));
    let md5 = request.header(&format!("{headers}-key-md5"));
    if algorithm.is_none() && key.is_none() && md5.is_none() {
        return Ok(None);
    }
    // Observed: this name for every one of the headers.
    let bad = |message: &str| S3Error::named(message, "x-amz-server-side-encryption");
    if let Some(value) = algorithm.clone().filter(|own| own != ALGORITHM) {
        return Err(S3Error::InvalidEncryption { value }.into());
    }
    if algorithm.is_none() {
        return Err(bad(
            "Requests specifying Server Side Encryption with Customer provided keys must provide \
             a valid encryption algorithm.",
        )
        .into());
    }
    let Some(key) = key else {
        return Err(bad(
            "Requests specifying Server Side Encryption with Customer provided keys must provide \
             an appropriate secret key.",
        )
        .into());
    };
    let bytes = STANDARD.decode(&key).unwrap_or_default();
    // Observed: a key without its MD5 is refused like one that is too short.
    let Some(md5) = md5.filter(|_| bytes.len() == KEY_BYTES) else {
        return Err(bad("The secret key was invalid for the specified algorithm.").into());
    };
    if STANDARD.encode(keys::md5(&bytes)) != md5 {
        return Err(bad(
            "The calculated MD5 hash of the key did not match the hash that was provided.",
        )
        .into());
    }
    Ok(Some(CustomerKey { key: SecretBytes::new(bytes), md5 }))
}

/// Refuses a customer's key together with another way to encrypt.
///
/// Observed: the wording. Assumed: S3 takes the header that names a KMS key for a contradiction, too.
pub(crate) fn refuse_second(request: &Request) -> S3Result<()> {
    let presents = ["algorithm", "key", "key-md5"]
        .iter()
        .any(|part| request.header(&format!("{TARGET}-{part}")).is_some());
    for name in ["x-amz-server-side-encryption", "x-amz-server-side-encryption-aws-kms-key-id"] {
        if let Some(value) = request.header(name).filter(|_| presents) {
            let message = "Server Side Encryption with Customer provided key is incompatible with \
                           the encryption method specified";
            return Err(S3Error::argument(message, name, value).into());
        }
    }
    Ok(())
}

/// The presented key, if it is the one that wrote the object.
pub(crate) fn recognised(
    request: &Request,
    headers: &str,
    fingerprint: &[u8],
) -> S3Result<SecretBytes> {
    // Observed: a reader that sends a key without its MD5 is treated as having the wrong key.
    let has = |part: &str| request.header(&format!("{headers}-{part}")).is_some();
    if has("key") && !has("key-md5") {
        return Err(wrong_key().into());
    }
    let Some(customer) = presented(request, headers)? else {
        return Err(S3Error::request(
            "The object was stored using a form of Server Side Encryption. The correct parameters \
             must be provided to retrieve the object.",
        )
        .into());
    };
    if fits(&customer, fingerprint) {
        return Ok(customer.key);
    }
    Err(wrong_key().into())
}

fn wrong_key() -> S3Error {
    S3Error::AccessDenied(
        "Requests specifying Server Side Encryption with Customer provided keys must provide the \
         correct secret key."
            .to_owned(),
    )
}

/// The presented key for a part, which must be the one that the upload was begun with.
///
/// Observed: the text about a part without the key, aws/aws-sdk-ruby, issue 1084; that about another
/// key in recorded answers.
pub(crate) fn of_part(request: &Request, fingerprint: &[u8]) -> S3Result<SecretBytes> {
    let Some(customer) = presented(request, TARGET)? else {
        return Err(S3Error::request(
            "The multipart upload initiate requested encryption. Subsequent part requests must \
             include the appropriate encryption parameters.",
        )
        .into());
    };
    if fits(&customer, fingerprint) {
        return Ok(customer.key);
    }
    let text = "The provided encryption parameters did not match the ones used originally.";
    Err(S3Error::request(text).into())
}

fn fits(customer: &CustomerKey, fingerprint: &[u8]) -> bool {
    let (salt, _) = fingerprint.split_at_checked(SALT_BYTES).unwrap_or_default();
    keys::equal_in_constant_time(&customer.fingerprint(salt), fingerprint)
}

/// Refuses a key for an object that needs none.
pub(crate) fn refuse(request: &Request, headers: &str) -> S3Result<()> {
    match presented(request, headers)? {
        None => Ok(()),
        Some(_) => {
            Err(S3Error::request("The encryption parameters are not applicable to this object.")
                .into())
        }
    }
}

/// Source: S3 User Guide, "Blocking or unblocking SSE-C".
pub(crate) fn blocked(ctx: &Ctx<'_>, bucket: &Bucket, key: &str) -> S3Error {
    let resource = access::object_arn(&bucket.name, key);
    S3Error::AccessDenied(format!(
        "User: {} is not authorized to perform: s3:PutObject on resource: \"{resource}\" because \
         this bucket has blocked upload requests that specify Server Side Encryption with Customer \
         provided keys (SSE-C). Please specify a different server-side encryption type",
        ctx.caller().principal.arn()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(key: &[u8], md5: &str) -> Request {
        Request::default()
            .with_header("x-amz-server-side-encryption-customer-algorithm", ALGORITHM)
            .with_header("x-amz-server-side-encryption-customer-key", &STANDARD.encode(key))
            .with_header("x-amz-server-side-encryption-customer-key-md5", md5)
    }

    #[test]
    fn a_presented_key_must_be_whole_and_match_its_md5() {
        let md5 = STANDARD.encode(keys::md5(&[7; 32]));
        assert!(presented(&request(&[7; 32], &md5), TARGET).unwrap().is_some());
        for (key, md5, want) in [
            (&[7_u8; 16][..], md5.as_str(), "invalid for the specified"),
            (&[7; 32], "AAAA", "did not match the hash"),
        ] {
            let error = presented(&request(key, md5), TARGET).err();
            assert!(format!("{error:?}").contains(want));
        }
        assert!(presented(&Request::default(), TARGET).unwrap().is_none());
    }

    #[test]
    fn only_the_writing_key_is_recognised() {
        let made = |byte: u8| {
            let md5 = STANDARD.encode(keys::md5(&[byte; 32]));
            request(&[byte; 32], &md5)
        };
        let print = presented(&made(1), TARGET).unwrap().unwrap().fingerprint(&[9; 16]);
        assert!(recognised(&made(1), TARGET, &print).is_ok());
        assert!(recognised(&made(2), TARGET, &print).is_err());
        assert!(recognised(&Request::default(), TARGET, &print).is_err());
    }
}
