//! Authenticates the caller: verifies the signature, or treats the caller as anonymous.

use std::sync::PoisonError;

use keys::SecretBytes;
use store::Snapshot;
use types::{Region, Timestamp};
use wire::Head;
use wire::sigv2;
use wire::sigv4::{self, PostSignature, SignatureError, SigningKey, Verified};

use crate::signed::{Signed, Taken, expect_region};
use crate::{
    Caller, Credential, CredentialQuery, Family, Fault, Gateway, Protocol, Refused, Service,
    WireError,
};

/// How long proof by a head is valid; after that it is checked again, because the body arrived
/// slowly.
const HOLDS_MS: u64 = 1_000;

/// Who sent a request, as far as its head proves it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// The head is signed with an access key that exists, or the sender's address has proven this
    /// key by an earlier call.
    Proven,
    /// The head names an access key that exists. Its body is needed to prove the signature.
    Claimed,
    /// The head names no access key. The fields of a form may name one.
    Anonymous,
}

/// Who asks, and what proves it.
#[derive(Debug)]
pub(crate) struct Authenticated {
    pub(crate) caller: Caller,
    /// The region of the credential scope.
    pub(crate) region: Option<Region>,
    /// `None` without credentials.
    pub(crate) signed: Option<Signed>,
    /// The signature that chunks continue; only Version 4 has it.
    pub(crate) verified: Option<Verified>,
}

impl Authenticated {
    /// Errors unless it is proved that the request does not come from a page that a third party
    /// serves under its own name. Services other than S3 accept unsigned requests only with a
    /// separate proof.
    pub(crate) fn expect_host(
        &self,
        head: &Head,
        domains: &[String],
        family: Family,
    ) -> Result<(), WireError> {
        let unproven = self.signed.is_none() && family == Family::S3;
        if !unproven || !wire::is_foreign_name(head, domains) {
            return Ok(());
        }
        let message = "Requests without a signature are answered under configured names only.";
        Err(WireError::new(403, "AccessDenied", message))
    }

    /// Errors if the host names another region than the signature.
    pub(crate) fn expect_region(
        &self,
        of_host: Option<&Region>,
        family: Family,
    ) -> Result<(), WireError> {
        self.signed.as_ref().map_or(Ok(()), |signed| signed.expect_region(of_host, family))
    }
}

/// What the head of a request has proved. The rest is proved by the body: see [`prove`].
#[derive(Debug)]
pub(crate) struct Presented {
    proof: Proof,
    caller: Caller,
    /// When it was proved.
    at: Timestamp,
}

/// The facts in a head.
#[derive(Debug)]
enum Proof {
    /// No credentials.
    Nothing,
    /// A signature whose body is still to be compared.
    V4(sigv4::Signed, Claim),
    /// A signature of which the head is all.
    V2(sigv2::Signed),
}

impl Presented {
    pub(crate) fn trust(&self, gateway: &Gateway, head: &Head, family: Family) -> Trust {
        match &self.proof {
            Proof::Nothing => Trust::Anonymous,
            Proof::V2(_) => Trust::Proven,
            Proof::V4(..) if family == Family::S3 => Trust::Proven,
            Proof::V4(signed, _)
                if gateway.senders.have_proven(head.peer, &signed.access_key_id) =>
            {
                Trust::Proven
            }
            Proof::V4(..) => Trust::Claimed,
        }
    }

    /// Whether it is still valid: while the body arrived slowly, the key may have been deleted.
    pub(crate) fn holds(&self, now: Timestamp) -> bool {
        now.since_ms(self.at) <= HOLDS_MS
    }
}

