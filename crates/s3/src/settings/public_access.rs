//! Block Public Access of a bucket.

use gateway::{Ctx, Spec};

use super::{Removable, Setting, Settings, reads, removes, truth, writes};
use crate::error::{S3Error, S3Result};
use crate::model::PublicAccess;
use crate::xml::{Element, Xml};

/// Source: S3 API Reference, "PublicAccessBlockConfiguration".
#[derive(Debug)]
pub(crate) struct PublicAccessBlock;

const SUB: &[&str] = &["publicAccessBlock"];

impl Setting for PublicAccessBlock {
    const GET: Spec = reads("GetPublicAccessBlock", SUB).event_name("GetBucketPublicAccessBlock");
    const PUT: Spec = writes("PutPublicAccessBlock", SUB).event_name("PutBucketPublicAccessBlock");
    const ACTIONS: (&'static str, &'static str) =
        ("s3:GetBucketPublicAccessBlock", "s3:PutBucketPublicAccessBlock");
    const ROOT: &'static str = "PublicAccessBlockConfiguration";

    fn show(settings: &Settings) -> S3Result<Xml> {
        let Some(block) = settings.0.public_access else {
            return Err(S3Error::NotSet {
                code: "NoSuchPublicAccessBlockConfiguration",
                message: "The public access block configuration was not found",
                bucket: Some(settings.0.name.clone()),
            }
            .into());
        };
        let mut xml = Xml::result(Self::ROOT);
        xml.number("BlockPublicAcls", block.block_acls);
        xml.number("IgnorePublicAcls", block.ignore_acls);
        xml.number("BlockPublicPolicy", block.block_policy);
        xml.number("RestrictPublicBuckets", block.restrict_buckets);
        Ok(xml)
    }

    /// Source: S3 API Reference: a switch that is left out is off.
    fn set(_: &mut Ctx<'_>, settings: &mut Settings, document: &Element) -> S3Result<()> {
        let switch =
            |name| Ok::<_, gateway::Failure<S3Error>>(truth(document, name)?.unwrap_or(false));
        settings.0.public_access = Some(PublicAccess {
            block_acls: switch("BlockPublicAcls")?,
            ignore_acls: switch("IgnorePublicAcls")?,
            block_policy: switch("BlockPublicPolicy")?,
            restrict_buckets: switch("RestrictPublicBuckets")?,
        });
        Ok(())
    }
}

impl Removable for PublicAccessBlock {
    const DELETE: Spec =
        removes("DeletePublicAccessBlock", SUB).event_name("DeleteBucketPublicAccessBlock");
    const DELETE_ACTION: &'static str = "s3:PutBucketPublicAccessBlock";

    fn clear(settings: &mut Settings) {
        settings.0.public_access = None;
    }
}
