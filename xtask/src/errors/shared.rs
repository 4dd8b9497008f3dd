//! The errors of the steps that all operations share, which no row of an operation repeats.
//!
//! They are in [`LIST`], which is kept by hand and checked: each function exists, one of them names
//! the code, and every code that the gateway or `wire` names is listed.

use std::collections::BTreeSet;
use std::fmt::Write;

use crate::failure::Failure;
use crate::functions::folder;
use crate::project::Project;
use crate::records::{Place, Sources, links};

/// The list.
pub(super) const LIST: &str = "docs/errors-shared.txt";
/// The crates of the steps that all operations share.
pub(super) const FOLDERS: [&str; 2] = ["crates/gateway", "crates/wire"];

const HEAD: &str = "
## Shared steps

All operations of the services named can return these errors. *Services* groups them by the codes of their errors: *JSON* is CloudTrail, KMS, Resource Groups Tagging and Shoseki's own service; *Query* is EC2, IAM, SQS and STS; *S3* includes S3 Control. Errors of forms and of bodies in chunks concern S3's uploads only.
*Made in* lists the functions that detect the case first, and the function that names the code last.
";

/// Its steps, in its order.
#[derive(Debug, Default)]
pub(super) struct Shared(Vec<Step>);

#[derive(Debug)]
struct Step {
    name: String,
    errors: Vec<Listed>,
}

#[derive(Debug)]
struct Listed {
    status: String,
    code: String,
    services: String,
    case: String,
    places: Vec<Place>,
}

/// Adds what is wrong with the list itself to `complaints`.
pub(crate) fn check(project: &Project, complaints: &mut Vec<String>) -> Result<(), Failure> {
    let shared = Shared::parse(&project.read(LIST)?)?;
    complaints.extend(shared.complaints(&Sources::read(project)?));
    Ok(())
}

impl Shared {
    /// Lines such as `## The request` and
    /// `400 MissingAction Query: there is no action: gateway/identify.rs Gateway::query_row`.
    pub(super) fn parse(text: &str) -> Result<Self, Failure> {
        let mut steps = Vec::<Step>::new();
        let is_comment = |line: &str| line.is_empty() || line.starts_with("# ");
        for line in text.lines().filter(|line| !is_comment(line)) {
            if let Some(name) = line.strip_prefix("## ") {
                steps.push(Step { name: name.to_owned(), errors: Vec::new() });
                continue;
            }
            let wrong = || format!("`{LIST}`: `{line}` is no line of it");
            let step = steps.last_mut().ok_or_else(wrong)?;
            step.errors.push(Listed::parse(line).ok_or_else(wrong)?);
        }
        Ok(Self(steps))
    }

    /// The section of the page.
    pub(super) fn section(&self) -> String {
        let mut page = String::from(HEAD);
        for Step { name, errors } in &self.0 {
            // Writing to a String cannot fail.
            let _ = write!(
                page,
                "\n### {name}\n\n| error | status | services | case | made in |\n|---|---|---|---|---|\n"
            );
            for Listed { status, code, services, case, places } in errors {
                let links = links(places);
                let _ = writeln!(page, "| {code} | {status} | {services} | {case} | {links} |");
            }
        }
        page
    }

    /// Items that do not exist, rows without an item that names the code, and codes without a row.
    fn complaints(&self, sources: &Sources) -> Vec<String> {
        let mut complaints = Vec::new();
        let errors = || self.0.iter().flat_map(|step| &step.errors);
        for Listed { code, places, .. } in errors() {
            let quoted = format!("\"{code}\"");
            let mut is_named = false;
            for Place { file, items } in places {
                for item in items {
                    match sources.item(file, item) {
                        Some(text) => is_named |= text.contains(&quoted),
                        None => complaints.push(format!("`{LIST}`: `{file}` has no `{item}`")),
                    }
                }
            }
            if !is_named {
                complaints.push(format!("`{LIST}`: none of the items of `{code}` names it"));
            }
        }
        let listed: BTreeSet<&str> = errors().map(|error| error.code.as_str()).collect();
        for (file, text) in &sources.files {
            if FOLDERS.contains(&folder(file)) {
                let unlisted = codes(text).into_iter().filter(|code| !listed.contains(code));
                complaints.extend(
                    unlisted.map(|code| format!("`{LIST}` lacks `{code}`, which `{file}` names")),
                );
            }
        }
        complaints
    }
}

