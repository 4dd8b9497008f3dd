//! A service of four operations over one table: one reads, one writes, one nests, one streams.

use std::collections::BTreeMap;
use std::net::IpAddr;

use bytes::Bytes;
use gateway::{
    Access, Answer, Answering, ApiError, Begun, BodyLimit, BodySink, Caller, Codec, Ctx, Decoding,
    EventForm, EventParts, Failure, Family, Fault, INTERNAL_FAILURE, Json, Operation, Plain,
    Protocol, Received, Refused, Reply, Row, SERVICE_UNAVAILABLE, Service, Spec, WireError, row,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::Table;
use testkit::{Answered, Kit};
use wire::Head;
use wire::sign::{Credentials, payload_hash, sign_header};

const NOTES: Table<String> = Table::new("toy.note");
/// The largest body of `UploadNote`, in bytes.
const UPLOAD_BYTES_MAX: u64 = 16;
/// The text of an output that no protocol can carry.
pub(crate) const UNRENDERABLE: &str = "UNRENDERABLE";
pub(crate) const HOST: &str = "127.0.0.1:4566";

static TOY: Service = Service {
    name: "toy",
    signing_name: "toy",
    event_source: "toy.local",
    protocol: Protocol::Json11,
    family: Family::Json,
    target: "Toy",
    global: false,
    event_form: EventForm::PLAIN,
    failure: INTERNAL_FAILURE,
    unavailable: SERVICE_UNAVAILABLE,
};

const ROWS: &[Row] = &[row::<GetNote>(), row::<PutNote>(), row::<Nest>(), row::<UploadNote>()];

/// A kit that serves the toy besides the identities.
pub(crate) fn kit() -> Kit {
    Kit::new(SERVED)
}

/// The rows that such a kit serves.
pub(crate) const SERVED: &[&[Row]] = &[iam::ROWS, ROWS];

/// A call by the root user.
pub(crate) fn call(kit: &Kit, operation: &str, input: &Value) -> Answered {
    call_as(kit, &kit.root, operation, input)
}

/// A call.
pub(crate) fn call_as(kit: &Kit, by: &Credentials, operation: &str, input: &Value) -> Answered {
    let target = format!("Toy.{operation}");
    let headers = [("x-amz-target", target.as_str())];
    kit.send(by, "toy", "POST", "/", &headers, input.to_string().as_bytes())
}

fn head(kit: &Kit, by: &Credentials, operation: &str, input: &Value) -> Head {
    let (target, input) = (format!("Toy.{operation}"), input.to_string());
    let own = [("x-amz-target", target.as_str()), ("x-toy-input", input.as_str())];
    let (hash, now) = (payload_hash(b""), kit.clock.now());
    let signed = sign_header("POST", HOST, "/", &own, &hash, by, testkit::REGION, "toy", now);
    let signed = signed.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let mut headers = HeaderMap::new();
    headers.insert("host", HeaderValue::from_static(HOST));
    for (name, value) in own.into_iter().chain(signed) {
        headers.insert(HeaderName::from_bytes(name.as_bytes()).unwrap(), value.parse().unwrap());
    }
    let peer = IpAddr::from([127, 0, 0, 1]);
    Head::new(Method::POST, "/".to_owned(), headers, false, peer)
}

/// A call by the root user that has begun; its input is in a header.
pub(crate) fn begin(kit: &Kit, operation: &str, input: &Value) -> Begun {
    begin_as(kit, &kit.root, operation, input)
}

/// The same by another caller.
pub(crate) fn begin_as(kit: &Kit, by: &Credentials, operation: &str, input: &Value) -> Begun {
    let head = head(kit, by, operation, input);
    let identified = kit.gateway.identify(&head).unwrap();
    let received = Received { head, body: Bytes::new(), form: None, tls: None };
    kit.gateway.begin(identified, received).0
}

/// The final response to a call that has begun.
pub(crate) fn finished(answering: Answering) -> Answered {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    Answered::from(runtime.block_on(answering))
}

/// `UploadNote` with a whole body.
pub(crate) fn upload(kit: &Kit, input: &Value, body: &[u8]) -> Answered {
    match begin(kit, "UploadNote", input) {
        Begun::Answering(answering) => finished(answering),
        Begun::Body(mut upload) => {
            let pushed = upload.push(body).map(|()| Vec::new());
            finished(upload.finish(pushed))
        }
    }
}

/// The names of the toy's events so far, oldest first, with their error codes.
pub(crate) fn events(kit: &Kit) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let events = kit.events();
    let toys = events.iter().filter(|event| event["eventSource"] == "toy.local");
    toys.map(|event| (text(&event["eventName"]), text(&event["errorCode"]))).collect()
}

