use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::failure::Failure;
use crate::out;
use crate::project::Project;
use crate::stages::now;

/// A program to run in the project's directory.
#[derive(Debug)]
pub(crate) struct Run(Command);

impl Run {
    pub(crate) fn program(project: &Project, program: impl AsRef<OsStr>) -> Self {
        let mut command = Command::new(program);
        command.current_dir(project.root());
        Self(command)
    }

    /// The cargo that runs us.
    pub(crate) fn cargo(project: &Project) -> Self {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        Self::program(project, cargo)
    }

    pub(crate) fn words<W: AsRef<OsStr>>(mut self, words: impl IntoIterator<Item = W>) -> Self {
        self.0.args(words);
        self
    }

    pub(crate) fn variables(mut self, variables: &[(&str, &str)]) -> Self {
        self.0.envs(variables.iter().copied());
        self
    }

    /// Runs it, with its output visible. Fails if it fails.
    pub(crate) fn go(mut self) -> Result<(), Failure> {
        let line = self.line();
        out::note(&line);
        let status = self.0.status().map_err(|error| format!("`{line}`: {error}"))?;
        if status.success() { Ok(()) } else { Err(format!("`{line}` failed: {status}").into()) }
    }

    /// Starts it; its output is stored in a file until it has ended.
    pub(crate) fn start(mut self, log: &Path) -> Result<Running, Failure> {
        let line = self.line();
        out::note(&format!("{line} (concurrently; its output follows)"));
        let file = File::create(log).map_err(|error| format!("`{}`: {error}", log.display()))?;
        let also = file.try_clone().map_err(|error| error.to_string())?;
        let (child, began) = (self.0.stdin(Stdio::null()).stdout(file).stderr(also).spawn(), now());
        let mut child = child.map_err(|error| format!("`{line}`: {error}"))?;
        let ended = thread::spawn(move || Ok((child.wait()?, began.elapsed())));
        Ok(Running { ended, line, log: log.to_owned() })
    }

    /// Whether it can be run and succeeds; its output is discarded.
    pub(crate) fn succeeds(mut self) -> bool {
        let quiet = self.0.stdout(Stdio::null()).stderr(Stdio::null());
        quiet.status().is_ok_and(|status| status.success())
    }

    fn line(&self) -> String {
        let words = std::iter::once(self.0.get_program()).chain(self.0.get_args());
        words.map(OsStr::to_string_lossy).collect::<Vec<_>>().join(" ")
    }
}

/// A program that runs concurrently.
#[derive(Debug)]
pub(crate) struct Running {
    ended: JoinHandle<io::Result<(ExitStatus, Duration)>>,
    line: String,
    log: PathBuf,
}

impl Running {
    /// Waits for its end, prints its output and its duration. Fails if it fails.
    pub(crate) fn end(self) -> Result<Duration, Failure> {
        let ended =
            self.ended.join().map_err(|_| format!("`{}`: its thread panicked", self.line))?;
        let (status, took) = ended.map_err(|error| error.to_string())?;
        out::note(&self.line);
        let output = std::fs::read(&self.log).map_err(|error| error.to_string())?;
        out::raw(&output);
        if status.success() {
            Ok(took)
        } else {
            Err(format!("`{}` failed: {status}", self.line).into())
        }
    }
}
