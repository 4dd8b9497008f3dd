//! Every operator through one `check`.

use proptest::prelude::*;

use super::*;

/// `request` is the values of the key, `None` if it is absent.
fn check(operator: &str, policy: &[&str], request: Option<&[&str]>, want: bool) {
    let parsed = Operator::parse(operator).unwrap();
    let condition = Condition::new(parsed, "aws:Key", policy, true);
    let mut context = Context::new();
    context.set("aws:username", "al*ce");
    context.set("aws:PrincipalTag/arn", "arn:aws:sns:*:1:t");
    if let Some(values) = request {
        context.set_list("AWS:key", values.iter().map(|&v| v.to_owned()).collect());
    }
    let holds = condition.outcome(&context, &Steps::default()) == Outcome::Holds;
    assert_eq!(holds, want, "{operator} {policy:?} on {request:?}");
}

/// The string family.
#[test]
fn strings() {
    check("StringEquals", &["a", "b"], Some(&["b"]), true);
    check("StringEquals", &["a*"], Some(&["ab"]), false);
    check("StringEquals", &["a"], Some(&["A"]), false);
    check("StringEquals", &["${aws:username}"], Some(&["al*ce"]), true);
    check("StringEquals", &["${aws:missing}"], Some(&[""]), false);
    check("StringNotEquals", &["${aws:missing}"], Some(&[""]), true);
    check("StringNotEquals", &["a", "b"], Some(&["b"]), false);
    check("StringNotEquals", &["a", "b"], Some(&["c"]), true);
    check("StringEqualsIgnoreCase", &["Straße"], Some(&["STRASSE"]), false);
    check("StringEqualsIgnoreCase", &["abC"], Some(&["ABc"]), true);
    check("StringNotEqualsIgnoreCase", &["abC"], Some(&["ABc"]), false);
    check("StringLike", &["home/*/x?"], Some(&["home/a/b/x1"]), true);
    check("StringLike", &["A*"], Some(&["ab"]), false);
    check("StringLike", &["${aws:username}/*"], Some(&["al*ce/1"]), true);
    check("StringLike", &["${aws:username}/*"], Some(&["alice/1"]), false);
    check("StringLike", &["${*}"], Some(&["x"]), false);
    check("StringNotLike", &["a*"], Some(&["b"]), true);
}

/// The numeric family; a value that is not a number matches nothing.
#[test]
fn numbers() {
    check("NumericEquals", &["10"], Some(&["10.0"]), true);
    check("NumericNotEquals", &["10"], Some(&["10.0"]), false);
    check("NumericLessThan", &["10"], Some(&["9"]), true);
    check("NumericLessThan", &["10"], Some(&["10"]), false);
    check("NumericLessThanEquals", &["10"], Some(&["10"]), true);
    check("NumericGreaterThan", &["9"], Some(&["10"]), true);
    check("NumericGreaterThanEquals", &["9007199254740993"], Some(&["9007199254740992"]), false);
    check("NumericEquals", &["x"], Some(&["x"]), false);
    check("NumericLessThan", &["${aws:username}"], Some(&["1"]), false);
}

/// The date family compares instants, in any format.
#[test]
fn dates() {
    check("DateEquals", &["2023-07-10T11:57:47Z"], Some(&["1688990267"]), true);
    check("DateNotEquals", &["2023-07-10T11:57:47Z"], Some(&["1688990267"]), false);
    check("DateLessThan", &["2023-07-10"], Some(&["2023-07-09T23:59:59Z"]), true);
    check("DateLessThanEquals", &["2023-07-10"], Some(&["2023-07-10T09:00:00+09:00"]), true);
    check("DateGreaterThan", &["2023-07-10"], Some(&["2023-07-10T00:00:00.001Z"]), true);
    check("DateGreaterThanEquals", &["2023-07-10"], Some(&["2023-07-09"]), false);
    check("DateLessThan", &["tomorrow"], Some(&["2023-07-09"]), false);
}

