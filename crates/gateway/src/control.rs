//! Requests to S3 Control, which are distinguished from those to S3 before any bucket is looked up.
//!
//! Source: S3 API Reference, "Amazon S3 Control": `ACCOUNT.s3-control.REGION.amazonaws.com`. With a
//! custom endpoint, SDKs prepend the account to its name or, if that is an IP address, only send it
//! in the header.

use types::AccountId;
use wire::{Head, WireError};

use crate::Row;
use crate::table::Table;

/// The version in every path.
const VERSION: &str = "/v20180820/";
const ACCOUNT: &str = "x-amz-account-id";

/// Whether a request is one to S3 Control: by its path, and by its host or the header that all of its
/// operations demand. A bucket could have the version's name.
pub(crate) fn is_for(head: &Head) -> bool {
    head.path().starts_with(VERSION)
        && (head.headers().contains_key(ACCOUNT) || labels(head).any(|label| label == "s3-control"))
}

fn labels(head: &Head) -> impl Iterator<Item = &str> {
    head.host().split(['.', ':'])
}

/// Finds the operation, and the resource that the path names.
pub(crate) fn identify(table: &Table, head: &Head) -> Result<(&'static Row, String), WireError> {
    let invalid = || WireError::new(400, "InvalidURI", "Couldn't parse the specified URI.");
    let path = head.path().strip_prefix(VERSION).ok_or_else(invalid)?;
    let path = wire::uri::decode(path).ok_or_else(invalid)?;
    let (row, name) = table.control(head.method.as_str(), &path).ok_or_else(|| not_served(head))?;
    expect_account(head)?;
    let resource = path.strip_prefix(name).unwrap_or_default().trim_start_matches('/');
    Ok((row, resource.to_owned()))
}

/// Errors if the host names another account than the header.
///
/// Assumed: S3 answers so when host and header disagree.
fn expect_account(head: &Head) -> Result<(), WireError> {
    let of_host = labels(head).next().and_then(AccountId::parse);
    if let (Some(host), Some(header)) = (of_host, head.header(ACCOUNT))
        && host.as_str() != header
    {
        return Err(WireError::new(
            400,
            "InvalidRequest",
            "The account of the host is not that of the header x-amz-account-id.",
        ));
    }
    Ok(())
}

#[track_caller]
fn not_served(head: &Head) -> WireError {
    let text = "The specified method is not allowed against this resource.";
    WireError::new(405, "MethodNotAllowed", text).with("Method", head.method.as_str())
}
