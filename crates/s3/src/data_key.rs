//! The data keys that KMS generates and decrypts for the caller.

use std::collections::BTreeMap;
use std::sync::Arc;

use gateway::{Caller, Ctx, Failure, Refused};
use keys::SecretBytes;

use crate::bucket_key::{BucketKeys, Place};
use crate::error::{S3Error, S3Result};
use crate::model::Bucket;
use crate::principal::PRINCIPAL;

/// A data key with its sealed form.
#[derive(Debug)]
pub(crate) struct DataKey {
    pub(crate) plaintext: Arc<SecretBytes>,
    pub(crate) sealed: Vec<u8>,
    pub(crate) key_arn: String,
}

/// A new key for what is written into `bucket`: the bucket key, if it is enabled and the requester
/// has received one recently.
pub(crate) fn for_write(
    ctx: &mut Ctx<'_>,
    bucket: &Bucket,
    key_id: String,
    context: &BTreeMap<String, String>,
    bucket_key: bool,
) -> S3Result<Arc<DataKey>> {
    let place = || Place::new(ctx, bucket, key_id.as_bytes(), context);
    let Some(place) = bucket_key.then(place).flatten() else {
        return Ok(Arc::new(generate(ctx, bucket, key_id, context.clone())?));
    };
    let kept = ctx.cached::<BucketKeys<DataKey>>();
    if let Some(key) = kept.get(&place, ctx.now()) {
        return Ok(key);
    }
    let made = Arc::new(generate(ctx, bucket, key_id, context.clone())?);
    kept.keep(place, ctx.now(), &made);
    Ok(made)
}

/// Opens the key of what was written into `bucket`.
pub(crate) fn for_read(
    ctx: &mut Ctx<'_>,
    bucket: &Bucket,
    sealed: Vec<u8>,
    context: &BTreeMap<String, String>,
    bucket_key: bool,
) -> S3Result<Arc<SecretBytes>> {
    let place = || Place::new(ctx, bucket, &sealed, context);
    let Some(place) = bucket_key.then(place).flatten() else {
        return Ok(Arc::new(decrypt(ctx, bucket, sealed, context.clone())?));
    };
    let kept = ctx.cached::<BucketKeys<SecretBytes>>();
    if let Some(key) = kept.get(&place, ctx.now()) {
        return Ok(key);
    }
    let opened = Arc::new(decrypt(ctx, bucket, sealed, context.clone())?);
    kept.keep(place, ctx.now(), &opened);
    Ok(opened)
}

/// The caller of KMS: the caller through S3; a service that acts for itself stays itself.
fn asker(ctx: &Ctx<'_>) -> Caller {
    if ctx.caller().is_service() { ctx.caller().clone() } else { ctx.caller().forwarded(PRINCIPAL) }
}

fn generate(
    ctx: &mut Ctx<'_>,
    bucket: &Bucket,
    key_id: String,
    context: BTreeMap<String, String>,
) -> S3Result<DataKey> {
    let input = kms::GenerateDataKeyInput {
        key_id: Some(key_id),
        key_spec: Some("AES_256".to_owned()),
        encryption_context: context,
        ..Default::default()
    };
    let asker = asker(ctx);
    let made = ctx
        .invoke_in::<kms::GenerateDataKey>(bucket.region.clone(), asker, &input)
        .map_err(translated)?;
    Ok(DataKey {
        plaintext: Arc::new(made.plaintext.0),
        sealed: made.ciphertext_blob.0,
        key_arn: made.key_id,
    })
}

fn decrypt(
    ctx: &mut Ctx<'_>,
    bucket: &Bucket,
    sealed: Vec<u8>,
    context: BTreeMap<String, String>,
) -> S3Result<SecretBytes> {
    let input = kms::DecryptInput {
        ciphertext_blob: Some(sealed.into()),
        encryption_context: context,
        ..Default::default()
    };
    let asker = asker(ctx);
    let opened =
        ctx.invoke_in::<kms::Decrypt>(bucket.region.clone(), asker, &input).map_err(translated)?;
    Ok(opened.plaintext.0)
}

/// Observed: a denial by KMS is S3's own denial with KMS's message; other errors keep their code
/// after `KMS.`, and their message.
fn translated(refused: Refused) -> Failure<S3Error> {
    match refused {
        Refused::Denied(error) => S3Error::AccessDenied(error.message.unwrap_or_default()).into(),
        Refused::Wire(error) => {
            let (code, message) = (format!("KMS.{}", error.code), error.message);
            S3Error::Kms { code, message: message.unwrap_or_default() }.into()
        }
        Refused::Internal(fault) => fault.into(),
    }
}

#[cfg(test)]
mod tests {
    use gateway::{ApiError, WireError};

    use super::*;

    #[test]
    fn kms_errors_become_s3_errors() {
        for (code, want) in [
            ("AccessDeniedException", (403, "AccessDenied")),
            ("DisabledException", (400, "KMS.DisabledException")),
            ("NotFoundException", (400, "KMS.NotFoundException")),
            ("KMSInvalidStateException", (400, "KMS.KMSInvalidStateException")),
        ] {
            let error = WireError::new(400, code, "text");
            let is_denial = code == "AccessDeniedException";
            let failure =
                translated(if is_denial { Refused::Denied(error) } else { Refused::Wire(error) });
            let Failure::Api(error, _) = failure else { panic!("{failure:?}") };
            let wire = error.wire();
            assert_eq!((wire.status, wire.code.as_str()), want);
            assert_eq!(wire.message.as_deref(), Some("text"));
        }
    }
}
