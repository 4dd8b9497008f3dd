//! Event history: which events match a `LookupEvents` attribute, and how an event is listed.
//!
//! Source: `CloudTrail` API Reference, `LookupEvents`.

use serde_json::{Map, Value, json};
use types::AccountId;

use crate::{Category, Facts};

/// The attributes that can be looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttributeKey {
    /// `EventId`
    EventId,
    /// `EventName`
    EventName,
    /// `ReadOnly`
    ReadOnly,
    /// `Username`
    Username,
    /// `ResourceType`
    ResourceType,
    /// `ResourceName`
    ResourceName,
    /// `EventSource`
    EventSource,
    /// `AccessKeyId`
    AccessKeyId,
}

impl AttributeKey {
    /// The key of that name; names are case-sensitive.
    pub fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "EventId" => Self::EventId,
            "EventName" => Self::EventName,
            "ReadOnly" => Self::ReadOnly,
            "Username" => Self::Username,
            "ResourceType" => Self::ResourceType,
            "ResourceName" => Self::ResourceName,
            "EventSource" => Self::EventSource,
            "AccessKeyId" => Self::AccessKeyId,
            _ => return None,
        })
    }
}

/// One attribute to look up: an exact, case-sensitive match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attribute {
    /// The event's id.
    EventId(String),
    /// The operation.
    EventName(String),
    /// `true` or `false`.
    ReadOnly(String),
    /// The caller's name.
    Username(String),
    /// The type of one of its resources.
    ResourceType(String),
    /// The name of one of its resources.
    ResourceName(String),
    /// The service.
    EventSource(String),
    /// The key that signed.
    AccessKeyId(String),
}

impl Attribute {
    /// The longest value; `_`, `,`, space and newline count double.
    pub const VALUE_LENGTH_MAX: usize = 2_000;

    /// An attribute, if its value is of 1 to 2000 characters.
    pub fn new(key: AttributeKey, value: &str) -> Option<Self> {
        let weight = |c: char| if matches!(c, '_' | ',' | ' ' | '\n') { 2 } else { 1 };
        let length: usize = value.chars().map(weight).sum();
        let value = (1..=Self::VALUE_LENGTH_MAX).contains(&length).then(|| value.to_owned())?;
        Some(match key {
            AttributeKey::EventId => Self::EventId(value),
            AttributeKey::EventName => Self::EventName(value),
            AttributeKey::ReadOnly => Self::ReadOnly(value),
            AttributeKey::Username => Self::Username(value),
            AttributeKey::ResourceType => Self::ResourceType(value),
            AttributeKey::ResourceName => Self::ResourceName(value),
            AttributeKey::EventSource => Self::EventSource(value),
            AttributeKey::AccessKeyId => Self::AccessKeyId(value),
        })
    }

    /// Its name and value.
    fn parts(&self) -> (&'static str, &str) {
        match self {
            Self::EventId(value) => ("EventId", value),
            Self::EventName(value) => ("EventName", value),
            Self::ReadOnly(value) => ("ReadOnly", value),
            Self::Username(value) => ("Username", value),
            Self::ResourceType(value) => ("ResourceType", value),
            Self::ResourceName(value) => ("ResourceName", value),
            Self::EventSource(value) => ("EventSource", value),
            Self::AccessKeyId(value) => ("AccessKeyId", value),
        }
    }

    /// Whether the event has this attribute.
    pub fn matches(&self, facts: &Facts) -> bool {
        match self {
            Self::EventId(id) => facts.event_id == *id,
            Self::EventName(name) => facts.event_name == *name,
            Self::ReadOnly(value) => read_only(facts) == value,
            Self::Username(name) => facts.username.as_ref() == Some(name),
            Self::ResourceType(kind) => {
                facts.resources.iter().any(|(of, _)| of.as_ref() == Some(kind))
            }
            Self::ResourceName(name) => facts.resources.iter().any(|(_, of)| of == name),
            Self::EventSource(source) => facts.event_source == *source,
            Self::AccessKeyId(id) => facts.access_key_id.as_ref() == Some(id),
        }
    }
}

/// The terms under which event history indexes an event: one for its account and region, and one
/// for each attribute value it can be found by. Only management events are in event history.
///
/// Terms are in ascending order without duplicates. They are hashes, so a reader checks each result
/// with [`Attribute::matches`].
pub fn terms(facts: &Facts) -> Vec<u64> {
    if facts.category != Category::Management {
        return Vec::new();
    }
    let of = |key: &str, value: &str| hash(facts.account.as_str(), &facts.region, key, value);
    let mut terms = vec![
        of("", ""),
        of("EventId", &facts.event_id),
        of("EventName", &facts.event_name),
        of("ReadOnly", read_only(facts)),
        of("EventSource", &facts.event_source),
    ];
    terms.extend(facts.username.as_deref().map(|name| of("Username", name)));
    terms.extend(facts.access_key_id.as_deref().map(|id| of("AccessKeyId", id)));
    for (kind, name) in &facts.resources {
        terms.extend(kind.as_deref().map(|kind| of("ResourceType", kind)));
        terms.push(of("ResourceName", name));
    }
    terms.sort_unstable();
    terms.dedup();
    terms
}

/// The term for the events of an account and region: all of them, or those with the attribute.
pub fn term(account: &AccountId, region: &str, attribute: Option<&Attribute>) -> u64 {
    let (key, value) = attribute.map_or(("", ""), Attribute::parts);
    hash(account.as_str(), region, key, value)
}

