//! Block Public Access of an account, which applies to all of its buckets.
//!
//! Source: S3 API Reference, S3 Control, "PublicAccessBlock". Observed: the names in events.

use gateway::{Access, Ctx, Scope, Spec};
use http::StatusCode;
use types::AccountId;
use wire::xml::Element;

use super::{Api, CONTROL, ControlAnswer, ControlError, ControlRequest, ControlResult};
use crate::bucket::{ACCOUNTS, account_public_access};
use crate::model::PublicAccess;

const PATH: Scope = Scope::Control("configuration/publicAccessBlock");
const ROOT: &str = "PublicAccessBlockConfiguration";
const WRITE: &str = "s3:PutAccountPublicAccessBlock";

fn right(ctx: &Ctx<'_>, request: &ControlRequest, action: &str) -> ControlResult<Vec<Access>> {
    request.account(ctx)?;
    let mut access = Access::by_identity(action, "*");
    crate::conditions::add_signature(ctx, &mut access.context);
    Ok(vec![access])
}

/// Returns the blocks.
#[derive(Debug)]
pub(crate) struct GetPublicAccessBlock;

impl Api for GetPublicAccessBlock {
    const SPEC: Spec = Spec::reads(&CONTROL, "GetPublicAccessBlock")
        .rest("GET", PATH, &[])
        .event_name("GetAccountPublicAccessBlock");

    fn needs(ctx: &mut Ctx<'_>, request: &ControlRequest) -> ControlResult<Vec<Access>> {
        right(ctx, request, "s3:GetAccountPublicAccessBlock")
    }

    fn run(ctx: &mut Ctx<'_>, request: &ControlRequest) -> ControlResult<ControlAnswer> {
        let account: AccountId = request.account(ctx)?;
        let found = account_public_access(ctx.tx(), &account)?;
        let block = found.ok_or(ControlError::NotSet(account))?;
        Ok(ControlAnswer::document(ROOT, |xml| {
            for (name, value) in [
                ("BlockPublicAcls", block.block_acls),
                ("IgnorePublicAcls", block.ignore_acls),
                ("BlockPublicPolicy", block.block_policy),
                ("RestrictPublicBuckets", block.restrict_buckets),
            ] {
                xml.text(name, if value { "true" } else { "false" });
            }
        }))
    }
}

/// Sets the blocks.
#[derive(Debug)]
pub(crate) struct PutPublicAccessBlock;

impl Api for PutPublicAccessBlock {
    const SPEC: Spec = Spec::writes(&CONTROL, "PutPublicAccessBlock")
        .rest("PUT", PATH, &[])
        .event_name("PutAccountPublicAccessBlock");

    fn needs(ctx: &mut Ctx<'_>, request: &ControlRequest) -> ControlResult<Vec<Access>> {
        right(ctx, request, WRITE)
    }

    fn run(ctx: &mut Ctx<'_>, request: &ControlRequest) -> ControlResult<ControlAnswer> {
        let account = request.account(ctx)?;
        let document = request.read(ROOT)?;
        if document.children.is_empty() {
            return Err(ControlError::NoConfiguration.into());
        }
        let block = PublicAccess {
            block_acls: switch(&document, "BlockPublicAcls")?,
            ignore_acls: switch(&document, "IgnorePublicAcls")?,
            block_policy: switch(&document, "BlockPublicPolicy")?,
            restrict_buckets: switch(&document, "RestrictPublicBuckets")?,
        };
        ACCOUNTS.put(ctx.tx_mut(), account.as_str(), &block)?;
        Ok(ControlAnswer::empty(StatusCode::OK))
    }
}

/// Source: S3 API Reference: a switch that is left out is off.
fn switch(document: &Element, name: &str) -> ControlResult<bool> {
    match document.text_of(name).map(str::to_ascii_lowercase).as_deref() {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(_) => Err(ControlError::MalformedXml.into()),
    }
}

/// Blocks nothing any more.
#[derive(Debug)]
pub(crate) struct DeletePublicAccessBlock;

impl Api for DeletePublicAccessBlock {
    const SPEC: Spec = Spec::writes(&CONTROL, "DeletePublicAccessBlock")
        .rest("DELETE", PATH, &[])
        .event_name("DeleteAccountPublicAccessBlock");

    fn needs(ctx: &mut Ctx<'_>, request: &ControlRequest) -> ControlResult<Vec<Access>> {
        right(ctx, request, WRITE)
    }

    fn run(ctx: &mut Ctx<'_>, request: &ControlRequest) -> ControlResult<ControlAnswer> {
        let account = request.account(ctx)?;
        ACCOUNTS.delete(ctx.tx_mut(), account.as_str())?;
        Ok(ControlAnswer::empty(StatusCode::NO_CONTENT))
    }
}
