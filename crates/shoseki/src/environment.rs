//! `shoseki env`: prints the variables that connect AWS tools to a server.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde_json::{Value, json};
use server::RootCredentials;

use crate::exit::{Exit, Trouble};
use crate::out::Out;
use crate::process::Secret;
use crate::value;

/// The flags of `env`.
#[derive(Debug, Clone, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Environment {
    /// The server's data directory.
    #[arg(long, value_name = "DIR", env = "SHOSEKI_DATA_DIR", default_value = "shoseki-data")]
    data_dir: PathBuf,
    /// The server's IP address or name, and its port.
    #[arg(
        long,
        value_name = "HOST:PORT",
        env = "SHOSEKI_LISTEN",
        default_value = "127.0.0.1:4566",
        value_parser = value::authority
    )]
    listen: String,
    /// The default region.
    #[arg(long, env = "SHOSEKI_REGION", default_value = "ap-northeast-1")]
    region: String,
    /// Use TLS.
    #[arg(long)]
    tls: bool,
    /// The certificate to trust, in PEM, if the system does not trust it.
    #[arg(long, value_name = "FILE", requires = "tls")]
    ca_bundle: Option<PathBuf>,
    /// The shell.
    #[arg(long, value_enum, default_value = "bash")]
    shell: Shell,
    /// Prints one JSON document.
    #[arg(long)]
    json: bool,
    #[arg(long, env = "SHOSEKI_ROOT_ACCESS_KEY_ID", hide = true)]
    root_access_key_id: Option<String>,
    #[arg(long, env = "SHOSEKI_ROOT_SECRET_ACCESS_KEY", hide = true, hide_env_values = true)]
    root_secret_access_key: Option<Secret>,
}

const EXAMPLES: &str = "\
Examples:
  eval \"$(shoseki env --data-dir /srv/shoseki)\"
  eval \"$(shoseki env --data-dir /srv/shoseki --tls --ca-bundle cert.pem)\"
  shoseki env --shell fish | source
  shoseki env --shell powershell | Invoke-Expression";

/// A shell's syntax.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Shell {
    /// bash, sh
    #[value(alias = "sh")]
    Bash,
    /// zsh
    Zsh,
    /// fish
    Fish,
    /// PowerShell
    Powershell,
}

/// Variables that take precedence over the access key or redirect requests: a session or a profile
/// from other work.
const UNSET: [&str; 4] =
    ["AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN", "AWS_PROFILE", "AWS_DEFAULT_PROFILE"];

