//! Which files of a service make an error.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use super::functions::{Function, Functions};
use crate::failure::Failure;
use crate::project::Project;

/// The sources of a service, without their tests.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    /// The folder.
    folder: String,
    /// Path below the folder, and text.
    files: BTreeMap<String, String>,
    /// Texts by which an error of a code is made, such as `KmsError::NotFound`.
    makers: BTreeMap<String, BTreeSet<String>>,
    /// The files that turn variants into codes: `error.rs`, and where a part of the service has
    /// errors of its own.
    tables: BTreeSet<String>,
    functions: Functions,
    /// By file, the other files that it uses.
    used: RefCell<BTreeMap<String, Vec<String>>>,
    /// By operation, its files.
    own: RefCell<BTreeMap<String, Vec<String>>>,
}

/// A file that makes an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) file: String,
    /// Its functions that make the error; none if no call of them was found.
    pub(crate) functions: Vec<String>,
}

impl Sources {
    /// Reads the sources below `folder`.
    pub(crate) fn read(project: &Project, folder: &str) -> Result<Self, Failure> {
        let mut files = BTreeMap::new();
        for file in project.rust_files()? {
            let is_test = file.ends_with("/tests.rs") || file.contains("/tests/");
            let own = file.strip_prefix(folder).and_then(|own| own.strip_prefix('/'));
            if let Some(own) = own.filter(|_| !is_test) {
                files.insert(own.to_owned(), without_tests(&project.read(&file)?));
            }
        }
        Ok(Self::of(folder, files))
    }

    /// Sources of a test.
    #[cfg(test)]
    pub(super) fn with(files: &[(&str, &str)]) -> Self {
        let files = files.iter().map(|(name, text)| ((*name).to_owned(), without_tests(text)));
        Self::of("crates/kms/src", files.collect())
    }

    fn of(folder: &str, files: BTreeMap<String, String>) -> Self {
        let (mut tables, mut makers) = (BTreeSet::new(), BTreeMap::<_, BTreeSet<_>>::new());
        for (name, text) in files.iter().filter(|(_, text)| text.contains("impl ApiError for")) {
            tables.insert(name.clone());
            for (code, texts) in makers_in(text) {
                makers.entry(code).or_default().extend(texts);
            }
        }
        let functions = Functions::of(&files);
        let (folder, used, own) = (folder.to_owned(), RefCell::default(), RefCell::default());
        Self { folder, files, makers, tables, functions, used, own }
    }

    /// Whether these are the sources of this crate.
    pub(crate) fn is_of(&self, name: &str) -> bool {
        self.folder == format!("crates/{name}/src")
    }

    /// The codes that the service's tables of errors have.
    pub(crate) fn codes(&self) -> impl Iterator<Item = &str> {
        self.makers.keys().map(String::as_str)
    }

    /// The places that make an error of this code, by the functions that the operation calls.
    pub(crate) fn of_calls(&self, operation: &str, code: &str) -> Vec<Place> {
        let reached = self.functions.reached(operation, &self.of_operation(operation));
        self.placed(reached.into_iter().filter(|function| self.makes_in(function, code)))
    }

    /// The functions for whose file and body `is` holds.
    pub(crate) fn places(&self, is: &dyn Fn(&str, &str) -> bool) -> Vec<Place> {
        self.placed(self.functions.iter().filter(|function| is(&function.file, &function.body)))
    }

