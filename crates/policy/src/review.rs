//! Probable mistakes in a document that its grammar accepts.
//!
//! A condition on a key that no request has never holds, and a name in place of an ARN matches
//! nothing: AWS stores both without an error, and an Allow statement then allows nothing.

use crate::document::Document;
use crate::grammar::is_s3_key;
use crate::json::Json;

/// A probable mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// The statement's `Sid`, or its position counted from zero.
    pub statement: String,
    /// The element that it is about.
    pub kind: RemarkKind,
    /// The condition key, as written.
    pub key: String,
    /// The value, where one is meant.
    pub value: Option<String>,
}

/// The sorts of remarks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RemarkKind {
    /// No request carries a key of this name.
    UnknownConditionKey,
    /// The values of this key are ARNs, and this is none.
    ArnExpected,
}

/// The keys behind `aws:`, in lower case; those in `TAGGED` have a tag's name behind a slash.
///
/// Source: IAM User Guide, "AWS global condition context keys".
const GLOBAL: &[&str] = &[
    "assumedroot",
    "calledvia",
    "calledviafirst",
    "calledvialast",
    "chatbotsourcearn",
    "currenttime",
    "ec2instancesourceprivateipv4",
    "ec2instancesourcevpc",
    "epochtime",
    "federatedprovider",
    "multifactorauthage",
    "multifactorauthpresent",
    "principalaccount",
    "principalarn",
    "principalisawsservice",
    "principalorgid",
    "principalorgpaths",
    "principalservicename",
    "principalservicenameslist",
    "principaltype",
    "referer",
    "requestedregion",
    "resourceaccount",
    "resourceorgid",
    "resourceorgpaths",
    "securetransport",
    "signinsessionarn",
    "sourceaccount",
    "sourcearn",
    "sourceidentity",
    "sourceip",
    "sourceorgid",
    "sourceorgpaths",
    "sourcevpc",
    "sourcevpcarn",
    "sourcevpce",
    "tagkeys",
    "tokenissuetime",
    "useragent",
    "userid",
    "username",
    "viaawsservice",
    "vpceaccount",
    "vpceorgid",
    "vpceorgpaths",
    "vpcsourceip",
];
const TAGGED: &[&str] = &["principaltag", "requesttag", "resourcetag"];

/// The keys behind `kms:`, in lower case; `encryptioncontext` has a name behind a colon.
///
/// Source: Service Authorization Reference, "Condition keys for AWS Key Management Service".
const OF_KMS: &[&str] = &[
    "bypasspolicylockoutsafetycheck",
    "calleraccount",
    "customermasterkeyspec",
    "customermasterkeyusage",
    "datakeypairspec",
    "encryptionalgorithm",
    "encryptioncontextkeys",
    "expirationmodel",
    "grantconstrainttype",
    "granteeprincipal",
    "grantisforawsresource",
    "grantoperations",
    "keyagreementalgorithm",
    "keyorigin",
    "keyspec",
    "keyusage",
    "macalgorithm",
    "messagetype",
    "multiregion",
    "multiregionkeytype",
    "primaryregion",
    "reencryptonsamekey",
    "replicaregion",
    "requestalias",
    "resourcealiases",
    "retiringprincipal",
    "rotationperiodindays",
    "schedulekeydeletionpendingwindowindays",
    "signingalgorithm",
    "validto",
    "viaservice",
    "wrappingalgorithm",
    "wrappingkeyspec",
];

/// The keys whose values are ARNs, in lower case.
const WITH_ARNS: &[&str] = &[
    "aws:chatbotsourcearn",
    "aws:principalarn",
    "aws:signinsessionarn",
    "aws:sourcearn",
    "aws:sourcevpcarn",
    "iam:permissionsboundary",
    "iam:policyarn",
    "kms:encryptioncontext:aws:cloudtrail:arn",
    "kms:encryptioncontext:aws:s3:arn",
    "s3:dataaccesspointarn",
];

