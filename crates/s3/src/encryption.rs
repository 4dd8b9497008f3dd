//! Encryption at rest: which scheme a write uses, and the key that it needs.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use gateway::{Ctx, Fault};
use keys::{Domain, Keyring, SecretBytes, random_secret};
use policy::Principal;
use store::Tx;

use crate::data_key;
use crate::error::{S3Error, S3Result};
use crate::model::{Bucket, BucketEncryption, Envelope, Scheme};
use crate::request::Request;
use crate::{access, customer_key};

/// How a KMS key opens a data key that it sealed, without a caller: from the key's ARN, the sealed key
/// and its context. `None` if its material was destroyed. KMS provides it; `fsck` connects the two.
pub type OpenAtRest = fn(
    &Tx<'_>,
    &Keyring,
    &str,
    &[u8],
    &BTreeMap<String, String>,
) -> Result<Option<SecretBytes>, Fault>;

/// The managed key that `aws:kms` means where no key is named.
const MANAGED_KEY: &str = "alias/aws/s3";
const KEY_BYTES: usize = 32;

impl Scheme {
    /// Reads the name in headers and settings. SSE-C has none.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        [Self::S3, Self::Kms, Self::Dsse].into_iter().find(|own| own.name() == text)
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::S3 | Self::Customer => "AES256",
            Self::Kms => "aws:kms",
            Self::Dsse => "aws:kms:dsse",
        }
    }

    pub(crate) fn uses_kms(self) -> bool {
        matches!(self, Self::Kms | Self::Dsse)
    }
}

impl Default for BucketEncryption {
    fn default() -> Self {
        Self {
            scheme: Scheme::S3,
            key_id: None,
            bucket_key: false,
            blocks_customer_keys: true,
            chosen: false,
        }
    }
}

/// What a write asks for, after the bucket's default was taken into account.
#[derive(Debug, Clone, PartialEq, Eq)]
struct RequestedEncryption {
    scheme: Scheme,
    key_id: Option<String>,
    bucket_key: bool,
}

impl Envelope {
    /// Whether the ETag is the MD5 of the bytes.
    pub(crate) fn has_md5_etag(&self) -> bool {
        self.scheme == Scheme::S3
    }

    /// The headers that describe it.
    ///
    /// Observed: the key's full ARN in any case; the bucket key only when it is enabled.
    pub(crate) fn headers(&self) -> Vec<(String, String)> {
        let name = |suffix: &str| format!("x-amz-server-side-encryption{suffix}");
        if self.scheme == Scheme::Customer {
            let md5 = self.customer_key_md5.clone().unwrap_or_default();
            return vec![
                (name("-customer-algorithm"), "AES256".to_owned()),
                (name("-customer-key-MD5").to_lowercase(), md5),
            ];
        }
        let mut headers = vec![(name(""), self.scheme.name().to_owned())];
        if let Some(arn) = &self.key_arn {
            headers.push((name("-aws-kms-key-id"), arn.clone()));
        }
        if self.bucket_key {
            headers.push((name("-bucket-key-enabled"), "true".to_owned()));
        }
        headers
    }

    fn sealed_bytes(&self) -> Result<Vec<u8>, Fault> {
        let bytes = STANDARD.decode(&self.sealed);
        bytes.map_err(|cause| Fault::damaged("the sealed key of an object").because(cause))
    }

    /// The root key. For SSE-KMS that is a call of KMS by the caller.
    pub(crate) fn open(
        &self,
        ctx: &mut Ctx<'_>,
        request: &Request,
        bucket: &Bucket,
        key: &str,
        headers: &str,
    ) -> S3Result<Arc<SecretBytes>> {
        let sealed = self.sealed_bytes()?;
        match self.scheme {
            Scheme::S3 => {
                customer_key::refuse(request, headers)?;
                let aad = [bucket.name.as_bytes(), key.as_bytes()];
                let opened = ctx.keyring().open(Domain::S3Object, &aad, &sealed);
                Ok(opened.map(Arc::new)?)
            }
            Scheme::Kms | Scheme::Dsse => {
                customer_key::refuse(request, headers)?;
                demand_version_4(ctx)?;
                data_key::for_read(ctx, bucket, sealed, &self.context, self.bucket_key)
            }
            Scheme::Customer => customer_key::recognised(request, headers, &sealed).map(Arc::new),
        }
    }
}

