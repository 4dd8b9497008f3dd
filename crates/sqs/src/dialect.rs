//! The two protocols of SQS: JSON 1.0, and Query for clients older than it.
//!
//! Inputs and outputs have the members of JSON. Those of Query have other names, and lists and
//! maps without an element of their own; the tables below have both.

use gateway::{
    Answer, Answered, Codec, Decoding, Fault, Reply, Service, WireError, camel_members, shown,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// AWS JSON 1.0 or AWS Query, as the client asks.
#[derive(Debug)]
pub(crate) struct Dialect;

/// An input, and what the event may contain of it.
pub(crate) trait Recorded: Serialize + Sized {
    /// The input as the event shows it, members as in the request.
    fn recorded(&self) -> Result<Value, Fault> {
        shown(self)
    }
}

/// The output of an operation that has none: an empty object in JSON, and no element in Query.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub(crate) struct Nothing;

impl<I: Recorded + DeserializeOwned, O: Answered> Codec<I, O> for Dialect {
    fn decode(request: &Decoding<'_>) -> Result<I, WireError> {
        if request.parameters.is_null() {
            let body = wire::json::parse(request.arrived())?;
            return serde_json::from_value(body).map_err(|_| serialization_error());
        }
        let path = request.head.path();
        let members = of_query(request.parameters, path);
        serde_json::from_value(members).map_err(|_| malformed())
    }

    fn encode(output: O, reply: &Reply<'_>) -> Result<Answer, Fault> {
        let tree = serde_json::to_value(output.answer());
        let tree =
            tree.map_err(|cause| Fault::bug("an output cannot be written").because(cause))?;
        if reply.json {
            let tree = if tree.is_null() { Value::Object(Map::new()) } else { tree };
            return Answer::json(&tree, reply);
        }
        Ok(Answer::query_flattened(&to_query(reply.spec.name, tree), crate::NAMESPACE, reply))
    }

    fn parameters(input: &I, service: &Service) -> Result<Value, Fault> {
        Ok(camel_members(input.recorded()?, &service.event_form))
    }

    fn elements(output: &O, service: &Service) -> Result<Value, Fault> {
        Ok(camel_members(output.recorded()?, &service.event_form))
    }
}

/// Source: AWS JSON protocol, a member of the wrong type.
fn serialization_error() -> WireError {
    WireError::without_message(400, "SerializationException")
}

fn malformed() -> WireError {
    WireError::new(400, "MalformedInput", "The request could not be understood.")
}

/// A list or a map of Query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Many {
    List,
    /// A map whose entries have members of these names.
    Map(&'static str, &'static str),
}

const ATTRIBUTES: Many = Many::Map("Name", "Value");
const TAGS: Many = Many::Map("Key", "Value");

/// The lists and maps of inputs: their names in Query, and in JSON.
///
/// Source: the service model of botocore 1.31.
const INPUTS: [(&str, &str, Many); 12] = [
    ("AWSAccountId", "AWSAccountIds", Many::List),
    ("ActionName", "Actions", Many::List),
    ("Attribute", "Attributes", ATTRIBUTES),
    ("AttributeName", "AttributeNames", Many::List),
    ("ChangeMessageVisibilityBatchRequestEntry", "Entries", Many::List),
    ("DeleteMessageBatchRequestEntry", "Entries", Many::List),
    ("MessageAttribute", "MessageAttributes", ATTRIBUTES),
    ("MessageAttributeName", "MessageAttributeNames", Many::List),
    ("MessageSystemAttribute", "MessageSystemAttributes", ATTRIBUTES),
    ("MessageSystemAttributeName", "MessageSystemAttributeNames", Many::List),
    ("SendMessageBatchRequestEntry", "Entries", Many::List),
    ("TagKey", "TagKeys", Many::List),
];

/// The members of an input from the parameters of Query. A call to a queue's own path need not name
/// the queue again.
fn of_query(parameters: &Value, path: &str) -> Value {
    let mut members = members_of_query(parameters);
    if let Value::Object(members) = &mut members
        && !members.contains_key("QueueUrl")
        && path.len() > 1
    {
        members.insert("QueueUrl".to_owned(), Value::from(path));
    }
    members
}

// INVARIANT: recursion is at most as deep as the tree, which `wire` limits.
fn members_of_query(tree: &Value) -> Value {
    let Value::Object(parameters) = tree else { return tree.clone() };
    let mut members = Map::new();
    for (name, value) in parameters {
        if name == "Tag" {
            // Source: the service models: `Tags`, and `tags` of a new queue.
            for own in ["Tags", "tags"] {
                members.insert(own.to_owned(), map_of(value, "Key", "Value"));
            }
            continue;
        }
        let known = INPUTS.iter().find(|(query, _, _)| query == name);
        match known {
            Some((_, own, Many::List)) => {
                let items = numbered(value).into_iter().map(members_of_query).collect();
                members.insert((*own).to_owned(), Value::Array(items));
            }
            Some((_, own, Many::Map(key, item))) => {
                members.insert((*own).to_owned(), map_of(value, key, item));
            }
            None => {
                members.insert(name.clone(), value.clone());
            }
        }
    }
    Value::Object(members)
}

fn map_of(value: &Value, key: &str, item: &str) -> Value {
    let entries = numbered(value).into_iter().filter_map(|entry| {
        let name = entry.get(key)?.as_str()?.to_owned();
        Some((name, entry.get(item).cloned().unwrap_or_default()))
    });
    Value::Object(entries.collect())
}

