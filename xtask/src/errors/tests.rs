use super::*;

const PAGE: &str = "# Operations\n\n## kms\n\n| operation | event |\n|---|---|\n| Encrypt | Encrypt \
                    |\n\n# What AWS has and Shoseki has not\n\n## kms: 1 absent\n";

fn facts(never: &str, observed: &str) -> Facts {
    Facts {
        served: served(PAGE),
        listed: listed("# of AWS\nkms Encrypt DisabledException NotFoundException\n"),
        never: Never::parse(never).unwrap(),
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
    assert!(needed.iter().all(|text| text.contains("may only shrink")), "{needed:?}");
    assert!(Never::parse("kms Encrypt no reason\n").is_err());
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
