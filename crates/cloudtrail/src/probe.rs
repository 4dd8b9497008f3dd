//! What `CreateTrail` and `UpdateTrail` prove before they accept a destination.
//!
//! Source: CloudTrail User Guide, "Amazon S3 bucket policy for CloudTrail" and "Configure AWS KMS
//! key policies for CloudTrail". Observed: the service reads the bucket's ACL in the second of the
//! call; once a key is involved, the error is the same for bucket and key policy.

use bytes::Bytes;
use gateway::{Caller, Ctx, Failure, Refused};
use types::Region;

use crate::deliver::FileToPut;
use crate::model::Trail;
use crate::{PRINCIPAL, TrailError};

/// Proves that the service can read the bucket's ACL and write where the trail's files go.
///
/// The check leaves an empty object at `[prefix/]AWSLogs/ACCOUNT/`, as on AWS.
pub(crate) fn prove_delivery(ctx: &mut Ctx<'_>, trail: &Trail) -> Result<(), Failure<TrailError>> {
    if !types::is_bucket_name(&trail.bucket) {
        let message = format!("The bucket name {} is not valid.", trail.bucket);
        return Err(TrailError::InvalidS3BucketName(message).into());
    }
    let Some(region) = ctx.region_of::<s3::PutObject>(&trail.bucket)? else {
        // Observed: the wording.
        let message = format!("S3 bucket {} does not exist!", trail.bucket);
        return Err(TrailError::S3BucketDoesNotExist(message).into());
    };
    let probed = probe(ctx, trail, region);
    match probed {
        Ok(()) => Ok(()),
        Err(Refused::Internal(error)) => Err(error.into()),
        Err(Refused::Wire(error) | Refused::Denied(error)) => {
            let (name, reason) = (trail.arn(), error.message.as_deref().unwrap_or_default());
            tracing::info!(trail = %name, code = error.code, reason, "a trail was rejected");
            Err(complaint(trail, &error.code, error.message.as_deref()).into())
        }
    }
}

fn probe(ctx: &mut Ctx<'_>, trail: &Trail, region: Region) -> Result<(), Refused> {
    let service = Caller::service(PRINCIPAL, &trail.account, trail.arn().as_str());
    let acl = s3::Request::bucket(&trail.bucket);
    ctx.invoke_in::<s3::GetBucketAcl>(region.clone(), service.clone(), &acl)?;
    let prefix = trail.prefix.as_ref().map(|prefix| format!("{prefix}/")).unwrap_or_default();
    let file = FileToPut {
        bucket: &trail.bucket,
        object: format!("{prefix}AWSLogs/{}/", trail.account),
        body: Bytes::new(),
        metadata: Vec::new(),
        is_gzip: false,
    };
    ctx.invoke_in::<s3::PutObject>(region, service, &file.input(trail))?;
    Ok(())
}

/// Observed: the messages, and that an invalid bucket policy and an invalid key policy get the same
/// one.
fn complaint(trail: &Trail, code: &str, message: Option<&str>) -> TrailError {
    let bucket = &trail.bucket;
    let Some(key) = &trail.kms_key else {
        let message = format!("Incorrect S3 bucket policy is detected for bucket: {bucket}");
        return TrailError::InsufficientS3BucketPolicy(message);
    };
    match code.strip_prefix("KMS.") {
        Some("NotFoundException") => {
            TrailError::KmsKeyNotFound(message.unwrap_or_default().to_owned())
        }
        Some(_) => TrailError::Kms(message.unwrap_or_default().to_owned()),
        None => TrailError::InsufficientEncryptionPolicy(format!(
            "Insufficient permissions to access S3 bucket {bucket} or KMS key {key}."
        )),
    }
}
