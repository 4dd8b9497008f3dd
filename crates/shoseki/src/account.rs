//! `shoseki account`: accounts, while no server runs.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::json;
use server::{Config, create_account};
use types::{AccountId, Clock, Entropy};

use crate::exit::{Exit, Trouble};
use crate::lang::Lang;
use crate::out::Out;
use crate::serve::Sealing;

/// The verbs of `account`.
#[derive(Debug, Clone, Args)]
pub(crate) struct Account {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Clone, Subcommand)]
enum Verb {
    /// Creates an account and prints its id and its root user's access key.
    Create(Create),
}

/// The flags of `account create`.
#[derive(Debug, Clone, Args)]
#[command(after_help = EXAMPLES)]
struct Create {
    /// What people call it.
    name: String,
    /// The data directory, which no server may have open.
    #[arg(long, value_name = "DIR", env = "SHOSEKI_DATA_DIR", default_value = "shoseki-data")]
    data_dir: PathBuf,
    /// Its id [default: random].
    #[arg(long, value_name = "DIGITS")]
    id: Option<String>,
    #[command(flatten)]
    sealing: Sealing,
    /// Prints one JSON document.
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  shoseki account create payments --data-dir /srv/shoseki
  shoseki account create audit --id 111122223333 --json";

/// Runs the verb.
pub(crate) fn run(account: &Account, lang: Lang) -> Result<Exit, Trouble> {
    let Verb::Create(verb) = &account.verb;
    let mut config = Config { data_dir: verb.data_dir.clone(), ..Config::default() };
    verb.sealing.apply(&mut config)?;
    let id = match &verb.id {
        None => None,
        Some(id) => Some(
            AccountId::parse(id)
                .ok_or_else(|| Trouble::usage(format_args!("`{id}` is not 12 digits")))?,
        ),
    };
    let (clock, entropy) = (Clock::system(), Entropy::system());
    let made = create_account(&config, &verb.name, id, &clock, &entropy)?;
    let out = Out::new(verb.json);
    let title = lang.pick(
        "The root user's access key is shown this once:",
        "ルートユーザーのアクセスキーです。表示は一度だけです:",
    );
    out.lines(&format!(
        "{title}\naccount               {}\naws_access_key_id     {}\naws_secret_access_key {}",
        made.id, made.root_access_key_id, made.root_secret_access_key
    ));
    out.value(&json!({
        "account": made.id.as_str(),
        "name": made.name,
        "aws_access_key_id": made.root_access_key_id,
        "aws_secret_access_key": made.root_secret_access_key,
    }));
    Ok(Exit::Done)
}