/// The variables that AWS tools read.
#[derive(Debug, Clone)]
pub(crate) struct Variables(Vec<(&'static str, String)>);

impl Variables {
    pub(crate) fn new(endpoint: &str, root: &RootCredentials, region: &str) -> Self {
        Self(vec![
            ("AWS_ENDPOINT_URL", endpoint.to_owned()),
            ("AWS_ACCESS_KEY_ID", root.access_key_id.clone()),
            ("AWS_SECRET_ACCESS_KEY", root.secret_access_key.clone()),
            ("AWS_REGION", region.to_owned()),
            ("AWS_DEFAULT_REGION", region.to_owned()),
        ])
    }

    /// Adds the certificates to trust.
    fn with_bundle(mut self, bundle: String) -> Self {
        self.0.push(("AWS_CA_BUNDLE", bundle));
        self
    }

    /// One line per variable, ready for `eval`.
    pub(crate) fn lines(&self, shell: Shell) -> String {
        let unset = UNSET.iter().map(|name| match shell {
            Shell::Bash | Shell::Zsh => format!("unset {name}"),
            Shell::Fish => format!("set -e {name}"),
            Shell::Powershell => format!("Remove-Item Env:{name} -ErrorAction SilentlyContinue"),
        });
        let set = self.0.iter().map(|(name, value)| match shell {
            Shell::Bash | Shell::Zsh => format!("export {name}='{}'", value.replace('\'', "'\\''")),
            Shell::Fish => {
                let value = value.replace('\\', "\\\\").replace('\'', "\\'");
                format!("set -gx {name} '{value}'")
            }
            Shell::Powershell => format!("$Env:{name} = '{}'", value.replace('\'', "''")),
        });
        unset.chain(set).collect::<Vec<_>>().join("\n")
    }

    pub(crate) fn json(&self) -> Value {
        let mut variables = json!({ "type": "environment" });
        if let Some(object) = variables.as_object_mut() {
            let unset = UNSET.iter().map(|name| ((*name).to_owned(), Value::Null));
            let set = self.0.iter();
            let set = set.map(|(name, value)| ((*name).to_owned(), Value::from(value.as_str())));
            object.extend(unset.chain(set));
        }
        variables
    }
}

/// Runs the verb.
pub(crate) fn run(verb: &Environment) -> Result<Exit, Trouble> {
    let root = match (&verb.root_access_key_id, &verb.root_secret_access_key) {
        (Some(id), Some(secret)) => RootCredentials {
            access_key_id: id.clone(),
            secret_access_key: secret.0.clone(),
            generated: false,
        },
        _ => kept(verb)?,
    };
    let scheme = if verb.tls { "https" } else { "http" };
    let endpoint = format!("{scheme}://{}", verb.listen);
    let mut variables = Variables::new(&endpoint, &root, &verb.region);
    if let Some(bundle) = &verb.ca_bundle {
        let unusable = |error| Trouble::usage(format_args!("`{}`: {error}", bundle.display()));
        // Tools also run in other directories.
        let whole = bundle.canonicalize().map_err(unusable)?;
        variables = variables.with_bundle(whole.display().to_string());
    }
    let out = Out::new(verb.json);
    out.lines(&variables.lines(verb.shell));
    out.value(&variables.json());
    Ok(Exit::Done)
}

fn kept(verb: &Environment) -> Result<RootCredentials, Trouble> {
    RootCredentials::kept(&verb.data_dir)?.ok_or_else(|| {
        Trouble::usage(format_args!(
            "`{}` contains no root credentials: start the server with it first, or set \
             SHOSEKI_ROOT_ACCESS_KEY_ID and SHOSEKI_ROOT_SECRET_ACCESS_KEY",
            verb.data_dir.display()
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each shell gets its own syntax, and any secret is quoted literally.
    #[test]
    fn each_shell_has_its_syntax() {
        let root = RootCredentials {
            access_key_id: "AKIA".to_owned(),
            secret_access_key: r"a'b\c$d".to_owned(),
            generated: false,
        };
        let variables = Variables::new("http://127.0.0.1:4566", &root, "eu-west-1");
        for (shell, want) in [
            (Shell::Bash, r"export AWS_SECRET_ACCESS_KEY='a'\''b\c$d'"),
            (Shell::Fish, r"set -gx AWS_SECRET_ACCESS_KEY 'a\'b\\c$d'"),
            (Shell::Powershell, r"$Env:AWS_SECRET_ACCESS_KEY = 'a''b\c$d'"),
        ] {
            let lines = variables.lines(shell);
            assert_eq!(lines.lines().nth(UNSET.len() + 2), Some(want));
            assert_eq!(lines.lines().count(), UNSET.len() + 5);
        }
    }

    /// The session and the profile of other work are unset before anything is set.
    #[test]
    fn each_shell_unsets_previous_variables() {
        let (access_key_id, secret_access_key) = ("AKIA".to_owned(), "s".to_owned());
        let root = RootCredentials { access_key_id, secret_access_key, generated: false };
        let variables = Variables::new("http://127.0.0.1:4566", &root, "eu-west-1");
        let variables = variables.with_bundle("/a/cert.pem".to_owned());
        for (shell, unset, set) in [
            (Shell::Bash, "unset ", "export AWS_CA_BUNDLE='/a/cert.pem'"),
            (Shell::Fish, "set -e ", "set -gx AWS_CA_BUNDLE '/a/cert.pem'"),
            (Shell::Powershell, "Remove-Item Env:", "$Env:AWS_CA_BUNDLE = '/a/cert.pem'"),
        ] {
            let lines = variables.lines(shell);
            for name in ["AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN", "AWS_PROFILE"] {
                let at = lines.find(&format!("{unset}{name}"));
                assert!(at < lines.find("AWS_ACCESS_KEY_ID") && at.is_some(), "{lines}");
            }
            assert!(lines.ends_with(set), "{lines}");
        }
        assert_eq!(variables.json()["AWS_SESSION_TOKEN"], Value::Null);
    }
}
