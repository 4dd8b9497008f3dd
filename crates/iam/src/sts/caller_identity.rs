//! `GetCallerIdentity`: identifies the caller. Nothing can deny it.
//!
//! Source: STS API Reference, "GetCallerIdentity".

use gateway::{Access, Ctx, Plain, Query, Spec};
use policy::Principal;
use serde::Serialize;

use crate::STS;
use crate::error::{Fail, IamError};
use crate::shapes::Nothing;

/// The caller.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct IdentityOutput {
    user_id: String,
    account: String,
    arn: String,
}

/// Returns the caller.
#[derive(Debug)]
pub(crate) struct GetCallerIdentity;

impl Plain for GetCallerIdentity {
    const SPEC: Spec = Spec::reads(&STS, "GetCallerIdentity");
    type Input = Nothing;
    type Output = IdentityOutput;
    type Error = IamError;
    type Codec = Query;

    fn access(_ctx: &mut Ctx<'_>, _input: &Nothing) -> Result<Vec<Access>, Fail> {
        Ok(Vec::new())
    }

    fn run(ctx: &mut Ctx<'_>, _input: &Nothing) -> Result<IdentityOutput, Fail> {
        let principal = &ctx.caller().principal;
        let account = ctx.account().to_string();
        let user_id = match principal {
            Principal::User { unique_id, .. } => unique_id.clone(),
            Principal::Role { role_id, session_name, .. } => format!("{role_id}:{session_name}"),
            Principal::Federated { name, .. } => format!("{account}:{name}"),
            Principal::Root { .. } => account.clone(),
            Principal::Service { .. } | Principal::Anonymous => principal.arn().into_owned(),
        };
        Ok(IdentityOutput { user_id, account, arn: principal.arn().into_owned() })
    }
}
