//! `LookupEvents`: the management events of the last 90 days, with or without a trail.
//!
//! Source: CloudTrail API Reference, "LookupEvents".

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use gateway::{Access, Ctx, EventParts, Failure, Fault, Json, Plain, Spec};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::{EventRow, HistoryQuery};
use trail::Facts;
use trail::lookup::{Attribute, AttributeKey, item, term};
use types::{DAY_MS, Timestamp};

use crate::{SERVICE, TrailError};

/// The retention period of the history.
const HISTORY_MS: u64 = 90 * DAY_MS;
/// Events of a page.
const RESULTS_MAX: usize = 50;
/// The size of records in bytes after which a page ends, even if there are more events: fifty of
/// 256 KB take many times as much memory while they are formatted.
///
/// Source: CloudTrail API Reference, "LookupEvents": `MaxResults` is a maximum, and `NextToken`
/// indicates that there are more.
const PAGE_BYTES_MAX: usize = 1 << 20;

/// The operation.
#[derive(Debug)]
pub(crate) struct LookupEvents;

/// The input.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct LookupEventsInput {
    #[serde(skip_serializing_if = "Option::is_none")]
    lookup_attributes: Option<Vec<LookupAttribute>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_time: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_time: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    event_category: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_results: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

/// What an event must have.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct LookupAttribute {
    attribute_key: String,
    attribute_value: String,
}

/// The output.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct LookupEventsOutput {
    events: Vec<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

impl Plain for LookupEvents {
    const SPEC: Spec = Spec::reads(&SERVICE, "LookupEvents").search();
    type Input = LookupEventsInput;
    type Output = LookupEventsOutput;
    type Error = TrailError;
    type Codec = Json;

    fn access(_: &mut Ctx<'_>, _: &LookupEventsInput) -> Result<Vec<Access>, Failure<TrailError>> {
        Ok(vec![Access::by_identity("cloudtrail:LookupEvents", "*")])
    }

    fn annotate(
        _: &Ctx<'_>,
        input: &LookupEventsInput,
        _: Option<&LookupEventsOutput>,
        parts: &mut EventParts,
    ) -> Result<(), Fault> {
        super::record_range(input.start_time, input.end_time, parts);
        Ok(())
    }

    fn run(
        ctx: &mut Ctx<'_>,
        input: &LookupEventsInput,
    ) -> Result<LookupEventsOutput, Failure<TrailError>> {
        let question = Question::of(ctx, input)?;
        if question.nothing {
            return Ok(LookupEventsOutput { events: Vec::new(), next_token: None });
        }
        // One more than requested shows whether there is a next page.
        let query = HistoryQuery {
            term: term(ctx.account(), ctx.region().as_str(), question.attribute.as_ref()),
            before_seq: question.before_seq,
            from: question.from,
            to: question.to,
            limit: question.limit.saturating_add(1),
            bytes_max: PAGE_BYTES_MAX,
        };
        let rows = ctx.history(&query)?;
        let more = rows.len() > question.limit || query.is_full(&rows);
        let page: Vec<_> = rows.into_iter().take(question.limit).collect();
        let next = page.last().filter(|_| more).map(|row| question.token(ctx, row.seq));
        let mut events = Vec::with_capacity(page.len());
        for row in &page {
            events.extend(question.shown(ctx, row)?);
        }
        Ok(LookupEventsOutput { events, next_token: next })
    }
}

/// A question that was found well-formed.
struct Question {
    attribute: Option<Attribute>,
    from: Timestamp,
    to: Timestamp,
    limit: usize,
    before_seq: u64,
    /// Names the question, so that a token of one does not continue another.
    name: String,
    /// Insight events, of which there are none.
    nothing: bool,
}

