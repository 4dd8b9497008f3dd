//! Properties of all policies and all requests.

use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Value, json};
use types::AccountId;

use crate::{
    Attached, Context, Decision, Grammar, Policies, Policy, Principal, Quoting, Request,
    ResourceRule, decide, is_public, map_principals,
};

const USER: &str = "arn:aws:iam::111122223333:user/u";
const ROLE: &str = "arn:aws:iam::111122223333:role/r";
const SESSION: &str = "arn:aws:sts::111122223333:assumed-role/r/s";
const NAMES: &[&str] = &["*", "111122223333", "444455556666", USER, ROLE, SESSION];
const ACTIONS: &[&str] = &["*", "s3:*", "s3:Get*", "s3:GetObject", "S3:putobject", "kms:Decrypt"];
const RESOURCES: &[&str] = &[
    "*",
    "arn:aws:s3:::b/*",
    "arn:aws:s3:::b/k",
    "arn:aws:s3:::?/${aws:username}",
    "arn:aws:s3:::c",
];
const OPERATORS: &[&str] = &[
    "StringEquals",
    "StringNotLike",
    "StringEqualsIfExists",
    "ForAnyValue:StringLike",
    "ForAllValues:StringEquals",
    "ArnLike",
    "NumericLessThan",
    "Null",
];
const KEYS: &[&str] = &["aws:username", "aws:TagKeys", "kms:EncryptionContext:A:b", "s3:max-keys"];
const VALUES: &[&str] = &["u", "*", "${aws:username}", "3", "true", "a"];

/// Operators and keys under which no word is anything that can be compared.
const UNEVALUABLE: &[(&str, &str)] = &[
    ("NotIpAddress", "aws:SourceIp"),
    ("IpAddressIfExists", "aws:SourceIp"),
    ("NumericNotEquals", "s3:max-keys"),
    ("ForAllValues:NumericEquals", "s3:max-keys"),
    ("DateNotEquals", "aws:CurrentTime"),
    ("ArnNotEquals", "aws:SourceArn"),
    ("Null", "aws:unset"),
];

/// The members of a statement but for `Effect` and `Principal`.
fn body() -> impl Strategy<Value = Value> {
    let condition = (select(OPERATORS), select(KEYS), subsequence(VALUES, 1..3));
    let list = |all: &'static [&'static str]| subsequence(all, 1..3);
    let not =
        |name: &str, negated: bool| if negated { format!("Not{name}") } else { name.to_owned() };
    (
        list(ACTIONS),
        list(RESOURCES),
        proptest::option::of(condition),
        prop::bool::weighted(0.1),
        prop::bool::weighted(0.1),
    )
        .prop_map(move |(actions, resources, condition, not_action, not_resource)| {
            let mut statement = json!({
                not("Action", not_action): actions,
                not("Resource", not_resource): resources,
            });
            if let Some((operator, key, values)) = condition {
                statement["Condition"] = json!({ operator: { key: values } });
            }
            statement
        })
}

fn statement(effect: &'static str) -> impl Strategy<Value = Value> {
    (body(), subsequence(NAMES, 1..3), prop::bool::weighted(0.1)).prop_map(
        move |(mut statement, names, negated)| {
            let element = if negated { "NotPrincipal" } else { "Principal" };
            statement[element] = json!({ "AWS": names });
            statement["Effect"] = json!(effect);
            statement
        },
    )
}

fn statements() -> impl Strategy<Value = Vec<Value>> {
    let one = prop_oneof![3 => statement("Allow"), 1 => statement("Deny")];
    prop::collection::vec(one, 1..5)
}

/// The statements of a resource policy, an identity policy, a boundary, and a session policy.
#[derive(Debug, Clone)]
struct Documents {
    sets: [Vec<Value>; 4],
    bounded: bool,
}

fn documents() -> impl Strategy<Value = Documents> {
    ([statements(), statements(), statements(), statements()], prop::bool::weighted(0.3))
        .prop_map(|(sets, bounded)| Documents { sets, bounded })
}

fn text(statements: &[Value]) -> String {
    json!({ "Version": "2012-10-17", "Statement": statements }).to_string()
}

#[derive(Debug, Clone)]
struct Question {
    principal: Principal,
    action: &'static str,
    resource: &'static str,
    owner: AccountId,
    rule: ResourceRule,
    granted: bool,
    context: Context,
}