    /// Functions by file, both in the order given.
    fn placed<'a>(&self, functions: impl Iterator<Item = &'a Function>) -> Vec<Place> {
        let mut places = Vec::<Place>::new();
        for function in functions {
            let (file, title) = (format!("{}/{}", self.folder, function.file), function.title());
            match places.iter_mut().find(|place| place.file == file) {
                Some(place) => place.functions.extend(title),
                None => places.push(Place { file, functions: title.into_iter().collect() }),
            }
        }
        places
    }

    /// The files, and their texts.
    pub(crate) fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().map(|(file, text)| (file.as_str(), text.as_str()))
    }

    /// The files that make an error of this code, as near to the operation as there are any: its
    /// own file, else those that it names, and so on; else all that make it.
    pub(crate) fn of_error(&self, operation: &str, code: &str) -> Vec<Place> {
        let mut ring = self.of_operation(operation);
        let mut seen: BTreeSet<String> = ring.iter().cloned().collect();
        loop {
            let found: Vec<_> = ring.iter().filter(|file| self.makes(file, code)).collect();
            if !found.is_empty() {
                return found.iter().map(|file| self.place(file, code)).collect();
            }
            let mut next = Vec::new();
            for file in &ring {
                let near = self.neighbours(file).into_iter();
                next.extend(near.filter(|other| seen.insert(other.clone())));
            }
            if next.is_empty() {
                let all = self.files.keys().filter(|file| self.makes(file, code));
                let all: Vec<_> = all.map(|file| self.place(file, code)).collect();
                return if all.is_empty() { self.with_code(code) } else { all };
            }
            ring = next;
        }
    }

    /// A file, and its functions that make the error.
    fn place(&self, file: &str, code: &str) -> Place {
        let makes = |other: &str, body: &str| other == file && self.text_makes(file, body, code);
        let whole = Place { file: format!("{}/{file}", self.folder), functions: Vec::new() };
        self.places(&makes).pop().unwrap_or(whole)
    }

    /// The files with a code in their text, also of tables: `KMS.DisabledException` is there, too,
    /// where `KMS.` is put before another service's code.
    pub(crate) fn with_code(&self, code: &str) -> Vec<Place> {
        let prefix = code.split_once('.').map(|(prefix, _)| format!("\"{prefix}.{{"));
        let is_there = |text: &str| {
            text.contains(&format!("\"{code}\""))
                || prefix.as_ref().is_some_and(|prefix| text.contains(prefix))
        };
        let files = self.files.iter().filter(|(_, text)| is_there(text)).map(|(file, _)| file);
        let place = |file: &String| {
            let within = |other: &str, body: &str| other == file && is_there(body);
            let whole = Place { file: format!("{}/{file}", self.folder), functions: Vec::new() };
            self.places(&within).pop().unwrap_or(whole)
        };
        files.map(place).collect()
    }

    /// The operations that an operation's files invoke.
    pub(crate) fn invoked(&self, operation: &str) -> BTreeSet<&str> {
        let files = self.of_operation(operation);
        let files = files.iter().map(|file| self.text(file));
        let calls = files.flat_map(|text| text.split(".invoke").skip(1));
        let types = calls.filter_map(|call| call.split_once("::<")?.1.split_once('>'));
        types.filter_map(|(path, _)| path.rsplit("::").next()).collect()
    }

    /// Whether an operation is a type, and not a row of a table.
    pub(crate) fn declares(&self, operation: &str) -> bool {
        let head = format!("struct {operation}");
        self.files.values().any(|text| has_word(text, &head))
    }

    /// The files of an operation: where its type is, or else where its name is.
    fn of_operation(&self, operation: &str) -> Vec<String> {
        let mut own = self.own.borrow_mut();
        let find = || self.find_files(operation).into_iter().map(str::to_owned).collect();
        own.entry(operation.to_owned()).or_insert_with(find).clone()
    }

    fn find_files(&self, operation: &str) -> Vec<&str> {
        let with = |is: &dyn Fn(&str) -> bool| -> Vec<&str> {
            let files = self.files.iter().filter(|(name, _)| !matches!(name.as_str(), "ops.rs"));
            files.filter(|(_, text)| is(text)).map(|(name, _)| name.as_str()).collect()
        };
        let declared = with(&|text| {
            ["struct ", "enum "].iter().any(|word| has_word(text, &format!("{word}{operation}")))
        });
        if !declared.is_empty() {
            return declared;
        }
        let named = with(&|text| has_word(text, operation));
        // A table of names, such as that of the nouns of a family, leads to where they are used.
        let members = named.iter().filter_map(|file| member_with(self.text(file), operation));
        let uses: BTreeSet<&str> = members
            .flat_map(|member| with(&|text| text.contains(&format!(".{member};"))))
            .collect();
        if uses.is_empty() { named } else { uses.into_iter().collect() }
    }

    fn text(&self, file: &str) -> &str {
        self.files.get(file).map(String::as_str).unwrap_or_default()
    }

    fn makes_in(&self, function: &Function, code: &str) -> bool {
        self.text_makes(&function.file, &function.body, code)
    }

    fn makes(&self, file: &str, code: &str) -> bool {
        self.text_makes(file, self.text(file), code)
    }

    fn text_makes(&self, file: &str, text: &str, code: &str) -> bool {
        let is_maker = |maker: &String| has_word(text, maker);
        let by_maker = self.makers.get(code).is_some_and(|makers| makers.iter().any(is_maker));
        // A table has every code, and makes none.
        let is_table = self.tables.contains(file) || file == "event_form.rs";
        let has_code = !is_table && text.contains(&format!("\"{code}\""));
        file != "error.rs" && (by_maker || has_code)
    }

    /// The other files whose modules a file names, and those with methods of the types that it
    /// imports.
    fn neighbours(&self, file: &str) -> Vec<String> {
        let mut used = self.used.borrow_mut();
        used.entry(file.to_owned()).or_insert_with(|| self.find_neighbours(file)).clone()
    }

    fn find_neighbours(&self, file: &str) -> Vec<String> {
        let text = self.text(file);
        let methods: Vec<String> =
            imported(text).iter().map(|name| format!("\nimpl {name} {{")).collect();
        let names = |other: &&str| {
            let module = other.rsplit('/').next().and_then(|name| name.strip_suffix(".rs"));
            let other = self.text(other);
            module.is_some_and(|module| has_word(text, &format!("{module}::")))
                || methods.iter().any(|methods| other.contains(methods))
        };
        let others = self.files.keys().map(String::as_str).filter(|other| *other != file);
        others.filter(names).map(str::to_owned).collect()
    }
}

