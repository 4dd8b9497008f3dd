//! The functions and types of our crates, where they are, and what each may call, as far as their
//! text shows.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// A function with a body, a macro with functions, or a type with fields.
#[derive(Debug)]
pub(crate) struct Function {
    /// Its file, such as `crates/s3/src/object.rs`.
    pub(crate) file: String,
    pub(crate) name: String,
    /// The type of its `impl` block.
    owner: Option<String>,
    /// Its first and its last line, from 1.
    lines: (usize, usize),
    pub(crate) text: String,
    calls: BTreeSet<Call>,
}

impl Function {
    fn new(file: &str, name: &str, owner: Option<String>, first: usize, text: String) -> Self {
        let last = first.saturating_add(text.lines().count()).saturating_sub(1);
        let (file, name, calls) = (file.to_owned(), name.to_owned(), calls(&text));
        Self { file, name, owner, lines: (first, last), text, calls }
    }

    /// The name by which a reader finds it: `DeleteUser::run`.
    pub(crate) fn title(&self) -> String {
        match &self.owner {
            Some(owner) => format!("{owner}::{}", self.name),
            None => self.name.clone(),
        }
    }

    /// Whether it is a macro.
    pub(crate) fn is_macro(&self) -> bool {
        self.name.ends_with('!')
    }

    /// Whether it is a type.
    pub(crate) fn is_type(&self) -> bool {
        self.name.starts_with(char::is_uppercase)
    }

    /// Everything before the body.
    pub(crate) fn head(&self) -> &str {
        self.text.split_once(" {\n").map_or(self.text.as_str(), |(head, _)| head)
    }

    /// The statement around a line of the file.
    pub(crate) fn statement(&self, line: usize) -> String {
        let lines: Vec<&str> = self.text.lines().collect();
        let at = line.saturating_sub(self.lines.0);
        let ends = |line: &str| line.ends_with([';', '{', '}']) || line.ends_with("=>");
        let before = lines.get(..at).unwrap_or_default().iter().rev();
        let begin = at.saturating_sub(before.take_while(|line| !ends(line)).count());
        let behind = lines.get(at..).unwrap_or_default().iter();
        let more = behind.take_while(|line| !line.ends_with([';', '{', '}'])).count();
        let end = at.saturating_add(more).min(lines.len().saturating_sub(1));
        lines.get(begin..=end).unwrap_or_default().join("\n")
    }

    fn has(&self, file: &str, line: usize) -> bool {
        self.file == file && (self.lines.0..=self.lines.1).contains(&line)
    }
}

/// All functions of some crates.
#[derive(Debug, Default)]
pub(crate) struct Functions {
    all: Vec<Function>,
    by_name: BTreeMap<String, Vec<usize>>,
    texts: BTreeMap<String, String>,
    /// By file, the words that it imports.
    imports: BTreeMap<String, BTreeSet<String>>,
}

