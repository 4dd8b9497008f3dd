//! The events of the sign-in page.

use gateway::{SignInEvent, SignInOrigin};
use serde_json::{Value, json};
use types::AccountId;

use super::rows::MfaDevice;
use super::subject::{Found, Subject};
use crate::token::Who;

/// The event of a sign-in, and the member of it that has the result.
const CONSOLE_LOGIN: &str = "ConsoleLogin";

/// Whether a code was shown, and of which device if it was right.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Factor<'a> {
    /// None.
    None,
    /// One that is wrong.
    Wrong,
    /// One of this device.
    Right(&'a MfaDevice),
}

/// A sign-in that worked.
pub(crate) fn signed_in(
    subject: &Subject,
    factor: Factor<'_>,
    login_to: &str,
    origin: SignInOrigin,
) -> SignInEvent {
    SignInEvent {
        name: CONSOLE_LOGIN,
        account: subject.account.clone(),
        user_identity: whole(subject),
        origin,
        error_message: None,
        response_elements: json!({ (CONSOLE_LOGIN): "Success" }),
        additional: Some(additional(login_to, factor)),
    }
}

/// A failed sign-in; `None` if it was in no account of ours.
///
/// Source: CloudTrail User Guide, "AWS Management Console sign-in events": the messages, and that
/// the name of a user who does not exist is hidden, because it may be a password typed into the
/// wrong field.
pub(crate) fn failed(
    found: &Found,
    factor: Factor<'_>,
    login_to: &str,
    origin: SignInOrigin,
) -> Option<SignInEvent> {
    let (account, user_identity, error_message) = match found {
        Found::NoAccount => return None,
        Found::NoUser(account) => {
            (account, hidden(account), "No username found in supplied account")
        }
        Found::Subject(known) => {
            let subject = &known.subject;
            (&subject.account, unproven(subject), "Failed authentication")
        }
    };
    Some(SignInEvent {
        name: CONSOLE_LOGIN,
        account: account.clone(),
        user_identity,
        origin,
        error_message: Some(error_message),
        response_elements: json!({ (CONSOLE_LOGIN): "Failure" }),
        additional: Some(additional(login_to, factor)),
    })
}

/// A sign-in whose proofs were right, and which opened no session because the password must be
/// changed, or the new one was refused.
///
/// Assumed: AWS records these attempts as failures. The text is our own.
pub(crate) fn unfinished(
    subject: &Subject,
    factor: Factor<'_>,
    login_to: &str,
    origin: SignInOrigin,
) -> SignInEvent {
    SignInEvent {
        name: CONSOLE_LOGIN,
        account: subject.account.clone(),
        user_identity: unproven(subject),
        origin,
        error_message: Some("Password change required"),
        response_elements: json!({ (CONSOLE_LOGIN): "Failure" }),
        additional: Some(additional(login_to, factor)),
    }
}

/// The password was right and a code is required.
///
/// Observed: `MfaType` of one virtual device. Source: the same guide, of several.
pub(crate) fn code_asked(subject: &Subject, devices: usize, origin: SignInOrigin) -> SignInEvent {
    let kind = if devices > 1 { "Multiple MFA Devices" } else { "Virtual MFA" };
    SignInEvent {
        name: "CheckMfa",
        account: subject.account.clone(),
        user_identity: unproven(subject),
        origin,
        error_message: None,
        response_elements: json!({ "CheckMfa": "Success" }),
        additional: Some(json!({ "MfaType": kind })),
    }
}

/// A password was set at the sign-in page.
///
/// Source: the same guide, of the root user. Assumed: AWS records users' alike.
pub(crate) fn password_updated(subject: &Subject, origin: SignInOrigin) -> SignInEvent {
    SignInEvent {
        name: "PasswordUpdated",
        account: subject.account.clone(),
        user_identity: whole(subject),
        origin,
        error_message: None,
        response_elements: json!({ "PasswordUpdated": "Success" }),
        additional: None,
    }
}

/// Observed: the members and their order.
fn additional(login_to: &str, factor: Factor<'_>) -> Value {
    let (identifier, used) = match factor {
        Factor::None => (Value::Null, "No"),
        Factor::Wrong => (Value::Null, "Yes"),
        Factor::Right(device) => (Value::from(device.serial.as_str()), "Yes"),
    };
    gateway::object([
        ("LoginTo", login_to.into()),
        ("MobileVersion", "No".into()),
        ("MFAIdentifier", identifier),
        ("MFAUsed", used.into()),
    ])
}

/// Observed: a user has no `accessKeyId`. Source: the root user has an empty one.
fn whole(subject: &Subject) -> Value {
    let Subject { account, alias, who, name, arn } = subject;
    match who {
        Who::Root => trail::user_identity::root(account, Some(""), alias.as_deref(), None),
        Who::User(id) | Who::Role(id, _) => {
            let user =
                trail::user_identity::IamUser { id, arn, account, access_key_id: None, name };
            trail::user_identity::iam_user(user, None)
        }
    }
}

/// Observed: before all is proven a user has an empty `accessKeyId` and no ARN.
fn unproven(subject: &Subject) -> Value {
    match &subject.who {
        Who::Root => whole(subject),
        Who::User(id) | Who::Role(id, _) => json!({
            "type": "IAMUser",
            "principalId": id,
            "accountId": subject.account.as_str(),
            "accessKeyId": "",
            "userName": subject.name,
        }),
    }
}

fn hidden(account: &AccountId) -> Value {
    json!({
        "type": "IAMUser",
        "accountId": account.as_str(),
        "accessKeyId": "",
        "userName": "HIDDEN_DUE_TO_SECURITY_REASONS",
    })
}
