//! `ValidateTrail`: checks whether a trail's delivered files are unmodified.
//!
//! One call reads about 200 files or 256 MiB, counting decompressed bytes too, so that no call
//! takes long; its token passes the progress of the validation to the next call. One file is
//! buffered at a time, of 64 MiB at most, and never its decompressed form. A larger file, a digest
//! of more than 16 MiB decompressed and a log file of more than 256 MiB decompressed are unreadable
//! here, and so are backfill digests and other trails' digests beyond 768 MiB in one call: `shoseki
//! verify` reads them. Everything is read as the caller: `cloudtrail:GetTrail` and
//! `ListPublicKeys`, `s3:ListBucket` and `GetObject`, `kms:Decrypt`. Files that the caller may not
//! read are unreadable, as in `shoseki verify`.

mod course;
mod finding;

use gateway::{Access, Ctx, EventParts, Failure, Fault, Json, Plain, Spec};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use trail::names::TrailRef;
use types::Timestamp;

use crate::SERVICE;
use crate::as_caller::AsCaller;
use crate::error::InquiryError;
use crate::validate::{Question, Source};
use course::{Course, Section, Trail};
use finding::Found;

/// The operation.
#[derive(Debug)]
pub(crate) struct ValidateTrail;

/// The input. With a token, the times are those of the first call.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct ValidateTrailInput {
    /// A name or an ARN.
    name: String,
    /// The earliest time of interest, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    start_time: Option<f64>,
    /// The latest; now without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    end_time: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

/// The output: the results so far, and the findings of this call.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ValidateTrailOutput {
    #[serde(rename = "TrailARN")]
    trail_arn: String,
    start_time: f64,
    end_time: f64,
    /// `VALID`, `UNREADABLE`, `INVALID`, or `NOTHING` as long as there is no digest: of all that was
    /// judged so far.
    verdict: &'static str,
    /// The results so far, by the region of the events.
    regions: Vec<ShownSection>,
    /// What this call found.
    findings: Vec<Found>,
    /// How many findings of this call are left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    findings_left_out: Option<usize>,
    /// The calls that failed, as text.
    warnings: Vec<String>,
    /// From 0 to 1: how much of the times and regions is judged.
    progress: f64,
    /// Absent after the last call.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

/// The results of a region.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ShownSection {
    region: String,
    verdict: &'static str,
    is_done: bool,
    digests: ShownCounts,
    backfill_digests: ShownCounts,
    log_files: ShownCounts,
    extra_files: u64,
    pending_log_files: u64,
    /// The end of the newest valid digest's period.
    #[serde(skip_serializing_if = "Option::is_none")]
    newest_digest: Option<f64>,
}

/// How many files have which verdict.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ShownCounts {
    valid: u64,
    invalid: u64,
    unreadable: u64,
}

impl From<trail::verify::Counts> for ShownCounts {
    fn from(counts: trail::verify::Counts) -> Self {
        let trail::verify::Counts { valid, invalid, unreadable } = counts;
        Self { valid, invalid, unreadable }
    }
}

impl From<&Section> for ShownSection {
    fn from(section: &Section) -> Self {
        Self {
            region: section.region.clone(),
            verdict: section.verdict(),
            is_done: section.is_done,
            digests: section.digests.into(),
            backfill_digests: section.backfills.into(),
            log_files: section.logs.into(),
            extra_files: section.extra_files,
            pending_log_files: section.pending,
            newest_digest: section.newest.map(Timestamp::as_secs_f64),
        }
    }
}

impl Plain for ValidateTrail {
    const SPEC: Spec = Spec::reads(&SERVICE, "ValidateTrail");
    type Input = ValidateTrailInput;
    type Output = ValidateTrailOutput;
    type Error = InquiryError;
    type Codec = Json;

    fn access(
        _: &mut Ctx<'_>,
        _: &ValidateTrailInput,
    ) -> Result<Vec<Access>, Failure<InquiryError>> {
        Ok(vec![Access::by_identity("shoseki:ValidateTrail", "*")])
    }

    fn run(
        ctx: &mut Ctx<'_>,
        input: &ValidateTrailInput,
    ) -> Result<ValidateTrailOutput, Failure<InquiryError>> {
        let (now, region) = (ctx.now(), ctx.region().to_string());
        let source = AsCaller::new(ctx);
        let trail = trail_of(&source, &region, &input.name)?;
        let times = |seconds: Option<f64>| seconds.map(Timestamp::from_secs_f64);
        let (start, end) = (times(input.start_time), times(input.end_time));
        let mut course = match &input.next_token {
            None => {
                let start = start.ok_or_else(|| missing("StartTime"))?;
                let end = end.unwrap_or(now);
                if end < start {
                    let text = "StartTime must not be after EndTime".to_owned();
                    return Err(InquiryError::Validation(text).into());
                }
                Course::begin(&source, trail, start, end)?
            }
            Some(token) => Course::resume(token, &trail, start, end)?,
        };
        let found = course.go_on(&source)?;
        output(course, found, source.into_warnings())
    }

    /// A token is long and not human-readable: the event omits it.
    fn annotate(
        _: &Ctx<'_>,
        _: &ValidateTrailInput,
        _: Option<&ValidateTrailOutput>,
        event: &mut EventParts,
    ) -> Result<(), Fault> {
        if let Some(parameters) = event.request_parameters.as_object_mut() {
            parameters.remove("nextToken");
        }
        Ok(())
    }
}

fn missing(name: &str) -> InquiryError {
    InquiryError::Validation(format!("{name} is missing"))
}

/// The trail, as CloudTrail shows it to the caller.
fn trail_of<S: Source>(source: &S, region: &str, name: &str) -> Result<Trail, Failure<InquiryError>>
where
    Failure<InquiryError>: From<S::Error>,
{
    if name.is_empty() {
        return Err(missing("Name").into());
    }
    let answer = source.call(Question::GetTrail, region, &json!({ "Name": name }))?;
    let text = |member: &str| {
        let text = answer.pointer(&format!("/Trail/{member}")).and_then(Value::as_str);
        text.map(str::to_owned)
    };
    let arn = text("TrailARN").unwrap_or_default();
    let parsed = TrailRef::parse(&arn).ok();
    let (Some(TrailRef::Arn { region, account, name, .. }), Some(bucket)) =
        (parsed, text("S3BucketName"))
    else {
        return Err(Failure::internal(format_args!("`{arn}` is no trail")));
    };
    let home_region = region.to_string();
    Ok(Trail { arn, account, name, home_region, bucket, prefix: text("S3KeyPrefix") })
}

fn output(
    course: Course,
    found: course::Step,
    warnings: Vec<String>,
) -> Result<ValidateTrailOutput, Failure<InquiryError>> {
    Ok(ValidateTrailOutput {
        verdict: course.verdict(),
        regions: course.sections().map(ShownSection::from).collect(),
        findings: found.findings,
        findings_left_out: (found.left_out > 0).then_some(found.left_out),
        warnings,
        progress: course.fraction(),
        next_token: course.token()?,
        start_time: course.start.as_secs_f64(),
        end_time: course.end.as_secs_f64(),
        trail_arn: course.trail_arn,
    })
}
