//! AWS's policy engine: decides who may do what, and explains denials.
//!
//! A [`Policy`] is parsed once, by the [`Grammar`] of its kind, into compiled form; it can then be
//! evaluated against any number of requests. [`decide`] evaluates all policies that apply to one
//! [`Request`] (identity, boundary, session, resource, organization) as AWS does, and returns a
//! [`Decision`]: whether the request is allowed, by which statement, the result of each layer, and
//! AWS's error message for a denial.
//!
//! Non-goals: the crate has no accounts, users or resources, performs no lookups, and has no
//! clock. The caller supplies the principals, the keys of the request's [`Context`], and whether a
//! grant covers it. The service chooses the error code of a denial.
//!
//! Policies are untrusted input: parsing never panics, matching never backtracks, and a policy that
//! cannot be compiled becomes [`Policy::deny_all`].
//!
//! Reading order: [`Policy`], [`Grammar`], [`Principal`], [`Context`], [`Request`], [`Policies`],
//! [`decide`], [`Decision`]; inside, `document` (the shape), `grammar` (the demands), `statement`
//! (the compiled form) and its patterns, `layer` and `decide` (the logic), `message` (the words).
//!
//! ```
//! use policy::{Attached, Context, Grammar, Policies, Policy, Principal, Quoting, Request, decide};
//! use types::AccountId;
//!
//! let text = r#"{"Version": "2012-10-17", "Statement": {
//!     "Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::logs/*"}}"#;
//! let policy = Policy::parse(text, &Grammar::Identity).unwrap();
//! let alice = Principal::User {
//!     account: AccountId::parse("111122223333").unwrap(),
//!     arn: "arn:aws:iam::111122223333:user/alice".into(),
//!     unique_id: "AIDAEXAMPLEEXAMPLE123".into(),
//! };
//! let context = Context::new();
//! let request = Request {
//!     principal: &alice,
//!     action: "s3:DeleteObject",
//!     resource: "arn:aws:s3:::logs/a",
//!     resource_account: None,
//!     context: &context,
//! };
//! let attached = [Attached { policy: &policy, arn: None, name: "readers" }];
//! let decision = decide(&request, &Policies::of_identity(&attached));
//! assert_eq!(
//!     decision.message(&request, Quoting::S3),
//!     "User: arn:aws:iam::111122223333:user/alice is not authorized to perform: s3:DeleteObject \
//!      on resource: \"arn:aws:s3:::logs/a\" because no identity-based policy allows the \
//!      s3:DeleteObject action"
//! );
//! ```

mod action_pattern;
mod arn_pattern;
mod condition;
mod context;
mod decide;
mod decision;
mod document;
mod error;
mod glob;
mod grammar;
mod json;
mod layer;
mod map_principals;
mod message;
mod outcome;
mod policy;
mod positions;
mod principal;
mod principal_pattern;
#[cfg(test)]
mod properties;
mod public;
mod request;
mod review;
mod size;
mod statement;
mod steps;
mod template;
mod unbound_services;

pub use context::Context;
pub use decide::{decide, decide_within};
pub use decision::{
    Check, CheckType, Decision, EvaluatedEffect, FailedCondition, Layer, MatchedPolicy, NearMiss,
    Reason, StatementEffect,
};
pub use error::{PolicyError, PolicyErrorKind};
pub use grammar::Grammar;
pub use map_principals::map_principals;
pub use message::Quoting;
pub use policy::Policy;
pub use positions::{Position, statement_positions};
pub use principal::Principal;
pub use public::is_public;
pub use request::{Attached, Policies, Request, ResourceRule};
pub use review::{Remark, RemarkKind, review};
pub use steps::Steps;
pub use unbound_services::{UnboundService, unbound_services};