impl Envelope {
    /// The root key for a part of an upload in parts.
    pub(crate) fn open_for_part(
        &self,
        ctx: &mut Ctx<'_>,
        request: &Request,
        bucket: &Bucket,
    ) -> S3Result<Arc<SecretBytes>> {
        if self.scheme == Scheme::Customer {
            let sealed = self.sealed_bytes()?;
            return customer_key::of_part(request, &sealed).map(Arc::new);
        }
        self.open(ctx, request, bucket, &request.key, customer_key::TARGET)
    }

    /// The root key, to check stored data; `None` if this server does not have it: under the
    /// client's own key, and under a destroyed KMS key.
    pub(crate) fn open_at_rest(
        &self,
        tx: &Tx<'_>,
        keyring: &Keyring,
        (bucket, key): (&str, &str),
        open_kms: OpenAtRest,
    ) -> Result<Option<SecretBytes>, Fault> {
        let sealed = self.sealed_bytes()?;
        match self.scheme {
            Scheme::S3 => {
                let aad = [bucket.as_bytes(), key.as_bytes()];
                let opened = keyring.open(Domain::S3Object, &aad, &sealed);
                Ok(opened.map(Some)?)
            }
            Scheme::Kms | Scheme::Dsse => {
                let arn = self.key_arn.as_deref().unwrap_or_default();
                open_kms(tx, keyring, arn, &sealed, &self.context)
            }
            Scheme::Customer => Ok(None),
        }
    }
}

/// Rejects what KMS would have to do for a caller who is not authenticated by Version 4.
///
/// Observed: the text and its elements under Version 2, also by the bucket's default; the code and the
/// text for callers without credentials. Assumed: S3 answers HEAD as it answers GET.
pub(crate) fn demand_version_4(ctx: &Ctx<'_>) -> S3Result<()> {
    if ctx.caller().principal != Principal::Anonymous && !ctx.call().has_signature_v2() {
        return Ok(());
    }
    Err(S3Error::argument(
        "Requests specifying Server Side Encryption with AWS KMS managed keys require AWS \
         Signature Version 4.",
        "Authorization",
        "null",
    )
    .into())
}

/// The envelope and the root key of a write to `key`.
pub(crate) fn begin(
    ctx: &mut Ctx<'_>,
    request: &Request,
    bucket: &Bucket,
    key: &str,
) -> S3Result<(Envelope, Arc<SecretBytes>)> {
    customer_key::refuse_second(request)?;
    if let Some(customer) = customer_key::presented(request, customer_key::TARGET)? {
        if bucket.encryption.blocks_customer_keys {
            return Err(customer_key::blocked(ctx, bucket, key).into());
        }
        let salt: [u8; 16] = ctx.entropy().bytes()?;
        let envelope = Envelope {
            sealed: STANDARD.encode(customer.fingerprint(&salt)),
            customer_key_md5: Some(customer.md5),
            ..Envelope::plain(Scheme::Customer)
        };
        return Ok((envelope, Arc::new(customer.key)));
    }
    let requested_encryption = requested_encryption(request, &bucket.encryption)?;
    if !requested_encryption.scheme.uses_kms() {
        let root = random_secret(ctx.entropy(), KEY_BYTES)?;
        let aad = [bucket.name.as_bytes(), key.as_bytes()];
        let sealed = ctx.keyring().seal(Domain::S3Object, &aad, root.as_bytes(), ctx.entropy());
        let sealed = STANDARD.encode(sealed?);
        return Ok((Envelope { sealed, ..Envelope::plain(Scheme::S3) }, Arc::new(root)));
    }
    demand_version_4(ctx)?;
    let context = context(request, bucket, key, requested_encryption.bucket_key)?;
    let key_id = requested_encryption.key_id.unwrap_or_else(|| MANAGED_KEY.to_owned());
    let made = data_key::for_write(ctx, bucket, key_id, &context, requested_encryption.bucket_key)?;
    let envelope = Envelope {
        sealed: STANDARD.encode(&made.sealed),
        key_arn: Some(made.key_arn.clone()),
        bucket_key: requested_encryption.bucket_key,
        context,
        ..Envelope::plain(requested_encryption.scheme)
    };
    Ok((envelope, Arc::clone(&made.plaintext)))
}