impl Listed {
    fn parse(line: &str) -> Option<Self> {
        let (head, rest) = line.split_once(": ")?;
        let (case, places) = rest.rsplit_once(": ")?;
        let mut words = head.splitn(3, ' ').map(str::to_owned);
        Some(Self {
            status: words.next()?,
            code: words.next()?,
            services: words.next()?,
            case: case.to_owned(),
            places: Place::list(places)?,
        })
    }
}

/// The codes in a text: the literals that follow a status, as in `(400, "InvalidURI"`.
fn codes(text: &str) -> BTreeSet<&str> {
    let code = |argument: &'_ str| -> Option<usize> {
        let (status, rest) = argument.split_once(',')?;
        let status = status.trim();
        let is_status = status.len() == 3 && status.bytes().all(|byte| byte.is_ascii_digit());
        let literal = rest.trim_start().strip_prefix('"').filter(|_| is_status)?;
        Some(argument.len().saturating_sub(literal.len()))
    };
    let arguments = text.split('(').collect::<Vec<_>>();
    let literals = arguments.into_iter().filter_map(|text| text.get(code(text)?..));
    literals.filter_map(|literal| literal.split('"').next()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const GATEWAY: &str = "\
impl Gateway {
    fn busy() {
        WireError::new(503, \"SlowDown\", \"text\")
    }
}

fn other() {
    WireError::new(
        400,
        \"InvalidURI\",
    )
}
";

    fn sources() -> Sources {
        let files = [("crates/gateway/src/identify.rs", GATEWAY)];
        Sources::of(files.map(|(file, text)| (file.to_owned(), text.to_owned())).into())
    }

    const LINES: &str = "# The list.\n## Limits\n503 SlowDown S3: no memory: gateway/identify.rs \
                         Gateway::busy\n400 InvalidURI S3, S3 Control: bad path: \
                         gateway/identify.rs other\n";

    /// A table for each step.
    #[test]
    fn the_section_has_a_row_for_each_error() {
        let shared = Shared::parse(LINES).unwrap();
        assert_eq!(shared.complaints(&sources()), [""; 0]);
        let section = shared.section();
        let row = "\n### Limits\n\n| error | status | services | case | made in |\n\
                   |---|---|---|---|---|\n| SlowDown | 503 | S3 | no memory | [gateway/identify.rs]\
                   (../crates/gateway/src/identify.rs) `Gateway::busy` |\n| InvalidURI | 400 | S3, S3 \
                   Control | bad path | ";
        assert!(section.contains(row), "{section}");
    }

    /// A function that is gone, one that names another code, a code without a row, and lines that
    /// cannot be read.
    #[test]
    fn stale_and_missing_rows_are_complained_of() {
        let complaints = |from: &str, to: &str| {
            Shared::parse(&LINES.replace(from, to)).unwrap().complaints(&sources())
        };
        for (from, to, want) in [
            ("Gateway::busy", "Gateway::gone", "has no `Gateway::gone`"),
            ("Gateway::busy", "other", "none of the items of `SlowDown` names it"),
            ("400 InvalidURI", "400 SlowDown", "lacks `InvalidURI`"),
        ] {
            let found = complaints(from, to);
            assert!(found.iter().any(|one| one.contains(want)), "{want}: {found:?}");
        }
        assert!(Shared::parse("503 SlowDown S3: no memory: gateway/identify.rs busy\n").is_err());
        assert!(Shared::parse("## Limits\n503 SlowDown S3: gateway/identify.rs\n").is_err());
    }
}