/// The member of a table whose value is this text: `create` of `create: "CreateUser"`.
fn member_with<'a>(table: &'a str, value: &str) -> Option<&'a str> {
    let (before, _) = table.split_once(&format!(": \"{value}\","))?;
    before.rsplit(|c: char| c != '_' && !c.is_ascii_lowercase()).next().filter(|it| !it.is_empty())
}

/// The types of the crate that a file imports.
fn imported(text: &str) -> BTreeSet<&str> {
    let uses = text.split("\nuse ").skip(1).filter_map(|rest| rest.split(';').next());
    let own = uses.filter(|path| path.starts_with("crate::") || path.starts_with("super::"));
    let names = own.flat_map(|path| path.split(|c: char| !c.is_alphanumeric()));
    names.filter(|name| name.starts_with(char::is_uppercase)).collect()
}

fn without_tests(source: &str) -> String {
    let lines = source.lines().take_while(|line| *line != "#[cfg(test)]");
    lines
        .filter(|line| !line.trim_start().starts_with("//"))
        .fold(String::new(), |text, line| text + line + "\n")
}

/// Whether `word` is there and neither begins nor ends within another word.
pub(super) fn has_word(text: &str, word: &str) -> bool {
    let is_inner = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    text.match_indices(word).any(|(at, _)| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        let after = text.get(at..).and_then(|rest| rest.get(word.len()..)?.chars().next());
        !is_inner(before) && (word.ends_with("::") || !is_inner(after))
    })
}

/// By code, the texts that make an error of it: the variants, and the functions that give one.
///
/// The variant's code is the first text behind it that has the form of one.
fn makers_in(table: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut makers = BTreeMap::<String, BTreeSet<String>>::new();
    let mut of_variant = BTreeMap::new();
    let name = table.split("impl ApiError for ").nth(1).and_then(|rest| rest.split(' ').next());
    let name = name.unwrap_or_default();
    let start = ["\nerrors! {", "fn wire("].iter().find_map(|start| table.find(start));
    let rows = start.and_then(|at| table.get(at..)).unwrap_or_default();
    for (variant, rest) in variants(rows) {
        let code = if rows.starts_with("\nerrors!") {
            code_of_row(rest)
        } else {
            rest.split('"').skip(1).step_by(2).find(|text| is_code(text))
        };
        if let Some(code) = code {
            of_variant.entry(variant.to_owned()).or_insert_with(|| code.to_owned());
        }
    }
    for (variant, code) in &of_variant {
        let texts = makers.entry(code.clone()).or_default();
        texts.insert(format!("{name}::{variant}"));
        let functions = constructors(table, variant);
        texts.extend(functions.iter().map(|function| format!("{name}::{function}")));
    }
    makers
}

