//! `shoseki account`: manages accounts while the server is stopped.

use clap::{Args, Subcommand};
use serde_json::{Value, json};
use server::{AccountSummary, Committed, Rotated};
use types::{AccountId, Clock, Entropy};

use crate::exit::{Exit, Trouble};
use crate::lang::Lang;
use crate::out::{self, Out};
use crate::place::Place;

/// The subcommands of `account`.
#[derive(Debug, Clone, Args)]
pub(crate) struct Account {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Clone, Subcommand)]
enum Verb {
    /// Creates an account and prints its ID and its root user's access key.
    Create(Create),
    /// Lists the accounts.
    List(List),
    /// Renames an account.
    Rename(Rename),
    /// Sets a new random password for an account's root user and prints it.
    ResetRootPassword(Change),
    /// Creates a new access key for an account's root user, deletes the old ones, and prints the
    /// new one.
    RotateRootAccessKey(Change),
}

/// The flags of `account create`.
#[derive(Debug, Clone, Args)]
#[command(after_help = CREATE_EXAMPLES)]
struct Create {
    /// The display name.
    name: String,
    /// The account ID [default: random].
    #[arg(long, value_name = "DIGITS")]
    id: Option<String>,
    #[command(flatten)]
    place: Place,
}

const CREATE_EXAMPLES: &str = "\
Examples:
  shoseki account create payments --data-dir /srv/shoseki
  shoseki account create audit --id 111122223333 --json";

/// The flags of `account list`.
#[derive(Debug, Clone, Args)]
struct List {
    #[command(flatten)]
    place: Place,
}

/// The flags of `account rename`.
#[derive(Debug, Clone, Args)]
#[command(after_help = RENAME_EXAMPLES)]
struct Rename {
    /// The account's 12 digits.
    #[arg(value_name = "ACCOUNT")]
    id: String,
    /// The new display name.
    name: String,
    #[command(flatten)]
    place: Place,
}

const RENAME_EXAMPLES: &str = "\
Examples:
  shoseki account rename 111122223333 payments --data-dir /srv/shoseki

The names of accounts in the configuration file are read from that file at each start.";

/// The flags of the verbs that replace a root user's credentials.
#[derive(Debug, Clone, Args)]
#[command(after_help = CHANGE_EXAMPLES)]
struct Change {
    /// The account's 12 digits.
    #[arg(value_name = "ACCOUNT")]
    id: String,
    #[command(flatten)]
    place: Place,
}

const CHANGE_EXAMPLES: &str = "\
Examples:
  shoseki account reset-root-password 123456789012 --data-dir /srv/shoseki
  shoseki account rotate-root-access-key 123456789012 --json

A new password ends the root user's sessions but keeps its second factors. An access key that is set
by flag, variable or configuration file is set again at the next start: change it there, too.";

/// Runs the verb.
pub(crate) fn run(account: &Account, lang: Lang) -> Result<Exit, Trouble> {
    match &account.verb {
        Verb::Create(verb) => create(verb, lang)?,
        Verb::List(verb) => list(verb)?,
        Verb::Rename(verb) => rename(verb)?,
        Verb::ResetRootPassword(verb) => reset_root_password(verb, lang)?,
        Verb::RotateRootAccessKey(verb) => rotate_root_access_key(verb, lang)?,
    }
    Ok(Exit::Done)
}

fn account_id(text: &str) -> Result<AccountId, Trouble> {
    let invalid = || Trouble::usage(format_args!("`{text}` is not 12 digits"));
    AccountId::parse(text).ok_or_else(invalid)
}

fn create(verb: &Create, lang: Lang) -> Result<(), Trouble> {
    let config = verb.place.config()?;
    let id = verb.id.as_deref().map(account_id).transpose()?;
    let (clock, entropy) = (Clock::system(), Entropy::system());
    let created = server::create_account(&config, &verb.name, id, &clock, &entropy)?;
    let Committed { made, trouble } = &created;
    let out = verb.place.out();
    show_key(out, lang, made);
    complain_of("the account was created", trouble.as_deref());
    out.value(&json!({
        "account": made.id.as_str(),
        "name": made.name,
        "aws_access_key_id": made.root_access_key_id,
        "aws_secret_access_key": made.root_secret_access_key,
    }));
    Ok(())
}

