//! Whole calls through the pipeline.

use serde_json::json;
use testkit::Kit;

const VERSION: (&str, &str) = ("Version", "2016-11-15");
const ASK: (&str, &str) = ("Action", "DescribeRegions");

/// In EC2's form, recorded, and refused in EC2's form.
#[test]
fn regions_are_described() {
    let kit = Kit::new(&[ec2::ROWS, iam::ROWS]);
    let version = ("Version", "2016-11-15");
    let ask = ("Action", "DescribeRegions");
    let answer = kit.query("ec2", &[ask, version, ("AllRegions", "true")]).ok();
    let text = answer.text();
    assert!(
        text.contains("<DescribeRegionsResponse xmlns=\"http://ec2.amazonaws.com/doc/"),
        "{text}"
    );
    assert!(text.contains("<item><regionName>ap-northeast-1</regionName>"), "{text}");
    let event = kit.event("DescribeRegions");
    assert_eq!(event["eventSource"], "ec2.amazonaws.com");
    assert_eq!(event["requestParameters"], json!({"regionSet": {}, "allRegions": true}));

    let dry = kit.query("ec2", &[ask, version, ("DryRun", "true")]);
    assert_eq!((dry.status, dry.element("Code").as_str()), (412, "DryRunOperation"));
    assert_eq!(kit.event("DescribeRegions")["errorCode"], "Client.DryRunOperation");
    assert!(dry.text().contains("<Response><Errors><Error><Code>"), "{}", dry.text());

    let unprivileged = kit.user(
        "u",
        &json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}),
    );
    let denied = kit.query_as(&unprivileged, "ec2", &[ask, version]);
    assert_eq!((denied.status, denied.element("Code").as_str()), (403, "UnauthorizedOperation"));
    assert_eq!(kit.event("DescribeRegions")["errorCode"], "Client.UnauthorizedOperation");

    let other = kit.query("ec2", &[("Action", "RunInstances"), version]);
    assert_eq!((other.status, other.element("Code").as_str()), (501, "NotImplemented"));
}

/// Filters beyond EC2's limits, and names that mean nothing, each with its event.
#[test]
fn each_refusal_has_its_code() {
    let kit = Kit::new(&[ec2::ROWS, iam::ROWS]);
    let long = "x".repeat(256);
    let name = |filter: usize| (format!("Filter.{filter}.Name"), "endpoint".to_owned());
    let value = |value: usize, text: &str| (format!("Filter.1.Value.{value}"), text.to_owned());
    let filters = (1..=51).map(name).collect::<Vec<_>>();
    let values = [name(1)].into_iter().chain((1..=201).map(|n| value(n, "*"))).collect::<Vec<_>>();
    let too_long = vec![name(1), value(1, &long)];
    let unknown = vec![("Filter.1.Name".to_owned(), "colour".to_owned()), value(1, "red")];
    let nowhere = vec![("RegionName.1".to_owned(), "xx-west-9".to_owned())];
    for (sent, code) in [
        (filters, "FilterLimitExceeded"),
        (values, "FilterLimitExceeded"),
        (too_long, "InvalidParameterValue"),
        (unknown, "InvalidParameterValue"),
        (nowhere, "InvalidParameterValue"),
    ] {
        let sent = sent.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let sent: Vec<_> = [ASK, VERSION].into_iter().chain(sent).collect();
        let refused = kit.query("ec2", &sent);
        assert_eq!((refused.status, refused.element("Code").as_str()), (400, code), "{sent:?}");
        let event = kit.event("DescribeRegions");
        assert_eq!(event["errorCode"], format!("Client.{code}"), "{sent:?}");
    }
}

/// A signature covers a URL's parameters sorted, so two of one name have no order that is signed:
/// the request is no call, in each order and encoding.
#[test]
fn a_parameter_of_a_url_has_one_value() {
    let kit = Kit::new(&[ec2::ROWS, iam::ROWS]);
    let events = kit.events().len();
    let url = |rest: &str| format!("/?Action=DescribeRegions&Version=2016-11-15{rest}");
    for twice in [
        "&AllRegions=true&AllRegions=false",
        "&AllRegions=false&AllRegions=true",
        "&AllRegions=true&All%52egions=true",
        "&Action=RunInstances",
    ] {
        let refused = kit.send(&kit.root, "ec2", "GET", &url(twice), &[], b"");
        let got = (refused.status, refused.element("Code"));
        assert_eq!(got, (404, "MalformedQueryString".to_owned()), "{twice}");
    }
    assert_eq!(kit.events().len(), events);
    kit.send(&kit.root, "ec2", "GET", &url("&AllRegions=true"), &[], b"").ok();
}
