//! Object Ownership.

use gateway::{Ctx, Spec};

use super::{Removable, Setting, Settings, only, reads, removes, writes};
use crate::bucket::canonical_id;
use crate::error::{S3Error, S3Result};
use crate::model::Ownership;
use crate::xml::{Element, Xml};

/// Source: S3 API Reference, "OwnershipControls".
#[derive(Debug)]
pub(crate) struct OwnershipControls;

const SUB: &[&str] = &["ownershipControls"];

impl Setting for OwnershipControls {
    const GET: Spec = reads("GetBucketOwnershipControls", SUB);
    const PUT: Spec = writes("PutBucketOwnershipControls", SUB);
    const ACTIONS: (&'static str, &'static str) =
        ("s3:GetBucketOwnershipControls", "s3:PutBucketOwnershipControls");
    const ROOT: &'static str = "OwnershipControls";

    fn show(settings: &Settings) -> S3Result<Xml> {
        let Some(ownership) = settings.0.ownership else {
            return Err(S3Error::NotSet {
                code: "OwnershipControlsNotFoundError",
                message: "The bucket ownership controls were not found",
                bucket: Some(settings.0.name.clone()),
            }
            .into());
        };
        let mut xml = Xml::result(Self::ROOT);
        xml.open("Rule").text("ObjectOwnership", ownership.as_str()).close();
        Ok(xml)
    }

    fn set(_: &mut Ctx<'_>, settings: &mut Settings, document: &Element) -> S3Result<()> {
        let rule = only(document, "Rule")?;
        let ownership = rule.text_of("ObjectOwnership").and_then(Ownership::parse);
        let ownership = ownership.ok_or(S3Error::MalformedXml)?;
        let owner_id = canonical_id(&settings.0.owner);
        if ownership == Ownership::BucketOwnerEnforced && !settings.0.acl.is_owners_only(&owner_id)
        {
            let text = "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced \
                        setting";
            return Err(S3Error::InvalidAclWithOwnership(text).into());
        }
        settings.0.ownership = Some(ownership);
        Ok(())
    }
}

impl Removable for OwnershipControls {
    const DELETE: Spec = removes("DeleteBucketOwnershipControls", SUB);
    const DELETE_ACTION: &'static str = "s3:PutBucketOwnershipControls";

    fn clear(settings: &mut Settings) {
        settings.0.ownership = None;
    }
}
