use serde_json::{Value, json};

use crate::{get, kit, put, send};

/// Observed: the shape of a bucket call's record.
#[test]
fn a_bucket_call_leaves_a_management_event() {
    let kit = kit();
    let policy = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"},
        "Action": "s3:GetBucketAcl", "Resource": "arn:aws:s3:::bkt",
    }]});
    put(&kit, "/bkt?policy", policy.to_string());
    let event = kit.event("PutBucketPolicy");
    assert_eq!(event["managementEvent"], true);
    assert_eq!(event["readOnly"], false);
    let parameters = &event["requestParameters"];
    assert_eq!(parameters["bucketName"], "bkt");
    assert_eq!(parameters["Host"], "127.0.0.1:4566");
    assert_eq!(parameters["policy"], "");
    assert_eq!(parameters["bucketPolicy"], policy);
    assert_eq!(event["responseElements"], Value::Null);
    assert_eq!(event["additionalEventData"]["SignatureVersion"], "SigV4");
    assert_eq!(event["additionalEventData"]["AuthenticationMethod"], "AuthHeader");
    let bucket = json!([{"accountId": "111122223333", "type": "AWS::S3::Bucket", "ARN": "arn:aws:s3:::bkt"}]);
    assert_eq!(event["resources"], bucket);
    assert_eq!(kit.event("CreateBucket").get("resources"), None);
}

/// An unsigned call to a missing bucket belongs to no account and is in no history. One to a bucket
/// belongs to its owner.
#[test]
fn unauthenticated_clients_fill_no_history() {
    let kit = kit();
    let before = kit.events().len();
    for target in ["/nobucket?location", "/", "/nobucket/k"] {
        let refused = kit.send_raw("GET", target, &[], b"");
        assert!(refused.status >= 400, "{target}");
    }
    assert_eq!(kit.events().len(), before);
    assert_eq!(kit.send_raw("GET", "/bkt?location", &[], b"").status, 403);
    assert_eq!(kit.events().len(), before + 1);
}

/// No parameter and no document chosen by a caller replaces the resource, or the document that was
/// applied.
#[test]
fn callers_words_hide_no_address() {
    let kit = kit();
    let target = "/bkt?bucketName=decoy&Host=decoy&key=decoy&cors";
    send(&kit, "DELETE", target, &[], "").ok();
    let parameters = &kit.event("DeleteBucketCors")["requestParameters"];
    assert_eq!(*parameters, json!({"bucketName": "bkt", "Host": "127.0.0.1:4566", "cors": ""}));
    let body = "<bucketName>decoy</bucketName>";
    drop(send(&kit, "DELETE", "/bkt?cors", &[], body));
    assert_eq!(kit.event("DeleteBucketCors")["requestParameters"]["bucketName"], "bkt");
    send(&kit, "GET", "/?bucketName=decoy", &[], "").ok();
    assert_eq!(kit.event("ListBuckets")["requestParameters"].get("bucketName"), None);
    let policy = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"AWS": "111122223333"},
        "Action": "s3:GetBucketAcl", "Resource": "arn:aws:s3:::bkt",
    }]});
    put(&kit, "/bkt?policy&bucketPolicy=decoy", policy.to_string());
    assert_eq!(kit.event("PutBucketPolicy")["requestParameters"]["bucketPolicy"], policy);
    // Of two values with one name, neither is obeyed and neither recorded.
    drop(get(&kit, "/bkt?max-keys=1&max-keys=2&list-type=2"));
    let event = kit.event("ListObjects");
    assert_eq!(
        (&event["errorCode"], &event["requestParameters"]),
        (&"InvalidArgument".into(), &Value::Null)
    );
}

#[test]
fn an_object_call_leaves_a_data_event() {
    let kit = kit();
    put(&kit, "/bkt/k", "hello");
    get(&kit, "/bkt/k").ok();
    let event = kit.event("PutObject");
    assert_eq!(
        (&event["managementEvent"], &event["eventCategory"]),
        (&json!(false), &json!("Data"))
    );
    assert_eq!(event["requestParameters"]["key"], "k");
    assert_eq!(event["responseElements"]["x-amz-server-side-encryption"], "AES256");
    assert_eq!(event["additionalEventData"]["SSEApplied"], "Default_SSE_S3");
    assert_eq!(event["additionalEventData"]["bytesTransferredIn"], 5);
    assert_eq!(
        event["resources"][0],
        json!({"type": "AWS::S3::Object", "ARN": "arn:aws:s3:::bkt/k"})
    );
    assert_eq!(event["resources"][1]["accountId"], "111122223333");
    let event = kit.event("GetObject");
    assert_eq!(event["additionalEventData"]["bytesTransferredOut"], 5);
    assert_eq!(event["responseElements"], Value::Null);
}

/// A key may be in the query, even that of a copy's source.
#[test]
fn clients_keys_are_in_no_event() {
    let kit = kit();
    let target = "/bkt/k?x-amz-server-side-encryption-customer-key=c2VjcmV0";
    drop(send(&kit, "PUT", target, &[], ""));
    let target = "/bkt/k?X-Amz-Copy-Source-Server-Side-Encryption-Customer-Key=c2VjcmV0";
    drop(send(&kit, "PUT", target, &[("x-amz-copy-source", "/bkt/other")], ""));
    for name in ["PutObject", "CopyObject"] {
        let event = kit.event(name).to_string();
        assert!(!event.contains("c2VjcmV0"), "{event}");
    }
}

#[test]
fn events_have_aws_names_and_documents() {
    let kit = kit();
    get(&kit, "/bkt?lifecycle");
    let event = kit.event("GetBucketLifecycle");
    assert_eq!(event["errorCode"], "NoSuchLifecycleConfiguration");
    assert_eq!(event["readOnly"], true);
    get(&kit, "/bkt?list-type=2&prefix=x").ok();
    let event = kit.event("ListObjects");
    assert_eq!(event["requestParameters"]["list-type"], "2");
    assert_eq!(
        event["resources"][0],
        json!({"type": "AWS::S3::Object", "ARNPrefix": "arn:aws:s3:::bkt/x"})
    );
    let body = "<VersioningConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Status>\
                Enabled</Status></VersioningConfiguration>";
    send(&kit, "PUT", "/bkt?versioning", &[], body).ok();
    let event = kit.event("PutBucketVersioning");
    assert_eq!(event["requestParameters"]["VersioningConfiguration"]["Status"], "Enabled");
}

/// A client that has the newest bytes already has caused no error; one that expected others has.
#[test]
fn not_modified_is_no_error_and_a_failed_precondition_is_one() {
    let kit = kit();
    let etag = put(&kit, "/bkt/k", "hello").header("etag");
    for (method, name) in [("GET", "GetObject"), ("HEAD", "HeadObject")] {
        let same = send(&kit, method, "/bkt/k", &[("if-none-match", &etag)], "");
        assert_eq!(same.status, 304);
        let event = kit.event(name);
        assert_eq!((event.get("errorCode"), event.get("errorMessage")), (None, None));
        assert_eq!(event["additionalEventData"]["bytesTransferredOut"], 0);
        let other = send(&kit, method, "/bkt/k", &[("if-match", "x")], "");
        assert_eq!(other.status, 412);
        let event = kit.event(name);
        // The server sends no body after the head of a response to HEAD.
        let size = if method == "HEAD" { 0 } else { other.text().len() };
        assert_eq!(event["additionalEventData"]["bytesTransferredOut"], size);
        assert_eq!(event["errorCode"], "PreconditionFailed");
        let text = "At least one of the pre-conditions you specified did not hold";
        assert_eq!(event["errorMessage"], text);
    }
}