impl Question {
    fn of(ctx: &Ctx<'_>, input: &LookupEventsInput) -> Result<Self, Failure<TrailError>> {
        let nothing = match input.event_category.as_deref() {
            None => false,
            Some("insight") => true,
            Some(other) => {
                let message = format!("The event category {other} is not valid.");
                return Err(TrailError::InvalidEventCategory(message).into());
            }
        };
        let limit = match input.max_results {
            None => RESULTS_MAX,
            Some(wanted) => usize::try_from(wanted)
                .ok()
                .filter(|wanted| (1..=RESULTS_MAX).contains(wanted))
                .ok_or_else(|| {
                    let message = format!(
                        "Invalid MaxResults value: {wanted}. Specify a value between 1 and \
                         {RESULTS_MAX}."
                    );
                    TrailError::InvalidMaxResults(message)
                })?,
        };
        let oldest = ctx.now().minus_ms(HISTORY_MS);
        let from = input.start_time.map_or(oldest, Timestamp::from_secs_f64);
        let to = input.end_time.map_or(ctx.now(), Timestamp::from_secs_f64);
        if from > to {
            let message = "The start time must be before the end time.".to_owned();
            return Err(TrailError::InvalidTimeRange(message).into());
        }
        let attribute = attribute(input)?;
        let asked = LookupEventsInput { next_token: None, max_results: None, ..input.clone() };
        let name = serde_json::to_string(&asked)
            .map_err(|cause| Fault::bug("a page token cannot be bound").because(cause))?;
        let mut question = Self {
            attribute,
            from: from.max(oldest),
            to: to.floor_to(1_000).plus_ms(999),
            limit,
            before_seq: u64::MAX,
            name,
            nothing,
        };
        if let Some(token) = &input.next_token {
            question.before_seq = question.read_token(ctx, token).ok_or_else(|| {
                TrailError::InvalidNextToken("The next token is not valid.".to_owned())
            })?;
        }
        Ok(question)
    }

    /// A position and its proof, as text.
    fn token(&self, ctx: &Ctx<'_>, seq: u64) -> String {
        let mut token = seq.to_be_bytes().to_vec();
        token.extend(self.proof(ctx, seq));
        STANDARD.encode(token)
    }

    fn read_token(&self, ctx: &Ctx<'_>, token: &str) -> Option<u64> {
        let token = STANDARD.decode(token).ok()?;
        let (seq, proof) = token.split_first_chunk::<8>()?;
        let seq = u64::from_be_bytes(*seq);
        keys::equal_in_constant_time(proof, &self.proof(ctx, seq)).then_some(seq)
    }

    fn proof(&self, ctx: &Ctx<'_>, seq: u64) -> [u8; 32] {
        let (account, region) = (ctx.account().as_str(), ctx.region().as_str());
        let place = [account.as_bytes(), region.as_bytes(), self.name.as_bytes()];
        let seq = seq.to_be_bytes();
        let parts: Vec<&[u8]> = place.into_iter().chain([seq.as_slice()]).collect();
        ctx.keyring().mac(keys::Domain::Integrity, &parts)
    }

    /// The event as returned; the index has only hashes, so the event is checked again. `None` if
    /// it is another event with the same hash.
    fn shown(&self, ctx: &Ctx<'_>, row: &EventRow) -> Result<Option<Value>, Fault> {
        let damaged = || Fault::damaged(format_args!("event {}", row.seq));
        let record = std::str::from_utf8(&row.body).map_err(|cause| damaged().because(cause))?;
        let json = serde_json::from_str(record).map_err(|cause| damaged().because(cause))?;
        let facts =
            Facts::from_json(&json, |source| ctx.event_names(source)).ok_or_else(damaged)?;
        let fits = self.attribute.as_ref().is_none_or(|attribute| attribute.matches(&facts));
        Ok(fits.then(|| item(&facts, record)))
    }
}

fn attribute(input: &LookupEventsInput) -> Result<Option<Attribute>, TrailError> {
    let attributes = input.lookup_attributes.as_deref().unwrap_or_default();
    let Some((first, rest)) = attributes.split_first() else { return Ok(None) };
    let invalid = |message: String| Err(TrailError::InvalidLookupAttributes(message));
    if !rest.is_empty() {
        return invalid("You can only specify one lookup attribute.".to_owned());
    }
    let Some(key) = AttributeKey::parse(&first.attribute_key) else {
        return invalid(format!("The lookup attribute key {} is not valid.", first.attribute_key));
    };
    match Attribute::new(key, &first.attribute_value) {
        Some(attribute) => Ok(Some(attribute)),
        None => {
            invalid(format!("The lookup attribute value {} is not valid.", first.attribute_value))
        }
    }
}
