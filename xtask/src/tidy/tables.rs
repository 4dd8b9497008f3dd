//! Names of tables: each belongs to one place, for two would share their rows.

use std::collections::BTreeMap;

use proc_macro2::{Delimiter, TokenTree};

use crate::rust::{is_path_sign, name, within};
use crate::sources::Crate;

pub(super) fn check(crates: &[Crate], complaints: &mut Vec<String>) {
    let mut known = BTreeMap::<String, &str>::new();
    // The fuzzer makes a table of the store's own to look into a segment.
    let stored = crates.iter().filter(|own| own.name != "fuzz");
    for source in stored.flat_map(|own| &own.sources) {
        for table in tables(&source.own) {
            if let Some(other) = known.insert(table.clone(), &source.file) {
                let file = &source.file;
                complaints.push(format!("`{file}`: the table {table} is that of `{other}`, too"));
            }
        }
    }
}

/// The names in `Table::new("…")`, as they are written.
fn tables(tokens: &[TokenTree]) -> Vec<String> {
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        if let TokenTree::Group(group) = token {
            let inner: Vec<_> = group.stream().into_iter().collect();
            found.extend(tables(&inner));
        }
        let is_new = name(Some(token)).as_deref() == Some("Table")
            && is_path_sign(tokens, at.saturating_add(1))
            && name(tokens.get(at.saturating_add(3))).as_deref() == Some("new");
        let words = within(tokens.get(at.saturating_add(4)), Delimiter::Parenthesis);
        if let Some(TokenTree::Literal(called)) = words.as_deref().and_then(<[_]>::first)
            && is_new
        {
            found.push(called.to_string());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::tests::made;

    /// Two of one name are seen, in one crate or in two; a test may look into a table.
    #[test]
    fn names_are_unique() {
        let one =
            "const A: Table<u8> = Table::new(\"a.x\"); fn f() { let _ = Table::new(\"a.y\"); }";
        let test = "const A: Table<u8> = Table::new(\"a.x\");";
        let files = [("crates/a/src/lib.rs", one), ("crates/a/tests/it/main.rs", test)];
        let (first, mut complaints) = (made("a", "", &files), Vec::new());
        check(std::slice::from_ref(&first), &mut complaints);
        assert_eq!(complaints, [""; 0]);
        let other = made("b", "", &[("crates/b/src/lib.rs", "const B: T = Table::new(\"a.y\");")]);
        check(&[first, other], &mut complaints);
        assert_eq!(
            complaints,
            ["`crates/b/src/lib.rs`: the table \"a.y\" is that of `crates/a/src/lib.rs`, too"]
        );
    }
}
