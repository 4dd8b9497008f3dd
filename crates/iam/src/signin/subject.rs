//! The subject of a sign-in attempt.

use gateway::Fault;
use store::Tx;
use types::{AccountId, Arn};

use super::rows::{self, LoginProfile, MfaDevice};
use super::rules::PasswordRules;
use crate::directory;
use crate::model::Kind;
use crate::token::Who;

/// How the root user is called where users have names.
const ROOT_NAME: &str = "root";

/// A user or the root user.
#[derive(Debug)]
pub(crate) struct Subject {
    pub(crate) account: AccountId,
    pub(crate) alias: Option<String>,
    pub(crate) who: Who,
    pub(crate) name: String,
    pub(crate) arn: String,
}

impl Subject {
    /// The current owner; `None` if it was deleted.
    pub(crate) fn of(tx: &Tx<'_>, account: &AccountId, who: &Who) -> Result<Option<Self>, Fault> {
        let Some(row) = directory::account(tx, account)? else { return Ok(None) };
        let (name, arn) = match who {
            Who::Root => (ROOT_NAME.to_owned(), Arn::global("iam", account, ROOT_NAME)),
            Who::User(id) | Who::Role(id, _) => match directory::holder_by_id(tx, id)? {
                Some(user) => (user.name.clone(), user.arn()),
                None => return Ok(None),
            },
        };
        let (account, who, arn) = (account.clone(), who.clone(), arn.to_string());
        Ok(Some(Self { account, alias: row.alias, who, name, arn }))
    }
}

/// What the entered names identify.
#[derive(Debug)]
pub(crate) enum Found {
    /// No account, or none of that number or alias here.
    NoAccount,
    /// An account, but no such user.
    NoUser(AccountId),
    /// A user, with or without a password.
    Subject(Box<Known>),
}

/// A user, with everything that a sign-in checks.
#[derive(Debug)]
pub(crate) struct Known {
    pub(crate) subject: Subject,
    pub(crate) profile: Option<LoginProfile>,
    pub(crate) rules: Option<PasswordRules>,
    pub(crate) devices: Vec<MfaDevice>,
}

impl Found {
    /// Looks up an account by number or alias, and in it a user, or the root user if `user` is
    /// empty.
    pub(crate) fn read(tx: &Tx<'_>, account: &str, user: &str) -> Result<Self, Fault> {
        let number = AccountId::parse(account);
        let account = match number {
            Some(number) => Some(number),
            None => directory::account_by_alias(tx, account)?,
        };
        let Some(account) = account else { return Ok(Self::NoAccount) };
        if directory::account(tx, &account)?.is_none() {
            return Ok(Self::NoAccount);
        }
        let who = if user.is_empty() {
            Who::Root
        } else {
            match directory::holder(tx, &account, Kind::User, user)? {
                Some(user) => Who::User(user.id),
                None => return Ok(Self::NoUser(account)),
            }
        };
        let Some(subject) = Subject::of(tx, &account, &who)? else {
            return Ok(Self::NoUser(account));
        };
        Ok(Self::Subject(Box::new(Known {
            profile: rows::profile(tx, &account, &who)?,
            rules: rows::rules(tx, &account)?,
            devices: rows::devices_of(tx, &account, &who)?,
            subject,
        })))
    }

    /// The stored password, if there is one.
    pub(crate) fn hash(&self) -> Option<&str> {
        match self {
            Self::NoAccount | Self::NoUser(_) => None,
            Self::Subject(known) => known.profile.as_ref().map(|profile| profile.hash.as_str()),
        }
    }
}
