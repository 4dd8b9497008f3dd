//! The functions of a service and what each may call, as far as its text shows.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// A function with a body.
#[derive(Debug)]
pub(super) struct Function {
    /// Its file, below the service's folder.
    pub(super) file: String,
    pub(super) name: String,
    /// The type of its `impl` block.
    owner: Option<String>,
    /// The trait of its `impl` or `trait` block.
    of_trait: Option<String>,
    /// The first bound of its `impl` block: `Api` of `impl<A: Api> Operation for Call<A>`.
    bound: Option<String>,
    pub(super) body: String,
    calls: BTreeSet<Call>,
}

impl Function {
    fn new(file: &str, name: &str, block: Block, body: String) -> Self {
        let Block { owner, of_trait, bound } = block;
        let (file, name, calls) = (file.to_owned(), name.to_owned(), calls(&body));
        Self { file, name, owner, of_trait, bound, body, calls }
    }

    /// The name by which a reader finds it: `DeleteUser::run`; `None` for a whole file.
    pub(super) fn title(&self) -> Option<String> {
        match &self.owner {
            Some(owner) => Some(format!("{owner}::{}", self.name)),
            None => Some(self.name.clone()).filter(|name| !name.is_empty()),
        }
    }
}

/// All functions of a service.
#[derive(Debug, Default)]
pub(super) struct Functions {
    all: Vec<Function>,
    by_name: BTreeMap<String, Vec<usize>>,
    /// By file, the words of its text, and those that it imports.
    words: BTreeMap<String, BTreeSet<String>>,
    imports: BTreeMap<String, BTreeSet<String>>,
    /// By operation, what it reaches.
    reached: RefCell<BTreeMap<String, Vec<usize>>>,
}

/// The block in which a function is.
#[derive(Debug, Default, Clone)]
struct Block {
    owner: Option<String>,
    of_trait: Option<String>,
    bound: Option<String>,
}