/// Why a request was refused: by the caller's own account.
pub(crate) fn denials(kit: &Kit, refused: &Answered) -> Value {
    let asked = json!({"Explains": refused.header("x-amzn-requestid")});
    let text = call(kit, "GetNote", &asked).ok().json()["Text"].as_str().unwrap().to_owned();
    serde_json::from_str(&text).unwrap()
}

/// The text of a note, past the pipeline.
pub(crate) fn note(kit: &Kit, name: &str) -> Option<String> {
    let view = kit.store.snapshot().unwrap();
    NOTES.get(&view.tx(), name).unwrap()
}

/// The input of any of the four operations.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Input {
    name: String,
    text: String,
    /// The step that panics.
    panics_in: String,
    /// Whether the operation fails after all that it does.
    fails: bool,
    /// How many calls are nested in one another.
    depth: u8,
    /// Whether the nested call is made by a service without permissions.
    by_service: bool,
    /// Whether a nested call may fail.
    forgives: bool,
    /// Where the nested call is made.
    nests_in: String,
    /// The request whose denials are read instead of a note.
    explains: String,
    /// `fails` if the nested call is to fail after all that it does.
    inner: String,
    /// `unwritable` if the event cannot show the input, `unreadable` if what the event describes
    /// cannot be read, `lost` if that and the note itself cannot be read, `poses` if the error has
    /// the code of a denial.
    oddity: String,
    /// The number of nested calls, one after the other, of which the first ones only read.
    reads_first: u8,
}

impl Input {
    fn panic_in(&self, step: &str) {
        assert!(self.panics_in != step, "a bug in {step}");
    }
}

/// The output.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Output {
    text: String,
}

/// How the toy fails.
#[derive(Debug)]
pub(crate) enum ToyError {
    NoSuchNote,
    Failed,
    /// No denial, although it is called like one.
    Posing,
}

impl ApiError for ToyError {
    fn wire(&self) -> WireError {
        match self {
            Self::NoSuchNote => WireError::new(404, "NoSuchNote", "There is no such note."),
            Self::Posing => WireError::new(400, "AccessDeniedException", "It is no denial."),
            Self::Failed => WireError::new(400, "Failed", "It was to fail."),
        }
    }
}

/// JSON in both directions; a streamed call has its input in a header.
#[derive(Debug)]
pub(crate) struct Carried;

impl Codec<Input, Output> for Carried {
    fn decode(request: &Decoding<'_>) -> Result<Input, WireError> {
        let input: Input = match request.head.header("x-toy-input") {
            Some(text) => serde_json::from_str(text).unwrap(),
            None => <Json as Codec<Input, Output>>::decode(request)?,
        };
        input.panic_in("decode");
        Ok(input)
    }

    fn encode(output: Output, reply: &Reply<'_>) -> Result<Answer, Fault> {
        if output.text == UNRENDERABLE {
            let odd = BTreeMap::from([(Some(1), 1), (None, 2)]);
            return <Json as Codec<Input, BTreeMap<Option<u8>, u8>>>::encode(odd, reply);
        }
        <Json as Codec<Input, Output>>::encode(output, reply)
    }

    fn parameters(input: &Input, service: &Service) -> Result<Value, Fault> {
        input.panic_in("parameters");
        if input.oddity == "unwritable" {
            let odd = BTreeMap::from([(Some(1), 1), (None, 2)]);
            return <Json as Codec<BTreeMap<Option<u8>, u8>, Output>>::parameters(&odd, service);
        }
        Ok(json!({"name": input.name}))
    }

    fn elements(output: &Output, service: &Service) -> Result<Value, Fault> {
        <Json as Codec<Input, Output>>::elements(output, service)
    }
}

