//! Operations of S3 that are not served, and requests that mean none.

use crate::calls::{code, unsigned};
use crate::{get, kit, put, send};

/// Source: S3 API Reference, "List of error codes", `NotImplemented`: operations that AWS has. Each
/// is refused before it changes or returns anything, and leaves no event.
#[test]
fn operations_that_are_not_served_are_refused() {
    let kit = kit();
    put(&kit, "/bkt/k", "a,b\n");
    let before = kit.events().len();
    for (method, target) in [
        ("POST", "/bkt/k?select&select-type=2"),
        ("POST", "/bkt/k?restore"),
        ("POST", "/bkt?metadataTable"),
        ("POST", "/bkt/k?unknown"),
        ("PUT", "/bkt?policyStatus"),
        ("DELETE", "/bkt?versioning"),
        ("DELETE", "/bkt?acl"),
        ("DELETE", "/bkt/k?acl"),
        ("DELETE", "/bkt/k?retention"),
    ] {
        let refused = send(&kit, method, target, &[], "");
        assert_eq!(code(&refused), (501, "NotImplemented".to_owned()), "{method} {target}");
        let text = "A header you provided implies functionality that is not implemented";
        assert_eq!(refused.error().2, text, "{method} {target}");
        assert_ne!(refused.header("x-amz-request-id"), "", "{method} {target}");
    }
    assert_eq!(kit.events().len(), before, "no service was reached");
    assert_eq!(get(&kit, "/bkt/k").ok().text(), "a,b\n");
}

/// A method that a path never has.
#[test]
fn methods_that_do_not_exist_are_refused() {
    let kit = kit();
    put(&kit, "/bkt/k", "x");
    for (method, target) in
        [("PATCH", "/bkt/k"), ("PATCH", "/bkt"), ("POST", "/bkt/k"), ("PUT", "/"), ("DELETE", "/")]
    {
        let refused = send(&kit, method, target, &[], "");
        assert_eq!(code(&refused), (405, "MethodNotAllowed".to_owned()), "{method} {target}");
        assert_eq!(refused.element("Method"), method, "{target}");
    }
    assert_eq!(get(&kit, "/bkt/k").ok().text(), "x");
}

/// Parameters that no operation has are ignored, and recorded.
#[test]
fn unknown_parameters_are_ignored() {
    let kit = kit();
    put(&kit, "/bkt/k", "x");
    for target in ["/bkt/k?color=red", "/bkt/k?x-id=GetObject", "/bkt/k?_=1"] {
        assert_eq!(get(&kit, target).ok().text(), "x", "{target}");
    }
    assert_eq!(get(&kit, "/bkt?color=red").ok().element("Key"), "k");
    assert_eq!(kit.event("ListObjects")["requestParameters"]["color"], "red");
    get(&kit, "/bkt/k?x-id=GetObject").ok();
    assert_eq!(kit.event("GetObject")["requestParameters"]["x-id"], "GetObject");
}

/// Keys of any letters, up to 1,024 bytes.
#[test]
fn keys_have_a_length_and_any_letters() {
    const BYTES_MAX: usize = 1_024;
    let kit = kit();
    let longest = "k".repeat(BYTES_MAX);
    put(&kit, &format!("/bkt/{longest}"), "x");
    assert_eq!(get(&kit, "/bkt").ok().element("Key"), longest);
    for target in [format!("/bkt/{longest}k"), format!("/bkt/{}", "%E3%81%82".repeat(342))] {
        for method in ["PUT", "GET", "DELETE"] {
            let refused = send(&kit, method, &target, &[], "");
            assert_eq!(code(&refused), (400, "KeyTooLongError".to_owned()), "{method}");
            assert_eq!(refused.element("MaxSizeAllowed"), BYTES_MAX.to_string());
        }
    }
    for key in ["a//b", "/a", "a/", ".hidden", "a%20b", "%25", "%2B", "%E3%81%82", "a%3Fb", "a%23b"]
    {
        let target = format!("/bkt/{key}");
        put(&kit, &target, key);
        assert_eq!(get(&kit, &target).ok().text(), key, "{key}");
        assert_eq!(send(&kit, "DELETE", &target, &[], "").status, 204, "{key}");
        assert_eq!(get(&kit, &target).status, 404, "{key}");
    }
}

/// A caller without credentials learns nothing of operations that are not served.
#[test]
fn an_unauthenticated_client_is_refused_alike() {
    let kit = kit();
    put(&kit, "/bkt/k", "x");
    for target in ["/bkt", "/bkt/k", "/bkt/none", "/bkt?policy", "/bkt?versions", "/bkt/k?acl"] {
        let refused = unsigned(&kit, "GET", target).error();
        assert_eq!(refused, (403, "AccessDenied".into(), "Access Denied".into()), "{target}");
    }
    assert_eq!(code(&unsigned(&kit, "GET", "/none")), (404, "NoSuchBucket".to_owned()));
}
