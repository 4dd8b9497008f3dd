//! Versioning.

use gateway::{Ctx, Spec};

use super::{Setting, Settings, reads, writes};
use crate::error::{S3Error, S3Result};
use crate::model::Versioning;
use crate::xml::{Element, Xml};

/// Source: S3 API Reference, "VersioningConfiguration".
#[derive(Debug)]
pub(crate) struct BucketVersioning;

const SUB: &[&str] = &["versioning"];

impl Setting for BucketVersioning {
    const GET: Spec = reads("GetBucketVersioning", SUB);
    const PUT: Spec = writes("PutBucketVersioning", SUB);
    const ACTIONS: (&'static str, &'static str) =
        ("s3:GetBucketVersioning", "s3:PutBucketVersioning");
    const ROOT: &'static str = "VersioningConfiguration";

    fn show(settings: &Settings) -> S3Result<Xml> {
        let mut xml = Xml::result(Self::ROOT);
        match settings.0.versioning {
            Versioning::Unset => {}
            Versioning::Enabled => drop(xml.text("Status", "Enabled")),
            Versioning::Suspended => drop(xml.text("Status", "Suspended")),
        }
        Ok(xml)
    }

    fn set(_: &mut Ctx<'_>, settings: &mut Settings, document: &Element) -> S3Result<()> {
        if document.text_of("MfaDelete") == Some("Enabled") {
            return Err(S3Error::NotImplemented {
                header: "MfaDelete".to_owned(),
                additional: "MFA delete is not supported".to_owned(),
            }
            .into());
        }
        let versioning = match document.text_of("Status") {
            None => return Err(S3Error::IllegalVersioning.into()),
            Some("Enabled") => Versioning::Enabled,
            Some("Suspended") => Versioning::Suspended,
            Some(_) => return Err(S3Error::MalformedXml.into()),
        };
        if settings.0.object_lock.is_some() && versioning == Versioning::Suspended {
            let text = "An Object Lock configuration is present on this bucket, so the versioning \
                        state cannot be changed.";
            return Err(S3Error::InvalidBucketState(text).into());
        }
        settings.0.versioning = versioning;
        Ok(())
    }
}
