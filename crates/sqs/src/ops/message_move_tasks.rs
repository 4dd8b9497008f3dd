//! `StartMessageMoveTask`, `CancelMessageMoveTask` and `ListMessageMoveTasks`.
//!
//! Source: SQS API Reference.

use gateway::{Access, Ctx, Plain, Spec};
use serde::{Deserialize, Serialize};
use store::key;
use types::uuid_v4;
use wire::query::lenient;

use crate::dialect::{Dialect, Recorded};
use crate::error::{Fail, SqsError};
use crate::name::QueueName;
use crate::rights::{self, Reach};
use crate::task::{Status, TASKS, Task, parse_handle};
use crate::{redrive, shelf};

/// Source: SQS API Reference, "`StartMessageMoveTask`".
const PER_SECOND_MAX: u32 = 500;
/// Source: SQS API Reference, "`ListMessageMoveTasks`".
const RESULTS_MAX: usize = 10;

/// The queue with an ARN, which must be one of the account.
///
/// Observed: the text for a destination. Assumed: the others.
fn existing(ctx: &Ctx<'_>, arn: &str, parameter: &str) -> Result<QueueName, SqsError> {
    let wrong = || SqsError::value(arn, parameter, "Must be the ARN of a queue.");
    QueueName::of_arn(ctx, arn).ok_or_else(wrong)
}

fn no_resource(parameter: &str) -> SqsError {
    SqsError::ResourceNotFound(format!(
        "The resource that you specified for the {parameter} parameter doesn't exist."
    ))
}

/// The permission on the source of a task.
fn on_source(ctx: &Ctx<'_>, action: &str, name: &QueueName) -> Result<Access, Fail> {
    let own = ctx.caller().principal.account() == Some(&name.account);
    if own && rights::queue(ctx, name)?.is_none() {
        return Err(no_resource("SourceArn").into());
    }
    rights::on_name(ctx, action, name, Reach::Own)
}

#[derive(Debug)]
pub(crate) struct StartMessageMoveTask;

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct StartInput {
    #[serde(skip_serializing_if = "Option::is_none")]
    source_arn: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    destination_arn: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::opt_i64")]
    max_number_of_messages_per_second: Option<i64>,
}

impl Recorded for StartInput {}

impl StartInput {
    fn source(&self, ctx: &Ctx<'_>) -> Result<QueueName, SqsError> {
        let arn = self.source_arn.as_ref().ok_or_else(|| SqsError::missing("SourceArn"))?;
        existing(ctx, arn, "SourceArn")
    }

    fn destination(&self, ctx: &Ctx<'_>) -> Result<Option<QueueName>, SqsError> {
        let arn = self.destination_arn.as_ref();
        arn.map(|arn| existing(ctx, arn, "DestinationArn")).transpose()
    }

    /// Assumed: the text.
    fn per_second(&self) -> Result<Option<u32>, SqsError> {
        let rate = |given| {
            let rate = u32::try_from(given).ok().filter(|rate| (1..=PER_SECOND_MAX).contains(rate));
            rate.ok_or_else(|| {
                SqsError::InvalidParameterValue(format!(
                    "Value for parameter MaxNumberOfMessagesPerSecond is invalid. You must enter \
                     a value between 1 and {PER_SECOND_MAX}."
                ))
            })
        };
        self.max_number_of_messages_per_second.map(rate).transpose()
    }
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct StartOutput {
    task_handle: String,
}

impl Plain for StartMessageMoveTask {
    const SPEC: Spec = Spec::writes(&crate::SERVICE, "StartMessageMoveTask");
    type Input = StartInput;
    type Output = StartOutput;
    type Error = SqsError;
    type Codec = Dialect;

