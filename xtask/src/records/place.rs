//! Where fields are: files, and items in them.

use std::collections::BTreeMap;

use crate::failure::Failure;
use crate::functions::{self, Functions};
use crate::project::Project;

/// The functions and types of all crates.
#[derive(Debug)]
pub(crate) struct Sources {
    /// By file, its text; comments are empty lines.
    pub(crate) files: BTreeMap<String, String>,
    pub(crate) functions: Functions,
}

impl Sources {
    pub(crate) fn read(project: &Project) -> Result<Self, Failure> {
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

    pub(crate) fn of(files: BTreeMap<String, String>) -> Self {
        Self { functions: Functions::of(&files), files }
    }

    /// The text of a function or type of a file; of a constant, the text of the file.
    pub(crate) fn item(&self, file: &str, item: &str) -> Option<&str> {
        let text = self.files.get(file)?;
        let mut functions = self.functions.iter();
        let own = functions.find(|one| one.file == file && one.title() == item);
        let is_constant = ["const", "static"].map(|kind| format!("{kind} {item}: "));
        let whole = is_constant.iter().any(|start| text.contains(start));
        own.map(|one| one.text.as_str()).or_else(|| whole.then_some(text.as_str()))
    }
}

/// A file, and items in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) file: String,
    pub(crate) items: Vec<String>,
}

impl Place {
    /// Places such as `trail/record/write.rs Record::draft, Record::tail; gateway/spec.rs Spec`.
    pub(crate) fn list(text: &str) -> Option<Vec<Self>> {
        text.split("; ").map(Self::parse).collect()
    }

    fn parse(text: &str) -> Option<Self> {
        let (path, items) = text.split_once(' ')?;
        let (folder, file) = path.split_once('/')?;
        let items = items.split(", ").map(str::to_owned).collect();
        Some(Self { file: format!("crates/{folder}/src/{file}"), items })
    }

    /// A link, named without `crates/` and `src/`.
    pub(crate) fn link(&self) -> String {
        let name = self.file.strip_prefix("crates/").unwrap_or(&self.file);
        let items = self.items.iter().map(|item| format!(" `{item}`")).collect::<Vec<_>>();
        format!("[{}](../{}){}", name.replacen("/src/", "/", 1), self.file, items.join(","))
    }
}