fn question() -> impl Strategy<Value = Question> {
    let account = |id: &str| AccountId::parse(id).unwrap();
    let own = account("111122223333");
    let principals = vec![
        Principal::Root { account: own.clone() },
        Principal::User {
            account: own.clone(),
            arn: USER.to_owned(),
            unique_id: "AIDAUSERUSERUSERUSER1".to_owned(),
        },
        Principal::Role {
            account: own.clone(),
            role_arn: ROLE.to_owned(),
            role_id: "AROAROLEROLEROLEROLE1".to_owned(),
            session_arn: SESSION.to_owned(),
            session_name: "s".to_owned(),
        },
        Principal::Service { name: "cloudtrail.amazonaws.com".to_owned() },
        Principal::Anonymous,
    ];
    let rules = vec![
        ResourceRule::None,
        ResourceRule::Standard,
        ResourceRule::KeyPolicy,
        ResourceRule::TrustPolicy,
    ];
    (
        select(principals),
        select(&["s3:GetObject", "s3:PutObject", "kms:Decrypt"][..]),
        select(&["*", "arn:aws:s3:::b/k", "arn:aws:s3:::b/u", "arn:aws:s3:::c"][..]),
        select(vec![own, account("444455556666")]),
        select(rules),
        prop::bool::weighted(0.2),
        subsequence(KEYS, 0..4),
    )
        .prop_map(|(principal, action, resource, owner, rule, granted, keys)| {
            let mut context = Context::new();
            context.set_principal(&principal);
            for key in keys {
                context.set_list(key, vec!["u".to_owned(), "3".to_owned()]);
            }
            Question { principal, action, resource, owner, rule, granted, context }
        })
}

fn query(question: &Question, documents: &Documents) -> Decision {
    let compiled = documents
        .sets
        .each_ref()
        .map(|set| Policy::stored(&text(set), &Grammar::Resource).unwrap());
    query_compiled(question, &compiled, documents.bounded)
}

fn query_compiled(question: &Question, policies: &[Policy; 4], bounded: bool) -> Decision {
    let [resource, identity, boundary, session] = policies;
    let attach = |policy| Attached { policy, arn: None, name: "p" };
    let session = [attach(session)];
    let request = Request {
        principal: &question.principal,
        action: question.action,
        resource: question.resource,
        resource_account: Some(&question.owner),
        context: &question.context,
    };
    let decision = decide(
        &request,
        &Policies {
            boundary: bounded.then(|| attach(boundary)),
            session: bounded.then_some(&session),
            resource: Some(resource),
            rule: question.rule,
            granted: question.granted,
            ..Policies::of_identity(&[attach(identity)])
        },
    );
    let message = decision.message(&request, Quoting::Plain);
    let reasoned = message.contains(" because ") || message.contains(" with an ");
    assert!(!(decision.allowed && reasoned), "{message}");
    decision
}

