//! The console's way in: `/_console/session` and `/_console/session/first-run`.
//!
//! Passwords, codes and sessions belong to `iam`; this module contains HTTP, the cookie, and the
//! protection against foreign pages and password guessing.

mod answers;
mod bodies;
mod cookie;
mod guard;
mod throttle;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use gateway::{Fault, Gateway, SignInOrigin};
use http::{HeaderMap, HeaderName, Method, Request, Response, StatusCode, header};
use hyper::body::Incoming;
use iam::signin::{Attempt, FirstPassword, Held, Outcome, Shown};
use keys::{SecretBytes, equal_in_constant_time, sha256};
use types::Timestamp;

use crate::addressed::{Sender, sender};
use crate::connection::Peer;
use crate::out_body::OutBody;
use bodies::{FirstRunBody, SignInBody, read};
use throttle::Throttle;

const SESSION: &str = "/_console/session";
const FIRST_RUN: &str = "/_console/session/first-run";

/// Contains the secret of a session. Browsers add cookies to requests automatically, but never this
/// header.
const SECRET_HEADER: HeaderName = HeaderName::from_static("x-shoseki-session-secret");

/// Whether a path belongs to the sign-in.
pub(crate) fn owns(path: &str) -> bool {
    path.strip_prefix(SESSION).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The response to a request that was not sent by a page of ours.
pub(crate) fn refusal(headers: &HeaderMap, domains: &[String]) -> Option<Response<OutBody>> {
    guard::check(headers, domains).err().map(guard::Refused::answer)
}

/// The page that receives the token. It is in the fragment, which browsers never send and logs
/// never contain.
pub(crate) fn first_run_link(address: SocketAddr, tls: bool, token: &str) -> String {
    let scheme = if tls { "https" } else { "http" };
    let host = if address.ip().is_unspecified() {
        format!("localhost:{}", address.port())
    } else {
        address.to_string()
    };
    format!("{scheme}://{host}/_console/#/first-run?token={token}")
}

/// The sign-in's in-memory state.
#[derive(Debug, Default)]
pub(crate) struct SignIn {
    throttle: Mutex<Throttle>,
    /// The hash of the token of the first run, until it was used.
    first_run: Mutex<Option<[u8; 32]>>,
    /// The port of AWS clients, if the console has a separate one.
    api_port: Option<u16>,
}

impl SignIn {
    pub(crate) fn new(first_run_token: Option<&str>, api_port: Option<u16>) -> Self {
        let hash = first_run_token.map(|token| sha256(token.as_bytes()));
        Self { throttle: Mutex::default(), first_run: Mutex::new(hash), api_port }
    }

    fn throttle<T>(&self, work: impl FnOnce(&mut Throttle) -> T) -> T {
        work(&mut self.throttle.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn is_token(&self, token: &str) -> bool {
        let hash = *self.first_run.lock().unwrap_or_else(PoisonError::into_inner);
        hash.is_some_and(|hash| equal_in_constant_time(&hash, &sha256(token.as_bytes())))
    }

    fn discard_token(&self) {
        *self.first_run.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// Responds to a request of the console's sign-in.
pub(crate) async fn answer(
    own: &Arc<SignIn>,
    gateway: &Arc<Gateway>,
    peer: &Peer,
    request: Request<Incoming>,
) -> Response<OutBody> {
    if let Some(refusal) = refusal(request.headers(), &gateway.settings().domains) {
        return refusal;
    }
    let call = Call {
        own: Arc::clone(own),
        gateway: Arc::clone(gateway),
        peer: peer.clone(),
        headers: request.headers().clone(),
    };
    let (path, method) = (request.uri().path().to_owned(), request.method().clone());
    match (path.as_str(), &method) {
        (SESSION, &Method::POST) => match read::<SignInBody>(request).await {
            Ok(body) => call.blocking(move |call| call.sign_in(body)).await,
            Err(refused) => refused,
        },
        (SESSION, &Method::GET) => call.blocking(Call::refresh).await,
        (SESSION, &Method::DELETE) => call.blocking(Call::sign_out).await,
        (FIRST_RUN, &Method::POST) => match read::<FirstRunBody>(request).await {
            Ok(body) => call.blocking(move |call| call.set_first_password(&body)).await,
            Err(refused) => refused,
        },
        (FIRST_RUN, &Method::GET) => call.blocking(Call::first_run).await,
        (SESSION, _) => answers::not_allowed("GET, POST, DELETE"),
        (FIRST_RUN, _) => answers::not_allowed("GET, POST"),
        _ => answers::code(StatusCode::NOT_FOUND, "NotFound"),
    }
}

/// One request, on a thread that may block.
struct Call {
    own: Arc<SignIn>,
    gateway: Arc<Gateway>,
    peer: Peer,
    headers: HeaderMap,
}

impl Call {
    async fn blocking(
        self,
        work: impl FnOnce(&Self) -> Result<Response<OutBody>, Fault> + Send + 'static,
    ) -> Response<OutBody> {
        let gateway = Arc::clone(&self.gateway);
        match tokio::task::spawn_blocking(move || work(&self)).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(fault)) => {
                gateway.report(&fault, "a sign-in failed with an internal error", "");
                answers::code(StatusCode::INTERNAL_SERVER_ERROR, "InternalFailure")
            }
            Err(panic) => {
                tracing::error!(%panic, "a sign-in panicked");
                answers::code(StatusCode::INTERNAL_SERVER_ERROR, "InternalFailure")
            }
        }
    }

    fn text(&self, name: HeaderName) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    fn origin(&self) -> SignInOrigin {
        SignInOrigin {
            source_ip: self.peer.address,
            user_agent: self.text(header::USER_AGENT).map(str::to_owned),
            host: self.text(header::HOST).unwrap_or_default().to_owned(),
            tls: self.peer.tls.clone(),
        }
    }

    fn is_secure(&self) -> bool {
        self.peer.secure
    }

    fn setting(&self, now: Timestamp) -> answers::Setting<'_> {
        answers::Setting {
            region: self.gateway.settings().region.as_str(),
            api_port: self.own.api_port,
            secure: self.is_secure(),
            now,
        }
    }

    /// The cookie and the secret; `None` without either. A cookie alone is ignored: its sender may
    /// have received it on another port of this host.
    fn shown(&self) -> Option<Shown> {
        let (cookie, secret) = (cookie::of(&self.headers)?, self.text(SECRET_HEADER)?);
        Some(Shown { cookie: cookie.to_owned(), secret: secret.to_owned() })
    }

    fn sign_in(&self, body: SignInBody) -> Result<Response<OutBody>, Fault> {
        let now = self.gateway.clock().now();
        let user = if body.root { String::new() } else { body.user.unwrap_or_default() };
        let key = throttle::key(&body.account, &user, self.peer.address);
        if let Err(wait_s) = self.own.throttle(|throttle| throttle.begin(key, now)) {
            return Ok(answers::too_many(wait_s));
        }
        let scheme = if self.is_secure() { "https" } else { "http" };
        let origin = self.origin();
        let attempt = Attempt {
            account: bodies::account(&body.account),
            user,
            password: SecretBytes::new(body.password.into_bytes()),
            mfa: body.mfa,
            new_password: body.new_password.map(|new| SecretBytes::new(new.into_bytes())),
            login_to: format!("{scheme}://{}/_console/", origin.host),
            origin,
        };
        let outcome = iam::signin::sign_in(&self.gateway, attempt)?;
        // Only failures are counted; only a complete success clears earlier failures.
        match &outcome {
            Outcome::InvalidCredentials => {}
            Outcome::SignedIn(_) => self.own.throttle(|throttle| throttle.clear(key, now)),
            Outcome::MfaRequired
            | Outcome::PasswordChangeRequired
            | Outcome::NewPasswordRefused(_)
            | Outcome::Crowded => self.own.throttle(|throttle| throttle.take_back(key, now)),
        }
        Ok(match outcome {
            Outcome::SignedIn(opened) => answers::begun(&opened, self.setting(now)),
            Outcome::InvalidCredentials => {
                answers::code(StatusCode::UNAUTHORIZED, "InvalidCredentials")
            }
            Outcome::MfaRequired => answers::code(StatusCode::UNAUTHORIZED, "MfaRequired"),
            Outcome::PasswordChangeRequired => {
                answers::code(StatusCode::UNAUTHORIZED, "PasswordChangeRequired")
            }
            Outcome::NewPasswordRefused(message) => answers::password_refused(&message),
            Outcome::Crowded => answers::too_many(1),
        })
    }

    fn refresh(&self) -> Result<Response<OutBody>, Fault> {
        let now = self.gateway.clock().now();
        let Some(shown) = self.shown() else { return Ok(answers::no_session()) };
        Ok(match iam::signin::refresh(&self.gateway, &shown)? {
            Held::Yes(granted) => answers::refreshed(&granted, self.setting(now)),
            Held::NotProven => answers::no_session(),
            Held::NoSession => self.without_cookie(answers::no_session()),
        })
    }

    fn sign_out(&self) -> Result<Response<OutBody>, Fault> {
        let Some(shown) = self.shown() else { return Ok(answers::no_session()) };
        Ok(match iam::signin::sign_out(&self.gateway, &shown)? {
            Held::NotProven => answers::no_session(),
            Held::Yes(()) | Held::NoSession => self.without_cookie(answers::empty()),
        })
    }

    /// Deletes the cookie, which is no longer valid.
    fn without_cookie(&self, answer: Response<OutBody>) -> Response<OutBody> {
        answers::with_cookie(answer, &cookie::gone(self.is_secure()))
    }

    fn first_run(&self) -> Result<Response<OutBody>, Fault> {
        let mut first_run = iam::signin::first_run(&self.gateway)?;
        if sender(self.peer.address, &self.headers) == Sender::Remote {
            first_run.account = None;
        }
        Ok(answers::first_run(&first_run, self.own.api_port))
    }

    fn set_first_password(&self, body: &FirstRunBody) -> Result<Response<OutBody>, Fault> {
        let now = self.gateway.clock().now();
        let key = throttle::key("", "\0first-run", self.peer.address);
        if let Err(wait_s) = self.own.throttle(|throttle| throttle.begin(key, now)) {
            return Ok(answers::too_many(wait_s));
        }
        if !self.own.is_token(&body.token) {
            return Ok(answers::invalid_token());
        }
        self.own.throttle(|throttle| throttle.take_back(key, now));
        let set = iam::signin::set_root_password(&self.gateway, &body.password, self.origin())?;
        Ok(match set {
            FirstPassword::Set => {
                self.own.discard_token();
                answers::done()
            }
            FirstPassword::NotNeeded => {
                self.own.discard_token();
                answers::invalid_token()
            }
            FirstPassword::Refused(message) => answers::password_refused(&message),
            FirstPassword::Crowded => answers::too_many(1),
        })
    }
}
