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
    /// file, else any item of the crate.
    pub(super) fn places(&self, crate_folder: &str, operation: &str, field: &str) -> Vec<Place> {
        let member = field_name(field);
        let own = |file: &str| folder(file) == crate_folder;
        let files = self.0.files.iter().filter(|(file, _)| own(file));
        let head = format!(" for {operation} {{");
        let block = files.filter_map(|(file, text)| Some((file, text.split_once(&head)?.1))).next();
        if let Some((file, block)) = block {
            let side = if field.starts_with("responseElements.") { "Output" } else { "Input" };
            let types = block.split_once(&format!("type {side} = "));
            let named = types.and_then(|(_, rest)| rest.split(';').next()).unwrap_or_default();
            let found = self.in_types(crate_folder, named, member);
            if !found.is_empty() {
                return placed(&found);
            }
            let is_own = |one: &&Function| one.file == *file && names_member(&one.text, member);
            let found: Vec<_> = self.0.functions.iter().filter(is_own).collect();
            if !found.is_empty() {
                return placed(&found);
            }
        }
        let is_named = |one: &&Function| own(&one.file) && names_member(&one.text, member);
        placed(&self.0.functions.iter().filter(is_named).collect::<Vec<_>>())
    }

    /// The types with the member among those that a text names, or else among those that these
    /// name.
    fn in_types(&self, crate_folder: &str, text: &str, member: &str) -> Vec<&'a Function> {
        let mut texts = vec![text];
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
