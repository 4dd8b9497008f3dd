//! SSE-KMS: bodies under data keys, which KMS generates and decrypts for senders and receivers.
//!
//! Bodies of other queues are sealed like all rows, by the store.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use gateway::{Caller, Ctx, Failure, Fault, Refused};
use keys::SecretBytes;
use keys::blob::{self, BlobHeader};
use types::{SECOND_MS, Timestamp};

use crate::attributes::reuse_seconds;
use crate::error::{Fail, SqsError};
use crate::message::{Body, body_md5};
use crate::model::Queue;

/// The name under which SQS uses a caller's credentials.
const VIA: &str = "sqs.amazonaws.com";
/// The name of a queue's ARN in the encryption context.
///
/// Assumed: SQS uses this name.
const CONTEXT: &str = "aws:sqs:arn";
/// The maximum number of cached data keys; beyond it the cache starts over.
const KEYS_MAX: usize = 4_096;
/// A sealed body names no key: the data key is beside it.
const BODY: BlobHeader = BlobHeader { key_id: [0; 16], multi_region: false, material_id: [0; 32] };

/// Data keys that callers have recently got from KMS, by caller, queue and key.
#[derive(Debug, Default)]
struct DataKeys(Mutex<BTreeMap<Place, (Timestamp, Arc<DataKey>)>>);

/// Who got a data key, for which queue, and what KMS was asked for.
type Place = (String, String, String);

#[derive(Debug)]
struct DataKey {
    plaintext: SecretBytes,
    /// Under the key of KMS, in Base64.
    sealed: String,
}

impl DataKeys {
    fn get(&self, place: &Place, now: Timestamp) -> Option<Arc<DataKey>> {
        let keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (until, key) = keys.get(place)?;
        (now < *until).then(|| Arc::clone(key))
    }

    fn keep(&self, place: Place, until: Timestamp, key: &Arc<DataKey>) {
        let mut keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if keys.len() >= KEYS_MAX {
            keys.clear();
        }
        keys.insert(place, (until, Arc::clone(key)));
    }
}

/// A body as it is stored in the queue.
///
/// Source: SQS Developer Guide, "Encryption at rest": a data key is used again for the reuse period,
/// and only for the same caller.
pub(crate) fn seal(ctx: &mut Ctx<'_>, queue: &Queue, body: &str) -> Result<Body, Fail> {
    let Some(key_id) = &queue.kms_master_key_id else { return Ok(Body::Plain(body.to_owned())) };
    let context = queue.arn().to_string();
    let place = (principal(ctx), context.clone(), key_id.clone());
    let kept = ctx.cached::<DataKeys>();
    let key = if let Some(key) = kept.get(&place, ctx.now()) {
        key
    } else {
        let made = Arc::new(generate(ctx, key_id, &context)?);
        kept.keep(place, reusable_until(ctx, queue), &made);
        made
    };
    let sealed =
        blob::encrypt(&key.plaintext, BODY, &pairs(&context), body.as_bytes(), ctx.entropy())?;
    Ok(Body::Sealed {
        data: STANDARD.encode(sealed),
        key: key.sealed.clone(),
        context,
        md5: body_md5(body),
    })
}

/// The text of a stored body.
pub(crate) fn open(ctx: &mut Ctx<'_>, queue: &Queue, body: &Body) -> Result<String, Fail> {
    let Body::Sealed { data, key: sealed_key, context, .. } = body else {
        let Body::Plain(text) = body else { return Ok(String::new()) };
        return Ok(text.clone());
    };
    let place = (principal(ctx), queue.arn().to_string(), sealed_key.clone());
    let kept = ctx.cached::<DataKeys>();
    let key = if let Some(key) = kept.get(&place, ctx.now()) {
        key
    } else {
        let plaintext = decrypt(ctx, sealed_key, context)?;
        let opened = Arc::new(DataKey { plaintext, sealed: sealed_key.clone() });
        kept.keep(place, reusable_until(ctx, queue), &opened);
        opened
    };
    let damaged = || Fault::damaged("the sealed body of a message");
    let sealed = STANDARD.decode(data).map_err(|cause| damaged().because(cause))?;
    let text = blob::decrypt(&key.plaintext, &sealed, &pairs(context))?;
    let text = std::str::from_utf8(text.as_bytes());
    Ok(text.map_err(|cause| damaged().because(cause))?.to_owned())
}

