//! IAM and STS: who is who, and what they may do.
//!
//! Users, roles and groups are one thing here, a *holder* of policies: most operations exist once
//! and serve all three. Managed policies, access keys and accounts complete the tables. Roles are
//! lived in through sessions, and a session is its token: sealed, self-contained, stored nowhere.
//! Its end is its expiry or the deletion of its role.
//!
//! The gateway asks [`PORT`] for identities; the operations come as [`ROWS`]. What is deliberately
//! not here: deciding (that is `policy`), signatures (`wire`), federation. Lists of such things are
//! answered honestly: empty.
//!
//! Reading order: [`bootstrap`] (accounts come from configuration), `model` (what is stored),
//! `directory` (the tables), `identity` ([`PORT`]), `action` (what operations share), `ops`,
//! `token` and `sts`; [`signin`] for people.

mod action;
mod bootstrap;
mod directory;
mod document;
mod error;
mod event_form;
mod identity;
mod ids;
mod managed;
mod model;
mod noun;
mod operator;
mod ops;
mod paging;
mod secrets;
mod shapes;
pub mod signin;
mod sts;
mod tagging;
mod token;
mod validate;

use gateway::{Family, INTERNAL_FAILURE, OwnFailure, Protocol, SERVICE_UNAVAILABLE, Service};

pub use bootstrap::{
    Account, Bootstrapped, KeyChange, account_of_key, accounts, bootstrap, canonical_user_id,
};
pub use identity::PORT;
pub use operator::{
    AccountSummary, account_summaries, rename_account, replace_root_keys, reset_root_password,
    root_password_violation,
};
pub use ops::ROWS;

/// Identity and Access Management.
pub const IAM: Service = Service {
    name: "iam",
    signing_name: "iam",
    event_source: "iam.amazonaws.com",
    protocol: Protocol::Query { namespace: "https://iam.amazonaws.com/doc/2010-05-08/" },
    family: Family::Query,
    target: "",
    global: true,
    event_form: event_form::IAM,
    failure: OwnFailure { code: "ServiceFailure", ..INTERNAL_FAILURE },
    unavailable: SERVICE_UNAVAILABLE,
};

/// The Security Token Service.
pub const STS: Service = Service {
    name: "sts",
    signing_name: "sts",
    event_source: "sts.amazonaws.com",
    protocol: Protocol::Query { namespace: "https://sts.amazonaws.com/doc/2011-06-15/" },
    family: Family::Query,
    target: "",
    global: false,
    event_form: event_form::STS,
    failure: INTERNAL_FAILURE,
    unavailable: SERVICE_UNAVAILABLE,
};