/// Booleans, binaries, addresses, ARNs, and presence.
#[test]
fn the_other_families() {
    check("Bool", &["true"], Some(&["TRUE"]), true);
    check("Bool", &["false"], Some(&["true"]), false);
    check("Bool", &["1"], Some(&["1"]), false);
    check("BoolIfExists", &["false"], None, true);
    check("Bool", &["false"], None, false);
    check("BinaryEquals", &["QmluYXJ5"], Some(&["QmluYXJ5"]), true);
    check("BinaryEquals", &["QmluYXJ5"], Some(&["QmluYXJ4"]), false);
    check("BinaryEquals", &["%"], Some(&["%"]), false);
    check("IpAddress", &["203.0.113.0/24", "2001:db8::/32"], Some(&["203.0.113.4"]), true);
    check("IpAddress", &["203.0.113.0/24"], Some(&["2001:db8::1"]), false);
    check("NotIpAddress", &["203.0.113.0/24"], Some(&["203.0.113.4"]), false);
    check("NotIpAddress", &["203.0.113.0/24"], None, true);
    for equals in ["ArnEquals", "ArnLike"] {
        check(
            equals,
            &["arn:aws:cloudtrail:*:1:trail/*"],
            Some(&["arn:aws:cloudtrail:r:1:trail/t"]),
            true,
        );
        check(equals, &["arn:aws:sns:*:t"], Some(&["arn:aws:sns:r:1:t"]), false);
        check(equals, &["${aws:PrincipalTag/arn}"], Some(&["arn:aws:sns:r:1:t"]), false);
        check(equals, &["${aws:PrincipalTag/arn}"], Some(&["arn:aws:sns:*:1:t"]), true);
    }
    check("ArnNotLike", &["arn:aws:sns:*:1:t"], Some(&["arn:aws:sns:r:1:t"]), false);
    check("Null", &["true"], None, true);
    check("Null", &["true"], Some(&["x"]), false);
    check("Null", &["false"], Some(&["x"]), true);
    check("Null", &["false"], Some(&[]), false);
    check("Null", &["maybe"], None, false);
}

/// Absent keys fail positive operators and satisfy negated ones and `IfExists`.
#[test]
fn absent_keys() {
    for (operator, want) in [
        ("StringEquals", false),
        ("StringNotEquals", true),
        ("StringEqualsIfExists", true),
        ("ForAnyValue:StringEquals", false),
        ("ForAnyValue:StringNotEquals", false),
        ("ForAnyValue:StringEqualsIfExists", true),
        ("ForAllValues:StringEquals", true),
        ("ForAllValues:StringNotEquals", true),
        ("ArnNotLike", true),
        ("NumericLessThan", false),
        ("DateLessThanIfExists", true),
    ] {
        check(operator, &["a"], None, want);
        check(operator, &["a"], Some(&[]), want);
    }
}

/// Set operators over keys with several values.
#[test]
fn sets() {
    check("ForAnyValue:StringEquals", &["a", "b"], Some(&["x", "b"]), true);
    check("ForAnyValue:StringEquals", &["a", "b"], Some(&["x", "y"]), false);
    check("ForAllValues:StringEquals", &["a", "b"], Some(&["a", "b", "a"]), true);
    check("ForAllValues:StringEquals", &["a", "b"], Some(&["a", "x"]), false);
    check("ForAnyValue:StringNotEquals", &["a", "b"], Some(&["a", "x"]), true);
    check("ForAnyValue:StringNotEquals", &["a", "b"], Some(&["a", "b"]), false);
    check("ForAllValues:StringNotEquals", &["a"], Some(&["x", "y"]), true);
    check("ForAllValues:StringNotEquals", &["a"], Some(&["x", "a"]), false);
    check("ForAllValues:StringLike", &["pre*"], Some(&["pre1", "pre2"]), true);
    check("StringEquals", &["a"], Some(&["x", "a"]), true);
    check("StringNotEquals", &["a"], Some(&["x", "a"]), false);
}

/// `request` contains the values of the key. Whether the condition holds; `None` if that is
/// unknown.
fn weigh(operator: &str, policy: &[&str], request: Option<&[&str]>) -> Option<bool> {
    let condition = Condition::new(Operator::parse(operator).unwrap(), "aws:Key", policy, true);
    let mut context = Context::new();
    context.set_list("aws:TagKeys", vec!["a".to_owned(), "b".to_owned()]);
    if let Some(values) = request {
        context.set_list("aws:key", values.iter().map(|&v| v.to_owned()).collect());
    }
    match condition.outcome(&context, &Steps::default()) {
        Outcome::Holds => Some(true),
        Outcome::Fails => Some(false),
        Outcome::Unknown => None,
    }
}

