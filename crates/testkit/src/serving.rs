use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;

use serde_json::Value;

/// A process that serves on a free port; it is killed at the end.
#[derive(Debug)]
pub struct Serving {
    child: Child,
    diagnostics: Vec<String>,
}

impl Serving {
    /// Runs `serve` with more flags over a data directory, and waits until it serves.
    ///
    /// `program` is a command without arguments, with the environment that it is to have.
    pub fn start(program: Command, flags: &[&str], data: &Path) -> Self {
        Self::start_until("\"serving\"", program, flags, data)
    }

    /// The same, until a line of its diagnostics contains `text`.
    pub fn start_until(text: &str, mut program: Command, flags: &[&str], data: &Path) -> Self {
        program.arg("serve").args(flags);
        program.args(["--listen", "127.0.0.1:0", "--log-json", "--data-dir"]).arg(data);
        let mut child = program.stderr(Stdio::piped()).spawn().expect("the program starts");
        let mut lines = BufReader::new(child.stderr.take().expect("a pipe")).lines();
        let mut serving = Self { child, diagnostics: Vec::new() };
        while !serving.diagnostics.last().is_some_and(|line| line.contains(text)) {
            let line = lines.next();
            let line = line.unwrap_or_else(|| panic!("it ended: {:?}", serving.diagnostics));
            serving.diagnostics.push(line.expect("text"));
        }
        // A full pipe would stop it.
        thread::spawn(move || lines.for_each(drop));
        serving
    }

    /// The lines of its diagnostics until it served.
    pub fn diagnostics(&self) -> &[String] {
        &self.diagnostics
    }

    /// Where it listens.
    pub fn address(&self) -> String {
        let events = self.diagnostics.iter().map(|line| serde_json::from_str::<Value>(line));
        let mut addresses =
            events.filter_map(|event| Some(event.ok()?["fields"]["address"].as_str()?.to_owned()));
        addresses.next().unwrap_or_else(|| panic!("no address: {:?}", self.diagnostics))
    }

    /// The process's id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// A file that the kernel keeps about the process, such as `environ`.
    pub fn proc(&self, file: &str) -> String {
        let path = format!("/proc/{}/{file}", self.id());
        let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
