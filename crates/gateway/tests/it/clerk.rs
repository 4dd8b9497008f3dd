//! A service that does what its input orders: which rights it needs, how it ends, what its event
//! contains, and which calls it makes.

use std::collections::BTreeMap;

use bytes::Bytes;
use gateway::{
    Access, ApiError, Begun, Caller, Ctx, EventForm, EventParts, Failure, Family, Fault,
    INTERNAL_FAILURE, Json, Name, Operation, OwnFailure, Part, Protocol, Received, Refused,
    Resource, Row, SERVICE_UNAVAILABLE, Service, Spec, WireError, row,
};
use policy::{Grammar, ResourceRule};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::Table;
use testkit::{Answered, Kit};
use types::{AccountId, Region};
use wire::Head;
use wire::sign::Credentials;

/// The file that each call with a name writes.
const FILES: Table<String> = Table::new("clerk.file");

/// The clerk as a caller.
pub(crate) const PRINCIPAL: &str = "clerk.amazonaws.com";

/// How the clerk is addressed and named.
static CLERK: Service = Service {
    name: "clerk",
    signing_name: "clerk",
    event_source: "clerk.local",
    protocol: Protocol::Json11,
    family: Family::Json,
    target: "Clerk",
    global: false,
    event_form: EventForm {
        api_version: Some("2015-03-31"),
        exceptions: &["NoSuchFile"],
        verbatim: &["Labels"],
        names: &[Name::Request("/name", "Clerk::File")],
        fault_in_codes: false,
    },
    failure: OwnFailure { status: 500, code: "ClerkFailure", text: "The clerk failed." },
    unavailable: SERVICE_UNAVAILABLE,
};

/// The same service without regions.
static HEADQUARTERS: Service = Service {
    name: "headquarters",
    signing_name: "headquarters",
    event_source: "headquarters.local",
    target: "Headquarters",
    global: true,
    protocol: Protocol::Json11,
    family: Family::Json,
    event_form: EventForm::PLAIN,
    failure: INTERNAL_FAILURE,
    unavailable: SERVICE_UNAVAILABLE,
};

/// The kinds of the one operation.
const SERVE: u8 = 0;
const READ: u8 = 1;
const CLEAR: u8 = 2;
const LOG: u8 = 3;
const DECREE: u8 = 4;

const ROWS: &[Row] = &[
    row::<Desk<SERVE>>(),
    row::<Desk<READ>>(),
    row::<Desk<CLEAR>>(),
    row::<Desk<LOG>>(),
    row::<Desk<DECREE>>(),
];

/// The rows that a kit with a clerk serves.
pub(crate) const SERVED: &[&[Row]] = &[iam::ROWS, ROWS];

/// A kit that serves the clerk besides the identities.
pub(crate) fn kit() -> Kit {
    Kit::new(SERVED)
}

/// A call by the root user.
pub(crate) fn ask(kit: &Kit, operation: &str, order: &Value) -> Answered {
    ask_as(kit, &kit.root, operation, order)
}

/// A call.
pub(crate) fn ask_as(kit: &Kit, by: &Credentials, operation: &str, order: &Value) -> Answered {
    ask_with(kit, by, operation, order, &[])
}

/// A call with more headers.
pub(crate) fn ask_with(
    kit: &Kit,
    by: &Credentials,
    operation: &str,
    order: &Value,
    more: &[(&str, &str)],
) -> Answered {
    let (service, target) = target(operation);
    let headers: Vec<_> =
        [("x-amz-target", target.as_str())].into_iter().chain(more.iter().copied()).collect();
    kit.send(by, service, "POST", "/", &headers, order.to_string().as_bytes())
}

fn target(operation: &str) -> (&'static str, String) {
    let (service, prefix) = match operation {
        "Decree" => ("headquarters", "Headquarters"),
        _ => ("clerk", "Clerk"),
    };
    (service, format!("{prefix}.{operation}"))
}

/// A call whose head was received over TLS of version 1.3.
pub(crate) fn ask_over_tls(kit: &Kit, by: &Credentials, order: &Value) -> Answered {
    let (body, (service, target)) = (Bytes::from(order.to_string()), target("Serve"));
    let headers = [("x-amz-target", target.as_str())];
    let (hash, now) = (wire::sign::payload_hash(&body), kit.clock.now());
    let host = "clerk.example.test:4566";
    let signed = wire::sign::sign_header(
        "POST",
        host,
        "/",
        &headers,
        &hash,
        by,
        testkit::REGION,
        service,
        now,
    );
    let mut map = http::HeaderMap::new();
    map.insert("host", host.parse().unwrap());
    map.insert("x-amz-target", target.parse().unwrap());
    for (name, value) in signed {
        map.insert(http::HeaderName::from_bytes(name.as_bytes()).unwrap(), value.parse().unwrap());
    }
    let head = Head::new(http::Method::POST, "/".to_owned(), map, true, [192, 0, 2, 9].into());
    let identified = kit.gateway.identify(&head).unwrap();
    let tls = Some(("TLSv1.3".to_owned(), "TLS_AES_128_GCM_SHA256".to_owned()));
    match kit.gateway.begin(identified, Received { head, body, form: None, tls }).0 {
        Begun::Answering(answering) => crate::toy::finished(answering),
        Begun::Body(upload) => crate::toy::finished(upload.finish(Ok(Vec::new()))),
    }
}

