//! Signing in to the web console: passwords, second factors, sessions.
//!
//! A sign-in proves a password and, where its owner has a device, a code, and opens a *session*.
//! The browser holds the session as a cookie, which no script can read, and the page a secret beside
//! it, which no other port of the host is sent. For both it gets temporary credentials, which live
//! in the page's memory for an hour and sign every call that the console makes. The cookie changes
//! whenever it is used. Credentials of a session are worth
//! nothing once the session has ended: by signing out, by age, or with the login profile.
//!
//! What a stranger can learn here is nothing: an account, a user or a password that is wrong gets
//! the same answer after the same work.
//!
//! The operations of IAM on these things are with the others, in `ops`. HTTP, cookies' attributes
//! and the counting of failures are the server's business.
//!
//! Reading order: [`sign_in`], [`refresh`], [`sign_out`]; [`first_run`] and [`set_root_password`];
//! inside, `rows` (what is kept), `rules` (what a password must be), `totp` (codes).

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
pub use first_run::{FirstPassword, FirstRun, first_run, set_root_password};
pub use session::{Granted, Held, Opened, Shown, refresh, sign_out};
