//! Responses of the Query protocol.

use bytes::Bytes;
use serde_json::Value;

use crate::xml::XmlWriter;

/// The response of `operation`: `<OpResponse>` around `<OpResult>` and the request ID.
///
/// Lists become `<member>` elements, null members are omitted, numbers and booleans are written as
/// text. A map is an object whose only member `entry` lists pairs of `key` and `value`; each
/// becomes an `<entry>`. An operation without output in its model returns null and has no
/// `<OpResult>`; an output whose members are all absent is an empty one.
///
/// Source: the Query protocol of the service models.
pub fn render(operation: &str, namespace: &str, tree: &Value, request_id: &str) -> Bytes {
    let mut xml = XmlWriter::fragment();
    xml.root(&[operation, "Response"].concat(), namespace);
    write(&mut xml, &[operation, "Result"].concat(), tree);
    xml.open("ResponseMetadata");
    xml.text("RequestId", request_id);
    Bytes::from(xml.finish())
}

/// The same for services whose model flattens lists and maps: a list is its element, repeated.
///
/// Source: the Query protocol, `flattened` lists.
pub fn render_flattened(operation: &str, namespace: &str, tree: &Value, request_id: &str) -> Bytes {
    let mut xml = XmlWriter::fragment();
    xml.root(&[operation, "Response"].concat(), namespace);
    write_flattened(&mut xml, &[operation, "Result"].concat(), tree);
    xml.open("ResponseMetadata");
    xml.text("RequestId", request_id);
    Bytes::from(xml.finish())
}

fn write_flattened(xml: &mut XmlWriter, name: &str, value: &Value) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| write_flattened(xml, name, item)),
        Value::Object(members) => {
            xml.open(name);
            for (name, member) in members {
                write_flattened(xml, name, member);
            }
            xml.close();
        }
        scalar @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => {
            write(xml, name, scalar);
        }
    }
}

fn write(xml: &mut XmlWriter, name: &str, value: &Value) {
    match value {
        Value::Null => {}
        Value::Bool(truth) => xml.text(name, if *truth { "true" } else { "false" }),
        Value::Number(number) => xml.text(name, &number.to_string()),
        Value::String(text) => xml.text(name, text),
        Value::Array(items) => {
            xml.open(name);
            for item in items {
                write(xml, "member", item);
            }
            xml.close();
        }
        Value::Object(members) => {
            xml.open(name);
            for (name, member) in members {
                match member.as_array().filter(|_| name == "entry") {
                    Some(entries) => entries.iter().for_each(|entry| write(xml, name, entry)),
                    None => write(xml, name, member),
                }
            }
            xml.close();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(tree: &Value, want: &str) {
        let got = render("GetUser", "https://iam/", tree, "REQ");
        let want = format!(
            "<GetUserResponse xmlns=\"https://iam/\">{want}<ResponseMetadata>\
             <RequestId>REQ</RequestId></ResponseMetadata></GetUserResponse>"
        );
        assert_eq!(String::from_utf8_lossy(&got), want);
    }

    /// Every kind of value has its form.
    #[test]
    fn values_are_written_as_the_protocol_requires() {
        check(
            &json!({"User": {"Path": "/", "Tags": [{"Key": "<a>"}, {"Key": "b"}], "Gone": null,
                "Empty": "", "None": []}, "IsTruncated": false, "Count": 3}),
            "<GetUserResult><User><Path>/</Path><Tags><member><Key>&lt;a&gt;</Key></member>\
             <member><Key>b</Key></member></Tags><Empty/><None/></User>\
             <IsTruncated>false</IsTruncated><Count>3</Count></GetUserResult>",
        );
    }

    /// Source: the Query protocol, maps that are not flattened.
    #[test]
    fn maps_are_lists_of_entries() {
        check(
            &json!({"SummaryMap": {"entry": [{"key": "a", "value": 1}, {"key": "b", "value": 2}]}}),
            "<GetUserResult><SummaryMap><entry><key>a</key><value>1</value></entry>\
             <entry><key>b</key><value>2</value></entry></SummaryMap></GetUserResult>",
        );
    }

    /// Lists of a flattened model have no element of their own.
    #[test]
    fn flattened_lists_repeat_their_element() {
        let tree = json!({"QueueUrl": ["a", "b"], "None": [], "M": [{"A": [{"Name": "n"}]}]});
        let got = render_flattened("ListQueues", "urn:q", &tree, "REQ");
        assert_eq!(
            String::from_utf8_lossy(&got),
            "<ListQueuesResponse xmlns=\"urn:q\"><ListQueuesResult><QueueUrl>a</QueueUrl>\
             <QueueUrl>b</QueueUrl><M><A><Name>n</Name></A></M></ListQueuesResult>\
             <ResponseMetadata><RequestId>REQ</RequestId></ResponseMetadata></ListQueuesResponse>"
        );
    }

    /// Without an output there is no result element. An output without members has one: clients
    /// expect the element that their model defines.
    #[test]
    fn an_empty_output_is_no_missing_one() {
        check(&json!(null), "");
        for empty in [json!({}), json!({"Marker": null})] {
            check(&empty, "<GetUserResult/>");
        }
    }
}