/// A value that is not a number, date, address or ARN, in the policy or the request, leaves the
/// condition's outcome unknown.
#[test]
fn values_of_the_wrong_kind_leave_it_open() {
    for (family, good, bad) in [
        ("Numeric", "10", "ten"),
        ("Date", "2026-01-02", "tomorrow"),
        ("Arn", "arn:aws:s3:::b", "b"),
    ] {
        for suffix in ["Equals", "NotEquals"] {
            let operator = format!("{family}{suffix}");
            assert_eq!(weigh(&operator, &[bad], Some(&[good])), None, "{operator}");
            assert_eq!(weigh(&operator, &[good], Some(&[bad])), None, "{operator}");
        }
    }
    for order in ["LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals"] {
        assert_eq!(weigh(&format!("Numeric{order}"), &["ten"], Some(&["1"])), None, "{order}");
        assert_eq!(weigh(&format!("Date{order}"), &["1"], Some(&["now"])), None, "{order}");
    }
    for operator in ["IpAddress", "NotIpAddress"] {
        assert_eq!(weigh(operator, &["203.0.113.0/33"], Some(&["203.0.113.1"])), None);
        assert_eq!(weigh(operator, &["203.0.113.0/24"], Some(&["unknown"])), None);
    }
    assert_eq!(weigh("Bool", &["yes"], Some(&["true"])), None);
    assert_eq!(weigh("Bool", &["true"], Some(&["1"])), None);
    assert_eq!(weigh("BinaryEquals", &["%"], Some(&["QQ=="])), None);
    assert_eq!(weigh("BinaryEquals", &["QQ=="], Some(&["%"])), None);
    assert_eq!(weigh("Null", &["maybe"], None), None);
    assert_eq!(weigh("NumericLessThan", &["${aws:EpochTime}"], Some(&["1"])), None);
}

/// It stays open only where the value would have mattered.
#[test]
fn values_that_do_not_matter_leave_nothing_open() {
    let networks = ["203.0.113.0/24", "nonsense"];
    assert_eq!(weigh("IpAddress", &networks, Some(&["203.0.113.9"])), Some(true));
    assert_eq!(weigh("NotIpAddress", &networks, Some(&["203.0.113.9"])), Some(false));
    assert_eq!(weigh("IpAddress", &networks, Some(&["192.0.2.1"])), None);
    assert_eq!(weigh("NotIpAddress", &networks, Some(&["192.0.2.1"])), None);
    assert_eq!(weigh("Null", &["maybe", "true"], None), Some(true));
    // Absence is decided before any value is read.
    for (operator, want) in [
        ("IpAddress", false),
        ("NotIpAddress", true),
        ("IpAddressIfExists", true),
        ("ForAllValues:NumericEquals", true),
        ("ForAnyValue:NumericEquals", false),
    ] {
        assert_eq!(weigh(operator, &["nonsense"], None), Some(want), "{operator}");
    }
    let request = Some(&["1", "x"][..]);
    assert_eq!(weigh("ForAnyValue:NumericEquals", &["1"], request), Some(true));
    assert_eq!(weigh("ForAnyValue:NumericEquals", &["2"], request), None);
    assert_eq!(weigh("ForAllValues:NumericEquals", &["2"], request), Some(false));
    assert_eq!(weigh("ForAllValues:NumericEquals", &["1"], request), None);
}

/// A variable without value equals nothing, which is known; one of several values is not.
///
/// Source: IAM User Guide, "IAM policy elements: Variables and tags", on variables with no value.
#[test]
fn a_variable_without_value_is_equal_to_nothing() {
    let request = Some(&["x"][..]);
    for (operator, want) in [
        ("StringEquals", false),
        ("StringNotEquals", true),
        ("StringLike", false),
        ("StringNotLike", true),
        ("StringEqualsIgnoreCase", false),
        ("ArnLike", false),
        ("ArnNotLike", true),
    ] {
        let request =
            if operator.starts_with("Arn") { Some(&["arn:aws:s3:::b"][..]) } else { request };
        assert_eq!(weigh(operator, &["${aws:missing}"], request), Some(want), "{operator}");
        assert_eq!(weigh(operator, &["${aws:TagKeys}"], request), None, "{operator}");
        assert_eq!(weigh(operator, &["${aws:TagKeys, 'd'}"], request), None, "{operator}");
    }
    assert_eq!(weigh("StringEquals", &["${aws:missing, 'x'}"], request), Some(true));
}

