//! The tags of a bucket.

use gateway::{Ctx, Spec};

use super::{Removable, Setting, Settings, reads, removes, writes};
use crate::error::{S3Error, S3Result};
use crate::tags::{self, Tagged};
use crate::xml::{Element, Xml};

/// Source: S3 API Reference, "Tagging".
#[derive(Debug)]
pub(crate) struct BucketTagging;

const SUB: &[&str] = &["tagging"];

impl Setting for BucketTagging {
    const GET: Spec = reads("GetBucketTagging", SUB);
    const PUT: Spec = writes("PutBucketTagging", SUB);
    const ACTIONS: (&'static str, &'static str) = ("s3:GetBucketTagging", "s3:PutBucketTagging");
    const ROOT: &'static str = "Tagging";
    const PUT_STATUS: u16 = 204;

    fn show(settings: &Settings) -> S3Result<Xml> {
        if settings.0.tags.is_empty() {
            return Err(S3Error::NotSet {
                code: "NoSuchTagSet",
                message: "The TagSet does not exist",
                bucket: Some(settings.0.name.clone()),
            }
            .into());
        }
        Ok(tags::document(&settings.0.tags))
    }

    fn set(_: &mut Ctx<'_>, settings: &mut Settings, document: &Element) -> S3Result<()> {
        settings.0.tags = tags::from_document(document, Tagged::Bucket)?;
        Ok(())
    }
}

impl Removable for BucketTagging {
    const DELETE: Spec = removes("DeleteBucketTagging", SUB);
    const DELETE_ACTION: &'static str = "s3:PutBucketTagging";

    fn clear(settings: &mut Settings) {
        settings.0.tags.clear();
    }
}
