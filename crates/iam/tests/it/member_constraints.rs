//! The constraints of every member of every operation, as AWS's service models state them.
//!
//! Source: `members.tsv`, which `tests/clients/distil_members.py` writes from botocore's models.

use std::collections::BTreeSet;

use crate::expect::lower;
use crate::world::*;

const MEMBERS: &str = include_str!("members.tsv");

/// Members of unsupported features, which are ignored.
const IGNORED: [&str; 9] = [
    "AllUsers",
    "MaxSigninSessionDuration",
    "MinimumSessionTokenSize",
    "OrderedOrganizationPolicyInputList",
    "PolicyExclusionList",
    "ProvidedContexts",
    "ResetMaxSigninSessionDuration",
    "ResourceHandlingOption",
    "ServiceName",
];

/// Values that are accepted although the model forbids them: an operation, a member and a value.
///
/// `Expired` is a status that no caller sets; the root user enables devices without a name; zero
/// turns a rule of the password policy off.
const ACCEPTED: [(&str, &str, &str); 4] = [
    ("EnableMFADevice", "UserName", "absent"),
    ("ResyncMFADevice", "UserName", "absent"),
    ("UpdateAccountPasswordPolicy", "MaxPasswordAge", "0"),
    ("UpdateAccountPasswordPolicy", "PasswordReusePrevention", "0"),
];

/// A row of the table.
struct Member {
    operation: &'static str,
    name: &'static str,
    kind: &'static str,
    required: bool,
    min: Option<usize>,
    max: Option<usize>,
    pattern: Option<&'static str>,
    is_enumeration: bool,
}

fn members() -> impl Iterator<Item = Member> {
    let present = |text: &'static str| Some(text).filter(|text| *text != "-");
    MEMBERS.lines().map(move |line| {
        let cells: Vec<&str> = line.split('\t').collect();
        let number = |text| present(text).map(|text| text.parse().unwrap());
        Member {
            operation: cells[0],
            name: cells[1],
            kind: cells[2],
            required: cells[3] == "required",
            min: number(cells[4]),
            max: number(cells[5]),
            pattern: present(cells[6]),
            is_enumeration: cells[7] != "-",
        }
    })
}

impl Member {
    fn is_policy_arn(&self) -> bool {
        ["PolicyArn", "PermissionsBoundary"].contains(&self.name)
    }

    /// A text of so many characters. Policies are named by ARNs, or another error comes first.
    fn text(&self, length: usize) -> String {
        let begin = if self.is_policy_arn() { "arn:aws:iam::1:policy/" } else { "" };
        let mut text: String = begin.chars().take(length).collect();
        let rest = length.saturating_sub(text.len());
        let fills =
            if self.pattern.is_some_and(|pattern| pattern.contains(r"\d")) { "1" } else { "a" };
        text.push_str(&fills.repeat(rest));
        text
    }

    /// The values that break one constraint, each with the sentence about it.
    fn broken(&self) -> Vec<(String, String)> {
        let mut broken = Vec::new();
        let (more, less) = ("greater than or equal to", "less than or equal to");
        match self.kind {
            "string" => {
                if let Some(min) = self.min {
                    let sentence = format!("Member must have length {more} {min}");
                    broken.push((self.text(min - 1), sentence));
                }
                // Markers contain names, and may be longer than AWS's own.
                if let Some(max) = self.max.filter(|_| self.name != "Marker") {
                    let sentence = format!("Member must have length {less} {max}");
                    broken.push((self.text(max + 1), sentence));
                }
                // U+2603 is in no pattern but that of ARNs in STS.
                if let Some(pattern) = self.pattern.filter(|pattern| !pattern.contains("uD7FF")) {
                    let sentence =
                        format!("Member must satisfy regular expression pattern: {pattern}");
                    broken.push(("\u{2603}".repeat(20), sentence));
                }
                if self.is_enumeration {
                    broken.push(("Other".into(), "Member must satisfy enum value set".into()));
                }
            }
            "integer" => {
                if let Some(min) = self.min {
                    let sentence = format!("Member must have value {more} {min}");
                    broken.push(((min - 1).to_string(), sentence));
                }
                if let Some(max) = self.max {
                    let sentence = format!("Member must have value {less} {max}");
                    broken.push(((max + 1).to_string(), sentence));
                }
            }
            _ => {}
        }
        broken.retain(|(value, _)| {
            let is_accepted = ACCEPTED.contains(&(self.operation, self.name, value.as_str()));
            // Observed: a policy's ARN that cannot be parsed has a message of its own.
            let has_own_message = self.is_policy_arn() && types::Arn::parse(value).is_none();
            !is_accepted && !has_own_message
        });
        broken
    }
}

/// What is wrong about each response, so that one run shows all.
#[derive(Default)]
struct Faults {
    found: Vec<String>,
    checked: usize,
}