impl Envelope {
    fn plain(scheme: Scheme) -> Self {
        Self {
            scheme,
            sealed: String::new(),
            key_arn: None,
            bucket_key: false,
            context: BTreeMap::new(),
            customer_key_md5: None,
        }
    }
}

/// Source: S3 User Guide, "Specifying server-side encryption with AWS KMS": the request's headers
/// decide, then the bucket's default. S3 API Reference, "PutObject": `aws:kms` in a header without
/// a key selects the managed one, even if the default names another.
fn requested_encryption(
    request: &Request,
    default: &BucketEncryption,
) -> S3Result<RequestedEncryption> {
    let key_id = request.header("x-amz-server-side-encryption-aws-kms-key-id");
    let bucket_key = request
        .header("x-amz-server-side-encryption-bucket-key-enabled")
        .map_or(default.bucket_key, |value| value.eq_ignore_ascii_case("true"));
    let Some(name) = request.header("x-amz-server-side-encryption") else {
        if let Some(key_id) = key_id {
            return Err(S3Error::argument(
                "Server Side Encryption with AWS KMS managed key requires HTTP header \
                 x-amz-server-side-encryption : aws:kms",
                "x-amz-server-side-encryption-aws-kms-key-id",
                key_id,
            )
            .into());
        }
        let Some(scheme) = Some(default.scheme).filter(|scheme| scheme.uses_kms()) else {
            return Ok(RequestedEncryption { scheme: Scheme::S3, key_id: None, bucket_key: false });
        };
        let bucket_key = bucket_key && scheme == Scheme::Kms;
        return Ok(RequestedEncryption { scheme, key_id: default.key_id.clone(), bucket_key });
    };
    let Some(scheme) = Scheme::parse(&name) else {
        return Err(S3Error::InvalidEncryption { value: name }.into());
    };
    if !scheme.uses_kms() {
        if let Some(key_id) = key_id {
            return Err(S3Error::argument(
                "Server Side Encryption with AWS KMS managed key requires HTTP header \
                 x-amz-server-side-encryption : aws:kms",
                "x-amz-server-side-encryption-aws-kms-key-id",
                key_id,
            )
            .into());
        }
        return Ok(RequestedEncryption { scheme, key_id: None, bucket_key: false });
    }
    // Source: S3 User Guide, "Using dual-layer server-side encryption": no bucket keys.
    let bucket_key = bucket_key && scheme == Scheme::Kms;
    Ok(RequestedEncryption { scheme, key_id, bucket_key })
}

/// The encryption context: the caller's pairs and the ARN of the object, or of the bucket with a
/// bucket key.
fn context(
    request: &Request,
    bucket: &Bucket,
    key: &str,
    bucket_key: bool,
) -> S3Result<BTreeMap<String, String>> {
    let header = "x-amz-server-side-encryption-context";
    let mut context = match request.header(header) {
        None => BTreeMap::new(),
        Some(text) => STANDARD
            .decode(&text)
            .ok()
            .and_then(|json| serde_json::from_slice(&json).ok())
            .ok_or_else(|| {
                S3Error::argument("The header was not a base64-encoded JSON object.", header, text)
            })?,
    };
    let arn = if bucket_key {
        access::bucket_arn(&bucket.name)
    } else {
        access::object_arn(&bucket.name, key)
    };
    context.insert("aws:s3:arn".to_owned(), arn);
    Ok(context)
}

