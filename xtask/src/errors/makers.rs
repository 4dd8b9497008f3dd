//! By which texts an error of a code is made.

use std::collections::{BTreeMap, BTreeSet};

use crate::functions::has_word;

/// The type of the errors of a table.
pub(super) fn error_of(table: &str) -> Option<&str> {
    table.split("impl ApiError for ").nth(1).and_then(|rest| rest.split(' ').next())
}

/// By code, the texts that make an error of it: the variants, and the functions that give one.
///
/// The variant's code is the first text behind it that has the form of one.
pub(super) fn makers_in(table: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut makers = BTreeMap::<String, BTreeSet<String>>::new();
    let mut of_variant = BTreeMap::new();
    let name = error_of(table).unwrap_or_default();
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

    /// Variants and the functions beside the table that make them.
    #[test]
    fn a_match_leads_from_codes_to_variants() {
        let table = r#"
impl ApiError for ToyError {
    fn wire(&self) -> WireError {
        match self {
            Self::NotFound(text) => with("NotFoundException", text),
            Self::Hidden => with("AccessDeniedException", "No."),
        }
    }
}
impl ToyError {
    pub(crate) fn no_key(id: &str) -> Self {
        Self::NotFound(format!("Key '{id}' does not exist"))
    }
}
"#;
        let makers = makers_in(table);
        let two = ["ToyError::NotFound", "ToyError::no_key"].map(str::to_owned);
        assert_eq!(makers["NotFoundException"], BTreeSet::from(two));
        assert_eq!(makers.len(), 2, "{makers:?}");
        assert_eq!(error_of(table), Some("ToyError"));
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