    /// Source: SQS Developer Guide, "Configuring a dead-letter queue redrive", permissions.
    fn access(ctx: &mut Ctx<'_>, input: &StartInput) -> Result<Vec<Access>, Fail> {
        let (source, destination) = (input.source(ctx)?, input.destination(ctx)?);
        let mut needs = Vec::new();
        for action in
            ["startmessagemovetask", "receivemessage", "deletemessage", "getqueueattributes"]
        {
            needs.push(on_source(ctx, action, &source)?);
        }
        if let Some(name) = destination {
            let own = ctx.caller().principal.account() == Some(&name.account);
            // Observed: the text.
            if own && rights::queue(ctx, &name)?.is_none() {
                return Err(no_resource("DestinationArn").into());
            }
            needs.push(rights::on_name(ctx, "sendmessage", &name, Reach::Own)?);
        }
        Ok(needs)
    }

    /// Observed: the text for a source that is no dead-letter queue. Assumed: that for a second
    /// task.
    fn run(ctx: &mut Ctx<'_>, input: &StartInput) -> Result<StartOutput, Fail> {
        let name = input.source(ctx)?;
        let source = rights::existing(ctx, &name)?;
        let per_second = input.per_second()?;
        if redrive::sources(ctx, &source)?.is_empty() {
            return Err(SqsError::InvalidParameterValue(
                "Source queue must be configured as a Dead Letter Queue.".to_owned(),
            )
            .into());
        }
        if tasks(ctx, &name)?.iter().any(|(_, task)| task.status == Status::Running) {
            return Err(SqsError::UnsupportedOperation(
                "There is already a task running. Only one active task is allowed for a source \
                 queue arn at a given time."
                    .to_owned(),
            )
            .into());
        }
        let (memory, now) = (shelf::memory(ctx, &source), ctx.now());
        let sealing = ctx.sealing_tx();
        let counts = shelf::change(sealing.tx, sealing.entropy, &memory, &source, now, |shelf| {
            Ok::<_, Fail>(shelf.index().counts())
        })?;
        let task = Task {
            id: uuid_v4(ctx.entropy().bytes()?),
            source: source.arn().to_string(),
            destination: input.destination_arn.clone(),
            per_second,
            started: now,
            moved: 0,
            to_move: u64::try_from(counts.visible).unwrap_or(u64::MAX),
            status: Status::Running,
            failure: None,
        };
        let place = task.key(&name.account, &ctx.region().clone(), &name.name);
        TASKS.put(ctx.tx_mut(), place, &task)?;
        Ok(StartOutput { task_handle: task.handle() })
    }
}

/// The tasks of a queue, oldest first.
fn tasks(ctx: &Ctx<'_>, name: &QueueName) -> Result<Vec<(Vec<u8>, Task)>, Fail> {
    let prefix = key([name.account.as_str(), ctx.region().as_str(), &name.name]);
    Ok(TASKS.all(ctx.tx(), prefix)?)
}

#[derive(Debug)]
pub(crate) struct CancelMessageMoveTask;

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct CancelInput {
    #[serde(skip_serializing_if = "Option::is_none")]
    task_handle: Option<String>,
}

impl Recorded for CancelInput {}

impl CancelInput {
    /// The ID of the task, and its source. Observed: the text.
    fn read(&self, ctx: &Ctx<'_>) -> Result<(String, QueueName), SqsError> {
        let handle = self.task_handle.as_ref().ok_or_else(|| SqsError::missing("TaskHandle"))?;
        let found = parse_handle(handle)
            .and_then(|(id, source)| Some((id, QueueName::of_arn(ctx, &source)?)));
        found.ok_or_else(|| {
            SqsError::InvalidParameterValue("Value for parameter TaskHandle is invalid.".to_owned())
        })
    }
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct CancelOutput {
    approximate_number_of_messages_moved: u64,
}

impl Plain for CancelMessageMoveTask {
    const SPEC: Spec = Spec::writes(&crate::SERVICE, "CancelMessageMoveTask");
    type Input = CancelInput;
    type Output = CancelOutput;
    type Error = SqsError;
    type Codec = Dialect;

