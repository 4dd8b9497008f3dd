//! One file into a bucket, as the service.

use bytes::Bytes;
use gateway::Operation;

use crate::model::Trail;

/// A file that is stored in a trail's bucket.
pub(crate) struct FileToPut<'a> {
    pub(crate) bucket: &'a str,
    pub(crate) object: String,
    pub(crate) body: Bytes,
    /// Without `x-amz-meta-`.
    pub(crate) metadata: Vec<(String, String)>,
    pub(crate) is_gzip: bool,
}

impl FileToPut<'_> {
    /// The call that stores it, with the headers that AWS sends.
    ///
    /// Source: CloudTrail User Guide, the bucket policy's condition on the ACL, and "Encrypting
    /// CloudTrail log files": the context names the trail, and without a key of its own a trail's
    /// files are encrypted by SSE-S3.
    pub(crate) fn input(self, trail: &Trail) -> <s3::PutObject as Operation>::Input {
        let gzip = |value: &str| self.is_gzip.then(|| value.to_owned());
        let context = trail
            .kms_key
            .as_ref()
            .map(|_| ("aws:cloudtrail:arn".to_owned(), trail.arn().to_string()));
        let algorithm = if trail.kms_key.is_some() { "aws:kms" } else { "AES256" };
        s3::PutObjectInput {
            content_type: gzip("application/json"),
            content_encoding: gzip("gzip"),
            bucket: self.bucket.to_owned(),
            key: self.object,
            body: Some(self.body),
            acl: Some("bucket-owner-full-control".to_owned()),
            sse: Some(algorithm.to_owned()),
            sse_kms_key_id: trail.kms_key.clone(),
            sse_context: context.into_iter().collect(),
            metadata: self.metadata.into_iter().collect(),
        }
        .into()
    }
}
