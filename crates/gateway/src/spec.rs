use trail::Name;
use wire::{Family, Protocol};

/// A service: how it is addressed, spoken to, and named in events.
#[derive(Debug)]
pub struct Service {
    /// The name in ARNs and actions, such as `kms`.
    pub name: &'static str,
    /// The name in the scope of signatures, mostly the same.
    pub signing_name: &'static str,
    /// The name in events, such as `kms.amazonaws.com`.
    pub event_source: &'static str,
    /// The protocol of its requests and responses.
    pub protocol: Protocol,
    /// The family of its authentication errors, denials and throttling, and of the form of its
    /// `userAgent`.
    pub family: Family,
    /// The part of `X-Amz-Target` before the last dot, without namespace (JSON services only).
    pub target: &'static str,
    /// Whether the service has one endpoint for all regions and its events are in `us-east-1`.
    pub global: bool,
    /// How its events differ from those of other services.
    pub event_form: EventForm,
    /// What callers get when the fault is the service's own.
    pub failure: OwnFailure,
    /// What callers get while there is no room to record them; they may try again.
    pub unavailable: OwnFailure,
}

/// How the events of a service differ from those of others.
#[derive(Debug)]
pub struct EventForm {
    /// The `apiVersion` that they carry, if any.
    pub api_version: Option<&'static str>,
    /// Codes that events call an exception: `NoSuchEntity` is `NoSuchEntityException`.
    pub exceptions: &'static [&'static str],
    /// Whether error codes are prefixed with the side at fault, as in `Client.UnauthorizedOperation`;
    /// faults have the prefix `Server.`.
    pub fault_in_codes: bool,
    /// Members whose own keys are a user's words and stay as they are.
    pub verbatim: &'static [&'static str],
    /// Where they name what event history finds them by.
    pub names: &'static [Name],
}

impl EventForm {
    /// Nothing otherwise.
    pub const PLAIN: Self = Self {
        api_version: None,
        exceptions: &[],
        fault_in_codes: false,
        verbatim: &[],
        names: &[],
    };
}

/// An answer to a call that fails by no fault of its caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OwnFailure {
    /// The HTTP status.
    pub status: u16,
    /// The code.
    pub code: &'static str,
    /// The text.
    pub text: &'static str,
}

/// The failure of services whose model names no other.
///
/// Source: the services' "Common errors" pages.
pub const INTERNAL_FAILURE: OwnFailure = OwnFailure {
    status: 500,
    code: "InternalFailure",
    text: "The request processing has failed because of an unknown error, exception or failure.",
};

/// The same for services that ask clients to retry.
///
/// Source: the services' "Common errors" pages.
pub const SERVICE_UNAVAILABLE: OwnFailure = OwnFailure {
    status: 503,
    code: "ServiceUnavailable",
    text: "The request has failed due to a temporary failure of the server.",
};

/// Management events are the trail's default; data events must be selected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// The control plane; also in the event history.
    Management,
    /// Work on objects; never in the event history.
    Data,
}

/// How a request is matched to its operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// By its name, in `X-Amz-Target` or `Action`.
    Name,
    /// By method, path and query; the row with most matching conditions wins.
    Rest {
        /// The HTTP method.
        method: &'static str,
        /// What the path names.
        scope: Scope,
        /// Query keys that must be present; `key=value` demands the value too.
        query: &'static [&'static str],
        /// A header that must be present.
        header: Option<&'static str>,
    },
}

/// What an S3 path names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// `/`
    Service,
    /// `/bucket`
    Bucket,
    /// `/bucket/key`
    Object,
    /// A path of S3 Control behind its version, such as `tags`; what follows it names a resource.
    Control(&'static str),
}

/// How much of a request's body an operation accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyLimit {
    /// Buffered completely, up to this many bytes.
    Buffered(usize),
    /// Streamed as it arrives, up to this many bytes of payload.
    Streamed(u64),
    /// A browser form, whose file is streamed as it arrives, up to this many bytes.
    Form(u64),
}

impl BodyLimit {
    /// Whether the payload is handed on as it arrives.
    pub fn is_streamed(self) -> bool {
        matches!(self, Self::Streamed(_) | Self::Form(_))
    }
}

/// The meaning of a signature for an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signatures {
    /// It identifies the caller.
    Count,
    /// None: browsers send preflights to the URL of the request that they want to send, whose
    /// signature is for that request.
    Ignored,
}

