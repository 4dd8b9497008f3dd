//! Calls with many parts.

use serde_json::json;

use crate::{create, kit, put};

const KEYS: usize = 50;

/// The rights to each key are decided before the writer is there, for which all changes wait.
#[test]
fn the_writer_decides_about_none_of_many_keys() {
    let kit = kit();
    create(&kit, "other");
    for n in 0..KEYS {
        put(&kit, &format!("/bkt/{n}"), "x");
    }
    let user = kit.user(
        "cleaner",
        &json!({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": "s3:DeleteObject", "Resource": "arn:aws:s3:::bkt/*"},
            {"Effect": "Deny", "Action": "s3:DeleteObject", "Resource": "arn:aws:s3:::bkt/7*"},
        ]}),
    );
    let keys = (0..KEYS).map(|n| format!("<Object><Key>{n}</Key></Object>"));
    let keys = keys.collect::<Vec<_>>().concat();
    let body = format!("<Delete>{keys}</Delete>");
    let before = kit.gateway.decided_on_writer();
    let md5 = crate::md5_of(&body);
    let headers = [("content-md5", md5.as_str())];
    let request = testkit::S3Request {
        method: "POST",
        target: "/bkt?delete",
        headers: &headers,
        body: body.as_bytes(),
    };
    let text = kit.s3_as(&user, request).ok().text();
    assert_eq!(text.matches("<Deleted>").count(), KEYS - 1, "{text}");
    assert_eq!(text.matches("<Code>AccessDenied</Code>").count(), 1, "{text}");
    let events = kit.events();
    let deleted = events.iter().filter(|event| event["eventName"] == "DeleteObject");
    assert_eq!(deleted.count(), KEYS);
    assert_eq!(kit.gateway.decided_on_writer(), before);
}
