//! Object Lock of a bucket.

use gateway::{Ctx, Spec};

use super::{Setting, Settings, only, reads, writes};
use crate::error::{S3Error, S3Result};
use crate::model::{DefaultRetention, Mode, ObjectLock, Period, Versioning};
use crate::xml::{Element, Xml};

/// Source: S3 API Reference, "ObjectLockConfiguration".
#[derive(Debug)]
pub(crate) struct ObjectLockConfiguration;

const SUB: &[&str] = &["object-lock"];

impl Setting for ObjectLockConfiguration {
    const GET: Spec =
        reads("GetObjectLockConfiguration", SUB).event_name("GetBucketObjectLockConfiguration");
    const PUT: Spec =
        writes("PutObjectLockConfiguration", SUB).event_name("PutBucketObjectLockConfiguration");
    const ACTIONS: (&'static str, &'static str) =
        ("s3:GetBucketObjectLockConfiguration", "s3:PutBucketObjectLockConfiguration");
    const ROOT: &'static str = "ObjectLockConfiguration";
    const NEEDS_DIGEST: bool = true;

    fn show(settings: &Settings) -> S3Result<Xml> {
        let Some(lock) = &settings.0.object_lock else {
            return Err(S3Error::NotSet {
                code: "ObjectLockConfigurationNotFoundError",
                message: "Object Lock configuration does not exist for this bucket",
                bucket: Some(settings.0.name.clone()),
            }
            .into());
        };
        let mut xml = Xml::result(Self::ROOT);
        xml.text("ObjectLockEnabled", "Enabled");
        if let Some(default) = lock.default {
            xml.open("Rule").open("DefaultRetention").text("Mode", default.mode.name());
            match default.period {
                Period::Days(days) => xml.number("Days", days),
                Period::Years(years) => xml.number("Years", years),
            };
            xml.close().close();
        }
        Ok(xml)
    }

    fn set(_: &mut Ctx<'_>, settings: &mut Settings, document: &Element) -> S3Result<()> {
        let default = read(document)?;
        if settings.0.versioning != Versioning::Enabled {
            let text = "Versioning must be 'Enabled' on the bucket to apply a Object Lock \
                        configuration";
            return Err(S3Error::InvalidBucketState(text).into());
        }
        settings.0.object_lock = Some(ObjectLock { default });
        Ok(())
    }
}

/// Observed: every fault is malformed XML.
fn read(root: &Element) -> S3Result<Option<DefaultRetention>> {
    if root.text_of("ObjectLockEnabled") != Some("Enabled") {
        return Err(S3Error::MalformedXml.into());
    }
    if root.child("Rule").is_none() {
        return Ok(None);
    }
    let retention = only(only(root, "Rule")?, "DefaultRetention")?;
    let mode = retention.text_of("Mode").and_then(Mode::parse).ok_or(S3Error::MalformedXml)?;
    let number = |text: &str| text.parse::<u64>().map_err(|_| S3Error::MalformedXml);
    let period = match (retention.text_of("Days"), retention.text_of("Years")) {
        (Some(days), None) => Period::Days(number(days)?),
        (None, Some(years)) => Period::Years(number(years)?),
        _ => return Err(S3Error::MalformedXml.into()),
    };
    period.check()?;
    Ok(Some(DefaultRetention { mode, period }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(inner: &str, want: Result<Option<DefaultRetention>, ()>) {
        let body = format!("<ObjectLockConfiguration>{inner}</ObjectLockConfiguration>");
        let root = crate::xml::read(body.as_bytes(), "ObjectLockConfiguration").unwrap();
        assert_eq!(read(&root).map_err(|_| ()), want, "{inner}");
    }

    #[test]
    fn a_rule_has_a_mode_and_one_period() {
        let enabled = "<ObjectLockEnabled>Enabled</ObjectLockEnabled>";
        let rule = |inner: &str| {
            format!("{enabled}<Rule><DefaultRetention>{inner}</DefaultRetention></Rule>")
        };
        check(enabled, Ok(None));
        let days = DefaultRetention { mode: Mode::Governance, period: Period::Days(3) };
        check(&rule("<Mode>GOVERNANCE</Mode><Days>3</Days>"), Ok(Some(days)));
        check(&rule("<Mode>GOVERNANCE</Mode><Days>3</Days><Years>1</Years>"), Err(()));
        check(&rule("<Mode>GOVERNANCE</Mode>"), Err(()));
        check(&rule("<Mode>BAD</Mode><Days>3</Days>"), Err(()));
        check(&rule("<Mode>GOVERNANCE</Mode><Days>0</Days>"), Err(()));
        check(&format!("{enabled}<Rule/>"), Err(()));
        check("", Err(()));
    }
}