impl Faults {
    /// A call that must fail because its form is wrong, with a message that contains the sentence.
    fn check(
        &mut self,
        world: &World,
        operation: &str,
        parameters: &[(&str, &str)],
        sentence: &str,
    ) {
        let sent = [&[("Action", operation)], parameters].concat();
        let (status, body) = world.call(&world.root, World::service_of(operation), &sent);
        let (code, message) = (text(&body, "Code"), text(&body, "Message"));
        let is_as_modeled =
            (status, code.as_str()) == (400, "ValidationError") && message.contains(sentence);
        if !is_as_modeled {
            self.found.push(format!("{operation}: {sentence}: {code} {message:.200}"));
        }
        self.checked += 1;
    }

    /// There were none, in so many calls at least, whose events have the error, too.
    fn none_of(self, world: &World, at_least: usize) {
        assert!(self.found.is_empty(), "{} faults: {:#?}", self.found.len(), self.found);
        assert!(self.checked >= at_least, "{} checks", self.checked);
        let events = world.kit.events();
        let refused = events.iter().filter(|event| event["errorCode"] == "ValidationError");
        assert_eq!(refused.count(), self.checked);
    }
}

/// A value that breaks a constraint is named with the constraint; STS repeats the value.
#[test]
fn every_constraint_of_every_member_is_checked() {
    let (world, mut faults) = (World::new(), Faults::default());
    for member in members().filter(|member| !IGNORED.contains(&member.name)) {
        let (operation, name) = (member.operation, lower(member.name));
        for (value, constraint) in member.broken() {
            let repeated = match World::service_of(operation) {
                "sts" => format!("'{value}' "),
                _ => String::new(),
            };
            let sentence =
                format!("Value {repeated}at '{name}' failed to satisfy constraint: {constraint}");
            faults.check(&world, operation, &[(member.name, &value)], &sentence);
        }
    }
    faults.none_of(&world, 500);
}

/// A call without its required members names each of them, and nothing else.
#[test]
fn every_required_member_must_be_sent() {
    let (world, mut faults) = (World::new(), Faults::default());
    let operations: BTreeSet<&str> = members().map(|member| member.operation).collect();
    for operation in operations {
        let needed: Vec<String> = members()
            .filter(|member| member.operation == operation && member.required)
            .filter(|member| !ACCEPTED.contains(&(operation, member.name, "absent")))
            .map(|member| lower(member.name))
            .collect();
        if needed.is_empty() {
            continue;
        }
        let errors = if needed.len() == 1 { "error" } else { "errors" };
        let begin = format!("{} validation {errors} detected: ", needed.len());
        faults.check(&world, operation, &[], &begin);
        for name in needed {
            let constraint = "failed to satisfy constraint: Member must not be null";
            faults.check(&world, operation, &[], &format!("Value null at '{name}' {constraint}"));
        }
    }
    faults.none_of(&world, 190);
}

/// Lists have a maximum length, and their members constraints of their own.
#[test]
fn every_member_of_a_list_is_checked() {
    let (world, mut faults) = (World::new(), Faults::default());
    let (key_of_tag, value_of_tag) = (("Tags.member.1.Key", "k"), "Tags.member.1.Value");
    let (long_key, long_value) = ("k".repeat(129), "v".repeat(257));
    for member in members().filter(|member| member.kind == "list" && member.max == Some(50)) {
        let (operation, list) = (member.operation, lower(member.name));
        let name = |at: usize| match member.name {
            "Tags" => format!("Tags.member.{at}.Key"),
            name => format!("{name}.member.{at}"),
        };
        let names: Vec<_> = (1..=51).map(name).collect();
        let many: Vec<_> = names.iter().map(|name| (name.as_str(), "k")).collect();
        let constraint = "failed to satisfy constraint: Member must have length less than or";
        faults.check(&world, operation, &many, &format!("at '{list}' {constraint} equal to 50"));
        let path = match member.name {
            "Tags" => "tags.1.member.key".to_owned(),
            _ => format!("{list}.1.member"),
        };
        for (value, constraint) in [
            ("", "Member must have length greater than or equal to 1"),
            (&*long_key, "Member must have length less than or equal to 128"),
            ("a*b", r"Member must satisfy regular expression pattern: [\p{L}\p{Z}\p{N}_.:/=+\-@]+"),
        ] {
            let sentence = format!("at '{path}' failed to satisfy constraint: {constraint}");
            faults.check(&world, operation, &[(&names[0], value)], &sentence);
        }
        if member.name == "Tags" {
            let null = "failed to satisfy constraint: Member must not be null";
            for (sent, absent) in [(key_of_tag, "value"), ((value_of_tag, "v"), "key")] {
                let sentence = format!("Value null at 'tags.1.member.{absent}' {null}");
                faults.check(&world, operation, &[sent], &sentence);
            }
            let long = [key_of_tag, (value_of_tag, long_value.as_str())];
            let value = "at 'tags.1.member.value'";
            faults.check(&world, operation, &long, &format!("{value} {constraint} equal to 256"));
        }
    }
    faults.none_of(&world, 50);
}