impl Functions {
    /// Reads formatted sources, by file.
    pub(super) fn of(files: &BTreeMap<String, String>) -> Self {
        let mut all = Vec::new();
        for (file, text) in files {
            functions_of(file, text, &mut all);
            // A file as a whole, for operations that are rows of a table in it.
            all.push(Function::new(file, "", Block::default(), text.clone()));
        }
        let mut by_name = BTreeMap::<String, Vec<usize>>::new();
        for (at, function) in all.iter().enumerate() {
            by_name.entry(function.name.clone()).or_default().push(at);
        }
        let words = files.iter().map(|(file, text)| (file.clone(), words(text))).collect();
        let imports = files.iter().map(|(file, text)| (file.clone(), imports(text))).collect();
        Self { all, by_name, words, imports, reached: RefCell::default() }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Function> {
        self.all.iter().filter(|function| !function.name.is_empty())
    }

    /// The functions that an operation may call, the nearest first: those of its type, the default
    /// ones of its traits, those of the types that adapt these traits, and what they call. An
    /// operation without a type has the functions of `own_files`.
    pub(super) fn reached<'a>(
        &'a self,
        operation: &str,
        own_files: &[String],
    ) -> Vec<&'a Function> {
        let mut reached = self.reached.borrow_mut();
        let places = reached
            .entry(operation.to_owned())
            .or_insert_with(|| self.reach(self.roots(operation, own_files)));
        places.iter().filter_map(|at| self.all.get(*at)).collect()
    }

    fn reach(&self, roots: Vec<usize>) -> Vec<usize> {
        let mut seen: BTreeSet<usize> = roots.iter().copied().collect();
        let (mut queue, mut reached) = (VecDeque::from(roots), Vec::new());
        while let Some(at) = queue.pop_front() {
            reached.push(at);
            let function = self.all.get(at);
            for (function, call) in
                function.iter().flat_map(|it| it.calls.iter().map(move |call| (it, call)))
            {
                let targets = self.targets(function, call).into_iter();
                queue.extend(targets.filter(|at| seen.insert(*at)));
            }
        }
        reached
    }

    fn roots(&self, operation: &str, own_files: &[String]) -> Vec<usize> {
        let with = |is: &dyn Fn(&Function) -> bool| -> Vec<usize> {
            let all = self.all.iter().enumerate();
            all.filter(|(_, function)| is(function)).map(|(at, _)| at).collect()
        };
        let mut roots = with(&|function| function.owner.as_deref() == Some(operation));
        if roots.is_empty() {
            roots =
                with(&|function| function.name.is_empty() && own_files.contains(&function.file));
        }
        let mut traits = BTreeSet::new();
        let mut new = self.traits_at(&roots);
        while !new.is_empty() {
            traits.extend(new.iter().cloned());
            let adapters = with(&|function| {
                let adapts = function.bound.as_ref().is_some_and(|bound| new.contains(bound));
                let is_default = function.owner.is_none()
                    && function.of_trait.as_ref().is_some_and(|of| new.contains(of));
                adapts || is_default
            });
            new = self.traits_at(&adapters).difference(&traits).cloned().collect();
            roots.extend(adapters);
        }
        roots
    }

    fn traits_at(&self, places: &[usize]) -> BTreeSet<String> {
        let functions = places.iter().filter_map(|at| self.all.get(*at));
        functions.filter_map(|function| function.of_trait.clone()).collect()
    }

    /// The functions that a call may mean: methods of types that the file names, and functions that
    /// it has or names with their module.
    fn targets(&self, from: &Function, call: &Call) -> Vec<usize> {
        let is_named =
            |word: &str| self.words.get(&from.file).is_some_and(|all| all.contains(word));
        let is_imported =
            |word: &str| self.imports.get(&from.file).is_some_and(|all| all.contains(word));
        let is_free = |to: &Function| to.owner.is_none() && to.of_trait.is_none();
        let is_target = |to: &Function| match &call.of {
            Of::Value => {
                let owner = to.owner.as_deref();
                owner.is_some_and(|owner| to.file == from.file || is_named(owner))
            }
            Of::Path(path) if path == "Self" => to.owner == from.owner && to.file == from.file,
            Of::Path(path) if path.starts_with(char::is_uppercase) => {
                to.owner.as_ref() == Some(path)
            }
            Of::Path(path) if path == "self" => is_free(to) && to.file == from.file,
            Of::Path(path) if path == "crate" => is_free(to) && to.file == "lib.rs",
            Of::Path(path) if path == "super" => {
                is_free(to) && from.file.starts_with(to.file.trim_end_matches(".rs"))
            }
            Of::Path(module) => is_free(to) && stem(&to.file) == module,
            Of::Nothing => is_free(to) && (to.file == from.file || is_imported(&call.name)),
        };
        let named = self.by_name.get(&call.name).into_iter().flatten().copied();
        let mut targets: Vec<usize> =
            named.filter(|at| self.all.get(*at).is_some_and(is_target)).collect();
        // A function of the file hides those of the same name elsewhere.
        let is_here = |at: &usize| self.all.get(*at).is_some_and(|to| to.file == from.file);
        if call.of == Of::Nothing && targets.iter().any(is_here) {
            targets.retain(is_here);
        }
        targets
    }
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

/// The names in a body that may be calls: methods, paths, and names before a parenthesis.
fn calls(body: &str) -> BTreeSet<Call> {
    let mut found = BTreeSet::new();
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

fn words(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !c.is_alphanumeric() && c != '_');
    words.map(str::to_owned).collect()
}

/// The words of the imports of a file.
fn imports(text: &str) -> BTreeSet<String> {
    let uses = format!("\n{text}");
    let uses = uses.split("\nuse ").skip(1).filter_map(|rest| rest.split(';').next());
    uses.flat_map(words).collect()
}

fn stem(file: &str) -> &str {
    file.rsplit('/').next().and_then(|name| name.strip_suffix(".rs")).unwrap_or_default()
}

