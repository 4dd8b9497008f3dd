//! `ReviewPolicy`: reports errors and probable mistakes in a policy before it is set.

use gateway::{Access, Ctx, Failure, Json, Plain, Spec};
use policy::{Grammar, Policy, RemarkKind, review};
use serde::{Deserialize, Serialize};
use types::AccountId;

use crate::SERVICE;
use crate::error::InquiryError;

/// The operation.
#[derive(Debug)]
pub(crate) struct ReviewPolicy;

/// The input.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct ReviewPolicyInput {
    /// `Bucket`, `Key`, `Trust`, `Managed` or `Inline`.
    kind: String,
    document: String,
    /// Of a bucket's policy: the bucket.
    #[serde(skip_serializing_if = "Option::is_none")]
    bucket: Option<String>,
}

/// The output.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ReviewPolicyOutput {
    findings: Vec<PolicyFinding>,
}

/// The fault.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
struct PolicyFinding {
    /// `MALFORMED`: the service would refuse the document. The others are warnings:
    /// `UNKNOWN_CONDITION_KEY`, `ARN_EXPECTED`, `NO_SUCH_PRINCIPAL`.
    code: &'static str,
    /// The statement's `Sid`, or its position counted from zero.
    #[serde(skip_serializing_if = "Option::is_none")]
    statement: Option<String>,
    /// The condition key.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    /// The value of the key, or the principal.
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<String>,
    /// The message that the service would return; empty if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
}

impl Plain for ReviewPolicy {
    const SPEC: Spec = Spec::reads(&SERVICE, "ReviewPolicy");
    type Input = ReviewPolicyInput;
    type Output = ReviewPolicyOutput;
    type Error = InquiryError;
    type Codec = Json;

    fn access(
        _: &mut Ctx<'_>,
        _: &ReviewPolicyInput,
    ) -> Result<Vec<Access>, Failure<InquiryError>> {
        Ok(vec![Access::by_identity("shoseki:ReviewPolicy", "*")])
    }

    fn run(
        ctx: &mut Ctx<'_>,
        input: &ReviewPolicyInput,
    ) -> Result<ReviewPolicyOutput, Failure<InquiryError>> {
        let policy = match Policy::parse(&input.document, &grammar(input)?) {
            Ok(policy) => policy,
            Err(error) => {
                let message = Some(error.message);
                let code = "MALFORMED";
                let finding = PolicyFinding { code, message, ..PolicyFinding::default() };
                return Ok(ReviewPolicyOutput { findings: vec![finding] });
            }
        };
        let remarks = review(&input.document).into_iter().map(|remark| PolicyFinding {
            code: match remark.kind {
                RemarkKind::UnknownConditionKey => "UNKNOWN_CONDITION_KEY",
                RemarkKind::ArnExpected => "ARN_EXPECTED",
            },
            statement: Some(remark.statement),
            key: Some(remark.key),
            value: remark.value,
            message: None,
        });
        let mut findings: Vec<_> = remarks.collect();
        for name in policy.principals() {
            if !exists(ctx, name)? {
                let value = Some(name.to_owned());
                let code = "NO_SUCH_PRINCIPAL";
                findings.push(PolicyFinding { code, value, ..PolicyFinding::default() });
            }
        }
        Ok(ReviewPolicyOutput { findings })
    }
}

fn grammar(input: &ReviewPolicyInput) -> Result<Grammar, InquiryError> {
    Ok(match (input.kind.as_str(), &input.bucket) {
        ("Bucket", Some(bucket)) => Grammar::Bucket { bucket: bucket.clone() },
        ("Key", None) => Grammar::Kms,
        ("Trust", None) => Grammar::Trust,
        ("Managed", None) => Grammar::Managed,
        ("Inline", None) => Grammar::Identity,
        _ => {
            let text = "Kind is Bucket, with Bucket, or Key, Trust, Managed or Inline".to_owned();
            return Err(InquiryError::Validation(text));
        }
    })
}

/// Whether a principal in a policy exists. Sessions of roles cannot be checked.
fn exists(ctx: &Ctx<'_>, name: &str) -> Result<bool, Failure<InquiryError>> {
    let port = ctx.identities();
    let mut parts = name.splitn(6, ':').skip(2);
    let (service, account, resource) = (parts.next(), parts.nth(1), parts.next());
    let account = AccountId::parse(account.unwrap_or(name));
    if let Some(account) = account {
        if !(port.accounts)(ctx.tx())?.contains(&account) {
            return Ok(false);
        }
        if service == Some("sts") || resource.is_none_or(|resource| resource == "root") {
            return Ok(true);
        }
        return Ok((port.unique_id)(ctx.tx(), name)?.is_some());
    }
    // A unique ID, which replaces the ARN of a deleted principal.
    Ok((port.arn)(ctx.tx(), name)?.is_some())
}
