use super::*;
use crate::sources::tests::made;

fn check(files: &[(&str, &str)], want: &[&[&str]]) {
    let files: Vec<_> =
        files.iter().map(|(file, text)| (format!("crates/a/src/{file}.rs"), *text)).collect();
    let files: Vec<_> = files.iter().map(|(file, text)| (file.as_str(), *text)).collect();
    assert_eq!(cycles(&made("a", "", &files)), want, "{files:?}");
}

#[test]
fn arrows_in_one_direction_are_no_cycle() {
    check(
        &[
            ("lib", "mod a; mod b; pub use a::A; pub use b::B;"),
            ("a", "use crate::b::B; pub struct A(B);"),
            ("b", "pub struct B; #[cfg(test)] mod tests { use crate::a::A; }"),
        ],
        &[],
    );
}

/// By `use`, by a path in a body, within a macro, and over three modules.
#[test]
fn cycles_are_found() {
    let root = ("lib", "mod a; mod b; mod c;");
    check(&[root, ("a", "use crate::b::B;"), ("b", "use super::a::{A, X as Y};")], &[&["a", "b"]]);
    check(
        &[root, ("a", "fn f() { crate::b::g() }"), ("b", "fn g() { vec![crate::a::f()]; }")],
        &[&["a", "b"]],
    );
    check(
        &[root, ("a", "use crate::b;"), ("b", "use crate::c::*;"), ("c", "use crate::a::{self};")],
        &[&["a", "b", "c"]],
    );
}

/// What the root passes on is at home where it is made; what the root makes is its own.
#[test]
fn names_are_followed_home() {
    check(
        &[
            ("lib", "mod a; mod b; pub use b::{B, inner::C as D};"),
            ("a", "use crate::D;"),
            ("b", "pub mod inner; use crate::a::A;"),
            ("b/inner", "use crate::a::A;"),
        ],
        &[&["a", "b::inner"]],
    );
    check(
        &[("lib", "mod a; pub const N: u8 = a::F;"), ("a", "use crate::N; pub const F: u8 = 1;")],
        &[&["crate", "a"]],
    );
    check(&[("lib", "mod a; pub use other::Name;"), ("a", "use crate::Name;")], &[]);
}

/// The list holds what there is: no more, no less, each with a reason.
#[test]
fn the_list_only_shrinks() {
    let cycle = |modules: &[&str], why: &str| Cycle {
        of: "a".to_owned(),
        modules: modules.iter().map(|module| (*module).to_owned()).collect(),
        why: why.to_owned(),
    };
    let found = |modules: &[&str]| {
        let modules = modules.iter().map(|module| (*module).to_owned()).collect::<Vec<_>>();
        vec![("a".to_owned(), modules)]
    };
    let why = "a word and the word for it";
    let complaints = |known: &[Cycle], found: &[(String, Vec<String>)]| {
        let mut complaints = Vec::new();
        compare(known, found, &mut complaints);
        complaints.len()
    };
    let known = [cycle(&["x", "y", "z"], why)];
    assert_eq!(complaints(&known, &found(&["x", "y", "z"])), 0);
    assert_eq!(complaints(&known, &found(&["x", "y"])), 1, "one has left");
    assert_eq!(complaints(&known, &found(&["x", "new"])), 4, "another cycle, and none of these");
    assert_eq!(complaints(&known, &[]), 3, "untied");
    assert_eq!(complaints(&[cycle(&["x", "y"], "so")], &found(&["x", "y"])), 1, "no reason");
}
