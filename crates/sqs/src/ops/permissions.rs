//! `AddPermission` and `RemovePermission`: single statements of a queue's policy.
//!
//! Source: SQS API Reference.

use gateway::{Access, Ctx, Fault, Plain, Spec, object, shown};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use types::AccountId;

use crate::dialect::{Dialect, Nothing, Recorded};
use crate::error::{Fail, SqsError};
use crate::model::Queue;
use crate::rights::{self, Reach};

/// Source: SQS API Reference, "`AddPermission`", `OverLimit`.
const ACTIONS_MAX: usize = 7;
/// What a statement may allow. Source: as above, `Actions`.
const ACTIONS: [&str; 9] = [
    "*",
    "ChangeMessageVisibility",
    "DeleteMessage",
    "GetQueueAttributes",
    "GetQueueUrl",
    "ListDeadLetterSourceQueues",
    "PurgeQueue",
    "ReceiveMessage",
    "SendMessage",
];

#[derive(Debug)]
pub(crate) struct AddPermission;

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct AddPermissionInput {
    queue_url: Option<String>,
    label: Option<String>,
    #[serde(rename = "AWSAccountIds")]
    account_ids: Vec<String>,
    actions: Vec<String>,
}

impl Recorded for AddPermissionInput {
    fn recorded(&self) -> Result<Value, Fault> {
        Ok(object([
            ("Actions", shown(&self.actions)?),
            ("AWSAccountIds", shown(&self.account_ids)?),
            ("Label", shown(&self.label)?),
            ("QueueUrl", shown(&self.queue_url)?),
        ]))
    }
}

impl Plain for AddPermission {
    const SPEC: Spec = Spec::writes(&crate::SERVICE, "AddPermission");
    type Input = AddPermissionInput;
    type Output = Nothing;
    type Error = SqsError;
    type Codec = Dialect;

    fn access(ctx: &mut Ctx<'_>, input: &AddPermissionInput) -> Result<Vec<Access>, Fail> {
        Ok(vec![rights::on_url(ctx, "addpermission", input.queue_url.as_ref(), Reach::Own)?])
    }

    fn run(ctx: &mut Ctx<'_>, input: &AddPermissionInput) -> Result<Nothing, Fail> {
        let mut queue = Queue::clone(&*rights::named(ctx, input.queue_url.as_ref())?);
        let label = label(input.label.as_ref())?;
        let mut statement = statement(&queue, label, input)?;
        let mut policy = policy(&queue)?;
        let statements = statements(&mut policy)?;
        if statements.iter().any(|own| own["Sid"] == label) {
            return Err(SqsError::value(label, "Label", "Already exists.").into());
        }
        statements.push(statement.take());
        save(ctx, &mut queue, Some(&policy))
    }
}

#[derive(Debug)]
pub(crate) struct RemovePermission;

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct RemovePermissionInput {
    #[serde(skip_serializing_if = "Option::is_none")]
    queue_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<String>,
}

impl Recorded for RemovePermissionInput {}

impl Plain for RemovePermission {
    const SPEC: Spec = Spec::writes(&crate::SERVICE, "RemovePermission");
    type Input = RemovePermissionInput;
    type Output = Nothing;
    type Error = SqsError;
    type Codec = Dialect;

    fn access(ctx: &mut Ctx<'_>, input: &RemovePermissionInput) -> Result<Vec<Access>, Fail> {
        Ok(vec![rights::on_url(ctx, "removepermission", input.queue_url.as_ref(), Reach::Own)?])
    }