/// Rejects the header that chooses the encryption, for operations that choose none.
///
/// Observed: also on a list of keys, wording and elements.
pub(crate) fn refuse_choice(request: &Request) -> S3Result<()> {
    let name = "x-amz-server-side-encryption";
    match request.header(name) {
        None => Ok(()),
        Some(value) => {
            let message =
                "x-amz-server-side-encryption header is not supported for this operation.";
            Err(S3Error::argument(message, name, value).into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SSE: &str = "x-amz-server-side-encryption";
    const KEY_ID: &str = "x-amz-server-side-encryption-aws-kms-key-id";
    const BUCKET_KEY: &str = "x-amz-server-side-encryption-bucket-key-enabled";

    fn requested(
        headers: &[(&str, &str)],
        default: &BucketEncryption,
    ) -> Result<RequestedEncryption, String> {
        let request = headers.iter().fold(Request::default(), |r, (n, v)| r.with_header(n, v));
        requested_encryption(&request, default).map_err(|error| format!("{error:?}"))
    }

    fn kms(key: Option<&str>, bucket_key: bool) -> RequestedEncryption {
        RequestedEncryption { scheme: Scheme::Kms, key_id: key.map(str::to_owned), bucket_key }
    }

    #[test]
    fn headers_come_before_the_default_and_the_default_before_sse_s3() {
        let plain = BucketEncryption::default();
        let default = BucketEncryption {
            scheme: Scheme::Kms,
            key_id: Some("bucket's".into()),
            bucket_key: true,
            ..plain.clone()
        };
        let s3 = RequestedEncryption { scheme: Scheme::S3, key_id: None, bucket_key: false };
        assert_eq!(requested(&[], &plain), Ok(s3.clone()));
        assert_eq!(requested(&[(SSE, "aws:kms")], &plain), Ok(kms(None, false)));
        assert_eq!(requested(&[], &default), Ok(kms(Some("bucket's"), true)));
        assert_eq!(requested(&[(SSE, "aws:kms")], &default), Ok(kms(None, true)));
        assert_eq!(requested(&[(SSE, "AES256")], &default), Ok(s3));
        let own = [(SSE, "aws:kms"), (KEY_ID, "own"), (BUCKET_KEY, "false")];
        assert_eq!(requested(&own, &default), Ok(kms(Some("own"), false)));
        let dual = requested(&[(SSE, "aws:kms:dsse"), (BUCKET_KEY, "true")], &default).unwrap();
        assert_eq!((dual.scheme, dual.bucket_key), (Scheme::Dsse, false));
    }

    #[test]
    fn contradictions_are_refused() {
        let plain = BucketEncryption::default();
        assert!(requested(&[(SSE, "aes")], &plain).unwrap_err().contains("InvalidEncryption"));
        assert!(requested(&[(KEY_ID, "k")], &plain).is_err());
        assert!(requested(&[(SSE, "AES256"), (KEY_ID, "k")], &plain).is_err());
    }

    #[test]
    fn the_headers_name_the_key_and_the_bucket_key() {
        let envelope = Envelope {
            key_arn: Some("arn".into()),
            bucket_key: true,
            ..Envelope::plain(Scheme::Kms)
        };
        let names: Vec<_> = envelope.headers().into_iter().map(|(_, value)| value).collect();
        assert_eq!(names, ["aws:kms", "arn", "true"]);
        assert_eq!(Envelope::plain(Scheme::S3).headers(), [(SSE.to_owned(), "AES256".to_owned())]);
    }
}
