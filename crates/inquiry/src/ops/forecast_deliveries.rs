//! `ForecastDeliveries`: which logging trails a policy would stop, before it is set.

use std::sync::Arc;

use cloudtrail::{Change, ForecastStops, Stop};
use gateway::{Access, Ctx, Denial, Failure, Json, Plain, Spec};
use policy::{Grammar, Policy};
use serde::{Deserialize, Serialize};

use crate::SERVICE;
use crate::error::InquiryError;

/// The operation.
#[derive(Debug)]
pub(crate) struct ForecastDeliveries;

/// The input: a bucket or a key, and its proposed policy. A bucket without a policy means that its
/// policy is deleted, a key without one that the key is disabled.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct ForecastDeliveriesInput {
    #[serde(skip_serializing_if = "Option::is_none")]
    bucket: Option<String>,
    /// The ARN of a key.
    #[serde(skip_serializing_if = "Option::is_none")]
    key_arn: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    policy: Option<String>,
}

/// The output.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ForecastDeliveriesOutput {
    /// The logging trails of the account that would be refused.
    stopped: Vec<Stopped>,
}

/// A trail that would be stopped.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Stopped {
    #[serde(rename = "TrailARN")]
    trail_arn: String,
    name: String,
    /// The refusal, in the form of `ExplainDenial`; absent if the key could not be used at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    denial: Option<Denial>,
}

impl From<Stop> for Stopped {
    fn from(stop: Stop) -> Self {
        let Stop { trail_arn, name, denial } = stop;
        Self { trail_arn, name, denial }
    }
}

impl Plain for ForecastDeliveries {
    const SPEC: Spec = Spec::reads(&SERVICE, "ForecastDeliveries");
    type Input = ForecastDeliveriesInput;
    type Output = ForecastDeliveriesOutput;
    type Error = InquiryError;
    type Codec = Json;

    fn access(
        _: &mut Ctx<'_>,
        _: &ForecastDeliveriesInput,
    ) -> Result<Vec<Access>, Failure<InquiryError>> {
        Ok(vec![Access::by_identity("shoseki:ForecastDeliveries", "*")])
    }

    fn run(
        ctx: &mut Ctx<'_>,
        input: &ForecastDeliveriesInput,
    ) -> Result<ForecastDeliveriesOutput, Failure<InquiryError>> {
        let change = change(input)?;
        let stopped = ctx.invoke::<ForecastStops>(ctx.caller().clone(), &change)?;
        Ok(ForecastDeliveriesOutput { stopped: stopped.into_iter().map(Stopped::from).collect() })
    }
}

fn change(input: &ForecastDeliveriesInput) -> Result<Change, InquiryError> {
    let policy = |grammar: &Grammar| match &input.policy {
        None => Ok(None),
        Some(text) => match Policy::parse(text, grammar) {
            Ok(policy) => Ok(Some(Arc::new(policy))),
            Err(error) => Err(InquiryError::Validation(error.message)),
        },
    };
    match (input.bucket.clone(), input.key_arn.clone()) {
        (Some(bucket), None) => {
            let policy = policy(&Grammar::Bucket { bucket: bucket.clone() })?;
            Ok(Change::BucketPolicy { bucket, policy })
        }
        (None, Some(key_arn)) => Ok(match policy(&Grammar::Kms)? {
            Some(policy) => Change::KeyPolicy { key_arn, policy },
            None => Change::KeyUnusable { key_arn },
        }),
        (Some(_), Some(_)) | (None, None) => {
            Err(InquiryError::Validation("name either Bucket or KeyArn".to_owned()))
        }
    }
}
