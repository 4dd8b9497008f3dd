//! Creates the configured accounts and their root keys, with the events that record them.

use gateway::{Fault, ServiceEvent, operator_events};
use iam::{Bootstrapped, KeyChange};
use keys::Keyring;
use serde_json::json;
use store::{LayeredTx, NewEvent, Tx};
use types::{AccountId, Entropy, Region, Timestamp};

use crate::Account;

/// What establishes accounts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Establish<'a> {
    pub(crate) keyring: &'a Keyring,
    pub(crate) entropy: &'a Entropy,
    pub(crate) now: Timestamp,
}

impl Establish<'_> {
    /// Ensures that the accounts exist, with their keys: all of them or none. Returns the events to
    /// commit.
    ///
    /// In a store without any account the first one begins the history, and so has no event.
    pub(crate) fn all(
        self,
        tx: &mut LayeredTx<'_>,
        accounts: &[Account],
    ) -> (Result<(), Fault>, Vec<NewEvent>) {
        tx.begin();
        match self.change(tx, accounts) {
            Ok(events) => {
                tx.keep();
                (Ok(()), events)
            }
            Err(error) => {
                tx.discard();
                (Err(error), Vec::new())
            }
        }
    }

    fn change(self, tx: &mut Tx<'_>, accounts: &[Account]) -> Result<Vec<NewEvent>, Fault> {
        let Self { keyring, entropy, now } = self;
        let mut is_beginning = iam::accounts(tx)?.is_empty();
        let mut events = Vec::new();
        for account in accounts {
            let Account { id, name, root_access_key_id: key, root_secret_access_key: secret } =
                account;
            let done = iam::bootstrap(tx, keyring, entropy, id, name, key, secret, now)?;
            if !std::mem::take(&mut is_beginning) {
                events.extend(self.events(account, done)?);
            }
        }
        operator_events(events, now, entropy)
    }

    fn events(self, account: &Account, done: Bootstrapped) -> Result<Vec<ServiceEvent>, Fault> {
        let made = done.is_new_account.then(|| self.account_event(account)).transpose()?;
        Ok(made.into_iter().chain(key_event(account, done.key)).collect())
    }

    /// Source: Organizations User Guide, "Logging API calls": `CreateAccountResult`, whose details
    /// hide the name. AWS records it in the management account; there is none here, so the event is
    /// in the new account's own history.
    fn account_event(self, account: &Account) -> Result<ServiceEvent, Fault> {
        let id = types::alphanumeric(&self.entropy.bytes::<32>()?).to_lowercase();
        let now = self.now.java_text();
        let status = json!({
            "id": format!("car-{id}"),
            "state": "SUCCEEDED",
            "accountName": "****",
            "accountId": account.id.as_str(),
            "requestedTimestamp": now,
            "completedTimestamp": now,
        });
        let details = json!({ "createAccountStatus": status });
        Ok(event(account, "organizations.amazonaws.com", "CreateAccountResult", details))
    }
}

/// The event of a root key that came by flag, configuration or command line. AWS has no such way;
/// here it is a service event `CreateAccessKey`, the name of the call that is nearest to it.
fn key_event(account: &Account, change: KeyChange) -> Option<ServiceEvent> {
    let change = match change {
        KeyChange::None => return None,
        KeyChange::Created => "created",
        KeyChange::NewSecret => "secret replaced",
    };
    let details = json!({
        "accessKeyId": account.root_access_key_id,
        "status": "Active",
        "user": format!("arn:aws:iam::{}:root", account.id),
        "change": change,
    });
    Some(event(account, iam::IAM.event_source, "CreateAccessKey", details))
}

/// What an operator did to an account while no server ran.
#[derive(Debug, Clone)]
pub(crate) enum Done {
    /// It has another name.
    Renamed,
    /// Its root user has another password.
    PasswordReset,
    /// Its root user has this access key.
    KeyCreated(String),
    /// Its root user has this access key no more.
    KeyDeleted(String),
}