    fn access(ctx: &mut Ctx<'_>, input: &CancelInput) -> Result<Vec<Access>, Fail> {
        let (_, source) = input.read(ctx)?;
        Ok(vec![on_source(ctx, "cancelmessagemovetask", &source)?])
    }

    /// Observed: the text. Assumed: a task that has ended does not exist for this.
    fn run(ctx: &mut Ctx<'_>, input: &CancelInput) -> Result<CancelOutput, Fail> {
        let (id, source) = input.read(ctx)?;
        let found = tasks(ctx, &source)?.into_iter();
        let mut running = found.filter(|(_, task)| task.status == Status::Running);
        let (place, mut task) = running
            .find(|(_, task)| task.id == id)
            .ok_or_else(|| SqsError::ResourceNotFound("Task does not exist.".to_owned()))?;
        task.status = Status::Cancelled;
        TASKS.put(ctx.tx_mut(), place, &task)?;
        Ok(CancelOutput { approximate_number_of_messages_moved: task.moved })
    }
}

#[derive(Debug)]
pub(crate) struct ListMessageMoveTasks;

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct ListInput {
    #[serde(skip_serializing_if = "Option::is_none")]
    source_arn: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::opt_i64")]
    max_results: Option<i64>,
}

impl Recorded for ListInput {}

impl ListInput {
    fn source(&self, ctx: &Ctx<'_>) -> Result<QueueName, SqsError> {
        let arn = self.source_arn.as_ref().ok_or_else(|| SqsError::missing("SourceArn"))?;
        existing(ctx, arn, "SourceArn")
    }
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ListOutput {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    results: Vec<Shown>,
}

/// A task as clients see it. Observed: the handle only while it runs, the rate and the destination
/// only if they were given.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Shown {
    #[serde(skip_serializing_if = "Option::is_none")]
    task_handle: Option<String>,
    status: Status,
    source_arn: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    destination_arn: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_number_of_messages_per_second: Option<u32>,
    approximate_number_of_messages_moved: u64,
    approximate_number_of_messages_to_move: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure_reason: Option<String>,
    started_timestamp: u64,
}

impl From<Task> for Shown {
    fn from(task: Task) -> Self {
        Self {
            task_handle: (task.status == Status::Running).then(|| task.handle()),
            status: task.status,
            source_arn: task.source,
            destination_arn: task.destination,
            max_number_of_messages_per_second: task.per_second,
            approximate_number_of_messages_moved: task.moved,
            approximate_number_of_messages_to_move: task.to_move,
            failure_reason: task.failure,
            started_timestamp: task.started.as_ms(),
        }
    }
}

impl Plain for ListMessageMoveTasks {
    const SPEC: Spec = Spec::reads(&crate::SERVICE, "ListMessageMoveTasks");
    type Input = ListInput;
    type Output = ListOutput;
    type Error = SqsError;
    type Codec = Dialect;

    fn access(ctx: &mut Ctx<'_>, input: &ListInput) -> Result<Vec<Access>, Fail> {
        let source = input.source(ctx)?;
        Ok(vec![on_source(ctx, "listmessagemovetasks", &source)?])
    }

    /// Assumed: the text.
    fn run(ctx: &mut Ctx<'_>, input: &ListInput) -> Result<ListOutput, Fail> {
        let source = input.source(ctx)?;
        let most = usize::try_from(input.max_results.unwrap_or(1)).ok();
        let most = most.filter(|most| (1..=RESULTS_MAX).contains(most)).ok_or_else(|| {
            SqsError::InvalidParameterValue(format!(
                "Value for parameter MaxResults is invalid. You must enter a value between 1 and \
                 {RESULTS_MAX}."
            ))
        })?;
        let newest = tasks(ctx, &source)?.into_iter().rev().take(most);
        Ok(ListOutput { results: newest.map(|(_, task)| task.into()).collect() })
    }
}