fn need(operation: &str, input: &Input) -> Vec<Access> {
    let resource = format!("arn:aws:toy:::note/{}", input.name);
    vec![Access::by_identity(format!("toy:{operation}"), resource)]
}

/// Reads.
#[derive(Debug)]
pub(crate) struct GetNote;

impl Plain for GetNote {
    const SPEC: Spec = Spec::reads(&TOY, "GetNote");
    type Input = Input;
    type Output = Output;
    type Error = ToyError;
    type Codec = Carried;

    fn access(_: &mut Ctx<'_>, input: &Input) -> Result<Vec<Access>, Failure<ToyError>> {
        Ok(need("GetNote", input))
    }

    /// A missing note is created on first use, if the caller provides its text.
    fn run(ctx: &mut Ctx<'_>, input: &Input) -> Result<Output, Failure<ToyError>> {
        input.panic_in("run");
        if let Some(denials) = ctx.denials(&input.explains)? {
            return Ok(Output { text: serde_json::to_string(&denials).unwrap() });
        }
        if let Some(text) = NOTES.get(ctx.tx(), &input.name)? {
            return Ok(Output { text });
        }
        if input.text.is_empty() {
            return Err(ToyError::NoSuchNote.into());
        }
        let made = Input { name: input.name.clone(), text: input.text.clone(), ..Input::default() };
        let caller = ctx.caller().clone();
        Ok(ctx.invoke::<PutNote>(caller, &made)?)
    }
}

/// Writes; its text is prepared before the transaction.
#[derive(Debug)]
pub(crate) struct PutNote;

impl Operation for PutNote {
    const SPEC: Spec = Spec::writes(&TOY, "PutNote");
    type Input = Input;
    type Output = Output;
    type Error = ToyError;
    type Codec = Carried;
    type Seen = ();
    type Work = String;

    fn access(_: &mut Ctx<'_>, input: &Input) -> Result<(Vec<Access>, ()), Failure<ToyError>> {
        input.panic_in("access");
        Ok((need("PutNote", input), ()))
    }

    fn prepare(_: &mut Ctx<'_>, input: &Input, (): ()) -> Result<String, Failure<ToyError>> {
        input.panic_in("prepare");
        Ok(input.text.to_uppercase())
    }

    fn run(
        ctx: &mut Ctx<'_>,
        input: &Input,
        work: &mut String,
    ) -> Result<Output, Failure<ToyError>> {
        NOTES.put(ctx.tx_mut(), &input.name, work)?;
        input.panic_in("run");
        if input.oddity == "lost" {
            return Err(Fault::damaged("the note").into());
        }
        if input.oddity == "poses" {
            return Err(ToyError::Posing.into());
        }
        if input.fails {
            return Err(ToyError::Failed.into());
        }
        Ok(Output { text: work.clone() })
    }

    fn annotate(
        _: &Ctx<'_>,
        input: &Input,
        work: Option<&String>,
        _: Option<&Output>,
        event: &mut EventParts,
    ) -> Result<(), Fault> {
        input.panic_in("annotate");
        if matches!(input.oddity.as_str(), "unreadable" | "lost") {
            return Err(Fault::damaged("the owner of the note"));
        }
        event.additional = work.map(|text| json!({"prepared": text}));
        Ok(())
    }
}

/// Writes a note and calls others, before or within the transaction.
#[derive(Debug)]
pub(crate) struct Nest;

impl Nest {
    fn nested(ctx: &mut Ctx<'_>, input: &Input) -> Result<(), Failure<ToyError>> {
        let caller = if input.by_service {
            Caller::service("toy.local", ctx.account(), "arn:aws:toy:::nest")
        } else {
            ctx.caller().clone()
        };
        let done = if let Some(depth) = input.depth.checked_sub(1) {
            let inner = Input { depth, ..input.clone() };
            ctx.invoke::<Self>(caller, &inner).map(|_| ())
        } else {
            let (name, fails) = (format!("{}/inner", input.name), input.inner == "fails");
            let inner = Input { name, fails, ..input.clone() };
            ctx.invoke::<PutNote>(caller, &inner).map(|_| ())
        };
        match done {
            // On a snapshot this is how a call finds out that it needs the writer.
            Err(refused) if !(input.forgives && refused.code().is_some()) => Err(refused.into()),
            Ok(()) | Err(_) => Ok(()),
        }
    }
}

