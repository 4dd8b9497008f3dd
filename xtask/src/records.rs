//! `docs/records.md`: which function writes each field of a record.
//!
//! The fields that all records have, and where their values are decided, are in [`LIST`], which is
//! kept by hand and checked: each item exists, and one of them names the field. The members of
//! parameters and responses are found in the types of the operation's input and output. A field of
//! an event in the services' tests that neither has is an error.

mod list;
mod members;
mod place;

use std::fmt::Write;

use crate::failure::Failure;
use crate::observed::{Observed, crate_of};
use crate::project::Project;
pub(crate) use list::check;
use list::{LIST, List};
use members::Members;
pub(crate) use place::{Place, Sources};

/// The page.
pub(crate) const PAGE: &str = "docs/records.md";

const HEAD: &str = "\
# Records

This page lists the functions that write each field of a delivered record and decide its value.
The gateway builds the record of a call in `gateway/record.rs` (`build`, `record_of`), that of a service's own event in `gateway/record/service.rs`, that of a sign-in in `gateway/record/sign_in.rs`; `trail/record/write.rs` writes it as JSON.
Paths are those below `crates/`, without `src/`, as in [errors.md](errors.md), which lists the errors of each operation.
The store keeps that text, and deliveries copy it, so that this is also what log files, event history and the console show.

The operation's codec provides parameters and response (`gateway/codec.rs`; for S3 `s3/event.rs`). Then the operation's `annotate` adds resources and additional data, and may replace parameters and response.
Failed calls have no `responseElements`, and read-only calls only those that `annotate` adds, such as AssumeRole's (`build`); secrets have types that cannot be recorded; texts are cut, and members omitted, at the limits of `trail/record/write.rs`.
`cargo xtask golden` generates this page from `docs/records-fields.txt`, which is kept by hand, and from the events that the services' tests receive.

## Fields

The first function of a row writes the field, the others decide its value. A type in the list has the fields that are written under their own names.

| field | written and decided in |
|---|---|
";

const MEMBERS: &str = "\
## Members

The members of parameters, responses and details that differ from operation to operation.
They have the names of the API's members with the first letter in lower case (`camel_members` in `gateway/codec.rs`): the types below are the operation's input and output, or the functions that name the member. Operations that a table makes, such as `PutRolePolicy`, have the types and functions of the generic operation (`Put`), and their names in the table (`iam/noun.rs`).
S3's are headers, query parameters and documents, and no type names them: their rows are among the fields above. What an operation returns in headers is in its file.
Which key is a resource of an event of KMS is decided by `annotate` in the operation's file.
";

/// Links to places.
pub(crate) fn links(places: &[Place]) -> String {
    places.iter().map(Place::link).collect::<Vec<_>>().join("; ")
}

/// The page, from what the last run of the tests saw; adds fields without a place to `complaints`.
pub(crate) fn page(
    project: &Project,
    observed: &Observed,
    complaints: &mut Vec<String>,
) -> Result<String, Failure> {
    let sources = Sources::read(project)?;
    let list = List::parse(&project.read(LIST)?)?;
    Ok(page_of(&sources, &list, observed, complaints))
}

fn page_of(
    sources: &Sources,
    list: &List,
    observed: &Observed,
    complaints: &mut Vec<String>,
) -> String {
    let mut page = String::from(HEAD);
    for (field, places) in list.rows() {
        // Writing to a String cannot fail.
        let _ = writeln!(page, "| {field} | {} |", links(places));
    }
    let _ = write!(page, "\n{MEMBERS}");
    let members = Members::new(sources);
    let mut service = "";
    for ((of, operation), seen) in observed {
        let folder = crate_of(of).unwrap_or_default();
        for field in seen.fields.iter().filter(|field| !list.has(of, field)) {
            let places = members.places(folder, operation, field);
            if places.is_empty() {
                complaints.push(format!("`{LIST}` lacks `{field}`, a field of {of} {operation}"));
                continue;
            }
            if service != of {
                service = of;
                let head = "| operation | field | named in |\n|---|---|---|\n";
                let _ = write!(page, "\n### {service}\n\n{head}");
            }
            let _ = writeln!(page, "| {operation} | {field} | {} |", links(&places));
        }
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observed;

    const OPS: &str = "\
pub(crate) struct EncryptInput {
    key_id: Option<String>,
    #[serde(flatten)]
    of: Of,
}

pub(crate) struct Of {
    grant_tokens: Vec<String>,
}

impl Plain for Encrypt {
    type Input = EncryptInput;
    type Output = EncryptOutput;
}

fn details() {
    json!({ \"rotationType\": x })
}
";
    const WRITE: &str = "impl Record {\n    fn draft() {\n        \"readOnly\"\n    }\n}\n";

    fn sources() -> Sources {
        let files = [("crates/kms/src/ops.rs", OPS), ("crates/trail/src/write.rs", WRITE)];
        Sources::of(files.map(|(file, text)| (file.to_owned(), text.to_owned())).into())
    }

    /// Fields of the list, and members of types and of functions; others are missing.
    #[test]
    fn each_field_has_a_place() {
        let seen = ["readOnly", "requestParameters.keyId", "requestParameters.grantTokens"];
        let more = ["serviceEventDetails.rotationType", "requestParameters.unknown"];
        let lines =
            seen.iter().chain(&more).map(|field| format!("kms kms Encrypt field {field}\n"));
        let list = List::parse("readOnly: trail/write.rs Record::draft\n").unwrap();
        let mut complaints = Vec::new();
        let observed = observed::parse(&lines.collect::<String>());
        let page = page_of(&sources(), &list, &observed, &mut complaints);
        for row in [
            "| readOnly | [trail/write.rs](../crates/trail/src/write.rs) `Record::draft` |\n",
            "| Encrypt | requestParameters.keyId | [kms/ops.rs](../crates/kms/src/ops.rs) \
             `EncryptInput` |\n",
            "| Encrypt | requestParameters.grantTokens | [kms/ops.rs](../crates/kms/src/ops.rs) \
             `Of` |\n",
            "| Encrypt | serviceEventDetails.rotationType | [kms/ops.rs](../crates/kms/src/ops.rs) \
             `details` |\n",
        ] {
            assert!(page.contains(row), "{row}{page}");
        }
        let want = "lacks `requestParameters.unknown`, a field of kms Encrypt";
        assert!(matches!(&complaints[..], [one] if one.contains(want)), "{complaints:?}");
    }

    /// An item that is gone, and one that does not name its field.
    #[test]
    fn stale_rows_are_complained_of() {
        let complaints = |row: &str| List::parse(row).unwrap().complaints(&sources());
        assert_eq!(complaints("readOnly: trail/write.rs Record::draft\n"), [""; 0]);
        let gone = complaints("readOnly: trail/write.rs Record::draft, Record::tail\n");
        assert!(gone.iter().any(|one| one.contains("has no `Record::tail`")), "{gone:?}");
        let other = complaints("eventName: trail/write.rs Record::draft\n");
        assert!(other.iter().any(|one| one.contains("none of its items")), "{other:?}");
        assert!(List::parse("readOnly\n").is_err());
    }
}
