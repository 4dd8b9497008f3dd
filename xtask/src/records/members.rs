//! The members that are found by the types of an operation's input and output.

use std::collections::BTreeSet;

use super::place::{Place, Sources};
use crate::functions::{Function, field_name, folder, names_member};

/// Types within types are followed so far.
const DEPTH_MAX: usize = 3;
/// Items of one row at most: a name that more of them have is listed with the first.
const ITEMS_MAX: usize = 3;

/// Finds members.
#[derive(Debug)]
pub(super) struct Members<'a>(&'a Sources);

impl<'a> Members<'a> {
    pub(super) fn new(sources: &'a Sources) -> Self {
        Self(sources)
    }

    /// What names the member: a type of the operation's input or output, else a function of its
    /// files, else any item of the crate.
    pub(super) fn places(&self, crate_folder: &str, operation: &str, field: &str) -> Vec<Place> {
        let Self(Sources { files, functions }) = self;
        let member = field_name(field);
        let side = if field.starts_with("responseElements.") { "Output" } else { "Input" };
        let (own, types) = if let Some((file, block)) = functions.block(crate_folder, operation) {
            (BTreeSet::from([file]), types_of(block, side).into_iter().take(1).collect())
        } else {
            let own = functions.files_of(crate_folder, operation);
            let texts = own.iter().filter_map(|file| files.get(*file));
            let types = texts.flat_map(|text| types_of(text, side)).collect();
            (own, types)
        };
        let found = self.in_types(crate_folder, types, member);
        if !found.is_empty() {
            return placed(&found);
        }
        let has_member = |one: &&Function| names_member(&one.text, member);
        let mut all: Vec<_> = functions.iter().filter(has_member).collect();
        all.retain(|one| folder(&one.file) == crate_folder);
        if all.iter().any(|one| own.contains(one.file.as_str())) {
            all.retain(|one| own.contains(one.file.as_str()));
        }
        placed(&all)
    }

    /// The types with the member among those that the texts name, or else among those that these
    /// name.
    fn in_types(
        &self,
        crate_folder: &str,
        mut texts: Vec<&'a str>,
        member: &str,
    ) -> Vec<&'a Function> {
        let mut seen = BTreeSet::new();
        for _ in 0..DEPTH_MAX {
            let names = texts.iter().flat_map(|text| words(text));
            let new: BTreeSet<&str> = names.filter(|name| seen.insert(*name)).collect();
            let types: Vec<_> = self
                .0
                .functions
                .iter()
                .filter(|one| one.is_type() && folder(&one.file) == crate_folder)
                .filter(|one| new.contains(one.name.as_str()))
                .collect();
            let found: Vec<_> =
                types.iter().copied().filter(|one| names_member(&one.text, member)).collect();
            if !found.is_empty() {
                return found;
            }
            texts = types.iter().map(|one| one.text.as_str()).collect();
        }
        Vec::new()
    }
}

/// The inputs or outputs that a text declares.
fn types_of<'a>(text: &'a str, side: &str) -> Vec<&'a str> {
    let declared = text.split(&format!("type {side} = ")).skip(1).collect::<Vec<_>>();
    declared.into_iter().filter_map(|rest| rest.split(';').next()).collect()
}

/// Words that may be types.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|c: char| !c.is_alphanumeric() && c != '_');
    words.filter(|word| word.starts_with(char::is_uppercase))
}

fn placed(items: &[&Function]) -> Vec<Place> {
    let mut places = Vec::<Place>::new();
    for item in items.iter().take(ITEMS_MAX) {
        match places.iter_mut().find(|place| place.file == item.file) {
            Some(place) => place.items.push(item.title()),
            None => places.push(Place { file: item.file.clone(), items: vec![item.title()] }),
        }
    }
    places
}