/// What becomes of a call while the disk is full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhenFull {
    /// It has to wait until there is space.
    Refused,
    /// It frees space, or finds what can be deleted.
    GoesOn,
}

/// The fixed facts of one operation; its row in the table of operations.
#[derive(Debug)]
pub struct Spec {
    /// The service.
    pub service: &'static Service,
    /// The name in the API, such as `CreateTrail`.
    pub name: &'static str,
    /// The name in events, mostly `name`.
    pub event_name: &'static str,
    /// Whether events have `readOnly: true`. Read-only operations run on a snapshot; if one has to
    /// write after all (a default key created on first use), it is run again on the writer.
    pub read_only: bool,
    /// Management or data.
    pub class: Class,
    /// How it is found.
    pub route: Route,
    /// The body that it accepts.
    pub body: BodyLimit,
    /// Whether callers without credentials may try; the policies decide.
    pub anonymous: bool,
    /// The meaning of a signature for it.
    pub signatures: Signatures,
    /// What a call takes of a thread.
    pub effort: Effort,
    /// What becomes of a call while the disk is full.
    pub when_full: WhenFull,
}

/// What a call takes of a thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effort {
    /// Well below a millisecond, and it waits only for its commit: it may run on a thread that
    /// serves sockets.
    Brief,
    /// It may read files, so it runs on a thread of its own.
    Ordinary,
    /// The same, and it computes all the while: more of them at once than the machine has cores
    /// take memory and are no faster.
    Search,
}

impl Effort {
    /// Whether a call of it may run on a thread that serves sockets.
    pub fn is_brief(self) -> bool {
        self == Self::Brief
    }
}

/// The largest body of a JSON or Query request, in bytes. The limit is our own: the service models
/// limit each parameter far below it.
pub const SMALL_BODY_BYTES_MAX: usize = 1 << 20;

impl Spec {
    /// A management operation that reads, found by its name.
    pub const fn reads(service: &'static Service, name: &'static str) -> Self {
        Self {
            service,
            name,
            event_name: name,
            read_only: true,
            class: Class::Management,
            route: Route::Name,
            body: BodyLimit::Buffered(SMALL_BODY_BYTES_MAX),
            anonymous: false,
            signatures: Signatures::Count,
            effort: Effort::Ordinary,
            when_full: WhenFull::Refused,
        }
    }

    /// The same, for an operation that writes.
    pub const fn writes(service: &'static Service, name: &'static str) -> Self {
        Self { read_only: false, ..Self::reads(service, name) }
    }

    /// The same, found by method and path, and open to callers without credentials.
    #[must_use]
    pub const fn rest(
        mut self,
        method: &'static str,
        scope: Scope,
        query: &'static [&'static str],
    ) -> Self {
        self.route = Route::Rest { method, scope, query, header: None };
        self.anonymous = true;
        self
    }

    /// The same, as a data operation.
    #[must_use]
    pub const fn data(mut self) -> Self {
        self.class = Class::Data;
        self
    }

    /// The same, called otherwise in events.
    #[must_use]
    pub const fn event_name(mut self, name: &'static str) -> Self {
        self.event_name = name;
        self
    }

    /// The same, with another body limit.
    #[must_use]
    pub const fn body(mut self, body: BodyLimit) -> Self {
        self.body = body;
        self
    }

    /// The same, chosen only if the request has the header.
    #[must_use]
    pub const fn header(mut self, name: &'static str) -> Self {
        if let Route::Rest { method, scope, query, .. } = self.route {
            self.route = Route::Rest { method, scope, query, header: Some(name) };
        }
        self
    }

    /// The same, for operations too short for a separate thread.
    #[must_use]
    pub const fn brief(mut self) -> Self {
        self.effort = Effort::Brief;
        self
    }

    /// The same, for operations that search the event history.
    #[must_use]
    pub const fn search(mut self) -> Self {
        self.effort = Effort::Search;
        self
    }

    /// The same, for operations that continue while the disk is full.
    #[must_use]
    pub const fn when_full(mut self) -> Self {
        self.when_full = WhenFull::GoesOn;
        self
    }

    /// The same, to which a signature means nothing.
    #[must_use]
    pub const fn unsigned(mut self) -> Self {
        self.signatures = Signatures::Ignored;
        self.anonymous = true;
        self
    }

    /// The same, open to callers without credentials.
    #[must_use]
    pub const fn anonymous(mut self) -> Self {
        self.anonymous = true;
        self
    }
}
