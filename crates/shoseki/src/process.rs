//! What the process exposes about itself: readable files, core dumps, and secrets that were passed
//! by flag or variable and stay in `/proc` while it runs.
//!
//! The command line and environment of a running process can only be changed by re-executing it.
//! The process therefore passes its secrets to itself through a pipe and re-executes itself without
//! them: its process ID stays the same, and supervisors notice no difference.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;

use clap::ArgMatches;
use clap::parser::ValueSource;
use rustix::fs::Mode;
use rustix::process::{Resource, Rlimit, setrlimit, umask};

use crate::exit::Trouble;

/// Flags whose values are secrets.
pub(crate) const FLAGS: [&str; 5] = [
    "root-secret-access-key",
    "secret-access-key",
    "session-token",
    "checkpoint-secret-access-key",
    "checkpoint-session-token",
];
/// Variables whose values are secrets: our own and those of AWS tools.
const VARIABLES: [&str; 4] = [
    "SHOSEKI_ROOT_SECRET_ACCESS_KEY",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
];
/// Verbs that run as long as a server does. Others are short-lived, and only a privileged user can
/// see their environment; the command line is visible to all users.
const SERVING: [&str; 2] = ["serve", "quickstart"];
/// Passes the file descriptor of the secrets to the re-executed process.
const INHERITED: &str = "SHOSEKI_INHERITED_SECRETS_FD";
/// A pipe buffers at least a page before its writer blocks.
const SECRETS_BYTES_MAX: usize = 4096;
/// The running program, even after its file was replaced or removed.
const OURSELVES: &str = "/proc/self/exe";

/// A secret among a verb's flags. Its `Debug` output omits it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secret(pub(crate) String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

/// Whether a terminal supports more than plain lines.
///
/// Source: terminfo(5): `dumb` has no capabilities; an unnamed terminal has none either.
pub(crate) fn has_escapes() -> bool {
    env::var_os("TERM").is_some_and(|name| !name.is_empty() && name != "dumb")
}

/// Whether colours are enabled.
///
/// Source: no-color.org: `NO_COLOR`, if set and not empty, disables colours.
pub(crate) fn wants_colours() -> bool {
    env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// The locale of messages.
///
/// Source: POSIX, section 8.2: `LC_ALL` before `LC_MESSAGES` before `LANG`; an empty value counts
/// as unset.
pub(crate) fn locale() -> Option<String> {
    ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(|name| {
        let value = env::var_os(name)?.into_string().ok()?;
        (!value.is_empty()).then_some(value)
    })
}

/// Makes all files created from now on private, and disables core dumps.
///
/// Returns what the system refused, for diagnostics.
pub(crate) fn harden() -> Vec<String> {
    umask(Mode::RWXG | Mode::RWXO);
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    let mut refused = Vec::new();
    if let Err(error) = setrlimit(Resource::Core, none) {
        refused.push(format!("cannot disable core dumps: {error}"));
    }
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        // Processes of the same user must not attach to us or read our memory either.
        if let Err(error) = set_dumpable_behavior(DumpableBehavior::NotDumpable) {
            refused.push(format!("cannot protect the process from debuggers: {error}"));
        }
    }
    refused
}

/// Returns the words of the command line, including secrets. `parse` parses them with `clap`.
///
/// Re-executes the process if secrets are visible in it; then it does not return. Adds what could
/// not be hidden to `refused`.
pub(crate) fn words(
    parse: impl Fn(&[OsString]) -> Option<ArgMatches>,
    refused: &mut Vec<String>,
) -> Result<Vec<OsString>, Trouble> {
    let words: Vec<OsString> = env::args_os().collect();
    if let Some(descriptor) = env::var_os(INHERITED) {
        let secrets = inherited(&descriptor).map_err(Trouble::usage)?;
        return Ok(with_flags(words, secrets));
    }
    // A command line that does not parse ends at once.
    let Some(matches) = parse(&words) else { return Ok(words) };
    let is_serving = matches.subcommand_name().is_some_and(|verb| SERVING.contains(&verb));
    let secrets = seen(&matches, is_serving);
    let names = VARIABLES.iter().filter(|name| is_serving && env::var_os(name).is_some());
    let names: Vec<&str> = names.copied().collect();
    if secrets.is_empty() && names.is_empty() {
        return Ok(words);
    }
    if !Path::new(OURSELVES).exists() {
        refused
            .push("there is no /proc: secrets given by flag or variable stay visible".to_owned());
        return Ok(words);
    }
    let secrets = secrets.join(&b"\0"[..]);
    if secrets.len() > SECRETS_BYTES_MAX {
        let bytes = SECRETS_BYTES_MAX;
        return Err(Trouble::usage(format_args!("the secrets are longer than {bytes} bytes")));
    }
    let error = start_again(&without_flags(&words), &names, &secrets);
    refused.push(format!("secrets given by flag or variable stay visible: {error}"));
    Ok(words)
}