fn principal(ctx: &Ctx<'_>) -> String {
    ctx.caller().principal.arn().into_owned()
}

fn reusable_until(ctx: &Ctx<'_>, queue: &Queue) -> Timestamp {
    ctx.now().plus_ms(u64::from(reuse_seconds(queue)).saturating_mul(SECOND_MS))
}

/// The caller of KMS: the caller through SQS; a service that acts for itself stays itself.
fn asker(ctx: &Ctx<'_>) -> Caller {
    if ctx.caller().is_service() { ctx.caller().clone() } else { ctx.caller().forwarded(VIA) }
}

fn pairs(arn: &str) -> BTreeMap<String, String> {
    BTreeMap::from([(CONTEXT.to_owned(), arn.to_owned())])
}

fn generate(ctx: &mut Ctx<'_>, key_id: &str, context: &str) -> Result<DataKey, Fail> {
    let input = kms::GenerateDataKeyInput {
        key_id: Some(key_id.to_owned()),
        key_spec: Some("AES_256".to_owned()),
        encryption_context: pairs(context),
        ..Default::default()
    };
    let asker = asker(ctx);
    let made = ctx.invoke::<kms::GenerateDataKey>(asker, &input).map_err(translated)?;
    Ok(DataKey { plaintext: made.plaintext.0, sealed: STANDARD.encode(&made.ciphertext_blob.0) })
}

fn decrypt(ctx: &mut Ctx<'_>, sealed: &str, context: &str) -> Result<SecretBytes, Fail> {
    let blob = STANDARD.decode(sealed);
    let blob = blob.map_err(|cause| Fault::damaged("a sealed data key").because(cause))?;
    let input = kms::DecryptInput {
        ciphertext_blob: Some(blob.into()),
        encryption_context: pairs(context),
        ..Default::default()
    };
    let asker = asker(ctx);
    let opened = ctx.invoke::<kms::Decrypt>(asker, &input).map_err(translated)?;
    Ok(opened.plaintext.0)
}

/// Source: the service model, the errors that begin with `Kms`.
fn translated(refused: Refused) -> Failure<SqsError> {
    let error = match refused {
        Refused::Internal(fault) => return fault.into(),
        Refused::Denied(error) => {
            return SqsError::KmsAccessDenied(error.message.unwrap_or_default()).into();
        }
        Refused::Wire(error) => error,
    };
    let text = error.message.unwrap_or_default();
    match error.code.as_str() {
        "DisabledException" => SqsError::KmsDisabled(text),
        "KMSInvalidStateException" => SqsError::KmsInvalidState(text),
        "InvalidKeyUsageException" => SqsError::KmsInvalidKeyUsage(text),
        "ThrottlingException" | "LimitExceededException" => SqsError::KmsThrottled(text),
        // Assumed: a name that is no key's is one of a key that does not exist.
        _ => SqsError::KmsNotFound(text),
    }
    .into()
}

#[cfg(test)]
mod tests {
    use gateway::{ApiError, WireError};

    use super::*;

    #[test]
    fn the_errors_of_kms_have_names_of_sqs() {
        for (code, want) in [
            ("DisabledException", "KMS.DisabledException"),
            ("NotFoundException", "KMS.NotFoundException"),
            ("KMSInvalidStateException", "KMS.InvalidStateException"),
            ("InvalidKeyUsageException", "KMS.InvalidKeyUsageException"),
            ("LimitExceededException", "KMS.ThrottlingException"),
        ] {
            let refused = Refused::Wire(WireError::new(400, code, "text"));
            let Failure::Api(error, _) = translated(refused) else { panic!("{code}") };
            assert_eq!((error.code(), error.text()), (want, "text"));
            assert_eq!(error.wire().status, 400);
        }
        let denied = Refused::Denied(WireError::new(400, "AccessDeniedException", "no"));
        let Failure::Api(error, _) = translated(denied) else { panic!("no error") };
        assert_eq!(error.code(), "KMS.AccessDeniedException");
    }
}