impl Functions {
    /// Reads formatted sources, by file.
    pub(crate) fn of(files: &BTreeMap<String, String>) -> Self {
        let mut all = Vec::new();
        for (file, text) in files {
            functions_of(file, text, &mut all);
        }
        let mut by_name = BTreeMap::<String, Vec<usize>>::new();
        for (at, function) in all.iter().enumerate() {
            by_name.entry(function.name.clone()).or_default().push(at);
        }
        let imports = files.iter().map(|(file, text)| (file.clone(), imports(text))).collect();
        Self { all, by_name, imports, texts: files.clone() }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Function> {
        self.all.iter()
    }

    /// The function with this line. What a macro makes has the line at which the macro is used.
    pub(crate) fn at(&self, file: &str, line: usize, text: &str) -> Option<&Function> {
        let own = self.all.iter().rev().find(|function| function.has(file, line));
        own.or_else(|| {
            let used = text.lines().nth(line.checked_sub(1)?)?;
            let name = used.trim_start().split_once('!').map(|(name, _)| format!("{name}!"))?;
            self.all.iter().find(|function| function.file == file && function.name == name)
        })
    }

    /// The functions for which `is` holds among those that a text of `from` calls, and those that
    /// these call, the nearest first; only through functions for which `goes_on` holds.
    ///
    /// `A::check` of a generic `A` is that of `operation`.
    pub(crate) fn called<'a>(
        &'a self,
        from: &'a Function,
        text: &str,
        operation: &str,
        goes_on: &dyn Fn(&Function) -> bool,
    ) -> Vec<&'a Function> {
        let mut seen = BTreeSet::new();
        let mut found = Vec::new();
        let mut queue = VecDeque::new();
        let own = calls(text);
        queue.extend(own.iter().flat_map(|call| self.targets(from, call, operation)));
        while let Some(at) = queue.pop_front() {
            let Some(function) = self.all.get(at) else { continue };
            if !seen.insert(at) || !goes_on(function) {
                continue;
            }
            found.push(function);
            let calls = function.calls.iter();
            queue.extend(calls.flat_map(|call| self.targets(function, call, operation)));
        }
        found
    }

    /// The file of an operation that is a type, and the text of its block and behind it.
    pub(crate) fn block(&self, crate_folder: &str, operation: &str) -> Option<(&str, &str)> {
        let mark = format!(" for {operation} {{");
        let mut own = self.texts.iter().filter(|(file, _)| folder(file) == crate_folder);
        own.find_map(|(file, text)| Some((file.as_str(), text.split_once(&mark)?.1)))
    }

    /// The files of an operation that is no type of its own, but a row of a table or a name in one:
    /// those that use the member of the table, or else those with its name.
    pub(crate) fn files_of(&self, crate_folder: &str, operation: &str) -> BTreeSet<&str> {
        let with = |is: &dyn Fn(&str) -> bool| -> BTreeSet<&str> {
            let own =
                self.texts.iter().filter(|(file, text)| folder(file) == crate_folder && is(text));
            own.map(|(file, _)| file.as_str()).filter(|file| !file.ends_with("/ops.rs")).collect()
        };
        let named = with(&|text| has_word(text, operation));
        let tables = named.iter().filter_map(|file| self.texts.get(*file));
        let members = tables.filter_map(|text| member_with(text, operation));
        let uses: BTreeSet<&str> = members
            .flat_map(|member| with(&|text| text.contains(&format!(".{member};"))))
            .collect();
        if uses.is_empty() { named } else { uses }
    }

    /// The functions of the crate that a call may mean: of one name, those of the type or of the
    /// module that it names; a method of any type.
    fn targets(&self, from: &Function, call: &Call, operation: &str) -> Vec<usize> {
        let is_imported =
            |word: &str| self.imports.get(&from.file).is_some_and(|all| all.contains(word));
        let is_generic = matches!(&call.of, Of::Path(path) if path.len() == 1);
        let has_type = || self.all.iter().any(|to| to.owner.as_deref() == Some(operation));
        let files = if is_generic && !has_type() {
            self.files_of(folder(&from.file), operation)
        } else {
            BTreeSet::new()
        };
        let is_of_operation = |to: &Function| {
            to.owner.as_deref() == Some(operation)
                || (to.owner.is_some() && files.contains(to.file.as_str()))
        };
        let is_target = |to: &Function| match &call.of {
            Of::Value => to.owner.is_some(),
            Of::Path(path) if path == "Self" => to.owner == from.owner && to.file == from.file,
            Of::Path(path) if path.len() == 1 => is_of_operation(to),
            Of::Path(path) if path.starts_with(char::is_uppercase) => {
                to.owner.as_ref() == Some(path)
            }
            Of::Path(path) if matches!(path.as_str(), "self" | "super" | "crate") => {
                to.owner.is_none()
            }
            Of::Path(module) => to.owner.is_none() && stem(&to.file) == module,
            Of::Nothing => to.owner.is_none() && (to.file == from.file || is_imported(&call.name)),
        };
        let named = self.by_name.get(&call.name).into_iter().flatten().copied();
        let is_of_crate = |to: &Function| folder(&to.file) == folder(&from.file);
        let mut targets: Vec<usize> = named
            .filter(|at| self.all.get(*at).is_some_and(|to| is_of_crate(to) && is_target(to)))
            .collect();
        if targets.is_empty() {
            let head = format!("fn {}(", call.name);
            let has = |to: &Function| {
                to.is_macro() && files.contains(to.file.as_str()) && to.text.contains(&head)
            };
            let all = self.all.iter().enumerate();
            targets.extend(all.filter(|(_, to)| has(to)).map(|(at, _)| at));
        }
        self.nearest(from, call, targets)
    }

    /// A function of the file hides those of the same name elsewhere, and a method of a type that the
    /// file has or imports those of other types.
    fn nearest(&self, from: &Function, call: &Call, mut targets: Vec<usize>) -> Vec<usize> {
        let to = |at: &usize| self.all.get(*at);
        let is_here = |at: &usize| to(at).is_some_and(|to| to.file == from.file);
        let imports = self.imports.get(&from.file);
        let is_near = |at: &usize| {
            let owner = to(at).and_then(|to| to.owner.as_ref());
            let is_known = owner.zip(imports).is_some_and(|(owner, own)| own.contains(owner));
            is_here(at) || is_known
        };
        match call.of {
            Of::Nothing if targets.iter().any(is_here) => targets.retain(is_here),
            Of::Value if targets.iter().any(is_near) => targets.retain(is_near),
            Of::Value | Of::Nothing | Of::Path(_) => {}
        }
        targets
    }
}

