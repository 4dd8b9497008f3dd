//! Complete calls to a gateway with only IAM and STS: signed, decided, recorded.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod access_keys;
mod account;
mod attachments;
mod boundaries;
mod console_sessions;
mod damage;
mod every_error;
mod every_operation;
mod expect;
mod groups;
mod iam_calls;
mod inline_policies;
mod json_calls;
mod managed_policies;
mod member_constraints;
mod mfa_devices;
mod operator;
mod paged_lists;
mod passwords;
mod policy_calls;
mod policy_versions;
mod port;
mod recorded;
mod roles;
mod sign_in_calls;
mod sign_in_page;
mod simulation;
mod sts_calls;
mod sts_identities;
mod sts_sessions;
mod sts_tags;
mod tags;
mod users;
mod world;