/// The clerk's events, oldest first.
pub(crate) fn events(kit: &Kit) -> Vec<Value> {
    let own = |event: &Value| {
        ["clerk.local", "headquarters.local"].contains(&event["eventSource"].as_str().unwrap())
    };
    kit.events().into_iter().filter(own).collect()
}

/// The newest of them.
pub(crate) fn last(kit: &Kit) -> Value {
    events(kit).pop().unwrap()
}

/// Whether a call with this name has written its file.
pub(crate) fn has_file(kit: &Kit, name: &str) -> bool {
    let view = kit.store.snapshot().unwrap();
    FILES.get(&view.tx(), name).unwrap().is_some()
}

/// What the clerk is to do.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Order {
    /// The file to write; none without a name.
    #[serde(skip_serializing_if = "String::is_empty")]
    name: String,
    /// Text of the caller's choice.
    #[serde(skip_serializing_if = "String::is_empty")]
    filler: String,
    /// Members whose names are the caller's.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    labels: BTreeMap<String, String>,
    /// Bytes of text in the answer.
    #[serde(skip_serializing)]
    answer: usize,
    /// Bytes of text in `additionalEventData`.
    #[serde(skip_serializing)]
    additional: usize,
    /// The number of `resources`.
    #[serde(skip_serializing)]
    resources: usize,
    /// The account that owns what is touched.
    #[serde(skip_serializing)]
    owner: String,
    /// Whether there is no event.
    #[serde(skip_serializing)]
    silent: bool,
    /// How it fails.
    #[serde(skip_serializing)]
    refuses: Option<Refusal>,
    /// The kind of fault it fails by.
    #[serde(skip_serializing)]
    fault: String,
    /// The rights that it needs.
    #[serde(skip_serializing)]
    needs: Vec<Need>,
    /// Calls that it makes.
    #[serde(skip_serializing)]
    calls: Vec<NestedOrder>,
    /// Parts of itself.
    #[serde(skip_serializing)]
    parts: Vec<Self>,
    /// Rights of which it asks whether the caller has them.
    #[serde(skip_serializing)]
    asks: Vec<Need>,
    /// Another caller's call, of which it asks whether it would be denied without any policy.
    #[serde(skip_serializing)]
    foresees: Option<Box<NestedOrder>>,
    /// The request whose denials are returned.
    #[serde(skip_serializing)]
    explains: String,
}

/// An error.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Refusal {
    status: u16,
    code: String,
    message: Option<String>,
    denial: bool,
}

/// A right.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Need {
    resource: String,
    owner: String,
    policy: Option<Value>,
    granted: bool,
    public_is_blocked: bool,
    context: BTreeMap<String, String>,
}

/// A nested call.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct NestedOrder {
    /// `service` or `forwarded`, otherwise the caller.
    by: String,
    region: String,
    order: Order,
}

impl Need {
    fn access(&self, ctx: &Ctx<'_>, action: &str) -> Access {
        let compiled = |text: &Value| ctx.resource_policy(&text.to_string(), &Grammar::Resource);
        let mut access = Access::by_identity(action, self.resource.as_str());
        access.owner = AccountId::parse(&self.owner);
        access.policy = self.policy.as_ref().map(compiled);
        access.rule =
            if self.owner.is_empty() { ResourceRule::None } else { ResourceRule::Standard };
        access.granted = self.granted;
        access.restrict_public_buckets = self.public_is_blocked;
        for (key, value) in &self.context {
            access.context.set(key, value.as_str());
        }
        access
    }
}

impl NestedOrder {
    fn caller(&self, ctx: &Ctx<'_>) -> Caller {
        match self.by.as_str() {
            "service" => Caller::service(PRINCIPAL, ctx.account(), "arn:aws:clerk:::own"),
            "forwarded" => ctx.caller().forwarded("clerk.local"),
            _ => ctx.caller().clone(),
        }
    }

    fn region(&self, ctx: &Ctx<'_>) -> Region {
        Region::parse(&self.region).unwrap_or_else(|| ctx.region().clone())
    }

    fn make(&self, ctx: &mut Ctx<'_>) -> Result<Answer, Refused> {
        let (caller, region) = (self.caller(ctx), self.region(ctx));
        ctx.invoke_in::<Desk<SERVE>>(region, caller, &self.order)
    }
}

/// The output.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Answer {
    text: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    parts: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    allowed: Vec<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    denials: Option<Value>,
}

/// How the clerk fails.
#[derive(Debug)]
pub(crate) struct ClerkError(Refusal);

