//! Default encryption.

use gateway::{Ctx, Spec};

use super::{Removable, Setting, Settings, only, reads, removes, truth, writes};
use crate::error::{S3Error, S3Result};
use crate::model::{BucketEncryption, Scheme};
use crate::xml::{Element, Xml};

/// Source: S3 API Reference, "ServerSideEncryptionConfiguration".
#[derive(Debug)]
pub(crate) struct Encryption;

const SUB: &[&str] = &["encryption"];
const CUSTOMER: &str = "SSE-C";
const NONE: &str = "NONE";

impl Setting for Encryption {
    const GET: Spec = reads("GetBucketEncryption", SUB);
    const PUT: Spec = writes("PutBucketEncryption", SUB);
    const ACTIONS: (&'static str, &'static str) =
        ("s3:GetEncryptionConfiguration", "s3:PutEncryptionConfiguration");
    const ROOT: &'static str = "ServerSideEncryptionConfiguration";

    fn show(settings: &Settings) -> S3Result<Xml> {
        Ok(document(&settings.0.encryption))
    }

    fn set(_: &mut Ctx<'_>, settings: &mut Settings, document: &Element) -> S3Result<()> {
        settings.0.encryption = read(document, settings.0.encryption.blocks_customer_keys)?;
        Ok(())
    }
}

impl Removable for Encryption {
    const DELETE: Spec = removes("DeleteBucketEncryption", SUB);
    const DELETE_ACTION: &'static str = "s3:PutEncryptionConfiguration";

    /// Observed: back to AES256. Assumed: S3 leaves the block of SSE-C in place.
    fn clear(settings: &mut Settings) {
        let blocks_customer_keys = settings.0.encryption.blocks_customer_keys;
        settings.0.encryption =
            BucketEncryption { blocks_customer_keys, ..BucketEncryption::default() };
    }
}

/// Observed: exactly one rule; a key without KMS is refused. The key itself is not checked. A document
/// without `BlockedEncryptionTypes` leaves the block as it is (hashicorp/terraform-provider-aws, issue
/// 47320).
fn read(root: &Element, blocked: bool) -> S3Result<BucketEncryption> {
    let rule = only(root, "Rule")?;
    let bucket_key = truth(rule, "BucketKeyEnabled")?.unwrap_or(false);
    let blocks_customer_keys = match rule.child("BlockedEncryptionTypes") {
        None => blocked,
        Some(list) => {
            let names: Vec<_> =
                list.children("EncryptionType").map(|kind| kind.text.as_str()).collect();
            match names.as_slice() {
                [CUSTOMER] => true,
                [NONE] => false,
                _ => return Err(S3Error::MalformedXml.into()),
            }
        }
    };
    let Some(default) = rule.child("ApplyServerSideEncryptionByDefault") else {
        if rule.children.is_empty() {
            return Err(S3Error::MalformedXml.into());
        }
        return Ok(BucketEncryption {
            bucket_key,
            blocks_customer_keys,
            chosen: true,
            ..BucketEncryption::default()
        });
    };
    let scheme = default.text_of("SSEAlgorithm").and_then(Scheme::parse);
    let scheme = scheme.ok_or(S3Error::MalformedXml)?;
    let key_id = default.text_of("KMSMasterKeyID").filter(|id| !id.is_empty());
    if scheme == Scheme::S3 && key_id.is_some() {
        return Err(S3Error::named(
            "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or \
             aws:kms:dsse",
            "ApplyServerSideEncryptionByDefault",
        )
        .into());
    }
    let key_id = key_id.map(str::to_owned);
    Ok(BucketEncryption { scheme, key_id, bucket_key, blocks_customer_keys, chosen: true })
}

fn document(default: &BucketEncryption) -> Xml {
    let mut xml = Xml::result(Encryption::ROOT);
    xml.open("Rule").open("ApplyServerSideEncryptionByDefault");
    xml.text("SSEAlgorithm", default.scheme.name());
    xml.some("KMSMasterKeyID", default.key_id.as_deref()).close();
    xml.number("BucketKeyEnabled", default.bucket_key);
    if default.blocks_customer_keys {
        xml.open("BlockedEncryptionTypes").text("EncryptionType", CUSTOMER).close();
    }
    xml
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::xml::read as read_xml;

    fn parse(inner: &str) -> Result<BucketEncryption, String> {
        let body = format!("<{0}>{inner}</{0}>", Encryption::ROOT);
        let root = read_xml(body.as_bytes(), Encryption::ROOT).unwrap();
        read(&root, true).map_err(|error| format!("{error:?}"))
    }

    fn rule(algorithm: &str, rest: &str) -> String {
        format!(
            "<Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>{algorithm}</SSEAlgorithm>\
             {rest}</ApplyServerSideEncryptionByDefault><BucketKeyEnabled>true</BucketKeyEnabled>\
             </Rule>"
        )
    }

    #[test]
    fn what_was_put_is_shown_again() {
        let kms = rule("aws:kms", "<KMSMasterKeyID>alias/k</KMSMasterKeyID>");
        let read = parse(&kms).unwrap();
        assert_eq!((read.scheme, read.bucket_key), (Scheme::Kms, true));
        let shown = document(&read).finish();
        assert!(shown.contains(
            "<Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>aws:kms</SSEAlgorithm>\
             <KMSMasterKeyID>alias/k</KMSMasterKeyID></ApplyServerSideEncryptionByDefault>\
             <BucketKeyEnabled>true</BucketKeyEnabled><BlockedEncryptionTypes>\
             <EncryptionType>SSE-C</EncryptionType></BlockedEncryptionTypes></Rule>"
        ));
        let root = read_xml(shown.as_bytes(), Encryption::ROOT).unwrap();
        assert_eq!(super::read(&root, false).unwrap(), read);
    }

    #[test]
    fn one_rule_that_fits_is_needed() {
        let aes = rule("AES256", "");
        assert!(parse(&aes).is_ok());
        assert!(parse("").unwrap_err().contains("MalformedXml"));
        assert!(parse(&format!("{aes}{aes}")).unwrap_err().contains("MalformedXml"));
        assert!(parse(&rule("rot13", "")).unwrap_err().contains("MalformedXml"));
        let key = rule("AES256", "<KMSMasterKeyID>k</KMSMasterKeyID>");
        assert!(parse(&key).unwrap_err().contains("is not applicable"));
        let open = "<Rule><BlockedEncryptionTypes><EncryptionType>NONE</EncryptionType>\
                    </BlockedEncryptionTypes></Rule>";
        assert!(!parse(open).unwrap().blocks_customer_keys);
    }
}