/// Operators with a type, each with a value that matches and one of another type.
const KINDS: [(&str, &[&str], &[&str]); 6] = [
    ("NumericEquals", &["1", "2", "-0.5"], &["x", "", "1e3", "${aws:missing}"]),
    ("NumericNotEquals", &["1", "2", "-0.5"], &["x", "", "1e3"]),
    ("IpAddress", &["192.0.2.1", "192.0.2.0/24", "::1"], &["192.0.2", "x", "::/129"]),
    ("NotIpAddress", &["192.0.2.1", "192.0.2.0/24", "::1"], &["192.0.2", "x", "::/129"]),
    ("DateLessThan", &["2026-01-01", "0", "2026-01-02T03:04:05Z"], &["x", "2026-13-01"]),
    ("ArnNotLike", &["arn:aws:s3:::b", "arn:aws:s3:::*"], &["b", "arn:aws:s3", "a:b:c:d:e:f"]),
];

proptest! {
    /// For a value that cannot be parsed, the outcome is known only if every possible value gives
    /// the same outcome.
    #[test]
    fn known_outcomes_hold_for_every_value(
        kind in prop::sample::select(&KINDS[..]), prefix in 0_usize..3, if_exists: bool,
        at in any::<[prop::sample::Index; 5]>(), present: bool, damage_request: bool,
    ) {
        let (name, good, bad) = kind;
        let prefix = ["", "ForAnyValue:", "ForAllValues:"][prefix];
        let operator = format!("{prefix}{name}{}", if if_exists { "IfExists" } else { "" });
        let pick = |n: usize, from: &[&'static str]| from[at[n].index(from.len())];
        let (fixed, broken) = (pick(0, good), pick(1, bad));
        // A request has addresses, not networks.
        let plain: Vec<&str> = good.iter().copied().filter(|v| !v.contains(['/', '*'])).collect();
        let (one, two) = (pick(2, &plain), pick(3, &plain));
        for meant in good {
            let meant = if damage_request { plain[at[4].index(plain.len())] } else { meant };
            let ask = |value| {
                let policy = if damage_request { [fixed, fixed] } else { [fixed, value] };
                let request = if damage_request { [one, value] } else { [one, two] };
                weigh(&operator, &policy, present.then_some(&request[..]))
            };
            let (known, truth) = (ask(broken), ask(meant));
            prop_assert!(truth.is_some(), "{operator} {meant}");
            prop_assert!(known.is_none() || known == truth, "{operator} {broken} {meant}");
        }
    }

    /// A negated operator is the opposite of its positive twin whenever the key is present.
    #[test]
    fn negation_is_the_opposite(policy in "[ab*?]{0,4}", value in "[ab*]{0,4}") {
        for (positive, negative) in [
            ("StringEquals", "StringNotEquals"),
            ("StringLike", "StringNotLike"),
            ("NumericEquals", "NumericNotEquals"),
            ("ArnLike", "ArnNotLike"),
        ] {
            let mut context = Context::new();
            context.set("k", value.clone());
            let outcome = |name: &str| {
                Condition::new(Operator::parse(name).unwrap(), "K", &[&policy], true)
                    .outcome(&context, &Steps::default())
            };
            prop_assert_eq!(outcome(positive), outcome(negative).negated());
        }
    }
}

/// An explanation shows only the beginning of a long value.
#[test]
fn explanations_are_limited() {
    let operator = Operator::parse("StringEquals").unwrap();
    let values = vec!["é".repeat(2_000); 100];
    let written: Vec<&str> = values.iter().map(String::as_str).collect();
    let mut context = Context::new();
    context.set_list("aws:Referer", vec!["x".repeat(100_000); 100]);
    let failed = Condition::new(operator, "aws:Referer", &written, true).failed(&context);
    for shown in [&failed.expected, &failed.found] {
        assert_eq!(shown.len(), SHOWN_VALUES_MAX);
        assert!(shown.iter().all(|value| value.chars().count() == SHOWN_CHARS_MAX + 1));
    }
}

/// A value longer than AWS accepts is neither equal nor unequal to anything.
#[test]
fn values_that_are_too_long_are_unknown() {
    for operator in ["StringLike", "StringNotLike", "StringEquals", "StringNotEquals"] {
        let condition = Condition::new(Operator::parse(operator).unwrap(), "k", &["*"], true);
        let outcome = |len: usize| {
            let mut context = Context::new();
            context.set("k", "a".repeat(len));
            condition.outcome(&context, &Steps::default())
        };
        assert_ne!(outcome(VALUE_BYTES_MAX), Outcome::Unknown, "{operator}");
        assert_eq!(outcome(VALUE_BYTES_MAX + 1), Outcome::Unknown, "{operator}");
    }
}