/// All lists of one element as that element, or the other way round.
fn respell(value: &mut Value, as_list: bool) {
    match value {
        Value::Array(list) => {
            for element in list.iter_mut() {
                respell(element, as_list);
            }
            if let ([only], false) = (list.as_slice(), as_list) {
                *value = only.clone();
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                respell(member, as_list);
                let scalar = member.is_string() && !matches!(name.as_str(), "Version" | "Effect");
                if as_list && (scalar || name == "Statement" && member.is_object()) {
                    *member = json!([member]);
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Removes pieces of a text and inserts others.
fn damage(text: &str, cuts: &[(prop::sample::Index, char)]) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    for (at, put) in cuts {
        let at = at.index(chars.len());
        chars[at] = *put;
    }
    chars.into_iter().collect()
}

fn grammars() -> Vec<Grammar> {
    vec![
        Grammar::Managed,
        Grammar::Identity,
        Grammar::Session,
        Grammar::ServiceControl,
        Grammar::ResourceControl,
        Grammar::Trust,
        Grammar::Kms,
        Grammar::Bucket { bucket: "b".to_owned() },
        Grammar::Topic,
        Grammar::Queue,
        Grammar::Resource,
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// One more Deny, anywhere, never opens a door.
    #[test]
    fn a_deny_never_allows(
        mut documents in documents(), question in question(),
        deny in statement("Deny"), place in 0..4_usize,
    ) {
        let before = query(&question, &documents);
        documents.sets[place].push(deny);
        prop_assert!(before.allowed || !query(&question, &documents).allowed);
    }

    /// One more Allow, anywhere, never closes one.
    #[test]
    fn an_allow_never_denies(
        mut documents in documents(), question in question(),
        allow in statement("Allow"), place in 0..4_usize,
    ) {
        let before = query(&question, &documents);
        documents.sets[place].push(allow);
        prop_assert!(!before.allowed || query(&question, &documents).allowed);
    }

    /// What is allowed with open keys is allowed by every value of them, and what is denied with
    /// them favored by none.
    #[test]
    fn open_keys_bound_the_decision(
        documents in documents(), question in question(), keys in subsequence(KEYS, 0..4),
    ) {
        let known = query(&question, &documents).allowed;
        let mut open = question;
        for key in keys {
            open.context.leave_open(key);
        }
        let at_least = query(&open, &documents).allowed;
        open.context.favor_open();
        let at_most = query(&open, &documents).allowed;
        prop_assert!(at_least <= known && known <= at_most);
    }

    /// A statement that denies everything to everyone denies.
    #[test]
    fn an_explicit_deny_beats_everything(documents in documents(), question in question()) {
        let [mut resource, identity, boundary, session] = documents.sets;
        resource.push(json!({"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}));
        let sets = [resource, identity, boundary, session];
        let decision = query(&question, &Documents { sets, bounded: documents.bounded });
        prop_assert!(!decision.allowed || question.rule == ResourceRule::None);
    }

    /// Neither the order of the statements nor duplicates matter.
    #[test]
    fn order_and_repetition_do_not_matter(documents in documents(), question in question()) {
        let want = query(&question, &documents);
        let mut shuffled = documents.clone();
        for set in &mut shuffled.sets {
            set.reverse();
            let again = set.clone();
            set.extend(again);
        }
        let got = query(&question, &shuffled);
        prop_assert_eq!(got.allowed, want.allowed);
        prop_assert_eq!(std::mem::discriminant(&got.reason), std::mem::discriminant(&want.reason));
        let effects = |decision: &Decision| -> Vec<_> {
            decision.checks.iter().map(|c| (c.check_type, c.evaluated_effect)).collect()
        };
        prop_assert_eq!(effects(&got), effects(&want));
    }

    /// A condition that cannot be evaluated, for any operator, disables an Allow and leaves a
    /// Deny in effect.
    #[test]
    fn conditions_that_cannot_be_evaluated_neither_allow_nor_exempt(
        documents in documents(), mut question in question(),
        // Without `}` nothing is a variable, whose absence is a decision.
        operator in select(UNEVALUABLE), value in "[g-z${ /]{1,8}",
    ) {
        question.context.set("aws:SourceIp", "192.0.2.1");
        question.context.set("s3:max-keys", "3");
        question.context.set("aws:CurrentTime", "2026-01-02T03:04:05Z");
        question.context.set("aws:SourceArn", "arn:aws:s3:::b");
        let (operator, key) = operator;
        let change = |effect: &str, change: &dyn Fn(&mut Value)| {
            let mut changed = documents.clone();
            for statement in changed.sets.iter_mut().flatten().filter(|s| s["Effect"] == effect) {
                change(statement);
            }
            changed
        };
        let add = |statement: &mut Value| {
            let conditions = &mut statement["Condition"];
            if conditions.is_null() {
                *conditions = json!({});
            }
            // Another condition of the same operator would be replaced.
            let operator = if conditions.get(operator).is_some() { "Null" } else { operator };
            if conditions.get(operator).is_none() {
                conditions[operator] = json!({ key: value });
            } else {
                conditions[operator]["aws:unset"] = json!(value);
            }
        };
        let turn_off = |statement: &mut Value| {
            statement.as_object_mut().unwrap().remove("NotAction");
            statement["Action"] = json!("none:None");
        };
        let turned_off = query(&question, &change("Allow", &turn_off));
        let unevaluable = query(&question, &change("Allow", &add));
        prop_assert_eq!(unevaluable.allowed, turned_off.allowed);
        let (plain, spared) = (query(&question, &documents), query(&question, &change("Deny", &add)));
        prop_assert_eq!(spared.allowed, plain.allowed);
        prop_assert_eq!(spared.reason, plain.reason);
    }

    /// A text, and a list of only that text, are the same policy.
    #[test]
    fn a_list_of_one_is_its_element(statements in statements()) {
        let mut document = json!({ "Version": "2012-10-17", "Statement": statements });
        let parse = |document: &Value| {
            Policy::stored(&document.to_string(), &Grammar::Resource).unwrap()
        };
        let want = parse(&document);
        respell(&mut document, false);
        prop_assert_eq!(&parse(&document), &want);
        respell(&mut document, true);
        prop_assert_eq!(&parse(&document), &want);
    }

    /// Printing and reparsing a document gives the same policy; mapping principals to themselves,
    /// or to other names and back, gives the same text.
    #[test]
    fn printing_and_reading_lose_nothing(statements in statements()) {
        let document = json!({ "Version": "2012-10-17", "Statement": statements });
        let parse = |text: &str| Policy::stored(text, &Grammar::Resource).unwrap();
        let compact = document.to_string();
        let pretty = serde_json::to_string_pretty(&document).unwrap();
        prop_assert_eq!(parse(&compact), parse(&pretty));
        let same = map_principals(&pretty, &mut |_, name| Some(name.to_owned())).unwrap();
        prop_assert_eq!(&same, &pretty);
        let there = map_principals(&pretty, &mut |_, name| Some(format!("\"{name}"))).unwrap();
        let back = map_principals(&there, &mut |_, name| name.strip_prefix('"').map(str::to_owned)).unwrap();
        prop_assert_eq!(&back, &pretty);
    }

    /// The case of condition keys and of actions does not matter.
    #[test]
    fn the_case_of_keys_does_not_matter(documents in documents(), question in question()) {
        let want = query(&question, &documents);
        let mut respelled = documents.clone();
        for statement in respelled.sets.iter_mut().flatten() {
            for element in ["Action", "NotAction"] {
                if let Some(actions) = statement.get_mut(element) {
                    *actions = serde_json::from_str(&actions.to_string().to_uppercase()).unwrap();
                }
            }
            let Some(Value::Object(operators)) = statement.get_mut("Condition") else { continue };
            for keys in operators.values_mut() {
                let upper = keys.as_object().unwrap().iter();
                *keys = upper.map(|(key, values)| (key.to_uppercase(), values.clone())).collect();
            }
        }
        prop_assert_eq!(query(&question, &respelled), want);
    }

    /// Additional permissions never make a public policy private.
    #[test]
    fn an_allow_never_hides_a_public_policy(
        statements in statements(), allow in statement("Allow"),
    ) {
        let public = |statements: &[Value]| {
            is_public(&Policy::stored(&text(statements), &Grammar::Resource).unwrap())
        };
        let more: Vec<Value> = statements.iter().cloned().chain([allow]).collect();
        prop_assert!(!public(&statements) || public(&more));
    }

    /// Any bytes are read or refused by every grammar.
    #[test]
    fn reading_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let text = String::from_utf8_lossy(&bytes);
        for grammar in grammars() {
            prop_assert!(Policy::parse(&text, &grammar).is_err());
            prop_assert!(Policy::stored(&text, &grammar).is_err());
        }
        prop_assert_eq!(map_principals(&text, &mut |_, _| None), Ok(text.into_owned()));
    }

    /// Damaged documents are parsed or rejected, and a parsed one can be evaluated.
    #[test]
    fn every_parsed_policy_can_be_evaluated(
        statements in statements(), question in question(),
        cuts in prop::collection::vec((any::<prop::sample::Index>(), any::<char>()), 0..4),
    ) {
        let text = damage(&text(&statements), &cuts);
        let _ = map_principals(&text, &mut |_, name| Some(name.to_owned()));
        for grammar in grammars() {
            for policy in [Policy::parse(&text, &grammar), Policy::stored(&text, &grammar)] {
                let Ok(policy) = policy else { continue };
                let all = [policy.clone(), policy.clone(), policy.clone(), policy];
                let decision = query_compiled(&question, &all, true);
                prop_assert!(!decision.checks.is_empty());
            }
        }
    }

    /// What a grammar accepts for storage parses from storage as the same policy.
    #[test]
    fn accepted_policies_can_be_stored(statements in statements()) {
        let text = text(&statements);
        for grammar in grammars() {
            if let Ok(policy) = Policy::parse(&text, &grammar) {
                prop_assert_eq!(Policy::stored(&text, &grammar), Ok(policy));
            }
        }
    }

    /// The fallback policy denies every request that evaluates it.
    #[test]
    fn deny_all_denies(question in question(), documents in documents()) {
        let [resource, identity, ..] = documents.sets.map(|set| {
            Policy::stored(&text(&set), &Grammar::Resource).unwrap()
        });
        let deny = Policy::deny_all();
        let decision =
            query_compiled(&question, &[resource, identity, deny.clone(), deny.clone()], true);
        let has_session = question.principal.account().is_some();
        prop_assert!(!has_session || !decision.allowed);
    }
}
