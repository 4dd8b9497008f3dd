//! The `userIdentity` of an event: who called.

use policy::Principal;
use serde_json::Value;

use crate::{Call, Fault};

/// `userIdentity` of a call.
pub(crate) fn of_call(call: &Call) -> Result<Value, Fault> {
    use trail::user_identity as shapes;
    let caller = &call.caller;
    let key = caller.access_key_id.as_deref();
    let session = caller.session.as_ref().map(|session| shapes::Session {
        creation_date: session.issued,
        mfa_authenticated: session.mfa,
    });
    let needed = || session.as_ref().ok_or_else(|| Fault::bug("a session's caller without it"));
    let last = |arn: &str| arn.rsplit('/').next().unwrap_or_default().to_owned();
    let own = match &caller.principal {
        Principal::Root { account } => {
            shapes::root(account, key, caller.account_alias.as_deref(), session.as_ref())
        }
        Principal::User { account, arn, unique_id } => {
            let name = last(arn);
            let user =
                shapes::IamUser { id: unique_id, arn, account, access_key_id: key, name: &name };
            shapes::iam_user(user, session.as_ref())
        }
        Principal::Role { account, role_arn, role_id, session_name, .. } => {
            let source = caller.session.as_ref().and_then(|own| own.source_identity.as_deref());
            let role = shapes::AssumedRole {
                role_id,
                role_arn,
                role_name: &last(role_arn),
                session_name,
                account,
                access_key_id: key,
                source_identity: source,
            };
            shapes::assumed_role(role, needed()?)
        }
        Principal::Federated { account, name, .. } => {
            let user = shapes::Federated { name, account, access_key_id: key, issuer: None };
            shapes::federated_user(user, needed()?)
        }
        Principal::Service { name } => return Ok(shapes::service(name)),
        Principal::Anonymous => shapes::anonymous(),
    };
    Ok(match caller.via {
        Some(_) => shapes::forwarded(own),
        None => own,
    })
}