    /// Assumed: the text, and that the policy ends with its last statement.
    fn run(ctx: &mut Ctx<'_>, input: &RemovePermissionInput) -> Result<Nothing, Fail> {
        let mut queue = Queue::clone(&*rights::named(ctx, input.queue_url.as_ref())?);
        let label = label(input.label.as_ref())?;
        let mut policy = policy(&queue)?;
        let statements = statements(&mut policy)?;
        let before = statements.len();
        statements.retain(|own| own["Sid"] != label);
        if statements.len() == before {
            let reason = "can't find label on existing policy.";
            return Err(SqsError::value(label, "Label", reason).into());
        }
        let is_empty = statements.is_empty();
        save(ctx, &mut queue, (!is_empty).then_some(&policy))
    }
}

/// Source: SQS API Reference, "`AddPermission`": 80 letters, digits, hyphens and underscores.
/// Assumed: the text.
fn label(label: Option<&String>) -> Result<&str, SqsError> {
    let label = label.ok_or_else(|| SqsError::missing("Label"))?;
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    if (1..=80).contains(&label.len()) && label.bytes().all(is_letter) {
        return Ok(label);
    }
    let reason = "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in \
                  length";
    Err(SqsError::value(label, "Label", reason))
}

/// Assumed: the form of the statement, and the texts.
fn statement(queue: &Queue, label: &str, input: &AddPermissionInput) -> Result<Value, SqsError> {
    if input.account_ids.is_empty() {
        return Err(SqsError::missing("AWSAccountIds"));
    }
    if input.actions.is_empty() {
        return Err(SqsError::missing("Actions"));
    }
    if input.actions.len() > ACTIONS_MAX {
        return Err(SqsError::OverLimit(format!(
            "{} Actions were found, maximum allowed is {ACTIONS_MAX}.",
            input.actions.len()
        )));
    }
    if let Some(id) = input.account_ids.iter().find(|id| AccountId::parse(id).is_none()) {
        let reason = "Unable to verify.";
        return Err(SqsError::value(format_args!("[{id}]"), "PrincipalId", reason));
    }
    if let Some(action) = input.actions.iter().find(|own| !ACTIONS.contains(&own.as_str())) {
        let reason = "Please refer to the appropriate WSDL for a list of valid actions.";
        return Err(SqsError::value(format_args!("SQS:{action}"), "ActionName", reason));
    }
    let roots = input.account_ids.iter().map(|id| format!("arn:aws:iam::{id}:root"));
    let actions = input.actions.iter().map(|action| format!("SQS:{action}"));
    Ok(json!({
        "Sid": label,
        "Effect": "Allow",
        "Principal": {"AWS": one_or_many(roots)},
        "Action": one_or_many(actions),
        "Resource": queue.arn(),
    }))
}

fn one_or_many(items: impl Iterator<Item = String>) -> Value {
    let mut items: Vec<_> = items.map(Value::from).collect();
    if items.len() == 1 { items.remove(0) } else { Value::Array(items) }
}

/// The policy of a queue, or an empty one. Assumed: the version and the ID of a new one.
fn policy(queue: &Queue) -> Result<Value, Fault> {
    match &queue.policy {
        None => Ok(json!({
            "Version": "2008-10-17",
            "Id": format!("{}/SQSDefaultPolicy", queue.arn()),
            "Statement": [],
        })),
        Some(text) => serde_json::from_str(text)
            .map_err(|cause| Fault::damaged("the policy of a queue").because(cause)),
    }
}

/// The statements of a policy, of which one may be there without a list.
fn statements(policy: &mut Value) -> Result<&mut Vec<Value>, Fault> {
    let damaged = || Fault::damaged("the policy of a queue has no statements");
    let statements = policy.get_mut("Statement").ok_or_else(damaged)?;
    if statements.is_object() {
        *statements = Value::Array(vec![statements.take()]);
    }
    statements.as_array_mut().ok_or_else(damaged)
}

fn save(ctx: &mut Ctx<'_>, queue: &mut Queue, policy: Option<&Value>) -> Result<Nothing, Fail> {
    queue.policy = policy.map(Value::to_string);
    queue.modified = ctx.now();
    queue.save(ctx.tx_mut())?;
    Ok(Nothing)
}
