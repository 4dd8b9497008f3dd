//! The global condition keys that every decision can see.

use std::borrow::Cow;

use policy::Principal;
use types::MINUTE_MS;

use crate::{Access, Auth, Call, Caller, Ctx, Origin};

/// Adds the `aws:` keys.
///
/// Source: IAM User Guide, "AWS global condition context keys". Keys about organizations and VPCs
/// are absent: there are none here.
pub(crate) fn add_globals(ctx: &Ctx<'_>, need: &mut Access, tags: &[(String, String)]) {
    let call = ctx.call();
    let context = &mut need.context;
    context.set("aws:CurrentTime", call.now.iso());
    context.set("aws:EpochTime", call.now.as_secs().to_string());
    context.set("aws:RequestedRegion", call.region.as_str());
    context.set("aws:ViaAWSService", call.caller.via.is_some().to_string());
    if let Some(owner) = &need.owner {
        context.set("aws:ResourceAccount", owner.as_str());
    }
    add_principal(context, &call.caller, tags);
    add_session(context, call);
    match (&call.origin, call.caller.via) {
        (Some(origin), None) => add_origin(context, origin),
        (_, Some(service)) => {
            context.set_list("aws:CalledVia", vec![service.to_owned()]);
            context.set("aws:CalledViaFirst", service);
            context.set("aws:CalledViaLast", service);
        }
        (None, None) => {}
    }
}

fn add_principal(context: &mut policy::Context, caller: &Caller, tags: &[(String, String)]) {
    let (kind, user_id) = match &caller.principal {
        Principal::Root { account } => ("Account", account.to_string()),
        Principal::User { unique_id, arn, .. } => {
            context.set("aws:username", arn.rsplit('/').next().unwrap_or_default());
            ("User", unique_id.clone())
        }
        Principal::Role { role_id, session_name, .. } => {
            ("AssumedRole", format!("{role_id}:{session_name}"))
        }
        Principal::Federated { account, name, .. } => {
            ("FederatedUser", format!("{account}:{name}"))
        }
        Principal::Anonymous => ("Anonymous", "anonymous".to_owned()),
        Principal::Service { name } => {
            context.set("aws:PrincipalIsAWSService", "true");
            context.set("aws:PrincipalServiceName", name.as_str());
            context.set_list("aws:PrincipalServiceNamesList", vec![name.clone()]);
            if let Some(arn) = &caller.source_arn {
                context.set("aws:SourceArn", arn.as_str());
                context.set("aws:SourceAccount", caller.account.as_str());
            }
            return;
        }
    };
    context.set("aws:PrincipalType", kind);
    context.set("aws:userid", user_id);
    let arn = if let Principal::Role { role_arn, .. } = &caller.principal {
        Cow::Borrowed(role_arn.as_str())
    } else {
        caller.principal.arn()
    };
    if let Some(account) = caller.principal.account() {
        context.set("aws:PrincipalAccount", account.as_str());
        context.set("aws:PrincipalArn", arn.into_owned());
        context.set("aws:PrincipalIsAWSService", "false");
    }
    for (key, value) in tags {
        context.set(&format!("aws:PrincipalTag/{key}"), value.as_str());
    }
}

/// Long-term keys carry none of these: `BoolIfExists` on the second factor is a known trap.
fn add_session(context: &mut policy::Context, call: &Call) {
    let Some(session) = &call.caller.session else { return };
    context.set("aws:TokenIssueTime", session.issued.iso());
    context.set("aws:MultiFactorAuthPresent", session.mfa.to_string());
    if session.mfa {
        let age = call.now.since_ms(session.issued) / 1_000;
        context.set("aws:MultiFactorAuthAge", age.to_string());
    }
    if let Some(identity) = &session.source_identity {
        context.set("aws:SourceIdentity", identity.as_str());
    }
}

fn add_origin(context: &mut policy::Context, origin: &Origin) {
    context.set("aws:SourceIp", origin.source_ip.to_string());
    context.set("aws:SecureTransport", origin.secure.to_string());
    if let Some(agent) = &origin.user_agent {
        context.set("aws:UserAgent", agent.as_str());
    }
    if let Some(referer) = &origin.referer {
        context.set("aws:Referer", referer.as_str());
    }
}

/// `s3:signatureAge` in milliseconds, as S3 counts it.
pub fn signature_age_ms(call: &Call) -> Option<u64> {
    let origin = call.origin.as_ref()?;
    let signed_at = origin.signed_at.filter(|_| origin.auth != Auth::None)?;
    Some(call.now.since_ms(signed_at).min(7 * 24 * 60 * MINUTE_MS))
}