/// Reviews a document for probable mistakes; returns none for a document that cannot be parsed.
pub fn review(text: &str) -> Vec<Remark> {
    let json = Json::parse(text);
    let Some(Ok(document)) = json.as_ref().map(Document::read) else { return Vec::new() };
    let mut remarks = Vec::new();
    for (number, statement) in document.statements.iter().enumerate() {
        let name = statement.sid.map_or_else(|| number.to_string(), str::to_owned);
        for condition in &statement.conditions {
            let remark = |kind, value: Option<&str>| Remark {
                statement: name.clone(),
                kind,
                key: condition.key.to_owned(),
                value: value.map(str::to_owned),
            };
            let key = condition.key.to_ascii_lowercase();
            if !is_known(&key) {
                remarks.push(remark(RemarkKind::UnknownConditionKey, None));
            }
            // `Null` checks whether the key is present, and has no ARN.
            let asks_presence = condition.operator.to_ascii_lowercase().contains("null");
            if WITH_ARNS.contains(&key.as_str()) && !asks_presence {
                let names = condition.values.iter().filter(|value| !may_be_arn(value));
                remarks.extend(names.map(|value| remark(RemarkKind::ArnExpected, Some(value))));
            }
        }
    }
    remarks
}

/// Whether requests may carry a key, in lower case. Of other services' keys nothing is known, so
/// they may.
fn is_known(key: &str) -> bool {
    let Some((vendor, name)) = key.split_once(':') else { return false };
    let (stem, rest) = name.split_once('/').unwrap_or((name, ""));
    match vendor {
        "aws" if rest.is_empty() => GLOBAL.contains(&name),
        "aws" => TAGGED.contains(&stem),
        "kms" => {
            let context = name.strip_prefix("encryptioncontext:");
            let attested = name.strip_prefix("recipientattestation:");
            OF_KMS.contains(&name) || context.or(attested).is_some_and(|name| !name.is_empty())
        }
        "s3" => is_s3_key(key),
        _ => !name.is_empty(),
    }
}

/// An ARN, or a pattern or a variable that may become one.
fn may_be_arn(value: &str) -> bool {
    value.starts_with("arn:") || value.starts_with('*') || value.starts_with("${")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(condition: &str, want: &[(RemarkKind, &str, Option<&str>)]) {
        let text = format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":"*",
            "Action":"*","Resource":"*","Condition":{condition}}}]}}"#
        );
        let found = review(&text);
        let shown: Vec<_> =
            found.iter().map(|one| (one.kind, one.key.as_str(), one.value.as_deref())).collect();
        assert_eq!(shown, want, "{condition}");
        assert!(found.iter().all(|one| one.statement == "0"));
    }

    /// Misspelled keys and names in the place of ARNs are remarked upon, and nothing else.
    #[test]
    fn probable_mistakes_are_reported() {
        use RemarkKind::{ArnExpected, UnknownConditionKey};
        for fine in [
            r#"{"StringEquals":{"AWS:SourceArn":"arn:aws:cloudtrail:eu-west-1:111122223333:trail/a"}}"#,
            r#"{"ArnLike":{"aws:SourceArn":["*","${aws:PrincipalArn}","arn:aws:s3:::*"]}}"#,
            r#"{"Null":{"aws:SourceArn":"true"}}"#,
            r#"{"StringEquals":{"kms:EncryptionContext:team":"a","aws:PrincipalTag/team":"b"}}"#,
            r#"{"StringEquals":{"s3:x-amz-acl":"private","s3:ExistingObjectTag/a":"b"}}"#,
            r#"{"StringEquals":{"accounts.google.com:aud":"a","ec2:Region":"b"}}"#,
        ] {
            check(fine, &[]);
        }
        check(
            r#"{"StringEquals":{"aws:SourceArn":["audit","arn:aws:s3:::b"]}}"#,
            &[(ArnExpected, "aws:SourceArn", Some("audit"))],
        );
        check(
            r#"{"StringLike":{"kms:EncryptionContext:aws:cloudtrail:arn":"audit"}}"#,
            &[(ArnExpected, "kms:EncryptionContext:aws:cloudtrail:arn", Some("audit"))],
        );
        for key in ["aws:SourceARNs", "kms:ViaServices", "s3:x-amz-acls", "SourceArn", "aws:Tag/a"]
        {
            check(
                &format!(r#"{{"StringEquals":{{"{key}":"arn:aws:s3:::b"}}}}"#),
                &[(UnknownConditionKey, key, None)],
            );
        }
    }

    /// A text that is no policy has no remarks: its grammar refuses it.
    #[test]
    fn texts_that_are_no_policy_have_no_remarks() {
        for text in ["", "{", "[]", r#"{"Statement":1}"#] {
            assert_eq!(review(text), []);
        }
    }
}
