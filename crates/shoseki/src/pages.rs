//! `shoseki completions` and `shoseki man`: the files that a package installs for shells and for
//! `man`, generated from the same help texts as `--help`.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use clap::{Args, Command};
use clap_complete::Shell;
use clap_mangen::Man;

use crate::exit::{Exit, Trouble};
use crate::out;

/// The flags of `completions`.
#[derive(Debug, Clone, Args)]
#[command(after_help = COMPLETIONS_EXAMPLES)]
pub(crate) struct Completions {
    /// The shell.
    #[arg(value_enum)]
    shell: Shell,
}

const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  source <(shoseki completions bash)
  shoseki completions fish > ~/.config/fish/completions/shoseki.fish
  shoseki completions zsh > \"${fpath[1]}/_shoseki\"";

/// The flags of `man`.
#[derive(Debug, Clone, Args)]
#[command(after_help = MAN_EXAMPLES)]
pub(crate) struct Manual {
    /// The verb to print the page of, such as `verify` or `account create` [default: the command].
    verb: Vec<String>,
    /// Writes the pages of all verbs into this directory.
    #[arg(long, value_name = "DIR", conflicts_with = "verb")]
    all: Option<PathBuf>,
}

const MAN_EXAMPLES: &str = "\
Examples:
  shoseki man verify | man -l -
  shoseki man --all ~/.local/share/man/man1";

/// Prints a shell completion script.
pub(crate) fn completions(verb: &Completions, mut command: Command) -> Exit {
    let mut script = Vec::new();
    let name = command.get_name().to_owned();
    clap_complete::generate(verb.shell, &mut command, name, &mut script);
    out::bytes(&script);
    Exit::Done
}

/// Prints one page, or writes all of them.
pub(crate) fn manual(verb: &Manual, mut command: Command) -> Result<Exit, Trouble> {
    command.build();
    if let Some(folder) = &verb.all {
        if !folder.exists() {
            fs::create_dir_all(folder).map_err(|error| cannot(folder, &error))?;
            open_to_all(folder, 0o755)?;
        }
        write_pages(folder, &command)?;
        return Ok(Exit::Done);
    }
    let mut page = &command;
    for word in &verb.verb {
        let unknown = || Trouble::usage(format_args!("there is no verb `{word}`"));
        page = page.find_subcommand(word).ok_or_else(unknown)?;
    }
    out::bytes(&render(page)?);
    Ok(Exit::Done)
}

fn write_pages(folder: &Path, command: &Command) -> Result<(), Trouble> {
    // `shoseki-account-create`, as `man` names the pages of subcommands.
    let name = command.get_display_name().unwrap_or_else(|| command.get_name());
    let file = folder.join(format!("{name}.1"));
    let page = render(command)?;
    let written = fs::File::create(&file).and_then(|mut to| to.write_all(&page));
    written.map_err(|error| cannot(&file, &error))?;
    open_to_all(&file, 0o644)?;
    let is_shown = |inner: &&Command| inner.get_name() != "help" && !inner.is_hide_set();
    command.get_subcommands().filter(is_shown).try_for_each(|inner| write_pages(folder, inner))
}

/// Files that we create are private by default, but a man page must be readable by all users.
fn open_to_all(path: &Path, mode: u32) -> Result<(), Trouble> {
    let set = fs::set_permissions(path, fs::Permissions::from_mode(mode));
    set.map_err(|error| cannot(path, &error))
}

fn render(command: &Command) -> Result<Vec<u8>, Trouble> {
    let mut text = Vec::new();
    Man::new(command.clone()).render(&mut text).map_err(Trouble::unreachable)?;
    Ok(text)
}

fn cannot(path: &Path, error: &std::io::Error) -> Trouble {
    Trouble::unreachable(format_args!("`{}`: {error}", path.display()))
}
