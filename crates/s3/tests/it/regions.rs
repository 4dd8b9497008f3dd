use testkit::Answered;

use crate::{kit, put};

/// A bucket that is requested in another region returns its region: in a header for clients, in an
/// element for users. The region can be requested anywhere.
#[test]
fn a_bucket_elsewhere_redirects() {
    let kit = kit();
    put(&kit, "/bkt/k", "x");
    let from = |region: &str, method: &str, target: &str| -> Answered {
        kit.send_in(region, &kit.root, "s3", method, target, &[], b"")
    };
    for (method, target) in [("GET", "/bkt/k"), ("PUT", "/bkt/k"), ("GET", "/bkt?policy")] {
        let answer = from("eu-west-1", method, target);
        let (status, code, message) = answer.error();
        assert_eq!((status, code.as_str()), (301, "PermanentRedirect"), "{target}");
        assert!(message.starts_with("The bucket you are attempting to access must be addressed"));
        assert_eq!(answer.element("Endpoint"), "bkt.s3.ap-northeast-1.localhost:4566");
        assert_eq!(answer.element("Bucket"), "bkt");
        assert_eq!(answer.header("x-amz-bucket-region"), "ap-northeast-1");
        assert_eq!(
            answer.header("location"),
            "",
            "a client must not follow without a new signature"
        );
    }
    for target in ["/bkt", "/bkt/k"] {
        let answer = from("us-east-1", "HEAD", target);
        assert_eq!((answer.status, answer.header("x-amz-bucket-region").as_str()), (301, REGION));
    }
    assert_eq!(kit.event("HeadObject")["errorCode"], "PermanentRedirect");
    assert_eq!(from("eu-west-1", "GET", "/bkt?location").ok().element("Error"), "");
    from(REGION, "GET", "/bkt/k").ok();
}

const REGION: &str = testkit::REGION;

/// A host that names a region requires signatures for that region.
#[test]
fn a_signature_for_another_region_than_the_hosts_is_malformed() {
    let kit = kit();
    let at = |host: &str, region: &str| {
        let hash = wire::sign::payload_hash(b"");
        let now = kit.clock.now();
        let signed =
            wire::sign::sign_header("GET", host, "/", &[], &hash, &kit.root, region, "s3", now);
        let mut headers = http::HeaderMap::new();
        for (name, value) in signed.iter().chain([&("host".to_owned(), host.to_owned())]) {
            let name = http::HeaderName::from_bytes(name.as_bytes()).unwrap();
            headers.insert(name, value.parse().unwrap());
        }
        let (method, target) = (http::Method::GET, "/".to_owned());
        let peer = [192, 0, 2, 1].into();
        let head = wire::Head::new(method, target, headers, false, peer);
        kit.answer(head, &bytes::Bytes::new())
    };
    let wrong = at("bkt.s3.ap-northeast-1.localhost", "eu-west-1");
    assert_eq!((wrong.status, wrong.error().1.as_str()), (400, "AuthorizationHeaderMalformed"));
    assert_eq!(wrong.element("Region"), "ap-northeast-1");
    assert_eq!(wrong.header("x-amz-bucket-region"), "ap-northeast-1");
    let elsewhere = at("bkt.s3.eu-west-1.localhost", "eu-west-1");
    assert_eq!(elsewhere.error().1, "PermanentRedirect");
    at("bkt.s3.ap-northeast-1.localhost", "ap-northeast-1").ok();
    at("bkt.s3.localhost", "ap-northeast-1").ok();
}