/// The secrets of the verb, as flags: those on the command line and, for a server, those in
/// variables.
fn seen(matches: &ArgMatches, is_serving: bool) -> Vec<Vec<u8>> {
    let mut matches = matches;
    while let Some((_, inner)) = matches.subcommand() {
        matches = inner;
    }
    let flag = |name: &&str| {
        let id = name.replace('-', "_");
        let value = matches.try_get_one::<Secret>(&id).ok().flatten()?;
        let is_visible = is_serving || matches.value_source(&id) == Some(ValueSource::CommandLine);
        is_visible.then(|| format!("--{name}={}", value.0).into_bytes())
    };
    FLAGS.iter().filter_map(flag).collect()
}

/// The command line without the flags that contain secrets.
fn without_flags(words: &[OsString]) -> Vec<OsString> {
    let mut kept = Vec::with_capacity(words.len());
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let flag = word.as_bytes().strip_prefix(b"--").unwrap_or_default();
        if FLAGS.iter().any(|name| flag == name.as_bytes()) {
            // The flag's value.
            words.next();
        } else if !FLAGS.iter().any(|name| {
            flag.strip_prefix(name.as_bytes()).is_some_and(|rest| rest.starts_with(b"="))
        }) {
            kept.push(word.clone());
        }
        if word == "--" {
            kept.extend(words.by_ref().cloned());
        }
    }
    kept
}

/// The command line with these flags restored.
fn with_flags(mut words: Vec<OsString>, flags: Vec<OsString>) -> Vec<OsString> {
    let end = words.iter().position(|word| word == "--").unwrap_or(words.len());
    words.splice(end..end, flags);
    words
}

/// Replaces the process with a new instance of the same program. Returns only on failure, with the
/// reason.
#[cfg(target_os = "linux")]
fn start_again(words: &[OsString], variables: &[&str], secrets: &[u8]) -> io::Error {
    use std::io::Write;
    use std::os::fd::AsRawFd;
    use std::os::unix::process::CommandExt;
    use std::process::Command;

    let piped = io::pipe().and_then(|(reader, mut writer)| {
        writer.write_all(secrets)?;
        rustix::io::fcntl_setfd(&reader, rustix::io::FdFlags::empty())?;
        Ok(reader)
    });
    let reader = match piped {
        Ok(reader) => reader,
        Err(error) => return error,
    };
    let Some((name, words)) = words.split_first() else { return io::ErrorKind::NotFound.into() };
    let mut command = Command::new(OURSELVES);
    command.arg0(name).args(words).env(INHERITED, reader.as_raw_fd().to_string());
    for variable in variables {
        command.env_remove(variable);
    }
    command.exec()
}

#[cfg(not(target_os = "linux"))]
fn start_again(_: &[OsString], _: &[&str], _: &[u8]) -> io::Error {
    io::ErrorKind::Unsupported.into()
}

/// Reads what the first instance left in the pipe, which is then empty.
fn inherited(descriptor: &OsStr) -> Result<Vec<OsString>, String> {
    let number = descriptor.to_str().and_then(|text| text.parse::<u32>().ok());
    let unusable = |cause: String| format!("`{INHERITED}` is reserved: {cause}");
    let number = number.ok_or_else(|| unusable("not a file descriptor".to_owned()))?;
    let mut secrets = Vec::new();
    let read = File::open(format!("/proc/self/fd/{number}"))
        .and_then(|pipe| pipe.take(SECRETS_BYTES_MAX as u64).read_to_end(&mut secrets));
    read.map_err(|error| unusable(error.to_string()))?;
    #[cfg(target_os = "linux")]
    // The kernel calls the process `exe`, after the link; monitoring tools expect this name.
    let _ = rustix::thread::set_name(c"shoseki");
    let flags = secrets.split(|byte| *byte == 0).filter(|flag| !flag.is_empty());
    Ok(flags.map(|flag| OsString::from_vec(flag.to_vec())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<OsString> {
        line.split(' ').map(OsString::from).collect()
    }

    /// Both syntaxes of a flag are removed with their value, and nothing else is removed.
    #[test]
    fn secret_flags_are_removed_and_restored() {
        for (line, kept) in [
            ("shoseki serve --root-secret-access-key x --listen y", "shoseki serve --listen y"),
            ("shoseki serve --root-secret-access-key=x --listen y", "shoseki serve --listen y"),
            ("s verify --session-token=a --secret-access-key b", "s verify"),
            ("s serve --root-access-key-id AKIA", "s serve --root-access-key-id AKIA"),
            ("s account -- --secret-access-key b", "s account -- --secret-access-key b"),
            ("s serve --root-secret-access-key", "s serve"),
        ] {
            assert_eq!(without_flags(&words(line)), words(kept), "{line}");
        }
        let flags = || words("--session-token=a");
        assert_eq!(with_flags(words("s verify"), flags()), words("s verify --session-token=a"));
        assert_eq!(with_flags(words("s -- x"), flags()), words("s --session-token=a -- x"));
    }

    /// An invalid descriptor is rejected.
    #[test]
    fn only_our_own_pipe_is_read() {
        for text in ["", "-1", "x", "4294967295", "999999"] {
            assert!(inherited(OsStr::new(text)).is_err(), "{text}");
        }
    }

    /// Debug output contains no secrets.
    #[test]
    fn a_secret_is_never_printed() {
        assert_eq!(format!("{:?}", Secret::from("hunter2".to_owned())), "Secret");
    }
}
