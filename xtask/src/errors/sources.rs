//! Our sources, and which function in them made an error whose line a test received.

use std::collections::{BTreeMap, BTreeSet};

use super::makers::{error_of, makers_in};
use crate::failure::Failure;
use crate::functions::{Function, Functions, folder, has_word, without_tests};
use crate::project::Project;
use crate::records;

/// The sources of the crates that make errors, without their tests.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    /// By file, its text; comments are empty lines.
    files: BTreeMap<String, String>,
    functions: Functions,
    /// By crate, what makes its errors.
    makers: BTreeMap<String, Makers>,
}

#[derive(Debug, Default)]
struct Makers {
    /// By code, texts such as `KmsError::NotFound`.
    texts: BTreeMap<String, BTreeSet<String>>,
    /// How the heads of functions that return such errors end.
    ends: BTreeSet<String>,
}

/// A file that makes an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) file: String,
    /// Its functions that make the error; none if the line is in none.
    pub(crate) functions: Vec<String>,
}

/// Which error, of which operation.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Made<'a> {
    pub(crate) operation: &'a str,
    pub(crate) code: &'a str,
    /// The line that a test received, such as `crates/s3/src/object.rs:57`.
    pub(crate) at: &'a str,
}

impl Place {
    /// The place as pages link to it.
    pub(super) fn named(self) -> records::Place {
        records::Place { file: self.file, items: self.functions }
    }
}

impl Sources {
    /// Reads the crates in these folders.
    pub(crate) fn read(project: &Project, folders: &BTreeSet<&str>) -> Result<Self, Failure> {
        let mut files = BTreeMap::new();
        for file in project.rust_files()? {
            let is_test = file.ends_with("/tests.rs") || file.contains("/tests/");
            if !is_test && file.contains("/src/") && folders.contains(folder(&file)) {
                let text = without_tests(&project.read(&file)?);
                files.insert(file, text);
            }
        }
        Ok(Self::of(files))
    }

    /// Sources of a test.
    #[cfg(test)]
    pub(super) fn with(files: &[(&str, &str)]) -> Self {
        let files = files.iter().map(|(name, text)| ((*name).to_owned(), without_tests(text)));
        Self::of(files.collect())
    }

    fn of(files: BTreeMap<String, String>) -> Self {
        let mut makers = BTreeMap::<String, Makers>::new();
        for (name, text) in files.iter().filter(|(_, text)| text.contains("impl ApiError for")) {
            let own = makers.entry(folder(name).to_owned()).or_default();
            let ends = |error: &str| [format!(", {error}>"), format!("-> {error}")];
            own.ends.extend(error_of(text).into_iter().flat_map(ends));
            for (code, texts) in makers_in(text) {
                own.texts.entry(code).or_default().extend(texts);
            }
        }
        Self { functions: Functions::of(&files), files, makers }
    }

    /// The codes that the tables of a crate have.
    pub(crate) fn codes(&self, folder: &str) -> impl Iterator<Item = &str> {
        let own = self.makers.get(folder).into_iter();
        own.flat_map(|makers| makers.texts.keys().map(String::as_str))
    }

