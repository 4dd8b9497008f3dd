use wire::Head;

use crate::authenticate::Authenticated;
use crate::signed::Signed;
use crate::{Auth, Origin};

impl Origin {
    /// Of a request that was authenticated.
    pub(crate) fn of(head: &Head, found: &Authenticated, tls: Option<(String, String)>) -> Self {
        let text = |name: &str| head.header(name).map(str::to_owned);
        let declared = |name: &str| head.header(name).and_then(|value| value.parse().ok());
        let (auth, version) = found.signed.as_ref().map(Signed::auth).unzip();
        Self {
            source_ip: head.peer,
            user_agent: text("user-agent"),
            host: head.host().to_owned(),
            referer: text("referer"),
            auth: auth.unwrap_or(Auth::None),
            version,
            signed_at: found.signed.as_ref().and_then(Signed::date),
            secure: head.secure,
            tls,
            json: false,
            content_sha256: text("x-amz-content-sha256"),
            body_bytes: declared("x-amz-decoded-content-length")
                .or_else(|| declared("content-length"))
                .unwrap_or(0),
        }
    }
}