/// The code of a row `Variant … => status, "Code", …`; `None` where the code is a value of the
/// variant.
fn code_of_row(row: &str) -> Option<&str> {
    let (_, behind) = row.split_once("=> ")?;
    let (_, code) = behind.split_once(',')?;
    code.trim_start().strip_prefix('"')?.split('"').next().filter(|text| is_code(text))
}

/// The variants of a `match` or of a table of errors, each with the text up to the next.
fn variants(rows: &str) -> Vec<(&str, &str)> {
    let is_table = rows.starts_with("\nerrors!");
    let arms: Vec<usize> = if is_table {
        rows.match_indices("\n    ")
            .map(|(at, _)| at + 5)
            .filter(|at| begins_row(rows, *at))
            .collect()
    } else {
        rows.match_indices("Self::").map(|(at, _)| at + 6).collect()
    };
    let ends = arms.iter().skip(1).copied().chain([rows.len()]);
    let row = |(at, end): (usize, usize)| {
        let text = rows.get(at..end)?;
        let end = text.find(|c: char| !c.is_alphanumeric())?;
        text.split_at_checked(end)
    };
    arms.iter().copied().zip(ends).filter_map(row).collect()
}

fn begins_row(rows: &str, at: usize) -> bool {
    rows.get(at..).and_then(|rest| rest.chars().next()).is_some_and(char::is_uppercase)
}

/// The functions beside the table that make a variant.
fn constructors(table: &str, variant: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for function in table.split("pub(crate) fn ").skip(1) {
        let name = function.split(['(', '<']).next().unwrap_or_default();
        if has_word(function, &format!("Self::{variant}")) && name != "wire" {
            found.insert(name.to_owned());
        }
    }
    found
}

