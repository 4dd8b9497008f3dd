//! The first steps of a call: the operation and the caller.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use serde_json::Value;
use store::Snapshot;
use types::{Region, Timestamp};
use wire::sigv4::SignatureError;
use wire::{FormReader, Head};

use crate::authenticate::{Presented, Trust, authenticate_form, present, prove};
use crate::control;
use crate::incoming::Incoming;
use crate::record::fault;
use crate::unserved;
use crate::{
    Answer, Begun, BodyGate, BodyLimit, Call, Effort, Family, Fault, Gateway, Identified, Origin,
    Phase, Protocol, Received, Refused, Row, Scope, Service, Spec, WireError,
};

impl Gateway {
    /// Finds the service and, if it is in the head, the operation.
    ///
    /// Errors with the complete response: such requests reach no service and are not recorded.
    pub fn identify(&self, head: &Head) -> Result<Identified, Box<Answer>> {
        if let Some(target) = head.header("x-amz-target") {
            return self.identify_json(head, target);
        }
        let scope = signed_service(head);
        let service = scope.as_deref().and_then(|name| self.table.service(name));
        match service {
            Some(service) if is_query(service.protocol) => Ok(Identified {
                body: self.table.body_of_any(service),
                effort: Effort::Ordinary,
                service,
                row: None,
                bucket: None,
                key: None,
                region_of_host: None,
                json: unserved::requests_json(head),
                presented: None,
            }),
            Some(service) if service.protocol == Protocol::Json11 => {
                Err(self.refuse(service, &unknown_operation(), false))
            }
            None => match scope.as_deref() {
                Some(name) if self.is_unserved(name, head) => {
                    let (id, _) = self.ids(Family::Query).unwrap_or_default();
                    Err(Box::new(unserved::refusal(name, head, &id)))
                }
                // Observed: STS refuses a call without a signature in its own form.
                None if unserved::is_query(head) && self.names_no_bucket(head) => {
                    let (id, _) = self.ids(Family::Query).unwrap_or_default();
                    let missing = SignatureError::Missing.wire(Family::Query);
                    Err(Box::new(unserved::query(&missing, head, &id)))
                }
                Some(_) | None => self.identify_rest(head),
            },
            Some(_) => self.identify_rest(head),
        }
    }

