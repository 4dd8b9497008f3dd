//! What AWS refuses in these documents.

use crate::error::{S3Error, S3Result};
use crate::xml::Element;

/// Source: S3 API Reference, "InventoryConfiguration".
const INVENTORY_FIELDS: [&str; 15] = [
    "Size",
    "LastModifiedDate",
    "StorageClass",
    "ETag",
    "IsMultipartUploaded",
    "ReplicationStatus",
    "EncryptionStatus",
    "ObjectLockRetainUntilDate",
    "ObjectLockMode",
    "ObjectLockLegalHoldStatus",
    "IntelligentTieringAccessTier",
    "BucketKeyStatus",
    "ChecksumAlgorithm",
    "ObjectAccessControlList",
    "ObjectOwner",
];
/// Source: S3 API Reference, "Tiering".
const ARCHIVE_TIERS: [&str; 2] = ["ARCHIVE_ACCESS", "DEEP_ARCHIVE_ACCESS"];

fn one_of(element: Option<&Element>, name: &str, known: &[&str]) -> S3Result<()> {
    let text = element.and_then(|element| element.text_of(name));
    if text.is_some_and(|text| known.contains(&text)) {
        Ok(())
    } else {
        Err(S3Error::MalformedXml.into())
    }
}

/// Observed: wrong names are malformed; a destination that is not an ARN has a separate error.
pub(super) fn inventory(document: &Element) -> S3Result<()> {
    one_of(Some(document), "IsEnabled", &["true", "false"])?;
    one_of(Some(document), "IncludedObjectVersions", &["All", "Current"])?;
    one_of(document.child("Schedule"), "Frequency", &["Daily", "Weekly"])?;
    let fields = document.child("OptionalFields");
    let mut fields = fields.iter().flat_map(|list| list.children("Field"));
    if !fields.all(|field| INVENTORY_FIELDS.contains(&field.text.as_str())) {
        return Err(S3Error::MalformedXml.into());
    }
    let target = document.child("Destination").and_then(|own| own.child("S3BucketDestination"));
    one_of(target, "Format", &["CSV", "ORC", "Parquet"])?;
    let arn = target.and_then(|target| target.text_of("Bucket")).ok_or(S3Error::MalformedXml)?;
    if arn.strip_prefix("arn:aws:s3:::").is_none_or(str::is_empty) {
        return Err(S3Error::InvalidDestination.into());
    }
    Ok(())
}

/// Source: S3 API Reference, "AnalyticsConfiguration": the analysis is needed.
pub(super) fn analytics(document: &Element) -> S3Result<()> {
    let analysis = document.child("StorageClassAnalysis").ok_or(S3Error::MalformedXml)?;
    let Some(export) = analysis.child("DataExport") else { return Ok(()) };
    one_of(Some(export), "OutputSchemaVersion", &["V_1"])?;
    let target = export.child("Destination").and_then(|own| own.child("S3BucketDestination"));
    one_of(target, "Format", &["CSV"])
}

/// Source: S3 API Reference, "MetricsConfiguration": only the ID is required.
pub(super) fn metrics(document: &Element) -> S3Result<()> {
    document.text_of("Id").map(drop).ok_or_else(|| S3Error::MalformedXml.into())
}

/// Source: S3 API Reference, "IntelligentTieringConfiguration": status and tiers are needed.
pub(super) fn tiering(document: &Element) -> S3Result<()> {
    one_of(Some(document), "Status", &["Enabled", "Disabled"])?;
    if document.child("Tiering").is_none() {
        return Err(S3Error::MalformedXml.into());
    }
    document.children("Tiering").try_for_each(|tier| {
        one_of(Some(tier), "AccessTier", &ARCHIVE_TIERS)?;
        let days = tier.text_of("Days").and_then(|days| days.parse::<u32>().ok());
        days.map(drop).ok_or_else(|| S3Error::MalformedXml.into())
    })
}
