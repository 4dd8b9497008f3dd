//! Who asks: the signature is proved, or the caller is nobody.

use std::sync::PoisonError;

use store::Snapshot;
use types::{Region, Timestamp};
use wire::Head;
use wire::sigv4::{self, PostSignature, SignatureError, Signed, SigningKey, Verified};

use crate::{
    Caller, Credential, CredentialQuery, Family, Gateway, Refused, Service, Standing, WireError,
};

/// How long what a head has proved counts; then it is looked at anew, for its body came slowly.
const HOLDS_MS: u64 = 1_000;

/// Who asks, and what proves it.
#[derive(Debug)]
pub(crate) struct Authenticated {
    pub(crate) caller: Caller,
    /// The region of the credential scope.
    pub(crate) region: Option<Region>,
    /// `None` without credentials, like `verified`.
    pub(crate) signed: Option<Signed>,
    pub(crate) verified: Option<Verified>,
}

impl Authenticated {
    /// Errors if nothing proves that the request does not come from a page which a stranger serves
    /// under a name of theirs. Services other than S3 take requests without a signature only with a
    /// proof of their own.
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
        self.signed.as_ref().map_or(Ok(()), |signed| expect_region(signed, of_host, family))
    }
}

/// What the head of a request has proved. The rest is proved by the body: see [`prove`].
#[derive(Debug)]
pub(crate) struct Presented {
    /// `None` without credentials.
    claim: Option<(Signed, Claim)>,
    caller: Caller,
    /// When it was proved.
    at: Timestamp,
}

impl Presented {
    pub(crate) fn standing(&self, gateway: &Gateway, head: &Head, family: Family) -> Standing {
        match &self.claim {
            None => Standing::Stranger,
            Some(_) if family == Family::S3 => Standing::Proven,
            Some((signed, _)) if gateway.senders.have_proven(head.peer, &signed.access_key_id) => {
                Standing::Proven
            }
            Some(_) => Standing::Claimed,
        }
    }

    /// Whether it still counts: while a body took its time, the key may have been taken away.
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
    asked: Asked<'_>,
    now: Timestamp,
) -> Result<Presented, Refused> {
    let family = asked.service.family;
    let refuse = |error: SignatureError| error.wire(family);
    let Some(signed) = sigv4::presented(head).map_err(refuse)? else {
        let caller = nobody(gateway, asked.service, asked.anonymous)?.caller;
        return Ok(Presented { claim: None, caller, at: now });
    };
    let (caller, claim) = claim(gateway, view, asked.service, &signed, now)?;
    sigv4::verify_head(head, &signed, &claim.key, now, family).map_err(refuse)?;
    expect_region(&signed, asked.region_of_host, family)?;
    Ok(Presented { claim: Some((signed, claim)), caller, at: now })
}

/// Errors if the host names another region than the signature.
///
/// Observed: S3 names the endpoint's region, so that the client signs for it.
fn expect_region(
    signed: &Signed,
    of_host: Option<&Region>,
    family: Family,
) -> Result<(), WireError> {
    match of_host {
        Some(region) if signed.region != region.as_str() => {
            let error = SignatureError::wrong_region(signed, region.as_str()).wire(family);
            Err(error.with_header("x-amz-bucket-region", region.as_str()))
        }
        _ => Ok(()),
    }
}

/// What a head asks for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) service: &'static Service,
    /// Whether callers without credentials may try.
    pub(crate) anonymous: bool,
    pub(crate) region_of_host: Option<&'a Region>,
}

/// The second half: proves that the body is the one that was signed. `body_sha256` is the hash of
/// a whole body, `None` if it is still to come.
pub(crate) fn prove(
    gateway: &Gateway,
    presented: Presented,
    head: &Head,
    family: Family,
    body_sha256: Option<&[u8; 32]>,
) -> Result<Authenticated, Refused> {
    let caller = presented.caller;
    let Some((signed, Claim { key, fresh })) = presented.claim else {
        return Ok(Authenticated { caller, region: None, signed: None, verified: None });
    };
    let verified = sigv4::verify_body(head, &signed, key, body_sha256, family)
        .map_err(|error| error.wire(family))?;
    if fresh {
        remember(gateway, &signed, verified.key());
    }
    if family != Family::S3 {
        gateway.senders.remember(head.peer, &signed.access_key_id);
    }
    let region = Region::parse(&signed.region);
    Ok(Authenticated { caller, region, signed: Some(signed), verified: Some(verified) })
}

/// Proves the signature of a form, which stands in its fields. A form without a policy comes from
/// nobody.
pub(crate) fn authenticate_form(
    gateway: &Gateway,
    view: &Snapshot,
    fields: &[(String, String)],
    service: &Service,
    now: Timestamp,
) -> Result<Authenticated, Refused> {
    let refuse = |error: SignatureError| error.wire(service.family);
    let Some(post) = PostSignature::presented(fields).map_err(refuse)? else {
        return nobody(gateway, service, true);
    };
    let (caller, Claim { key, fresh }) = claim(gateway, view, service, &post.signed, now)?;
    sigv4::verify_post_signature(&post, &key).map_err(refuse)?;
    if fresh {
        remember(gateway, &post.signed, &key);
    }
    let region = Region::parse(&post.signed.region);
    Ok(Authenticated { caller, region, signed: Some(post.signed), verified: None })
}

/// The key that would prove a signature.
#[derive(Debug)]
struct Claim {
    key: SigningKey,
    /// Whether the key was derived just now.
    fresh: bool,
}

/// Who is said to have signed.
fn claim(
    gateway: &Gateway,
    view: &Snapshot,
    service: &Service,
    signed: &Signed,
    now: Timestamp,
) -> Result<(Caller, Claim), Refused> {
    let refuse = |error: SignatureError| error.wire(service.family);
    signed.check_scope(service.name).map_err(refuse)?;
    let credential = (gateway.identities.credential)(&CredentialQuery {
        tx: &view.tx(),
        keyring: &gateway.keyring,
        now,
        access_key_id: &signed.access_key_id,
        session_token: signed.session_token.as_deref(),
    })?;
    let (secret, caller) = match credential {
        Credential::Valid { secret, caller } => (secret, *caller),
        Credential::Unknown => {
            let access_key_id = signed.access_key_id.clone();
            return Err(refuse(SignatureError::UnknownKey { access_key_id }).into());
        }
        Credential::BadToken => return Err(refuse(SignatureError::BadToken).into()),
        Credential::Expired => return Err(refuse(SignatureError::ExpiredToken).into()),
    };
    let known = {
        let keys = gateway.signing_keys.read().unwrap_or_else(PoisonError::into_inner);
        keys.find(signed)
    };
    let fresh = known.is_none();
    let key = known.unwrap_or_else(|| {
        let secret = std::str::from_utf8(secret.as_bytes()).unwrap_or_default();
        SigningKey::for_signed(secret, signed)
    });
    Ok((caller, Claim { key, fresh }))
}

/// Keeps a key that has proved something.
fn remember(gateway: &Gateway, signed: &Signed, key: &SigningKey) {
    let mut keys = gateway.signing_keys.write().unwrap_or_else(PoisonError::into_inner);
    keys.remember(signed, key.clone());
}

fn nobody(gateway: &Gateway, service: &Service, anonymous: bool) -> Result<Authenticated, Refused> {
    if !anonymous {
        return Err(SignatureError::Missing.wire(service.family).into());
    }
    let caller = Caller::anonymous(&gateway.settings.account);
    Ok(Authenticated { caller, region: None, signed: None, verified: None })
}