    /// The name of the operation; of a Query call, which names it in its body, if there is such a
    /// one.
    pub fn named(&self, identified: &Identified, head: &Head, body: &[u8]) -> Option<&'static str> {
        if identified.row.is_some() {
            return identified.operation();
        }
        let mut pairs = wire::query::parse(body).ok()?;
        pairs.extend(head.query_pairs());
        let (_, name) = pairs.iter().find(|(name, _)| name == "Action")?;
        self.table.named(identified.service, name).map(|row| row.spec.name)
    }

    fn identify_json(&self, head: &Head, target: &str) -> Result<Identified, Box<Answer>> {
        let (prefix, name) = target.rsplit_once('.').unwrap_or((target, ""));
        let Some(service) = self.table.service_of_target(prefix) else {
            let (id, _) = self.ids(Family::Json).unwrap_or_default();
            // Its target names CloudWatch `GraniteServiceVersion20100801`; its users call it `monitoring`.
            let signed = signed_service(head).filter(|name| self.table.service(name).is_none());
            return Err(Box::new(unserved::target(signed.as_deref().unwrap_or(prefix), &id)));
        };
        let row = self.table.named(service, name);
        let row =
            row.ok_or_else(|| self.refuse(service, &unknown_operation(), speaks_both(service)))?;
        let Spec { body, effort, .. } = *row.spec;
        Ok(Identified {
            body,
            effort,
            service,
            row: Some(row),
            bucket: None,
            key: None,
            region_of_host: None,
            json: speaks_both(service),
            presented: None,
        })
    }

    /// Whether a request that was signed for a service which is none of ours is meant for it, and
    /// not for the one with REST but signed wrongly.
    fn is_unserved(&self, name: &str, head: &Head) -> bool {
        let rest = self.table.speaking(Protocol::RestXml);
        let is_near = rest.is_some_and(|rest| name.starts_with(rest.signing_name));
        !is_near && !unserved::has_body_hash(head)
    }

    fn names_no_bucket(&self, head: &Head) -> bool {
        wire::virtual_host(head, &self.settings.domains).is_none()
    }

    fn identify_rest(&self, head: &Head) -> Result<Identified, Box<Answer>> {
        let Some(service) = self.table.speaking(Protocol::RestXml) else {
            return Err(Box::new(Answer::empty(http::StatusCode::NOT_FOUND)));
        };
        let refuse = |error: &WireError| self.refuse(service, error, false);
        let invalid_uri =
            || refuse(&WireError::new(400, "InvalidURI", "Couldn't parse the specified URI."));
        if control::is_for(head) {
            let found = control::identify(&self.table, head);
            return found.map(|(row, resource)| Identified::control(row, &resource)).map_err(
                |error| {
                    let control = self.table.speaking(Protocol::RestXmlControl).unwrap_or(service);
                    self.refuse(control, &error, false)
                },
            );
        }
        // Observed: a raw plus is a space.
        let path = head.path().replace('+', " ");
        let path = wire::uri::decode(&path).ok_or_else(invalid_uri)?;
        let path = path.strip_prefix('/').unwrap_or(&path);
        let (bucket, key, region_of_host) =
            if let Some((bucket, region)) = wire::virtual_host(head, &self.settings.domains) {
                (bucket, path.to_owned(), region)
            } else {
                let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
                (bucket.to_owned(), key.to_owned(), None)
            };
        let scope = match (bucket.is_empty(), key.is_empty()) {
            (true, true) => Scope::Service,
            (true, false) => return Err(invalid_uri()),
            (false, true) => Scope::Bucket,
            (false, false) => Scope::Object,
        };
        let has_header = |name: &str| head.headers().contains_key(name);
        let query = head.query_pairs();
        let row = self.table.rest(head.method.as_str(), scope, &query, &has_header);
        let row = row.ok_or_else(|| refuse(&not_served(head)))?;
        let some = |text: String| Some(text).filter(|text| !text.is_empty());
        Ok(Identified {
            body: row.spec.body,
            effort: row.spec.effort,
            service,
            row: Some(row),
            bucket: some(bucket),
            key: some(key),
            region_of_host,
            json: false,
            presented: None,
        })
    }

    /// The response to a request whose body could not be received.
    pub fn refused(&self, identified: &Identified, error: &WireError) -> Answer {
        *self.refuse(identified.service, error, identified.json)
    }

    /// The response to a request for which there is no memory now.
    ///
    /// Source: S3 API Reference, "Error responses"; the "Common Errors" of the other services.
    pub fn busy(&self, service: &'static Service) -> Answer {
        let error = match service.family {
            Family::Json => WireError::new(400, "ThrottlingException", "Rate exceeded"),
            Family::Query => WireError::new(400, "Throttling", "Rate exceeded"),
            Family::S3 => WireError::new(503, "SlowDown", "Please reduce your request rate."),
        };
        *self.refuse(service, &error, speaks_both(service))
    }

    /// The first half of authentication: what the head proves before any of the body is read.
    ///
    /// Takes well below a millisecond. Errors with the complete response. The result is stored in
    /// `identified`, so that [`begin`](Self::begin) continues from there. A form's signature is in
    /// its fields: its head proves nothing.
    pub fn present(&self, identified: &mut Identified, head: &Head) -> Result<Trust, Box<Answer>> {
        if matches!(identified.body, BodyLimit::Form(_)) {
            return Ok(Trust::Anonymous);
        }
        let (service, now) = (identified.service, self.clock.now());
        let view = self.store.snapshot().map_err(Refused::from);
        let presented = view.and_then(|view| {
            let requested = identified.requested();
            self.phases.time(Phase::Signature, || present(self, &view, head, requested, now))
        });
        let presented =
            presented.map_err(|refused| self.no_call(service, refused, identified.json))?;
        let trust = presented.trust(self, head, service.family);
        identified.presented = Some(Box::new(presented));
        Ok(trust)
    }

    fn refuse(&self, service: &Service, error: &WireError, json: bool) -> Box<Answer> {
        let (request_id, host_id) = self.ids(service.family).unwrap_or_default();
        Box::new(Answer::error_as(service.protocol, error, (&request_id, &host_id), json))
    }

    /// Authenticates and begins the call. May block the thread, unless the operation is
    /// [brief](Effort::Brief).
    ///
    /// [`Begun::Body`] contains the gate through which the body's bytes must pass.
    pub fn begin(
        self: &Arc<Self>,
        identified: Identified,
        received: Received,
    ) -> (Begun, Option<BodyGate>) {
        let (service, json) = (identified.service, identified.json);
        let begun = self.try_begin(identified, received);
        begun.unwrap_or_else(|refused| {
            let answer = *self.no_call(service, refused, json);
            (Begun::Answering(Box::pin(std::future::ready(answer))), None)
        })
    }

    /// What the head proves: the result from before the body, if it is still valid.
    fn presented(
        &self,
        identified: &mut Identified,
        view: &Snapshot,
        head: &Head,
        now: Timestamp,
    ) -> Result<Presented, Refused> {
        let found = identified.presented.take().filter(|presented| presented.holds(now));
        match found {
            Some(presented) => Ok(*presented),
            None => present(self, view, head, identified.requested(), now),
        }
    }

    /// The response to a request that is not a call: its sender is unknown, and there is no event.
    pub(crate) fn no_call(
        &self,
        service: &'static Service,
        refused: Refused,
        json: bool,
    ) -> Box<Answer> {
        let error = match refused {
            Refused::Wire(error) | Refused::Denied(error) => {
                self.unproven.fetch_add(1, Ordering::Relaxed);
                let (code, made_at) = (&error.code, error.made_at);
                tracing::debug!(aws.service = service.name, code, %made_at, "no call");
                error
            }
            Refused::Internal(cause) => {
                self.report(&cause, crate::row::OWN_FAULT, "");
                fault(service, &cause)
            }
        };
        self.refuse(service, &error, json)
    }

    fn try_begin(
        self: &Arc<Self>,
        mut identified: Identified,
        received: Received,
    ) -> Result<(Begun, Option<BodyGate>), Refused> {
        let is_whole = !identified.body.is_streamed();
        let (row, incoming, gate) = self.incoming(&mut identified, received, is_whole)?;
        Ok(((row.begin)(&incoming), gate))
    }

    /// Authenticates a request. `is_whole` is whether all of its body is here.
    pub(crate) fn incoming(
        self: &Arc<Self>,
        identified: &mut Identified,
        received: Received,
        is_whole: bool,
    ) -> Result<(&'static Row, Incoming, Option<BodyGate>), Refused> {
        let Received { head, body, form, tls } = received;
        let service = identified.service;
        let fields = form.as_ref().map(FormReader::fields);
        let hash = is_whole.then(|| keys::sha256(&body));
        let now = self.clock.now();
        let view = self.store.snapshot()?;
        let hash = hash.as_ref();
        let found = self.phases.time(Phase::Signature, || {
            if let Some(fields) = &fields {
                return authenticate_form(self, &view, fields, service, now);
            }
            let presented = self.presented(identified, &view, &head, now)?;
            prove(self, presented, &head, service.family, hash)
        })?;
        if !identified.is_unsigned() {
            found.expect_host(&head, &self.settings.domains, service.family)?;
        }
        found.expect_region(identified.region_of_host.as_ref(), service.family)?;
        let gate = match form {
            Some(reader) => Some(BodyGate::form(reader)),
            None => BodyGate::new(&head, &found)?,
        };
        let (body, gate) = match gate {
            Some(gate) if is_whole => (gate.whole(&body)?, None),
            gate => (body, gate),
        };
        let (row, parameters) = match identified.row {
            Some(row) => (row, Value::Null),
            None => self.query_row(service, &head, &body)?,
        };
        let (request_id, host_id) = self.ids(service.family)?;
        let home = || Self::home(row, &view, identified.bucket.as_deref());
        let of_host = identified.region_of_host.clone();
        let region = match found.region.clone().or(of_host) {
            Some(region) => Some(region),
            None => home()?,
        };
        let call = Call {
            origin: Some(Origin { json: identified.json, ..Origin::of(&head, &found, tls) }),
            caller: found.caller,
            region: region.unwrap_or_else(|| self.settings.region.clone()),
            now,
            request_id,
            host_id,
        };
        let incoming = Incoming {
            gateway: Arc::clone(self),
            call: Arc::new(call),
            view,
            head,
            body: Some(body),
            parameters,
            form: fields.unwrap_or_default(),
            bucket: identified.bucket.clone(),
            key: identified.key.clone(),
        };
        Ok((row, incoming, gate))
    }

    /// The region of a request that specifies none: its bucket's, because one port serves all
    /// regions. AWS has an endpoint for each.
    fn home(row: &Row, view: &Snapshot, bucket: Option<&str>) -> Result<Option<Region>, Fault> {
        bucket.map_or(Ok(None), |bucket| (row.home)(&view.tx(), bucket))
    }

    fn query_row(
        &self,
        service: &'static Service,
        head: &Head,
        body: &[u8],
    ) -> Result<(&'static Row, Value), WireError> {
        let mut pairs = wire::query::parse(body)?;
        pairs.extend(wire::query::of_url(head)?);
        let action = pairs.iter().find(|(name, _)| name == "Action");
        let Some((_, action)) = action else {
            return Err(WireError::new(
                400,
                "MissingAction",
                "The request must contain the parameter Action.",
            ));
        };
        let row = self.table.named(service, action).ok_or_else(|| {
            if service.protocol == Protocol::Ec2 {
                return unserved::action(service.name, action);
            }
            let version = pairs.iter().find(|(name, _)| name == "Version");
            let version = version.map_or("", |(_, version)| version.as_str());
            WireError::new(
                400,
                "InvalidAction",
                format!("Could not find operation {action} for version {version}"),
            )
        })?;
        Ok((row, wire::query::tree(&pairs)?))
    }
}

