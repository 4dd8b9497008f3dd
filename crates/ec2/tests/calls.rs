//! Whole calls through the pipeline.

use serde_json::json;
use testkit::Kit;

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
    assert!(dry.text().contains("<Response><Errors><Error><Code>"), "{}", dry.text());

    let nobody = kit.user(
        "u",
        &json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}),
    );
    let denied = kit.query_as(&nobody, "ec2", &[ask, version]);
    assert_eq!((denied.status, denied.element("Code").as_str()), (403, "UnauthorizedOperation"));

    let other = kit.query("ec2", &[("Action", "RunInstances"), version]);
    assert_eq!((other.status, other.element("Code").as_str()), (501, "NotImplemented"));
}
