//! Complete calls to a gateway with only IAM and STS: signed, decided, recorded.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod every_error;
mod every_operation;
mod iam_calls;
mod json_calls;
mod policy_calls;
mod port;
mod quotas;
mod races;
mod recorded;
mod sign_in_calls;
mod simulations;
mod sts_calls;
mod world;
