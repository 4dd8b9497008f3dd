//! `GetAccessKeyInfo`: the account of an access key, read off its id.

use gateway::{Access, Ctx, Plain, Query, Spec};
use serde::{Deserialize, Serialize};

use crate::error::{Fail, IamError};
use crate::validate::{Checks, STS_ACCESS_KEY_ID, given};
use crate::{STS, directory, ids};

/// An access key.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct KeyInfoInput {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    access_key_id: Option<String>,
}

/// Its account.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct KeyInfoOutput {
    account: String,
}

/// Returns the account of a key.
#[derive(Debug)]
pub(crate) struct GetAccessKeyInfo;

impl Plain for GetAccessKeyInfo {
    const SPEC: Spec = Spec::reads(&STS, "GetAccessKeyInfo");
    type Input = KeyInfoInput;
    type Output = KeyInfoOutput;
    type Error = IamError;
    type Codec = Query;

    fn access(_ctx: &mut Ctx<'_>, input: &KeyInfoInput) -> Result<Vec<Access>, Fail> {
        let key = input.access_key_id.as_deref();
        Checks::sts().must("accessKeyId", key, &STS_ACCESS_KEY_ID).done()?;
        Ok(vec![Access::by_identity("sts:GetAccessKeyInfo", "*")])
    }

    /// A key in a configuration file may have any ID, so the table is checked first.
    fn run(ctx: &mut Ctx<'_>, input: &KeyInfoInput) -> Result<KeyInfoOutput, Fail> {
        let id = given(input.access_key_id.as_ref());
        let stored = directory::access_key(ctx.tx(), id)?.map(|key| key.account);
        match stored.or_else(|| ids::account_of(id)) {
            Some(account) => Ok(KeyInfoOutput { account: account.to_string() }),
            None => Err(IamError::Validation(format!("Invalid AccessKeyId: {id}")).into()),
        }
    }
}