/// The service that a request states it is signed for.
fn signed_service(head: &Head) -> Option<String> {
    wire::sigv4::presented(head).ok().flatten().map(|signed| signed.service)
}

/// Whether requests of the protocol name their operation in `Action`.
fn is_query(protocol: Protocol) -> bool {
    match protocol {
        Protocol::Query { .. } | Protocol::QueryCompatible { .. } | Protocol::Ec2 => true,
        Protocol::Json11 | Protocol::RestXml | Protocol::RestXmlControl => false,
    }
}

/// Whether JSON is one of two protocols of the service.
fn speaks_both(service: &Service) -> bool {
    matches!(service.protocol, Protocol::QueryCompatible { .. })
}

/// Source: AWS JSON protocol, a target that names no operation of the service.
#[track_caller]
fn unknown_operation() -> WireError {
    WireError::without_message(400, "UnknownOperationException")
}

/// Operations that S3 has and we do not support, or that do not exist.
#[track_caller]
fn not_served(head: &Head) -> WireError {
    if head.query().is_empty() {
        return WireError::new(
            405,
            "MethodNotAllowed",
            "The specified method is not allowed against this resource.",
        )
        .with("Method", head.method.as_str());
    }
    WireError::new(
        501,
        "NotImplemented",
        "A header you provided implies functionality that is not implemented",
    )
}
