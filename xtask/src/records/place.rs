//! Where fields are: files, and items in them.

use std::collections::BTreeMap;

use crate::failure::Failure;
use crate::functions::{self, Functions};
use crate::project::Project;

/// The functions and types of all crates.
#[derive(Debug)]
pub(super) struct Sources {
    /// By file, its text; comments are empty lines.
    pub(super) files: BTreeMap<String, String>,
    pub(super) functions: Functions,
}

impl Sources {
    pub(super) fn read(project: &Project) -> Result<Self, Failure> {
        let mut files = BTreeMap::new();
        for file in project.rust_files()? {
            let is_test = file.ends_with("/tests.rs") || file.contains("/tests/");
            if !is_test && file.starts_with("crates/") && file.contains("/src/") {
                let text = functions::without_tests(&project.read(&file)?);
                files.insert(file, text);
            }
        }
        Ok(Self::of(files))
    }

    pub(super) fn of(files: BTreeMap<String, String>) -> Self {
        Self { functions: Functions::of(&files), files }
    }
}

/// A file, and items in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) file: String,
    pub(super) items: Vec<String>,
}

impl Place {
    /// A link, named without `crates/` and `src/`.
    pub(super) fn link(&self) -> String {
        let name = self.file.strip_prefix("crates/").unwrap_or(&self.file);
        let items = self.items.iter().map(|item| format!(" `{item}`")).collect::<Vec<_>>();
        format!("[{}](../{}){}", name.replacen("/src/", "/", 1), self.file, items.join(","))
    }
}
