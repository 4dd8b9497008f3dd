//! The only place that builds audit events: those of calls here, those of services in `service.rs`,
//! and those of the sign-in page in `sign_in.rs`.

mod blank;
mod caller;
pub(crate) mod service;
pub(crate) mod sign_in;

use serde_json::Value;
use store::NewEvent;
use trail::user_identity::AWS_INTERNAL;
use trail::{Category, Facts, Record, TlsDetails};
use types::uuid_v4;

use crate::{
    Call, Class, Codec, Ctx, EventParts, Family, Fault, Name, Operation, Origin, Refused, Route,
    Service, Spec, WireError,
};
use blank::blank;

const NOT_MODIFIED: u16 = 304;

/// How a call ended: with an output, or as [`Refused`] has it.
#[derive(Debug)]
pub(crate) enum Outcome<'a, T> {
    Done(&'a T),
    Wire(&'a WireError),
    Denied(&'a WireError),
    Internal(&'a Fault),
}

impl<'a, T> Outcome<'a, T> {
    pub(crate) fn of(result: &'a Result<T, Refused>) -> Self {
        match result {
            Ok(output) => Self::Done(output),
            Err(Refused::Wire(error)) => Self::Wire(error),
            Err(Refused::Denied(error)) => Self::Denied(error),
            Err(Refused::Internal(cause)) => Self::Internal(cause),
        }
    }

    fn error(&self, service: &Service) -> Option<(String, Option<String>)> {
        match self {
            Self::Done(_) => None,
            // Observed: S3's server access logs have no error code beside 304. Assumed: CloudTrail
            // does not count "not modified" as an error, but a failed precondition (412).
            Self::Wire(error) if error.status == NOT_MODIFIED => None,
            Self::Denied(error) => Some((denial_code(service).to_owned(), error.message.clone())),
            Self::Wire(error) => Some((event_code(service, &error.code), error.message.clone())),
            Self::Internal(cause) => {
                let error = fault(service, cause);
                let side = if service.event_form.fault_in_codes { "Server." } else { "" };
                Some((format!("{side}{}", error.code), error.message))
            }
        }
    }
}

/// The name of a denial in events.
///
/// Observed: one name for the denials of every service but EC2.
fn denial_code(service: &Service) -> &'static str {
    if service.event_form.fault_in_codes { "Client.UnauthorizedOperation" } else { "AccessDenied" }
}

/// The name of an error in events.
fn event_code(service: &Service, code: &str) -> String {
    if service.event_form.exceptions.contains(&code) {
        return format!("{code}Exception");
    }
    if service.event_form.fault_in_codes {
        return format!("Client.{code}");
    }
    code.to_owned()
}

/// The response to an internal error, also in its event. While there is no space to record, a call may be retried.
///
/// Source: the services' "Common errors" pages.
pub(crate) fn fault(service: &Service, cause: &Fault) -> WireError {
    let own = if cause.is_full() { service.unavailable } else { service.failure };
    WireError::new(own.status, own.code, own.text)
}

/// The events of one finished call: one for the caller's account, and a copy for another account
/// that owns what was touched. `input` is `None` if it could not be read.
pub(crate) fn build<O: Operation>(
    ctx: &Ctx<'_>,
    input: Option<&O::Input>,
    work: Option<&O::Work>,
    outcome: &Outcome<'_, O::Output>,
) -> Result<Vec<Record>, Fault> {
    let output = match outcome {
        Outcome::Done(output) => Some(*output),
        Outcome::Wire(_) | Outcome::Denied(_) | Outcome::Internal(_) => None,
    };
    let refusal_bytes = refusal_bytes(ctx, &O::SPEC, outcome);
    let mut parts = EventParts { refusal_bytes, ..EventParts::default() };
    if let Some(input) = input {
        parts.request_parameters = O::Codec::parameters(input, O::SPEC.service)?;
        if let Some(output) = output.filter(|_| !O::SPEC.read_only) {
            parts.response_elements = O::Codec::elements(output, O::SPEC.service)?;
        }
        O::annotate(ctx, input, work, output, &mut parts).or_else(|fault| match outcome {
            // The fault that ended the call is counted; its event with less beats none.
            Outcome::Internal(_) => Ok(()),
            Outcome::Done(_) | Outcome::Wire(_) | Outcome::Denied(_) => Err(fault),
        })?;
    }
    if parts.silent {
        return Ok(Vec::new());
    }
    if output.is_none() {
        parts.response_elements = Value::Null;
    }
    let owner = parts.owner.take().filter(|owner| owner != ctx.account());
    let mut own = record_of(ctx, &O::SPEC, parts, outcome)?;
    let Some(owner) = owner.filter(|_| output.is_some()) else { return Ok(vec![own]) };
    let shared = match own.shared_event_id.take() {
        Some(shared) => shared,
        None => uuid_v4(ctx.entropy().bytes()?),
    };
    own.shared_event_id = Some(shared);
    let identity = match own.user_identity.get("principalId").and_then(Value::as_str) {
        Some(id) => trail::user_identity::other_account(ctx.account(), id),
        None => own.user_identity.clone(),
    };
    let event_id = uuid_v4(ctx.entropy().bytes()?);
    let copy =
        Record { recipient_account_id: owner, event_id, user_identity: identity, ..own.clone() };
    Ok(vec![own, copy])
}

/// The size of the response body of a rejected call.
fn refusal_bytes<T>(ctx: &Ctx<'_>, spec: &Spec, outcome: &Outcome<'_, T>) -> Option<usize> {
    let (call, service) = (ctx.call(), spec.service);
    let size = |error: &WireError| {
        let bodiless = matches!(spec.route, Route::Rest { method: "HEAD", .. });
        if bodiless || error.status == NOT_MODIFIED {
            return 0;
        }
        let (_, body) =
            wire::render_error(service.protocol, error, &call.request_id, &call.host_id);
        body.len()
    };
    match outcome {
        Outcome::Done(_) => None,
        Outcome::Wire(error) | Outcome::Denied(error) => Some(size(error)),
        Outcome::Internal(cause) => Some(size(&fault(service, cause))),
    }
}

fn record_of<T>(
    ctx: &Ctx<'_>,
    spec: &Spec,
    parts: EventParts,
    outcome: &Outcome<'_, T>,
) -> Result<Record, Fault> {
    let (call, service) = (ctx.call(), spec.service);
    let (error_code, error_message) = match outcome.error(service) {
        Some((code, message)) => (Some(code), message),
        None => (None, None),
    };
    let (source_ip_address, user_agent) = source(call, service);
    // Observed: the event of a call that a service makes for itself has a shared ID, as if the
    // service's own account received a copy.
    let by_service = call.caller.is_service().then(|| ctx.entropy().bytes());
    let shared_event_id = by_service.transpose()?.map(uuid_v4);
    let origin = call.origin.as_ref().filter(|_| call.caller.via.is_none());
    let console = call.caller.session.as_ref().is_some_and(|session| session.console);
    Ok(Record {
        user_identity: caller::of_call(call)?,
        source_ip_address,
        user_agent,
        error_code,
        error_message,
        request_parameters: parts.request_parameters,
        response_elements: parts.response_elements,
        additional_event_data: parts.additional,
        request_id: Some(call.request_id.clone()),
        read_only: Some(spec.read_only),
        resources: parts.resources,
        api_version: service.event_form.api_version.map(str::to_owned),
        category: match spec.class {
            Class::Management => Category::Management,
            Class::Data => Category::Data,
        },
        shared_event_id,
        tls_details: origin.filter(|_| !console).and_then(tls_details),
        session_credential_from_console: console,
        ..blank(
            call.now,
            service.event_source,
            spec.event_name,
            call.event_region(service).as_str(),
            call.account().clone(),
            uuid_v4(ctx.entropy().bytes()?),
        )
    })
}

/// `sourceIPAddress` and `userAgent`.
///
/// Observed: S3 puts the agent in brackets.
fn source(call: &Call, service: &Service) -> (String, Option<String>) {
    if call.caller.via.is_some() {
        return (AWS_INTERNAL.to_owned(), Some(AWS_INTERNAL.to_owned()));
    }
    if let policy::Principal::Service { name } = &call.caller.principal {
        return (name.clone(), Some(name.clone()));
    }
    let Some(origin) = &call.origin else {
        return (AWS_INTERNAL.to_owned(), Some(AWS_INTERNAL.to_owned()));
    };
    let agent = origin.user_agent.as_ref().map(|agent| match service.family {
        Family::S3 => format!("[{agent}]"),
        Family::Json | Family::Query => agent.clone(),
    });
    (origin.source_ip.to_string(), agent)
}

fn tls_details(origin: &Origin) -> Option<TlsDetails> {
    let (tls_version, cipher_suite) = origin.tls.clone()?;
    let client_provided_host_header = Some(origin.host.clone());
    Some(TlsDetails { tls_version, cipher_suite, client_provided_host_header, key_exchange: None })
}

/// Converts records into events of the store, indexed by the resources that `names` lists for
/// their source.
pub(crate) fn new_events<'n>(
    records: Vec<Record>,
    names: impl Fn(&str) -> &'n [Name],
) -> Result<Vec<NewEvent>, Fault> {
    let event = |record: Record| {
        let json = record.to_json();
        let json = json.map_err(|cause| Fault::bug("a record cannot be written").because(cause))?;
        Ok(NewEvent {
            time: record.event_time,
            terms: trail::lookup::terms(&Facts::of(&record, names(&record.event_source))),
            body: json.into_bytes(),
        })
    };
    records.into_iter().map(event).collect()
}
