//! `GetSessionToken`: temporary credentials of the same user.
//!
//! Source: STS API Reference, "GetSessionToken".

use gateway::{Access, Answered, Ctx, Fault, Plain, Query, Spec};
use keys::SecretText;
use policy::Principal;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Credentials;
use crate::STS;
use crate::error::{Fail, IamError};
use crate::signin::second_factor::Shown;
use crate::token::{Token, Who};
use crate::validate::{Checks, STS_SERIAL_NUMBER, TOKEN_CODE};

/// Source: the model's `durationSecondsType`.
const DURATION_MIN_S: i64 = 900;
const DURATION_MAX_S: i64 = 129_600;
/// Source: STS API Reference: the default, and the most that the root user gets.
const DURATION_DEFAULT_S: i64 = 43_200;
const ROOT_DURATION_MAX_S: i64 = 3_600;

/// How long, and with which second factor.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct SessionTokenInput {
    #[serde(
        default,
        deserialize_with = "wire::query::lenient::opt_i64",
        skip_serializing_if = "Option::is_none"
    )]
    duration_seconds: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    serial_number: Option<String>,
    #[serde(default, skip_serializing)]
    token_code: Option<SecretText>,
}

impl SessionTokenInput {
    fn second_factor(&self, ctx: &mut Ctx<'_>) -> Result<Option<Shown>, Fail> {
        Shown::at_first(ctx, self.serial_number.as_deref(), self.token_code.as_deref())
    }

    fn second_factor_again(&self, ctx: &Ctx<'_>) -> Result<Option<Shown>, Fail> {
        Shown::again(ctx, self.serial_number.as_deref(), self.token_code.as_deref())
    }
}

/// The credentials.
#[derive(Debug)]
pub(crate) struct SessionTokenOutput {
    credentials: Credentials,
}

impl Answered for SessionTokenOutput {
    fn answer(&self) -> impl Serialize + '_ {
        json!({ "Credentials": self.credentials.answer() })
    }

    fn recorded(&self) -> Result<Value, Fault> {
        Ok(json!({ "Credentials": self.credentials.recorded() }))
    }
}

/// Creates temporary credentials of the caller.
#[derive(Debug)]
pub(crate) struct GetSessionToken;

impl Plain for GetSessionToken {
    const SPEC: Spec = Spec::writes(&STS, "GetSessionToken");
    type Input = SessionTokenInput;
    type Output = SessionTokenOutput;
    type Error = IamError;
    type Codec = Query;

    /// Source: no permission is needed.
    fn access(ctx: &mut Ctx<'_>, input: &SessionTokenInput) -> Result<Vec<Access>, Fail> {
        let duration = input.duration_seconds;
        Checks::sts()
            .number("durationSeconds", duration, DURATION_MIN_S, DURATION_MAX_S)
            .may("serialNumber", input.serial_number.as_deref(), &STS_SERIAL_NUMBER)
            .may("tokenCode", input.token_code.as_deref(), &TOKEN_CODE)
            .done()?;
        if ctx.caller().session.is_some() {
            let message = "Cannot call GetSessionToken with session credentials";
            return Err(IamError::AccessDenied(message.to_owned()).into());
        }
        input.second_factor(ctx)?;
        Ok(Vec::new())
    }

    fn run(ctx: &mut Ctx<'_>, input: &SessionTokenInput) -> Result<SessionTokenOutput, Fail> {
        let mut duration_s = input.duration_seconds.unwrap_or(DURATION_DEFAULT_S);
        let who = match &ctx.caller().principal {
            Principal::User { unique_id, .. } => Who::User(unique_id.clone()),
            Principal::Root { .. } => {
                duration_s = duration_s.min(ROOT_DURATION_MAX_S);
                Who::Root
            }
            Principal::Role { .. }
            | Principal::Federated { .. }
            | Principal::Service { .. }
            | Principal::Anonymous => {
                let message = "Cannot call GetSessionToken with session credentials";
                return Err(IamError::AccessDenied(message.to_owned()).into());
            }
        };
        let shown = input.second_factor_again(ctx)?;
        if let Some(shown) = &shown {
            shown.use_up(ctx)?;
        }
        let token = Token {
            mfa: shown.is_some(),
            ..Token::new(ctx.entropy(), ctx.account(), who, ctx.now(), duration_s)?
        };
        Ok(SessionTokenOutput { credentials: Credentials::of(ctx, &token)? })
    }
}
