//! `GetQueueUrl`.
//!
//! Source: SQS API Reference, "GetQueueUrl".

use gateway::{Access, Ctx, EventParts, Fault, Plain, Spec};
use serde::{Deserialize, Serialize};
use types::AccountId;

use crate::dialect::{Dialect, Recorded};
use crate::error::{Fail, SqsError};
use crate::event;
use crate::name::QueueName;
use crate::rights::{self, Reach};

#[derive(Debug)]
pub(crate) struct GetQueueUrl;

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct GetQueueUrlInput {
    #[serde(skip_serializing_if = "Option::is_none")]
    queue_name: Option<String>,
    #[serde(rename = "QueueOwnerAWSAccountId", skip_serializing_if = "Option::is_none")]
    owner: Option<String>,
}

impl Recorded for GetQueueUrlInput {}

impl GetQueueUrlInput {
    /// Assumed: the text for an owner that is no account.
    fn name(&self, ctx: &Ctx<'_>) -> Result<QueueName, SqsError> {
        let name = self.queue_name.clone().ok_or_else(|| SqsError::missing("QueueName"))?;
        let account = match &self.owner {
            None => ctx.account().clone(),
            Some(owner) => AccountId::parse(owner).ok_or_else(|| {
                SqsError::value(owner, "QueueOwnerAWSAccountId", "Must be an AWS account ID.")
            })?,
        };
        Ok(QueueName { account, name })
    }
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct GetQueueUrlOutput {
    queue_url: String,
}

impl Plain for GetQueueUrl {
    const SPEC: Spec = Spec::reads(&crate::SERVICE, "GetQueueUrl").data().brief();
    type Input = GetQueueUrlInput;
    type Output = GetQueueUrlOutput;
    type Error = SqsError;
    type Codec = Dialect;

    fn access(ctx: &mut Ctx<'_>, input: &GetQueueUrlInput) -> Result<Vec<Access>, Fail> {
        let name = input.name(ctx)?;
        Ok(vec![rights::on_name(ctx, "getqueueurl", &name, Reach::Policy)?])
    }

    fn run(ctx: &mut Ctx<'_>, input: &GetQueueUrlInput) -> Result<GetQueueUrlOutput, Fail> {
        let name = input.name(ctx)?;
        rights::existing(ctx, &name)?;
        Ok(GetQueueUrlOutput { queue_url: name.url(ctx) })
    }

    fn annotate(
        ctx: &Ctx<'_>,
        input: &GetQueueUrlInput,
        _output: Option<&GetQueueUrlOutput>,
        parts: &mut EventParts,
    ) -> Result<(), Fault> {
        if let Ok(name) = input.name(ctx) {
            event::about(ctx, &name, parts);
        }
        Ok(())
    }
}