/// The functions of a formatted file: a body ends at the closing brace under its first line.
fn functions_of(file: &str, text: &str, all: &mut Vec<Function>) {
    let mut lines = text.lines().peekable();
    let mut block = Block::default();
    while let Some(line) = lines.next() {
        if line == "}" {
            block = Block::default();
        }
        let is_head = ["impl", "trait ", "pub trait ", "pub(crate) trait "]
            .iter()
            .any(|start| line.starts_with(start));
        if is_head {
            let mut head = line.to_owned();
            while !head.ends_with(['{', '}']) {
                let Some(next) = lines.next() else { break };
                head.push_str(next);
            }
            block = if head.ends_with('}') { Block::default() } else { block_of(&head) };
            continue;
        }
        let Some(name) = function_name(line) else { continue };
        let indent = line.len().saturating_sub(line.trim_start().len());
        let (closing, end) = (format!("{:indent$}}}", ""), format!("{:indent$})", ""));
        let mut body = format!("{line}\n");
        if line.ends_with(';') {
            continue;
        }
        // Either the whole function is in this line, or its body follows.
        let mut is_open = !line.ends_with('}');
        while is_open {
            let Some(next) = lines.next() else { break };
            body.push_str(next);
            body.push('\n');
            // A function of a trait may have no body.
            is_open = next != closing && !(next.starts_with(&end) && next.ends_with(';'));
        }
        all.push(Function::new(file, &name, block.clone(), body));
    }
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

/// Parses the head of an `impl` or a `trait`.
fn block_of(head: &str) -> Block {
    let word = |text: &str| {
        let text = text.trim_start().rsplit("::").next().unwrap_or_default().to_owned();
        let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
        text.get(..end).filter(|word| !word.is_empty()).map(str::to_owned)
    };
    if let Some((_, name)) = head.split_once("trait ") {
        return Block { of_trait: word(name), ..Block::default() };
    }
    let rest = head.strip_prefix("impl").unwrap_or_default();
    let (generics, rest) = match rest.strip_prefix('<') {
        Some(rest) => rest.split_once("> ").unwrap_or_default(),
        None => ("", rest),
    };
    let bound = generics.split_once(": ").and_then(|(_, bound)| word(bound));
    match rest.split_once(" for ") {
        Some((of_trait, owner)) => Block { owner: word(owner), of_trait: word(of_trait), bound },
        None => Block { owner: word(rest), of_trait: None, bound },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn functions(files: &[(&str, &str)]) -> Functions {
        let files = files.iter().map(|(file, text)| ((*file).to_owned(), (*text).to_owned()));
        Functions::of(&files.collect())
    }

    /// Methods, paths and plain calls, but no fields and no types.
    #[test]
    fn names_that_may_be_calls_are_found() {
        let found =
            calls("holders::delete(ctx, &user.name)?; value.check(Kind).done; Self::f; g(1)");
        let found: Vec<_> = found.into_iter().map(|call| (call.of, call.name)).collect();
        let path = |path: &str| Of::Path(path.to_owned());
        let want = [
            (Of::Value, "check"),
            (path("Self"), "f"),
            (path("holders"), "delete"),
            (Of::Nothing, "g"),
        ];
        assert_eq!(found, want.map(|(of, name)| (of, name.to_owned())));
    }

    /// An operation reaches what it calls in other files, what adapts its trait, and nothing else.
    #[test]
    fn an_operation_reaches_what_it_calls() {
        let functions = functions(&[
            (
                "action.rs",
                "pub(crate) trait Action {\n    fn run();\n    fn before() {\n        early()\n    \
                 }\n}\n\nimpl<A: Action> Operation for Iam<A> {\n    fn access() {\n        \
                 A::run()\n    }\n}\n\nfn early() {}\nfn unused() {}\n",
            ),
            (
                "ops/users.rs",
                "impl Action for DeleteUser {\n    fn run(\n        a: A,\n    ) -> B {\n        \
                 holders::delete()\n    }\n}\n\nimpl Action for Other {\n    fn run() {}\n}\n",
            ),
            ("ops/holders.rs", "pub(crate) fn delete() {\n    if x {\n    }\n}\nfn keep() {}\n"),
        ]);
        let reached = functions.reached("DeleteUser", &[]);
        let titles: Vec<_> = reached.iter().filter_map(|function| function.title()).collect();
        assert_eq!(titles, ["DeleteUser::run", "before", "Iam::access", "delete", "early"]);
    }
}