/// The items of a flattened list in the order of their numbers.
fn numbered(value: &Value) -> Vec<&Value> {
    let members = value.as_object().into_iter().flatten();
    let mut items: Vec<(u64, &Value)> =
        members.filter_map(|(number, item)| Some((number.parse().ok()?, item))).collect();
    items.sort_by_key(|(number, _)| *number);
    items.into_iter().map(|(_, item)| item).collect()
}

/// The lists and maps of outputs: their names in JSON, and in Query.
///
/// Source: the service model of botocore 1.31.
const OUTPUTS: [(&str, &str, Many); 8] = [
    ("Attributes", "Attribute", ATTRIBUTES),
    ("Failed", "BatchResultErrorEntry", Many::List),
    ("MessageAttributes", "MessageAttribute", ATTRIBUTES),
    ("Messages", "Message", Many::List),
    ("QueueUrls", "QueueUrl", Many::List),
    ("Results", "ListMessageMoveTasksResultEntry", Many::List),
    ("Tags", "Tag", TAGS),
    ("queueUrls", "QueueUrl", Many::List),
];

// INVARIANT: recursion is at most as deep as our own outputs.
fn to_query(operation: &str, tree: Value) -> Value {
    let Value::Object(members) = tree else { return tree };
    let mut shown = Map::new();
    for (name, value) in members {
        let known = OUTPUTS.iter().find(|(own, _, _)| *own == name);
        let (name, value) = match (known, value) {
            (Some((_, query, Many::Map(key, item))), Value::Object(entries)) => {
                let entries = entries.into_iter().map(|(name, value)| {
                    let pair = [(*key, Value::from(name)), (*item, value)];
                    Value::Object(
                        pair.map(|(name, value)| (name.to_owned(), value)).into_iter().collect(),
                    )
                });
                ((*query).to_owned(), Value::Array(entries.collect()))
            }
            (known, Value::Array(items)) => {
                let items = items.into_iter().map(|item| to_query(operation, item)).collect();
                let query = match known {
                    Some((_, query, _)) => (*query).to_owned(),
                    None if name == "Successful" => format!("{operation}ResultEntry"),
                    None => name,
                };
                (query, Value::Array(items))
            }
            (_, value) => (name, value),
        };
        shown.insert(name, value);
    }
    Value::Object(shown)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn of_form(form: &str, path: &str) -> Value {
        let pairs = wire::query::parse(form.as_bytes()).unwrap();
        of_query(&wire::query::tree(&pairs).unwrap(), path)
    }

    /// Flattened lists and maps become those of JSON, in the order of their numbers.
    #[test]
    fn parameters_of_query_become_members() {
        let form = "Action=SendMessageBatch&Version=2012-11-05\
            &SendMessageBatchRequestEntry.2.Id=b&SendMessageBatchRequestEntry.1.Id=a\
            &SendMessageBatchRequestEntry.1.MessageAttribute.1.Name=n\
            &SendMessageBatchRequestEntry.1.MessageAttribute.1.Value.DataType=String\
            &SendMessageBatchRequestEntry.1.MessageAttribute.1.Value.StringValue=v";
        let attributes = json!({"n": {"DataType": "String", "StringValue": "v"}});
        let entries = json!([{"Id": "a", "MessageAttributes": attributes}, {"Id": "b"}]);
        let want = json!({"Entries": entries, "QueueUrl": "/111122223333/q"});
        assert_eq!(of_form(form, "/111122223333/q"), want);
        assert_eq!(
            of_form("QueueUrl=u&TagKey.1=a&TagKey.3=c&AttributeName.1=All", "/x/y"),
            json!({"QueueUrl": "u", "TagKeys": ["a", "c"], "AttributeNames": ["All"]})
        );
        assert_eq!(
            of_form("QueueName=q&Attribute.1.Name=DelaySeconds&Attribute.1.Value=1", "/"),
            json!({"QueueName": "q", "Attributes": {"DelaySeconds": "1"}})
        );
        assert_eq!(of_form("Tag.1.Key=k&Tag.1.Value=v", "/")["tags"], json!({"k": "v"}));
        for odd in ["Attribute=x", "Attribute.x.Name=y", "AttributeName.member.1=All", "Tag.1=x"] {
            of_form(odd, "/");
        }
    }

    /// The other way round.
    #[test]
    fn members_become_elements_of_query() {
        let message = json!({"Body": "b", "Attributes": {"SenderId": "s"},
            "MessageAttributes": {"n": {"DataType": "String", "StringValue": "v"}}});
        let want = json!({"Message": [{"Body": "b",
            "Attribute": [{"Name": "SenderId", "Value": "s"}],
            "MessageAttribute":
                [{"Name": "n", "Value": {"DataType": "String", "StringValue": "v"}}]}]});
        assert_eq!(to_query("ReceiveMessage", json!({"Messages": [message]})), want);
        let done = json!({"Successful": [{"Id": "a"}], "Failed": [{"Id": "b"}]});
        let want = json!({"DeleteMessageBatchResultEntry": [{"Id": "a"}],
            "BatchResultErrorEntry": [{"Id": "b"}]});
        assert_eq!(to_query("DeleteMessageBatch", done), want);
        let tags = json!({"Tag": [{"Key": "k", "Value": "v"}]});
        assert_eq!(to_query("ListQueueTags", json!({"Tags": {"k": "v"}})), tags);
    }
}