/// Formats a new access key as text.
fn show_key(out: Out, lang: Lang, made: &server::Account) {
    let title = lang.pick(
        "The root user's access key, shown only once:",
        "ルートユーザーのアクセスキーです。表示は一度だけです:",
    );
    out.lines(&format!(
        "{title}\naccount               {}\naws_access_key_id     {}\naws_secret_access_key {}",
        made.id, made.root_access_key_id, made.root_secret_access_key
    ));
}

/// What failed after a change was committed.
fn complain_of(change: &str, trouble: Option<&str>) {
    if let Some(trouble) = trouble {
        out::complain(&format!("{change}, but {trouble}; the next start repairs that"));
    }
}

fn list(verb: &List) -> Result<(), Trouble> {
    let accounts = server::list_accounts(&verb.place.config()?, &Clock::system())?;
    let out = verb.place.out();
    for account in &accounts {
        let AccountSummary { id, name, alias, root_access_key_ids, .. } = account;
        let alias = alias.as_ref().map_or_else(String::new, |alias| format!("  alias {alias}"));
        let password = if account.has_root_password { "password" } else { "no password" };
        let keys = match &root_access_key_ids[..] {
            [] => "no access key".to_owned(),
            keys => keys.join(" "),
        };
        let created = account.created.iso();
        out.text(&format!("{id}  {name}{alias}  created {created}  root: {password}, {keys}"));
    }
    let listed = accounts.iter().map(|account| {
        json!({
            "account": account.id.as_str(),
            "name": account.name,
            "alias": account.alias,
            "created": account.created.iso(),
            "root_has_password": account.has_root_password,
            "root_access_key_ids": account.root_access_key_ids,
        })
    });
    out.value(&json!({ "accounts": listed.collect::<Vec<Value>>() }));
    Ok(())
}

fn rename(verb: &Rename) -> Result<(), Trouble> {
    let (config, id) = (verb.place.config()?, account_id(&verb.id)?);
    let (clock, entropy) = (Clock::system(), Entropy::system());
    let renamed = server::rename_account(&config, &id, &verb.name, &clock, &entropy)?;
    let out = verb.place.out();
    out.text(&format!("renamed {id} to {}", verb.name));
    complain_of("the name was changed", renamed.trouble.as_deref());
    out.value(&json!({ "account": id.as_str(), "name": verb.name }));
    Ok(())
}

fn reset_root_password(verb: &Change, lang: Lang) -> Result<(), Trouble> {
    let (config, id) = (verb.place.config()?, account_id(&verb.id)?);
    let (clock, entropy) = (Clock::system(), Entropy::system());
    let reset = server::reset_root_password(&config, &id, &clock, &entropy)?;
    let Committed { made: password, trouble } = &reset;
    let out = verb.place.out();
    let title = lang.pick(
        "The root user's new password, shown only once:",
        "ルートユーザーの新しいパスワードです。表示は一度だけです:",
    );
    out.lines(&format!("{title}\naccount   {id}\npassword  {password}"));
    complain_of("the password was changed", trouble.as_deref());
    out.value(&json!({ "account": id.as_str(), "password": password }));
    Ok(())
}

fn rotate_root_access_key(verb: &Change, lang: Lang) -> Result<(), Trouble> {
    let (config, id) = (verb.place.config()?, account_id(&verb.id)?);
    let (clock, entropy) = (Clock::system(), Entropy::system());
    let rotated = server::rotate_root_access_key(&config, &id, &clock, &entropy)?;
    let Rotated { account, deleted, is_kept, trouble } = &rotated;
    let out = verb.place.out();
    show_key(out, lang, account);
    if *is_kept {
        let file = config.data_dir.join("root-credentials");
        out.text(&format!("stored in {}", file.display()));
    }
    for old in deleted {
        out.text(&format!("deleted {old}"));
    }
    complain_of("the key was changed", trouble.as_deref());
    out.value(&json!({
        "account": id.as_str(),
        "aws_access_key_id": account.root_access_key_id,
        "aws_secret_access_key": account.root_secret_access_key,
        "deleted": deleted,
        "kept": is_kept,
    }));
    Ok(())
}