fn is_code(text: &str) -> bool {
    text.len() > 3
        && text.starts_with(|c: char| c.is_ascii_uppercase())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '.')
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = r#"
pub(crate) enum KmsError { NotFound(String), DryRun, Hidden }
impl ApiError for KmsError {
    fn wire(&self) -> WireError {
        match self {
            Self::NotFound(text) => with("NotFoundException", text),
            Self::DryRun => with("DryRunOperationException", "The request would have."),
            Self::Hidden => with("AccessDeniedException", "No."),
        }
    }
}
impl KmsError {
    pub(crate) fn no_key(id: &str) -> Self {
        Self::NotFound(format!("Key '{id}' does not exist"))
    }
}
"#;

    fn sources(files: &[(&str, &str)]) -> Sources {
        Sources::with(files)
    }

    fn files(places: Vec<Place>) -> Vec<String> {
        places.into_iter().map(|place| place.file).collect()
    }

    /// A part of a service with a table of its own hides neither that nor the service's.
    #[test]
    fn every_table_of_a_service_is_read() {
        let control = TABLE.replace("KmsError", "ControlError").replace("NotFoundE", "NoSuchTagE");
        let sources = sources(&[
            ("control.rs", &format!("{control}\nfn tags() {{ ControlError::no_key(id) }}")),
            ("error.rs", TABLE),
            ("ops/encrypt.rs", "struct Encrypt;\nErr(KmsError::DryRun)\n"),
            ("ops/tags.rs", "struct Tags;\nuse crate::control::tags;\ncontrol::tags()\n"),
        ]);
        let codes: Vec<_> = sources.codes().collect();
        let all = ["AccessDeniedException", "DryRunOperationException", "NoSuchTagException"];
        assert_eq!(codes, [all.as_slice(), &["NotFoundException"]].concat());
        let of = |operation, code| files(sources.of_error(operation, code));
        assert_eq!(of("Encrypt", "DryRunOperationException"), ["crates/kms/src/ops/encrypt.rs"]);
        assert_eq!(of("Tags", "NoSuchTagException"), ["crates/kms/src/control.rs"]);
        // Nothing makes it but the conversions beside a table.
        assert_eq!(of("Tags", "NotFoundException"), ["crates/kms/src/error.rs"]);
    }

    /// A variant or a function of the table, a text with the code; in the operation's own file, or
    /// in one that it uses, but not in the table, a comment or a test.
    #[test]
    fn the_nearest_file_that_makes_an_error_is_found() {
        let sources = sources(&[
            ("error.rs", TABLE),
            ("ops/decrypt.rs", "use crate::lookup::find;\nstruct Decrypt;\n// KmsError::Hidden\n"),
            ("ops/encrypt.rs", "struct Encrypt;\nErr(KmsError::DryRun)\n"),
            ("lookup.rs", "use crate::deep::x;\nKmsError::no_key(id)\n"),
            ("deep.rs", "fn x() { \"AccessDeniedException\" }\n#[cfg(test)]\nKmsError::DryRun\n"),
        ]);
        let check = |operation: &str, code: &str, want: &[&str]| {
            let found = files(sources.of_error(operation, code));
            let want: Vec<_> = want.iter().map(|file| format!("crates/kms/src/{file}")).collect();
            assert_eq!(found, want, "{operation} {code}");
        };
        check("Encrypt", "DryRunOperationException", &["ops/encrypt.rs"]);
        check("Decrypt", "DryRunOperationException", &["ops/encrypt.rs"]);
        check("Decrypt", "NotFoundException", &["lookup.rs"]);
        check("Decrypt", "AccessDeniedException", &["deep.rs"]);
        check("Encrypt", "NotFoundException", &["lookup.rs"]);
        check("Encrypt", "NoSuchException", &[]);
        let codes: Vec<_> = sources.codes().collect();
        let all = ["AccessDeniedException", "DryRunOperationException", "NotFoundException"];
        assert_eq!(codes, all);
    }

    /// A name in a table leads to the files that use its member, and a type to its methods.
    #[test]
    fn names_and_types_are_followed() {
        let sources = sources(&[
            ("error.rs", TABLE),
            ("event_form.rs", "exceptions: &[\"DryRunOperationException\"]"),
            ("noun.rs", "const NAMES: Names = Names {\n    attach: \"AttachKey\",\n};\n"),
            (
                "ops/attach.rs",
                "\nuse crate::model::{Period, other};\nconst NAME: &str = N::NAMES.attach;\n",
            ),
            ("ops/other.rs", "Err(KmsError::DryRun)\n"),
            ("period.rs", "\nimpl Period {\n    KmsError::DryRun\n}\n"),
        ]);
        let made = files(sources.of_error("AttachKey", "DryRunOperationException"));
        assert_eq!(made, ["crates/kms/src/period.rs"]);
    }

    /// Rows of a table that makes the enum and its `match` at once.
    #[test]
    fn rows_of_a_table_are_read() {
        let table = "macro_rules! errors {}\nimpl ApiError for S3Error {}\n\nerrors! {\n    \
                     /// No such bucket.\n    NoSuchBucket { bucket: String } => 404, \
                     \"NoSuchBucket\", \"The bucket\";\n    BadMd5 {} => 400, \"BadDigest\",\n        \
                     \"The.\",\n        elements { \"Expected\": e };\n    \
                     BadDigest(text: String) => 400, \"BadDigest\", text;\n    NotSet { code: C } \
                     => 404, *code, message,\n        elements { \"BucketName\": bucket };\n}\n";
        let makers = makers_in(table);
        assert_eq!(makers["NoSuchBucket"], BTreeSet::from(["S3Error::NoSuchBucket".to_owned()]));
        let two = ["S3Error::BadDigest", "S3Error::BadMd5"].map(str::to_owned);
        assert_eq!(makers["BadDigest"], BTreeSet::from(two));
        assert_eq!(makers.len(), 2, "{makers:?}");
    }
}