/// The first half of authentication, which needs no body: the access key, the scope, the time, the
/// session, and on S3 the whole signature.
pub(crate) fn present(
    gateway: &Gateway,
    view: &Snapshot,
    head: &Head,
    requested: Requested<'_>,
    now: Timestamp,
) -> Result<Presented, Refused> {
    let family = requested.service.family;
    let refuse = |error: SignatureError| error.wire(family);
    let signed = if requested.unsigned {
        None
    } else {
        Signed::presented(head, family, taken(gateway, requested.service))?
    };
    let (proof, caller) = match signed {
        None => {
            (Proof::Nothing, anonymous(gateway, requested.service, requested.anonymous)?.caller)
        }
        Some(Signed::V4(signed)) => {
            let (caller, claim) = claim(gateway, view, requested.service, &signed, now)?;
            sigv4::verify_head(head, &signed, &claim.key, now, family).map_err(refuse)?;
            (Proof::V4(signed, claim), caller)
        }
        Some(Signed::V2(signed)) => {
            let caller = prove_v2(gateway, view, requested.service, head, &signed, now)?;
            (Proof::V2(signed), caller)
        }
    };
    if let Proof::V4(signed, _) = &proof {
        expect_region(signed, requested.region_of_host, family)?;
    }
    Ok(Presented { proof, caller, at: now })
}

/// The accepted versions. S3 Control accepts only Version 4.
fn taken(gateway: &Gateway, service: &Service) -> Taken {
    let is_refused = gateway.settings.refuse_signature_v2;
    if is_refused || service.protocol != Protocol::RestXml { Taken::V4 } else { Taken::Both }
}

/// The caller of a request with a signature of Version 2, which its head proves whole.
///
/// Observed: the order, which is the time, the key, the signature.
fn prove_v2(
    gateway: &Gateway,
    view: &Snapshot,
    service: &Service,
    head: &Head,
    signed: &sigv2::Signed,
    now: Timestamp,
) -> Result<Caller, Refused> {
    signed.check_time(now).map_err(|refusal| refusal.wire())?;
    let (secret, caller) = credential(
        gateway,
        view,
        service,
        &signed.access_key_id,
        signed.session_token.as_deref(),
        now,
    )?;
    let bucket = wire::virtual_host(head, &gateway.settings.domains).map(|(bucket, _)| bucket);
    signed.verify(head, bucket.as_deref(), secret.as_bytes()).map_err(|refusal| refusal.wire())?;
    Ok(caller)
}

/// What a head requests.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Requested<'a> {
    pub(crate) service: &'static Service,
    /// Whether callers without credentials may try.
    pub(crate) anonymous: bool,
    /// Whether a signature means nothing.
    pub(crate) unsigned: bool,
    pub(crate) region_of_host: Option<&'a Region>,
}

/// The second half: verifies that the body is the one that was signed. `body_sha256` is the hash of
/// a whole body, `None` if it has not arrived yet.
pub(crate) fn prove(
    gateway: &Gateway,
    presented: Presented,
    head: &Head,
    family: Family,
    body_sha256: Option<&[u8; 32]>,
) -> Result<Authenticated, Refused> {
    let caller = presented.caller;
    let (signed, Claim { key, fresh }) = match presented.proof {
        Proof::Nothing => {
            return Ok(Authenticated { caller, region: None, signed: None, verified: None });
        }
        Proof::V2(signed) => {
            let signed = Some(Signed::V2(signed));
            return Ok(Authenticated { caller, region: None, signed, verified: None });
        }
        Proof::V4(signed, claim) => (signed, claim),
    };
    let verified = sigv4::verify_body(head, &signed, key, body_sha256, family)
        .map_err(|error| error.wire(family))?;
    if fresh {
        remember(gateway, &signed, verified.key());
    }
    if family != Family::S3 {
        gateway.senders.remember(head.peer, &signed.access_key_id);
    }
    let signed = Signed::V4(signed);
    let (region, signed) = (signed.region(), Some(signed));
    Ok(Authenticated { caller, region, signed, verified: Some(verified) })
}

/// Verifies the signature of a form, which is in its fields. A form without a policy is anonymous.
pub(crate) fn authenticate_form(
    gateway: &Gateway,
    view: &Snapshot,
    fields: &[(String, String)],
    service: &Service,
    now: Timestamp,
) -> Result<Authenticated, Refused> {
    let refuse = |error: SignatureError| error.wire(service.family);
    if let Some(post) = sigv2::PostSignature::presented(fields).map_err(|error| error.wire())? {
        return authenticate_form_v2(gateway, view, post, service, now);
    }
    let Some(post) = PostSignature::presented(fields).map_err(refuse)? else {
        return anonymous(gateway, service, true);
    };
    let (caller, Claim { key, fresh }) = claim(gateway, view, service, &post.signed, now)?;
    sigv4::verify_post_signature(&post, &key).map_err(refuse)?;
    if fresh {
        remember(gateway, &post.signed, &key);
    }
    let signed = Signed::V4(post.signed);
    let (region, signed) = (signed.region(), Some(signed));
    Ok(Authenticated { caller, region, signed, verified: None })
}

