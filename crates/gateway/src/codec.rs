use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use wire::{Protocol, WireError};

use crate::operation::shown;
use crate::{Answer, Answered, Codec, Decoding, EventForm, Fault, Reply, Service};

/// AWS JSON 1.1: structs with `PascalCase` members, optional ones skipped when absent.
#[derive(Debug)]
pub struct Json;

impl<I: Serialize + DeserializeOwned, O: Answered> Codec<I, O> for Json {
    fn decode(request: &Decoding<'_>) -> Result<I, WireError> {
        let body = wire::json::parse(request.arrived())?;
        serde_json::from_value(body).map_err(|_| serialization_error())
    }

    fn encode(output: O, reply: &Reply<'_>) -> Result<Answer, Fault> {
        Answer::json(&output.answer(), reply)
    }

    fn parameters(input: &I, service: &Service) -> Result<Value, Fault> {
        Ok(camel_members(shown(input)?, &service.event_form))
    }

    fn elements(output: &O, service: &Service) -> Result<Value, Fault> {
        Ok(camel_members(output.recorded()?, &service.event_form))
    }
}

/// AWS Query: form parameters in, XML out, or JSON on request.
#[derive(Debug)]
pub struct Query;

impl<I: Serialize + DeserializeOwned, O: Answered> Codec<I, O> for Query {
    fn decode(request: &Decoding<'_>) -> Result<I, WireError> {
        serde_json::from_value(request.parameters.clone()).map_err(|_| {
            WireError::new(400, "MalformedInput", "The request could not be understood.")
        })
    }

    fn encode(output: O, reply: &Reply<'_>) -> Result<Answer, Fault> {
        if reply.json {
            return Answer::query_json(&output.answer(), reply);
        }
        let namespace = match reply.spec.service.protocol {
            Protocol::Query { namespace } | Protocol::QueryCompatible { namespace, .. } => {
                namespace
            }
            Protocol::Json11 | Protocol::Ec2 | Protocol::RestXml | Protocol::RestXmlControl => "",
        };
        Answer::query(&output.answer(), namespace, reply)
    }

    fn parameters(input: &I, service: &Service) -> Result<Value, Fault> {
        Ok(camel_members(shown(input)?, &service.event_form))
    }

    fn elements(output: &O, service: &Service) -> Result<Value, Fault> {
        Ok(camel_members(output.recorded()?, &service.event_form))
    }
}

/// No wire form: for operations without a row, which only other services invoke.
#[derive(Debug)]
pub struct NoWire;

impl<I, O> Codec<I, O> for NoWire {
    fn decode(_: &Decoding<'_>) -> Result<I, WireError> {
        Err(WireError::without_message(400, "UnknownOperationException"))
    }

    fn encode(_: O, _: &Reply<'_>) -> Result<Answer, Fault> {
        Err(Fault::bug("an operation without a row has no response"))
    }

    fn parameters(_: &I, _: &Service) -> Result<Value, Fault> {
        Ok(Value::Null)
    }

    fn elements(_: &O, _: &Service) -> Result<Value, Fault> {
        Ok(Value::Null)
    }
}

/// Source: AWS JSON protocol, a member of the wrong type.
///
/// Observed: `SerializationException`, often without text.
#[track_caller]
fn serialization_error() -> WireError {
    WireError::without_message(400, "SerializationException")
}

/// The tree as events show it: the first letter of every member in lower case, an empty object as
/// null.
///
/// Observed: `S3BucketName` becomes `s3BucketName`, `TrailARN` `trailARN`.
pub fn camel_members(tree: Value, form: &EventForm) -> Value {
    let tree = camel(tree, form.verbatim);
    if tree.as_object().is_some_and(Map::is_empty) { Value::Null } else { tree }
}

fn camel(tree: Value, verbatim: &[&str]) -> Value {
    match tree {
        Value::Object(members) => Value::Object(
            members.into_iter().map(|member| camel_member(member, verbatim)).collect(),
        ),
        Value::Array(items) => {
            Value::Array(items.into_iter().map(|item| camel(item, verbatim)).collect())
        }
        leaf @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => leaf,
    }
}

fn camel_member((name, value): (String, Value), verbatim: &[&str]) -> (String, Value) {
    let is_kept = verbatim.contains(&name.as_str());
    let value = if is_kept { value } else { camel(value, verbatim) };
    let mut letters = name.chars();
    let lower: String = match letters.next() {
        Some(first) => first.to_lowercase().chain(letters).collect(),
        None => name,
    };
    (lower, value)
}

/// An object without members that are null.
pub fn object<const N: usize>(members: [(&str, Value); N]) -> Value {
    let members = members.into_iter().filter(|(_, value)| !value.is_null());
    Value::Object(members.map(|(name, value)| (name.to_owned(), value)).collect::<Map<_, _>>())
}