/// The first eight bytes of SHA-256 over the parts, each with its length before it.
/// INVARIANT: this is on disk; it never changes.
fn hash(account: &str, region: &str, key: &str, value: &str) -> u64 {
    let mut hash = keys::Sha256::new();
    for part in [account, region, key, value] {
        hash.update(&(part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    hash.finish().iter().take(8).fold(0, |term, &byte| term << 8 | u64::from(byte))
}

/// An element of `Events`: the values that the attributes match, and the record as text.
pub fn item(facts: &Facts, record: &str) -> Value {
    let mut out = Map::new();
    let mut put = |name: &str, value: Value| out.insert(name.to_owned(), value);
    put("EventId", facts.event_id.as_str().into());
    put("EventName", facts.event_name.as_str().into());
    put("ReadOnly", read_only(facts).into());
    if let Some(id) = facts.access_key_id.as_deref() {
        put("AccessKeyId", id.into());
    }
    put("EventTime", facts.time.as_secs().into());
    put("EventSource", facts.event_source.as_str().into());
    if let Some(name) = facts.username.as_deref() {
        put("Username", name.into());
    }
    let row = |(kind, name): &(Option<String>, String)| match kind {
        Some(kind) => json!({ "ResourceType": kind, "ResourceName": name }),
        None => json!({ "ResourceName": name }),
    };
    put("Resources", facts.resources.iter().map(row).collect());
    put("CloudTrailEvent", record.into());
    Value::Object(out)
}

/// Event history has texts where records have booleans.
fn read_only(facts: &Facts) -> &'static str {
    if facts.read_only { "true" } else { "false" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Name;

    fn facts() -> Facts {
        Facts::from_json(
            &json!({
                "eventID": "e1", "eventName": "CreateBucket", "eventSource": "s3.amazonaws.com",
                "eventTime": "2026-01-02T03:04:05Z", "awsRegion": "us-east-1", "readOnly": false,
                "recipientAccountId": "111122223333", "requestParameters": {"bucketName": "logs"},
                "userIdentity": {"type": "IAMUser", "userName": "alice", "accessKeyId": "AKIA1"},
            }),
            |_| &[Name::Request("/bucketName", "AWS::S3::Bucket")],
        )
        .unwrap()
    }

    /// Each attribute matches its own value, case-sensitively.
    #[test]
    fn attributes_match_exactly() {
        for (key, value) in [
            ("EventId", "e1"),
            ("EventName", "CreateBucket"),
            ("ReadOnly", "false"),
            ("Username", "alice"),
            ("ResourceType", "AWS::S3::Bucket"),
            ("ResourceName", "logs"),
            ("EventSource", "s3.amazonaws.com"),
            ("AccessKeyId", "AKIA1"),
        ] {
            let key = AttributeKey::parse(key).unwrap();
            assert!(Attribute::new(key, value).unwrap().matches(&facts()), "{value}");
            let other = if value == "e1" { "E1".to_owned() } else { value.to_ascii_uppercase() };
            let other = if other == value { value.to_ascii_lowercase() } else { other };
            assert!(!Attribute::new(key, &other).unwrap().matches(&facts()), "{other}");
        }
        assert_eq!(AttributeKey::parse("eventid"), None);
    }

    /// An attribute matches exactly the events that its term finds.
    #[test]
    fn terms_find_what_attributes_match() {
        let facts = facts();
        let (terms, account) = (terms(&facts), &facts.account);
        assert!(terms.is_sorted_by(|a, b| a < b));
        assert_eq!(terms.len(), 9);
        assert!(terms.contains(&term(account, "us-east-1", None)));
        assert!(!terms.contains(&term(account, "us-east-2", None)));
        for name in ["EventId", "EventName", "ReadOnly", "Username", "ResourceType"]
            .into_iter()
            .chain(["ResourceName", "EventSource", "AccessKeyId"])
        {
            let key = AttributeKey::parse(name).unwrap();
            for value in ["e1", "CreateBucket", "false", "true", "alice", "AWS::S3::Bucket"]
                .into_iter()
                .chain(["logs", "s3.amazonaws.com", "AKIA1"])
            {
                let attribute = Attribute::new(key, value).unwrap();
                let found = terms.contains(&term(account, "us-east-1", Some(&attribute)));
                assert_eq!(found, attribute.matches(&facts), "{name} {value}");
            }
        }
    }

    /// A term on disk is found by every later version.
    #[test]
    fn terms_never_change() {
        let account = AccountId::parse("111122223333").unwrap();
        let root = Attribute::Username("root".to_owned());
        assert_eq!(term(&account, "us-east-1", None), 13_352_988_599_594_846_143);
        assert_eq!(term(&account, "us-east-1", Some(&root)), 7_072_093_620_026_047_653);
    }

    /// Data events are not in event history.
    #[test]
    fn only_management_events_have_terms() {
        let mut facts = facts();
        facts.category = Category::Data;
        assert!(terms(&facts).is_empty());
    }

    /// Separators weigh double towards the limit.
    #[test]
    fn values_have_1_to_2000_characters() {
        let new = |value: &str| Attribute::new(AttributeKey::Username, value);
        assert!(new("").is_none());
        assert!(new(&"a".repeat(2_000)).is_some());
        assert!(new(&"a".repeat(2_001)).is_none());
        assert!(new(&"_".repeat(1_001)).is_none());
    }

    /// The listed event, text for text.
    #[test]
    fn an_event_is_listed_with_its_record() {
        let want = concat!(
            r#"{"EventId":"e1","EventName":"CreateBucket","ReadOnly":"false","#,
            r#""AccessKeyId":"AKIA1","EventTime":1767323045,"EventSource":"s3.amazonaws.com","#,
            r#""Username":"alice","Resources":[{"ResourceType":"AWS::S3::Bucket","#,
            r#""ResourceName":"logs"}],"CloudTrailEvent":"{}"}"#,
        );
        assert_eq!(item(&facts(), "{}").to_string(), want);
    }
}
