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
    assert_eq!(condition.holds(&context), want, "{operator} {policy:?} on {request:?}");
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

/// The numeric family; what is no number fits nothing.
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

/// The date family compares instants, whatever their form.
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

/// Absent keys: positive operators fail, negated ones hold, `IfExists` holds.
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

proptest! {
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
            let holds = |name: &str| {
                Condition::new(Operator::parse(name).unwrap(), "K", &[&policy], true).holds(&context)
            };
            prop_assert_ne!(holds(positive), holds(negative));
        }
    }
}