/// The event of it: a service event, named after the call of AWS that does the same.
///
/// Source: Account Management API Reference, "PutAccountName"; Sign-In User Guide,
/// "PasswordUpdated"; IAM API Reference, "CreateAccessKey" and "DeleteAccessKey".
pub(crate) fn operator_event(account: &AccountId, done: &Done) -> ServiceEvent {
    let root = format!("arn:aws:iam::{account}:root");
    let key = |id: &str, change| json!({ "accessKeyId": id, "user": root, "change": change });
    let (source, name, details) = match done {
        // Hidden as in `CreateAccountResult`.
        Done::Renamed => {
            let details = json!({ "accountId": account.as_str(), "accountName": "****" });
            ("account.amazonaws.com", "PutAccountName", details)
        }
        Done::PasswordReset => {
            let details = json!({ "user": root, "change": "reset" });
            ("signin.amazonaws.com", "PasswordUpdated", details)
        }
        Done::KeyCreated(id) => (iam::IAM.event_source, "CreateAccessKey", key(id, "created")),
        Done::KeyDeleted(id) => (iam::IAM.event_source, "DeleteAccessKey", key(id, "deleted")),
    };
    let (region, account) = (Region::us_east_1(), account.clone());
    ServiceEvent { source, name, region, account, resources: vec![], details }
}

fn event(
    account: &Account,
    source: &'static str,
    name: &'static str,
    details: serde_json::Value,
) -> ServiceEvent {
    // Where the events of the global services are.
    let region = Region::us_east_1();
    ServiceEvent { source, name, region, account: account.id.clone(), resources: vec![], details }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use types::Clock;

    use super::*;
    use crate::{Config, create_account, open};

    /// Opens a data directory and returns all events so far.
    fn events(config: &Config) -> Vec<Value> {
        let opened = open(config, Clock::system(), Entropy::seeded(1)).unwrap();
        let store = &opened.store;
        let view = store.snapshot().unwrap();
        let rows = store.events_from(&view, 0, usize::MAX).unwrap();
        let events = rows.iter().map(|row| serde_json::from_slice(&row.body).unwrap()).collect();
        store.shut_down();
        events
    }

    fn names(events: &[Value]) -> Vec<String> {
        let text = |event: &Value, path: &str| {
            event.pointer(path).and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        let line = |event: &Value| {
            assert_eq!(event["eventType"], "AwsServiceEvent");
            assert_eq!(event["userIdentity"]["invokedBy"], "shoseki");
            assert_eq!(event["awsRegion"], "us-east-1");
            let (account, name) = (text(event, "/recipientAccountId"), text(event, "/eventName"));
            format!("{account} {name} {}", text(event, "/serviceEventDetails/change"))
        };
        events.iter().map(line).collect()
    }

    /// Every change of accounts and root keys by an operator after the beginning is recorded in the
    /// account's history, once, without a secret.
    #[test]
    fn operators_leave_events() {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config { data_dir: folder.path().to_owned(), ..Config::default() };
        assert_eq!(events(&config), [Value::Null; 0], "the beginning");
        assert_eq!(events(&config), [Value::Null; 0], "nothing new");
        let id = AccountId::parse("111122223333");
        let (clock, entropy) = (Clock::system(), Entropy::seeded(2));
        let made = create_account(&config, "payments", id, &clock, &entropy).unwrap().made;
        let key =
            |secret: char| Some(("AKIAROOTROOTROOTROOT".to_owned(), secret.to_string().repeat(40)));
        for secret in ['a', 'a', 'b', 'b'] {
            config.root_credentials = key(secret);
            events(&config);
        }
        let events = events(&config);
        let want = [
            "111122223333 CreateAccountResult ",
            "111122223333 CreateAccessKey created",
            "123456789012 CreateAccessKey created",
            "123456789012 CreateAccessKey secret replaced",
        ];
        assert_eq!(names(&events), want);
        let text = Value::from(events).to_string();
        assert!(text.contains(&made.root_access_key_id) && !text.contains("payments"), "{text}");
        for secret in [made.root_secret_access_key, "aaaa".to_owned(), "bbbb".to_owned()] {
            assert!(!text.contains(&secret), "{text}");
        }
    }
}