/// Whether `word` is there and neither begins nor ends within another word.
pub(crate) fn has_word(text: &str, word: &str) -> bool {
    let is_inner = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    text.match_indices(word).any(|(at, _)| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        let after = text.get(at..).and_then(|rest| rest.get(word.len()..)?.chars().next());
        !is_inner(before) && (word.ends_with(':') || !is_inner(after))
    })
}

/// The last name in the path of a field of a record.
pub(crate) fn field_name(field: &str) -> &str {
    field.rsplit(['.', ' ']).next().unwrap_or_default().trim_end_matches("[]")
}

/// Whether a text names a member of a record or of an API: as a text, or as a field of a type.
pub(crate) fn names_member(text: &str, member: &str) -> bool {
    let mut letters = member.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    let pascal: String = first.into_iter().chain(letters).collect();
    text.contains(&format!("\"{member}\""))
        || text.contains(&format!("\"{pascal}\""))
        || has_word(text, &format!("{}:", snake(&pascal)))
}

/// `S3BucketName` as a field of a type: `s3_bucket_name`.
fn snake(pascal: &str) -> String {
    let letters: Vec<char> = pascal.chars().collect();
    let mut name = String::new();
    for (at, letter) in letters.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|before| letters.get(before));
        let is_behind_lower = before.is_some_and(|c| c.is_lowercase() || c.is_ascii_digit());
        let ends_acronym = letters.get(at.saturating_add(1)).is_some_and(|c| c.is_lowercase())
            && before.is_some_and(|c| c.is_uppercase());
        if letter.is_uppercase() && (is_behind_lower || ends_acronym) {
            name.push('_');
        }
        name.push(letter.to_ascii_lowercase());
    }
    name
}

/// Everything before the tests, with the lines of comments empty.
pub(crate) fn without_tests(source: &str) -> String {
    let lines = source.lines().take_while(|line| *line != "#[cfg(test)]");
    let kept = lines.map(|line| if line.trim_start().starts_with("//") { "" } else { line });
    kept.fold(String::new(), |text, line| text + line + "\n")
}

/// The crate of a file.
pub(crate) fn folder(file: &str) -> &str {
    file.split_once("/src/").map_or(file, |(folder, _)| folder)
}

/// A name in a body, and what it is a part of.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Call {
    of: Of,
    name: String,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Of {
    /// `value.name(…)`
    Value,
    /// `path::name`
    Path(String),
    Nothing,
}

/// The names in a body that may be calls: methods, paths, names before a parenthesis, and functions
/// that make an error and are handed on.
fn calls(body: &str) -> BTreeSet<Call> {
    let mut found = handed_on(body);
    let is_inner = |c: char| c.is_alphanumeric() || c == '_';
    let mut rest = body;
    let mut path: Option<&str> = None;
    let mut after_dot = false;
    while let Some(first) = rest.chars().next() {
        if !is_inner(first) {
            after_dot = first == '.';
            path = path.filter(|_| first == ':');
            rest = rest.get(first.len_utf8()..).unwrap_or_default();
            continue;
        }
        let end = rest.find(|c| !is_inner(c)).unwrap_or(rest.len());
        let (name, behind) = rest.split_at(end);
        let of = match path {
            Some(path) => Some(Of::Path(path.to_owned())),
            None if after_dot && behind.starts_with(['(', ':']) => Some(Of::Value),
            None if behind.starts_with('(') => Some(Of::Nothing),
            None => None,
        };
        found.extend(of.map(|of| Call { of, name: name.to_owned() }));
        (path, after_dot) = (behind.starts_with("::").then_some(name), false);
        rest = behind;
    }
    found
}