impl ApiError for ClerkError {
    fn wire(&self) -> WireError {
        let Refusal { status, code, message, .. } = self.0.clone();
        match message {
            Some(message) => WireError::new(status, code, message),
            None => WireError::without_message(status, code),
        }
    }

    fn is_denial(&self) -> bool {
        self.0.denial
    }
}

fn fault(kind: &str) -> Option<Fault> {
    match kind {
        "bug" => Some(Fault::bug("the clerk erred")),
        "key" => Some(Fault::key("the clerk's key is lost")),
        "damaged" => Some(Fault::damaged("a file is torn")),
        _ => None,
    }
}

/// The one operation, in each of its kinds.
#[derive(Debug)]
pub(crate) struct Desk<const KIND: u8>;

impl<const KIND: u8> Desk<KIND> {
    const NAME: &'static str = match KIND {
        SERVE => "Serve",
        READ => "Read",
        CLEAR => "Clear",
        DECREE => "Decree",
        _ => "Log",
    };
}

impl<const KIND: u8> Operation for Desk<KIND> {
    const SPEC: Spec = {
        let service = if KIND == DECREE { &HEADQUARTERS } else { &CLERK };
        let name = Self::NAME;
        let spec =
            if KIND == READ { Spec::reads(service, name) } else { Spec::writes(service, name) };
        match KIND {
            CLEAR => spec.when_full(),
            LOG => spec.data().event_name("WriteLog"),
            _ => spec,
        }
    };
    type Input = Order;
    type Output = Answer;
    type Error = ClerkError;
    type Codec = Json;
    type Seen = ();
    type Work = Vec<Part<Desk<SERVE>>>;

    fn access(ctx: &mut Ctx<'_>, order: &Order) -> Result<(Vec<Access>, ()), Failure<ClerkError>> {
        let action = format!("clerk:{}", Self::NAME);
        Ok((order.needs.iter().map(|need| need.access(ctx, &action)).collect(), ()))
    }

    fn prepare(
        ctx: &mut Ctx<'_>,
        order: &Order,
        (): (),
    ) -> Result<Self::Work, Failure<ClerkError>> {
        let parts = order.parts.iter().cloned();
        Ok(parts.map(|part| ctx.admit_part::<Desk<SERVE>>(part)).collect::<Result<_, _>>()?)
    }

    fn run(
        ctx: &mut Ctx<'_>,
        order: &Order,
        parts: &mut Self::Work,
    ) -> Result<Answer, Failure<ClerkError>> {
        let mut answer = Answer { text: "a".repeat(order.answer), ..Answer::default() };
        for part in parts {
            let done = ctx.run_part(part);
            answer.parts.push(match &done {
                Ok(_) => "done".to_owned(),
                Err(refused) => refused.code().unwrap_or("fault").to_owned(),
            });
        }
        for call in &order.calls {
            call.make(ctx)?;
        }
        for need in &order.asks {
            let access = need.access(ctx, "clerk:Serve");
            answer.allowed.push(gateway::allows(ctx, access)?);
        }
        if let Some(call) = &order.foresees {
            let (caller, region) = (call.caller(ctx), call.region(ctx));
            let change = |access: &mut Access| access.policy = None;
            let denial = ctx.foresee::<Self>(region, caller, &call.order, &change)?;
            answer.denials = Some(serde_json::to_value(denial).unwrap());
        }
        if let Some(denials) = ctx.denials(&order.explains)? {
            answer.denials = Some(serde_json::to_value(denials).unwrap());
        }
        if !order.name.is_empty() {
            FILES.put(ctx.tx_mut(), &order.name, &order.filler)?;
        }
        match (fault(&order.fault), &order.refuses) {
            (Some(fault), _) => Err(fault.into()),
            (None, Some(refusal)) => Err(ClerkError(refusal.clone()).into()),
            (None, None) => Ok(answer),
        }
    }

    fn annotate(
        ctx: &Ctx<'_>,
        order: &Order,
        _: Option<&Self::Work>,
        _: Option<&Answer>,
        event: &mut EventParts,
    ) -> Result<(), Fault> {
        let arn = |number| format!("arn:aws:clerk:::file/{number}");
        let resource = |number| Resource::owned(ctx.account(), "Clerk::File", arn(number));
        event.resources = (0..order.resources).map(resource).collect();
        event.additional =
            (order.additional > 0).then(|| json!({"note": "n".repeat(order.additional), "k": 1}));
        if let Some(bytes) = event.refusal_bytes {
            event.additional = Some(json!({"refusalBytes": bytes}));
        }
        event.owner = AccountId::parse(&order.owner);
        event.silent = order.silent;
        Ok(())
    }
}

/// The operation that other tests call without a request.
pub(crate) type Serve = Desk<SERVE>;

/// An order of these members.
pub(crate) fn order(members: &Value) -> Order {
    serde_json::from_value(members.clone()).unwrap()
}