    /// The files, and their texts.
    pub(crate) fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().map(|(file, text)| (file.as_str(), text.as_str()))
    }

    /// The functions for whose file and text `is` holds.
    pub(crate) fn places(&self, is: &dyn Fn(&str, &str) -> bool) -> Vec<Place> {
        placed(self.functions.iter().filter(|function| is(&function.file, &function.text)))
    }

    /// The functions that made an error: the one with the line, unless that only converts what a
    /// function below it returned.
    pub(crate) fn makers(&self, made: Made<'_>) -> Vec<Place> {
        let Some((file, line)) = made.at.rsplit_once(':') else { return Vec::new() };
        let line = line.parse().unwrap_or_default();
        let text = self.files.get(file).map(String::as_str).unwrap_or_default();
        let Some(function) = self.functions.at(file, line, text) else {
            return vec![Place { file: file.to_owned(), functions: Vec::new() }];
        };
        let statement = function.statement(line);
        if self.makes(file, &statement, made.code) {
            return placed([function]);
        }
        let below = self.below(function, &statement, made);
        if !below.is_empty() || self.makes(file, &function.text, made.code) {
            return placed(if below.is_empty() { vec![function] } else { below });
        }
        let below = self.below(function, &function.text, made);
        placed(if below.is_empty() { vec![function] } else { below })
    }

    /// The functions below a text that make the error and return it as it is, not as a failure,
    /// which has a line of its own.
    fn below<'a>(&'a self, from: &'a Function, text: &str, made: Made<'_>) -> Vec<&'a Function> {
        let ends = self.makers.get(folder(&from.file)).map(|makers| &makers.ends);
        let returns_error = |function: &Function| {
            let head = function.head();
            let ends_so = |ends: &BTreeSet<String>| ends.iter().any(|end| head.contains(end));
            function.is_macro() || ends.is_some_and(ends_so) && !head.contains("Failure<")
        };
        let mut below = self.functions.called(from, text, made.operation, &returns_error);
        below.retain(|function| self.makes(&function.file, &function.text, made.code));
        below
    }

    fn makes(&self, file: &str, text: &str, code: &str) -> bool {
        let own = self.makers.get(folder(file)).and_then(|makers| makers.texts.get(code));
        text.contains(&format!("\"{code}\""))
            || own.is_some_and(|makers| makers.iter().any(|maker| has_word(text, maker)))
    }
}

/// Functions by file, both in the order given.
fn placed<'a>(functions: impl IntoIterator<Item = &'a Function>) -> Vec<Place> {
    let mut places = Vec::new();
    for function in functions {
        let Function { file, .. } = function;
        merge(&mut places, Place { file: file.clone(), functions: vec![function.title()] });
    }
    places
}

/// Adds what is not there yet.
pub(super) fn merge(places: &mut Vec<Place>, more: Place) {
    match places.iter_mut().find(|place| place.file == more.file) {
        Some(place) => {
            for function in more.functions {
                if !place.functions.contains(&function) {
                    place.functions.push(function);
                }
            }
        }
        None => places.push(more),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = r#"
impl ApiError for KmsError {
    fn wire(&self) -> WireError {
        match self {
            Self::NotFound(text) => with("NotFoundException", text),
            Self::DryRun => with("DryRunOperationException", "The request would have."),
        }
    }
}
"#;
    const ENCRYPT: &str = "\
use crate::alias::check;

// KmsError::DryRun
impl Operation for Encrypt {
    fn access() -> Result<(), Failure<KmsError>> {
        let refusal = || KmsError::DryRun;
        lower()?;
        check()?;
        Err(refusal().into())
    }
}

fn lower() -> Result<(), Failure<KmsError>> {
    Err(KmsError::DryRun.into())
}

#[cfg(test)]
fn check() {}
";
    const ALIAS: &str = "\
pub(crate) fn check() -> Result<(), KmsError> {
    deeper()
}

fn deeper() -> Result<(), KmsError> {
    Err(KmsError::NotFound(x))
}
";

    /// A line that makes the error, or converts one that was made below it.
    #[test]
    fn a_line_leads_to_the_function_that_makes_the_error() {
        let sources = Sources::with(&[
            ("crates/kms/src/error.rs", TABLE),
            ("crates/kms/src/ops/encrypt.rs", ENCRYPT),
            ("crates/kms/src/alias.rs", ALIAS),
        ]);
        let check = |at: &str, code: &str, want: &str| {
            let places = sources.makers(Made { operation: "Encrypt", code, at });
            let places: Vec<_> = places
                .iter()
                .map(|place| format!("{} {}", place.file, place.functions.join(",")))
                .collect();
            assert_eq!(places.join("; "), want, "{at}");
        };
        let own = "crates/kms/src/ops/encrypt.rs";
        check(&format!("{own}:9"), "DryRunOperationException", &format!("{own} Encrypt::access"));
        check(&format!("{own}:14"), "DryRunOperationException", &format!("{own} lower"));
        check(&format!("{own}:8"), "NotFoundException", "crates/kms/src/alias.rs deeper");
        check(&format!("{own}:8"), "Unknown", &format!("{own} Encrypt::access"));
        check(&format!("{own}:99"), "Unknown", &format!("{own} "));
        let codes: Vec<_> = sources.codes("crates/kms").collect();
        assert_eq!(codes, ["DryRunOperationException", "NotFoundException"]);
    }
}