/// The member of a table whose value is this text: `create` of `create: "CreateUser"`.
fn member_with<'a>(table: &'a str, value: &str) -> Option<&'a str> {
    let (before, _) = table.split_once(&format!(": \"{value}\","))?;
    before.rsplit(|c: char| c != '_' && !c.is_ascii_lowercase()).next().filter(|it| !it.is_empty())
}

/// The functions in `map_err(malformed)` and its like.
fn handed_on(body: &str) -> BTreeSet<Call> {
    let takers = ["map_err(", "ok_or_else("];
    let names = takers.iter().flat_map(|taker| body.split(taker).skip(1));
    let names = names.filter_map(|rest| rest.split_once(')')).map(|(name, _)| name);
    let is_name = |name: &&str| name.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    names.filter(is_name).map(|name| Call { of: Of::Nothing, name: name.to_owned() }).collect()
}

/// The words of the imports of a file.
fn imports(text: &str) -> BTreeSet<String> {
    let uses = format!("\n{text}");
    let uses = uses.split("\nuse ").skip(1).filter_map(|rest| rest.split(';').next());
    let words = uses.flat_map(|list| list.split(|c: char| !c.is_alphanumeric() && c != '_'));
    words.map(str::to_owned).collect()
}

fn stem(file: &str) -> &str {
    file.rsplit('/').next().and_then(|name| name.strip_suffix(".rs")).unwrap_or_default()
}

/// The functions of a formatted file: a body ends at the closing brace under its first line.
fn functions_of(file: &str, text: &str, all: &mut Vec<Function>) {
    let mut lines = text.lines().enumerate().map(|(at, line)| (at.saturating_add(1), line));
    let mut owner = None;
    while let Some((at, line)) = lines.next() {
        if line == "}" {
            owner = None;
        }
        if line.starts_with("impl") {
            let mut head = line.to_owned();
            while !head.ends_with(['{', '}']) {
                let Some((_, next)) = lines.next() else { break };
                head.push_str(next);
            }
            owner = owner_of(&head).filter(|_| head.ends_with('{'));
            continue;
        }
        let Some(name) =
            macro_name(line).or_else(|| type_name(line)).or_else(|| function_name(line))
        else {
            continue;
        };
        if line.ends_with(';') {
            continue;
        }
        let indent = line.len().saturating_sub(line.trim_start().len());
        let (closing, end) = (format!("{:indent$}}}", ""), format!("{:indent$})", ""));
        let mut body = format!("{line}\n");
        // Either the whole function is in this line, or its body follows.
        let mut is_open = !line.ends_with('}');
        while is_open {
            let Some((_, next)) = lines.next() else { break };
            body.push_str(next);
            body.push('\n');
            // A function of a trait may have no body.
            is_open = next != closing && !(next.starts_with(&end) && next.ends_with(';'));
        }
        all.push(Function::new(file, &name, owner.clone(), at, body));
    }
}

/// The name of the macro that a line begins, with its sign.
fn macro_name(line: &str) -> Option<String> {
    let name = line.strip_prefix("macro_rules! ")?.split(' ').next()?;
    Some(format!("{name}!"))
}

/// The name of the type with named fields that a line begins.
fn type_name(line: &str) -> Option<String> {
    let (before, rest) = line.split_once("struct ")?;
    let is_type = matches!(before, "" | "pub " | "pub(crate) " | "pub(super) ");
    let end = rest.find(|c: char| !c.is_alphanumeric())?;
    rest.get(..end).filter(|_| is_type && line.ends_with('{')).map(str::to_owned)
}

