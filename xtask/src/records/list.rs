//! The list of the fields that are not found by their types.

use super::place::{Place, Sources};
use crate::failure::Failure;
use crate::functions::{field_name, names_member};
use crate::project::Project;

/// The list, which is kept by hand.
pub(super) const LIST: &str = "docs/records-fields.txt";

/// Its rows, in its order: the field as it is written, and its places.
#[derive(Debug)]
pub(super) struct List(Vec<(String, Vec<Place>)>);

/// Adds what is wrong with the list itself to `complaints`.
pub(crate) fn check(project: &Project, complaints: &mut Vec<String>) -> Result<(), Failure> {
    let list = List::parse(&project.read(LIST)?)?;
    complaints.extend(list.complaints(&Sources::read(project)?));
    Ok(())
}

impl List {
    /// Lines such as `readOnly: trail/record/write.rs Record::draft; gateway/spec.rs Spec`.
    pub(super) fn parse(text: &str) -> Result<Self, Failure> {
        let mut rows = Vec::new();
        for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let wrong = || format!("`{LIST}`: `{line}` is no line of it");
            let (field, places) = line.split_once(": ").ok_or_else(wrong)?;
            rows.push((field.to_owned(), Place::list(places).ok_or_else(wrong)?));
        }
        Ok(Self(rows))
    }

    pub(super) fn rows(&self) -> impl Iterator<Item = (&str, &[Place])> {
        self.0.iter().map(|(field, places)| (field.as_str(), places.as_slice()))
    }

    /// Whether a field of a service's record is here.
    pub(super) fn has(&self, service: &str, field: &str) -> bool {
        self.0.iter().any(|(row, _)| {
            let (of, pattern) = row.split_once(' ').unwrap_or((service, row));
            let fits = match pattern.strip_suffix('*') {
                Some(start) => field.starts_with(start),
                None => field == pattern,
            };
            of == service && fits
        })
    }

    /// Items that do not exist, and rows without an item that names the field.
    pub(super) fn complaints(&self, sources: &Sources) -> Vec<String> {
        let mut complaints = Vec::new();
        for (field, places) in &self.0 {
            let mut texts = Vec::new();
            for Place { file, items } in places {
                for item in items {
                    match sources.item(file, item) {
                        Some(text) => texts.push(text),
                        None => complaints
                            .push(format!("`{LIST}`: `{field}`: `{file}` has no `{item}`")),
                    }
                }
            }
            let name = field_name(field);
            if !name.ends_with('*') && !texts.iter().any(|text| names_member(text, name)) {
                complaints.push(format!("`{LIST}`: `{field}`: none of its items names the field"));
            }
        }
        complaints
    }
}