impl Operation for Nest {
    const SPEC: Spec = Spec::writes(&TOY, "Nest");
    type Input = Input;
    type Output = Output;
    type Error = ToyError;
    type Codec = Carried;
    type Seen = ();
    /// Whether the work behind the nested calls was done on a snapshot.
    type Work = bool;

    fn access(_: &mut Ctx<'_>, input: &Input) -> Result<(Vec<Access>, ()), Failure<ToyError>> {
        Ok((need("Nest", input), ()))
    }

    fn prepare(ctx: &mut Ctx<'_>, input: &Input, (): ()) -> Result<bool, Failure<ToyError>> {
        for _ in 0..input.reads_first {
            let name = "read".to_owned();
            let caller = ctx.caller().clone();
            ctx.invoke::<GetNote>(caller, &Input { name, ..Input::default() })?;
        }
        if input.nests_in == "prepare" {
            Self::nested(ctx, input)?;
        }
        Ok(ctx.tx().is_snapshot())
    }

    fn run(ctx: &mut Ctx<'_>, input: &Input, _: &mut bool) -> Result<Output, Failure<ToyError>> {
        if input.nests_in != "prepare" {
            Self::nested(ctx, input)?;
        }
        NOTES.put(ctx.tx_mut(), &input.name, &input.text)?;
        if input.fails {
            return Err(ToyError::Failed.into());
        }
        Ok(Output { text: input.text.clone() })
    }

    fn annotate(
        _: &Ctx<'_>,
        _: &Input,
        work: Option<&bool>,
        _: Option<&Output>,
        event: &mut EventParts,
    ) -> Result<(), Fault> {
        event.additional = work.map(|on_snapshot| json!({"preparedOnSnapshot": on_snapshot}));
        Ok(())
    }
}

/// Receives its text as a body.
#[derive(Debug)]
pub(crate) struct UploadNote;

/// A body as it arrives.
#[derive(Debug, Default)]
pub(crate) struct Arriving {
    bytes: Vec<u8>,
    panics: bool,
    is_whole: bool,
}

impl BodySink for Arriving {
    fn push(&mut self, data: &[u8]) -> Result<(), Refused> {
        assert!(!self.panics, "a bug in push");
        self.bytes.extend_from_slice(data);
        if self.bytes.starts_with(b"bad") {
            return Err(WireError::new(400, "BadBody", "The body is bad.").into());
        }
        if self.bytes.starts_with(b"lost") {
            return Err(Fault::bug("the body is lost").into());
        }
        Ok(())
    }

    fn close(&mut self, _: &[(String, String)]) -> Result<(), Refused> {
        self.is_whole = true;
        Ok(())
    }
}

impl Operation for UploadNote {
    const SPEC: Spec = Spec::writes(&TOY, "UploadNote").body(BodyLimit::Streamed(UPLOAD_BYTES_MAX));
    type Input = Input;
    type Output = Output;
    type Error = ToyError;
    type Codec = Carried;
    type Seen = ();
    type Work = Arriving;

    fn access(_: &mut Ctx<'_>, input: &Input) -> Result<(Vec<Access>, ()), Failure<ToyError>> {
        Ok((need("UploadNote", input), ()))
    }

    fn prepare(_: &mut Ctx<'_>, input: &Input, (): ()) -> Result<Arriving, Failure<ToyError>> {
        Ok(Arriving { panics: input.panics_in == "push", ..Arriving::default() })
    }

    fn sink(work: &mut Arriving) -> Option<&mut dyn BodySink> {
        Some(work)
    }

    fn run(
        ctx: &mut Ctx<'_>,
        input: &Input,
        work: &mut Arriving,
    ) -> Result<Output, Failure<ToyError>> {
        assert!(work.is_whole, "runs only with its whole body");
        let text = String::from_utf8_lossy(&work.bytes).into_owned();
        NOTES.put(ctx.tx_mut(), &input.name, &text)?;
        Ok(Output { text })
    }
}
