//! Signing in to the web console: passwords, second factors, sessions.
//!
//! A sign-in proves a password and, where its owner has a device, a code, and opens a *session*.
//! The browser stores the session as a cookie, which no script can read, and the page a secret
//! beside it, which is never sent to other ports of the host. With both it gets temporary
//! credentials, which stay in the page's memory for an hour and sign every call of the console. The
//! cookie changes with each use. Credentials of a session are invalid once the session has ended:
//! by signing out, by age, or with the login profile.
//!
//! The responses reveal nothing to an attacker: a wrong account, user or password gets the same
//! response after the same work.
//!
//! IAM's operations on these resources are with the others, in `ops`. HTTP, cookie attributes and
//! the counting of failures belong to the server.
//!
//! Reading order: [`sign_in`], [`refresh`], [`sign_out`]; [`first_run`] and [`set_root_password`];
//! inside, `rows` (stored types), `rules` (password rules), `totp` (codes).

mod attempt;
mod events;
mod first_run;
pub(crate) mod passwords;
pub(crate) mod png;
pub(crate) mod qr;
pub(crate) mod rows;
pub(crate) mod rules;
pub(crate) mod second_factor;
mod session;
mod subject;
pub(crate) mod totp;

pub use attempt::{Attempt, Outcome, sign_in};
pub(crate) use first_run::new_profile;
pub use first_run::{FirstPassword, FirstRun, first_run, first_run_token, set_root_password};
pub use session::{Granted, Held, Opened, Shown, refresh, sign_out};
