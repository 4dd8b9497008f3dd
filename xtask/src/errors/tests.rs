use super::*;

const PAGE: &str = "# Operations\n\n## kms\n\n| operation | event |\n|---|---|\n| Encrypt | Encrypt \
                    |\n\n# What AWS has and Shoseki has not\n\n## kms: 1 absent\n";

fn facts(never: &str, observed: &str) -> Facts {
    counted(never, "* * 1\n", observed)
}

fn counted(never: &str, counts: &str, observed: &str) -> Facts {
    Facts {
        served: served(PAGE),
        listed: listed("# of AWS\nkms Encrypt DisabledException NotFoundException\n"),
        never: Never::parse(never, counts).unwrap(),
        shared: Shared::default(),
        observed: observed::parse(observed),
        sources: Sources::with(&[(
            "crates/kms/src/lookup.rs",
            "fn found() {\n    Err(KmsError::NotFound)\n}\n",
        )]),
    }
}

const SEEN: &str = "kms kms Encrypt ok\nkms kms Encrypt denied\nkms kms Encrypt event\n\
                    kms kms Encrypt error 400 NotFoundException crates/kms/src/lookup.rs:2\n";

/// What is neither seen nor explained is missing.
#[test]
fn what_no_test_sees_is_missing() {
    let missing = |never: &str, observed: &str| {
        let facts = facts(never, observed);
        facts.missing("kms", "Encrypt").iter().map(|what| (*what).to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(missing("", SEEN), ["DisabledException"]);
    assert!(missing("kms * DisabledException: it has no switch\n", SEEN).is_empty());
    let all = ["success", "denial", "event", "DisabledException", "NotFoundException"];
    assert_eq!(missing("", ""), all);
}

/// A reason that a test contradicts, or that explains nothing.
#[test]
fn reasons_that_are_not_needed_are_complained_of() {
    let complaints = |never: &str| facts(never, SEEN).never.complaints(&facts(never, SEEN));
    let seen = complaints("kms Encrypt NotFoundException: no\n");
    assert!(seen.iter().any(|text| text.contains("a test saw it of Encrypt")), "{seen:?}");
    let unlisted = complaints("kms * TagException: no\n");
    assert!(unlisted.iter().any(|text| text.contains("no model lists")), "{unlisted:?}");
    let needed = complaints("kms Encrypt DisabledException: no\n");
    assert!(needed.is_empty(), "{needed:?}");
    assert!(Never::parse("kms Encrypt no reason\n", "").is_err());
}

/// An operation that exists brings no more reasons; a new one brings a row with its number.
#[test]
fn only_a_new_operation_brings_reasons() {
    let line = "kms Encrypt DisabledException: no\n";
    let complaints = |never: &str, counts: &str| {
        let facts = counted(never, counts, SEEN);
        facts.never.complaints(&facts).join("\n")
    };
    for counts in ["", "* * 0\n", "kms Encrypt 0\n"] {
        let more = complaints(line, counts);
        assert!(more.contains("1 lines") && more.contains("allows 0"), "{counts}: {more}");
    }
    for counts in ["* * 1\n", "* * 0\nkms Encrypt 1\n", "* * 0\n# new\nkms Encrypt 1\n"] {
        assert_eq!(complaints(line, counts), "", "{counts}");
    }
    let of_all = complaints("kms * DisabledException: no\n", "* * 0\nkms * 1\n");
    assert_eq!(of_all, "");
    // A number falls with the lines, also that of an operation with a row.
    for counts in ["* * 1\n", "* * 0\nkms Encrypt 1\n"] {
        let fewer = complaints("", counts);
        assert!(fewer.contains("has 0 lines") && fewer.contains("which has 1"), "{fewer}");
    }
    let gone = complaints(line, "* * 1\nkms Sign 0\n");
    assert!(gone.contains("`kms Sign`, which no row serves"), "{gone}");
    assert!(Never::parse("", "kms Encrypt many\n").is_err());
    assert!(Never::parse("", "kms Encrypt 1\nkms Encrypt 1\n").is_err());
}

/// The page has errors that were seen, listed or not, and those that were not.
#[test]
fn the_page_has_a_row_for_each_error() {
    let more =
        format!("{SEEN}kms kms Encrypt error 400 ValidationException crates/wire/src/json.rs:9\n");
    let page = facts("", &more).errors_page();
    for row in [
        "| Encrypt | DisabledException |  | yes | no test |\n",
        "| Encrypt | NotFoundException | 400 | yes | [kms/lookup.rs](../crates/kms/src/lookup.rs) `found` |\n",
        "| Encrypt | ValidationException | 400 |  | [wire/json.rs](../crates/wire/src/json.rs) |\n",
    ] {
        assert!(page.contains(row), "{row}{page}");
    }
    let tests = facts("", SEEN).tests_page();
    assert!(
        tests.contains("| Encrypt | yes | yes | yes | 1 of 2 | DisabledException |\n"),
        "{tests}"
    );
}
