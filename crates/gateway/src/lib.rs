//! The pipeline that every call passes, from clients, the console and our own services.
//!
//! A service defines its operations as types that implement [`Operation`] and exports them as
//! [`Row`]s. This crate takes a request's head and body, finds the row, verifies the signature,
//! decodes, authorizes, runs, builds the audit event, commits state and event together, and encodes
//! the response. A handler can neither skip nor repeat a step, because it performs none of them,
//! and it cannot commit anything beside its event: [`Ctx`] contains no store, and lends the
//! transaction without the ability to commit. Workers read snapshots and change state by calls, by
//! [`Gateway::commit_service_event`] or, where there is nothing to record, by
//! [`Gateway::maintain`]. The store itself belongs to the server, which opened it.
//!
//! It names no service and opens no socket. What differs between services is data that they
//! state: [`Service`], [`EventForm`], [`Spec`] and what an [`Operation`] adds to its event. It
//! implements the protocols, that of buckets and objects among them: paths and hosts that name a
//! bucket, two versions of signatures, bodies in signed chunks; one service at most speaks each of
//! these. Identities come through the [`IdentityPort`]; bytes come from the server through
//! [`Gateway::identify`] and [`Upload`].
//!
//! Reading order: [`Operation`] and [`Spec`] (the definition of an operation), [`Ctx`] (what it
//! works with), [`Access`] (the permissions it needs), [`Failure`] and [`Fault`] (how it fails),
//! then `row.rs` for the order of the steps, `execute.rs` and `record.rs` for the steps themselves,
//! [`Gateway`] for what surrounds them.
//!
//! One cycle of modules is intended: an [`Operation`] gets a [`Ctx`], and a [`Ctx`] can call
//! operations, by the same steps; so `operation.rs`, `ctx.rs`, the steps (`access.rs` with
//! `conditions.rs`, `execute.rs`, `record.rs`, `nested.rs`, `row.rs` with `incoming.rs`) and the
//! [`Gateway`] with its table of rows depend on one another.

mod access;
mod answer;
mod authenticate;
mod body;
mod by_head;
mod call;
mod caller;
mod codec;
mod conditions;
mod control;
mod ctx;
mod decisions;
mod execute;
mod failure;
mod fault;
mod gateway;
mod identified;
mod identify;
mod identity_port;
mod incoming;
mod nested;
mod operation;
mod operator_event;
mod origin;
mod phases;
mod policies;
mod record;
mod row;
mod senders;
mod sides;
mod signed;
mod spec;
mod table;
mod unserved;
mod wait;

pub use access::{Access, allows};
pub use answer::{Answer, AnswerBody, Reply, S3_SERVER};
pub use authenticate::Trust;
pub use body::BodyGate;
pub use call::{Auth, Call, Origin, SignatureVersion};
pub use caller::{Caller, Session};
pub use codec::{Json, NoWire, Query, camel_members, object};
pub use conditions::signature_age_ms;
pub use ctx::{Ctx, Part, SealingTx};
pub use decisions::Denial;
pub use failure::{ApiError, Failure, Refused};
pub use fault::{Fault, FaultKind};
pub use gateway::{Gateway, Parts, Settings};
pub use identified::{Identified, Received};
pub use identity_port::{
    Credential, CredentialQuery, IdentityPolicies, IdentityPort, PolicyText, Tags,
};
pub use operation::{
    Answered, BodySink, Codec, Decoding, EventParts, Needed, Operation, Plain, TagPort, shown,
};
pub use operator_event::operator_events;
pub use phases::Phase;
pub use record::service::ServiceEvent;
pub use record::sign_in::{SignInEvent, SignInOrigin};
pub use row::{Answering, Begun, Row, Upload, row};
pub use spec::{
    BodyLimit, Class, Effort, EventForm, INTERNAL_FAILURE, OwnFailure, Route, SERVICE_UNAVAILABLE,
    SMALL_BODY_BYTES_MAX, Scope, Service, Signatures, Spec, WhenFull,
};
pub use trail::{Name, Resource};
pub use wait::{Alarm, Wait};
pub use wire::{Family, Protocol, Shapes, WireError};
