use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::Failure;

/// The project's folder and files.
#[derive(Debug)]
pub(crate) struct Project {
    root: PathBuf,
}

impl Project {
    /// The one that this program was built in.
    pub(crate) fn here() -> Result<Self, Failure> {
        let own = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = own.parent().ok_or("no folder above xtask")?;
        Ok(Self { root: root.to_owned() })
    }

    /// Its directory.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The path of one of its files.
    pub(crate) fn path(&self, file: &str) -> PathBuf {
        self.root.join(file)
    }

    /// Whether a file or directory exists.
    pub(crate) fn has(&self, file: &str) -> bool {
        self.path(file).exists()
    }

    /// A file's text.
    pub(crate) fn read(&self, file: &str) -> Result<String, Failure> {
        Ok(fs::read_to_string(self.path(file)).map_err(|error| format!("`{file}`: {error}"))?)
    }

    /// Writes a complete file.
    pub(crate) fn write(&self, file: &str, text: &str) -> Result<(), Failure> {
        Ok(fs::write(self.path(file), text).map_err(|error| format!("`{file}`: {error}"))?)
    }

    /// All files of the project, in order: those that git tracks or would add.
    pub(crate) fn files(&self) -> Result<Vec<String>, Failure> {
        let listed = Command::new("git")
            .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
            .current_dir(&self.root)
            .output()?;
        if !listed.status.success() {
            return Err("git cannot list the files".into());
        }
        let text = String::from_utf8(listed.stdout)?;
        let mut files: Vec<String> = text
            .split('\0')
            .filter(|file| !file.is_empty() && self.path(file).is_file())
            .map(str::to_owned)
            .collect();
        files.sort_unstable();
        files.dedup();
        Ok(files)
    }

    /// The Rust files of our crates, in order.
    pub(crate) fn rust_files(&self) -> Result<Vec<String>, Failure> {
        let mut files = self.files()?;
        files.retain(|file| is_rust(file));
        Ok(files)
    }
}

fn is_rust(file: &str) -> bool {
    Path::new(file).extension().is_some_and(|extension| extension == "rs")
}
