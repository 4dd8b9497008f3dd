//! `ListQueues` and `ListDeadLetterSourceQueues`.
//!
//! Source: SQS API Reference.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use gateway::{Access, Ctx, EventParts, Fault, Plain, Spec};
use serde::{Deserialize, Serialize};
use store::key_prefix;
use wire::query::lenient;

use crate::dialect::{Dialect, Recorded};
use crate::error::{Fail, SqsError};
use crate::model::QUEUES;
use crate::name::QueueName;
use crate::rights::{self, Reach};
use crate::{event, redrive};

/// Source: SQS API Reference, "`ListQueues`", `MaxResults`.
const RESULTS_MAX: usize = 1_000;

/// A page of queues by name.
struct Page {
    max: usize,
    /// Whether the caller asked for pages: only then there are tokens.
    is_asked_for: bool,
    after: Option<String>,
}

impl Page {
    /// Assumed: the texts.
    fn read(max: Option<i64>, token: Option<&String>) -> Result<Self, SqsError> {
        let is_asked_for = max.is_some();
        let max = match max {
            None => RESULTS_MAX,
            Some(max) => {
                let max = usize::try_from(max).ok().filter(|max| (1..=RESULTS_MAX).contains(max));
                max.ok_or_else(|| {
                    SqsError::InvalidParameterValue(
                        "MaxResults must be an integer between 1 and 1000.".to_owned(),
                    )
                })?
            }
        };
        let after = token.filter(|token| !token.is_empty()).map(|token| {
            let name = STANDARD.decode(token).ok().and_then(|name| String::from_utf8(name).ok());
            name.ok_or_else(|| SqsError::value(token, "NextToken", "Invalid NextToken value."))
        });
        Ok(Self { max, is_asked_for, after: after.transpose()? })
    }

    /// The names of this page and the token of the next one.
    fn cut(&self, names: impl Iterator<Item = String>) -> (Vec<String>, Option<String>) {
        let after = self.after.as_ref();
        let mut rest = names.filter(|name| after.is_none_or(|after| name > after));
        let page: Vec<_> = rest.by_ref().take(self.max).collect();
        let more = rest.next().is_some() && self.is_asked_for;
        let token = page.last().filter(|_| more).map(|last| STANDARD.encode(last));
        (page, token)
    }
}

fn urls(ctx: &Ctx<'_>, names: Vec<String>) -> Vec<String> {
    let url = |name| QueueName { account: ctx.account().clone(), name }.url(ctx);
    names.into_iter().map(url).collect()
}

#[derive(Debug)]
pub(crate) struct ListQueues;

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct ListQueuesInput {
    #[serde(skip_serializing_if = "Option::is_none")]
    queue_name_prefix: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::opt_i64")]
    max_results: Option<i64>,
}

impl Recorded for ListQueuesInput {}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ListQueuesOutput {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    queue_urls: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

impl Plain for ListQueues {
    const SPEC: Spec = Spec::reads(&crate::SERVICE, "ListQueues").data();
    type Input = ListQueuesInput;
    type Output = ListQueuesOutput;
    type Error = SqsError;
    type Codec = Dialect;

    /// Assumed: the resource has no name.
    fn access(ctx: &mut Ctx<'_>, _input: &ListQueuesInput) -> Result<Vec<Access>, Fail> {
        Ok(vec![Access::by_identity("sqs:listqueues", ctx.arn("sqs", "").to_string())])
    }

    fn run(ctx: &mut Ctx<'_>, input: &ListQueuesInput) -> Result<ListQueuesOutput, Fail> {
        let page = Page::read(input.max_results, input.next_token.as_ref())?;
        let start = input.queue_name_prefix.as_deref().unwrap_or_default();
        let of = [ctx.account().as_str(), ctx.region().as_str()];
        let all = QUEUES.all(ctx.tx(), key_prefix(of, start.as_bytes()))?;
        let (names, next_token) = page.cut(all.into_iter().map(|(_, queue)| queue.name));
        Ok(ListQueuesOutput { queue_urls: urls(ctx, names), next_token })
    }

    fn annotate(
        ctx: &Ctx<'_>,
        _input: &ListQueuesInput,
        _output: Option<&ListQueuesOutput>,
        parts: &mut EventParts,
    ) -> Result<(), Fault> {
        event::about_all(ctx, ctx.account(), parts);
        Ok(())
    }
}

#[derive(Debug)]
pub(crate) struct ListDeadLetterSourceQueues;

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct SourceQueuesInput {
    #[serde(skip_serializing_if = "Option::is_none")]
    queue_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::opt_i64")]
    max_results: Option<i64>,
}

impl Recorded for SourceQueuesInput {}

/// Source: the service model: the first letter of the list is in lower case.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct SourceQueuesOutput {
    #[serde(rename = "queueUrls")]
    queue_urls: Vec<String>,
    #[serde(rename = "NextToken", skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

impl Plain for ListDeadLetterSourceQueues {
    const SPEC: Spec = Spec::reads(&crate::SERVICE, "ListDeadLetterSourceQueues").data();
    type Input = SourceQueuesInput;
    type Output = SourceQueuesOutput;
    type Error = SqsError;
    type Codec = Dialect;

    fn access(ctx: &mut Ctx<'_>, input: &SourceQueuesInput) -> Result<Vec<Access>, Fail> {
        let (action, url) = ("listdeadlettersourcequeues", input.queue_url.as_ref());
        Ok(vec![rights::on_url(ctx, action, url, Reach::Policy)?])
    }

    fn run(ctx: &mut Ctx<'_>, input: &SourceQueuesInput) -> Result<SourceQueuesOutput, Fail> {
        let queue = rights::named(ctx, input.queue_url.as_ref())?;
        let page = Page::read(input.max_results, input.next_token.as_ref())?;
        let sources = redrive::sources(ctx, &queue)?;
        let (names, next_token) = page.cut(sources.into_iter().map(|source| source.name));
        Ok(SourceQueuesOutput { queue_urls: urls(ctx, names), next_token })
    }

    fn annotate(
        ctx: &Ctx<'_>,
        input: &SourceQueuesInput,
        _output: Option<&SourceQueuesOutput>,
        parts: &mut EventParts,
    ) -> Result<(), Fault> {
        event::about_url(ctx, input.queue_url.as_ref(), parts);
        Ok(())
    }
}