/// The name of the function that a line begins.
fn function_name(line: &str) -> Option<String> {
    let (before, rest) = line.split_once("fn ")?;
    let is_before = |word: &str| {
        matches!(word, "pub" | "pub(crate)" | "pub(super)" | "const" | "async") || word.is_empty()
    };
    before.trim().split(' ').all(is_before).then_some(())?;
    let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_')?;
    rest.get(..end).filter(|name| !name.is_empty()).map(str::to_owned)
}

/// The type of the head of an `impl`.
fn owner_of(head: &str) -> Option<String> {
    let rest = head.strip_prefix("impl").unwrap_or_default();
    let rest = match rest.strip_prefix('<') {
        Some(rest) => rest.split_once("> ")?.1,
        None => rest,
    };
    let owner = rest.split_once(" for ").map_or(rest, |(_, owner)| owner).trim_start();
    let owner = owner.split(['<', ' ']).next()?.rsplit("::").next()?;
    let end = owner.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(owner.len());
    owner.get(..end).filter(|word| !word.is_empty()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Methods, paths and plain calls, but no fields and no types.
    #[test]
    fn names_that_may_be_calls_are_found() {
        let found = calls(
            "holders::delete(ctx, &user.name)?; value.check(Kind).done; Self::f; g(h).map_err(bad)",
        );
        let found: Vec<_> = found.into_iter().map(|call| (call.of, call.name)).collect();
        let path = |path: &str| Of::Path(path.to_owned());
        let want = [
            (Of::Value, "check"),
            (Of::Value, "map_err"),
            (path("Self"), "f"),
            (path("holders"), "delete"),
            (Of::Nothing, "bad"),
            (Of::Nothing, "g"),
        ];
        assert_eq!(found, want.map(|(of, name)| (of, name.to_owned())));
    }

    const FILE: &str = "crates/iam/src/ops/users.rs";
    const TEXT: &str = "\
use crate::checks::done;

impl<A: Action> Operation for Iam<A> {
    fn access(
        a: A,
    ) -> B {
        let x = 1;
        A::check(
            a,
        )?
    }
}

impl Action for DeleteUser {
    fn check() -> Result<(), IamError> {
        done()
    }
}

impl Action for Other {
    fn check() {}
}

macro_rules! absent {
    () => {
    };
}

absent! {
    ListNone
}
";

    fn functions() -> Functions {
        let files = [
            (FILE, TEXT),
            ("crates/iam/src/checks.rs", "pub(crate) fn done() {\n    Err(X)\n}\nfn keep() {}\n"),
            ("crates/kms/src/checks.rs", "pub(crate) fn done() {}\n"),
        ];
        Functions::of(&files.map(|(file, text)| (file.to_owned(), text.to_owned())).into())
    }

    /// A line is in one function, and in one statement of it; what a macro makes is in the macro.
    #[test]
    fn a_line_leads_to_its_function() {
        let functions = functions();
        let at = |line| functions.at(FILE, line, TEXT).map(Function::title);
        assert_eq!(at(8).as_deref(), Some("Iam::access"));
        assert_eq!(at(16).as_deref(), Some("DeleteUser::check"));
        assert_eq!(at(29).as_deref(), Some("absent!"));
        assert_eq!(at(12), None);
        let access = functions.at(FILE, 9, TEXT).unwrap();
        for line in 8..=10 {
            let statement = access.statement(line);
            assert_eq!(
                statement.trim_end(),
                "        A::check(\n            a,\n        )?\n    }"
            );
        }
    }

    /// A generic call is that of the operation, and a path one of the crate.
    #[test]
    fn a_statement_leads_to_what_it_calls() {
        let functions = functions();
        let access = functions.at(FILE, 8, TEXT).unwrap();
        let called =
            functions.called(access, &access.statement(8), "DeleteUser", &|_: &Function| true);
        let files: Vec<_> =
            called.iter().map(|one| format!("{} {}", one.file, one.title())).collect();
        let want =
            ["crates/iam/src/ops/users.rs DeleteUser::check", "crates/iam/src/checks.rs done"];
        assert_eq!(files, want);
        assert!(
            called.iter().all(|one| one.head().ends_with("IamError>") == (one.name == "check"))
        );
    }
}