fn authenticate_form_v2(
    gateway: &Gateway,
    view: &Snapshot,
    post: sigv2::PostSignature,
    service: &Service,
    now: Timestamp,
) -> Result<Authenticated, Refused> {
    if taken(gateway, service) == Taken::V4 {
        return Err(sigv2::Refusal::NotSupported.wire().into());
    }
    let (id, token) = (&post.signed.access_key_id, post.signed.session_token.as_deref());
    let (secret, caller) = credential(gateway, view, service, id, token, now)?;
    post.verify(secret.as_bytes()).map_err(|refusal| refusal.wire())?;
    let signed = Some(Signed::V2(post.signed));
    Ok(Authenticated { caller, region: None, signed, verified: None })
}

/// The key that would prove a signature.
#[derive(Debug)]
struct Claim {
    key: SigningKey,
    /// Whether the key was derived just now.
    fresh: bool,
}

/// The claimed signer.
fn claim(
    gateway: &Gateway,
    view: &Snapshot,
    service: &Service,
    signed: &sigv4::Signed,
    now: Timestamp,
) -> Result<(Caller, Claim), Refused> {
    signed.check_scope(service.signing_name).map_err(|error| error.wire(service.family))?;
    let (id, token) = (&signed.access_key_id, signed.session_token.as_deref());
    let (secret, caller) = credential(gateway, view, service, id, token, now)?;
    let known = {
        let keys = gateway.signing_keys.read().unwrap_or_else(PoisonError::into_inner);
        keys.find(signed)
    };
    let fresh = known.is_none();
    let key = match known {
        Some(key) => key,
        None => SigningKey::for_signed(text_of(&secret)?, signed),
    };
    Ok((caller, Claim { key, fresh }))
}

/// A secret as text. Anything else comes from a damaged store, and no signature is verified with
/// it.
fn text_of(secret: &SecretBytes) -> Result<&str, Refused> {
    let text = std::str::from_utf8(secret.as_bytes());
    text.map_err(|_| Fault::damaged("the secret of an access key is not text").into())
}

/// The secret of an access key, and whose it is.
fn credential(
    gateway: &Gateway,
    view: &Snapshot,
    service: &Service,
    access_key_id: &str,
    session_token: Option<&str>,
    now: Timestamp,
) -> Result<(SecretBytes, Caller), Refused> {
    let refuse = |error: SignatureError| Err(error.wire(service.family).into());
    let credential = (gateway.identities.credential)(&CredentialQuery {
        tx: &view.tx(),
        keyring: &gateway.keyring,
        now,
        access_key_id,
        session_token,
    })?;
    match credential {
        Credential::Valid { secret, caller } => Ok((secret, *caller)),
        Credential::Unknown => {
            refuse(SignatureError::UnknownKey { access_key_id: access_key_id.to_owned() })
        }
        Credential::BadToken => refuse(SignatureError::BadToken),
        Credential::Expired => refuse(SignatureError::ExpiredToken),
    }
}

/// Caches a key that has verified a signature.
fn remember(gateway: &Gateway, signed: &sigv4::Signed, key: &SigningKey) {
    let mut keys = gateway.signing_keys.write().unwrap_or_else(PoisonError::into_inner);
    keys.remember(signed, key.clone());
}

fn anonymous(
    gateway: &Gateway,
    service: &Service,
    anonymous: bool,
) -> Result<Authenticated, Refused> {
    if !anonymous {
        return Err(SignatureError::Missing.wire(service.family).into());
    }
    let caller = Caller::anonymous(&gateway.settings.account);
    Ok(Authenticated { caller, region: None, signed: None, verified: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// No damaged secret becomes the empty one, with which anyone could sign.
    #[test]
    fn a_secret_that_is_no_text_proves_nothing() {
        let secret = SecretBytes::new(vec![b'a', 0xff]);
        assert!(matches!(text_of(&secret), Err(Refused::Internal(_))));
        assert!(matches!(text_of(&SecretBytes::new(b"key".to_vec())), Ok("key")));
    }
}
