//! S3 Control: tags by ARN, and Block Public Access of the account.

use testkit::{ACCOUNT, Answered, Kit, OTHER_ACCOUNT};

use crate::{create_in, get, kit, put, send};

const TAGS: &str = "/v20180820/tags/arn%3Aaws%3As3%3A%3A%3Abkt";
const BLOCK: &str = "/v20180820/configuration/publicAccessBlock";

fn control(kit: &Kit, method: &str, target: &str, body: &str) -> Answered {
    send(kit, method, target, &[("x-amz-account-id", ACCOUNT)], body)
}

fn tag(kit: &Kit, tags: &str) -> Answered {
    let body = format!("<TagResourceRequest><Tags>{tags}</Tags></TagResourceRequest>");
    control(kit, "POST", TAGS, &body)
}

fn one(key: &str, value: &str) -> String {
    format!("<Tag><Key>{key}</Key><Value>{value}</Value></Tag>")
}

/// They are the tags of the bucket's other operations; one is set and removed without the others.
#[test]
fn tags_are_set_and_removed_one_by_one() {
    let kit = kit();
    let none = control(&kit, "GET", TAGS, "").ok();
    assert!(none.text().contains("<ListTagsForResourceResult xmlns=\"http://awss3control."));
    assert!(none.text().contains("<Tags/>"), "{}", none.text());
    assert_eq!(tag(&kit, &(one("a", "1") + &one("b", "2"))).status, 204);
    assert_eq!(tag(&kit, &one("b", "3")).status, 204);
    assert_eq!(control(&kit, "DELETE", &format!("{TAGS}?tagKeys=a&tagKeys=none"), "").status, 204);
    let listed = control(&kit, "GET", TAGS, "").ok();
    assert!(listed.text().contains(&format!("<Tags>{}</Tags>", one("b", "3"))));
    assert!(get(&kit, "/bkt?tagging").ok().text().contains(&one("b", "3")));
    let event = kit.event("TagResource");
    assert_eq!(
        (&event["eventSource"], &event["readOnly"]),
        (&"s3.amazonaws.com".into(), &false.into())
    );
    assert_eq!(event["requestParameters"]["resourceArn"], "arn:aws:s3:::bkt");
    assert_eq!(event["resources"][0]["ARN"], "arn:aws:s3:::bkt");
    assert_eq!(event["managementEvent"], true);
}

/// The digests that a document is sent with are compared with it, as on S3 itself.
#[test]
fn a_document_is_proved_against_its_digests() {
    let kit = kit();
    let block = "<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls>\
                 </PublicAccessBlockConfiguration>";
    let tags = format!("<TagResourceRequest><Tags>{}</Tags></TagResourceRequest>", one("a", "1"));
    for (method, target, body) in [("PUT", BLOCK, block), ("POST", TAGS, &tags)] {
        let proved = |name: &str, value: &str| {
            send(&kit, method, target, &[("x-amz-account-id", ACCOUNT), (name, value)], body)
        };
        assert_eq!(proved("content-md5", "short").element("Code"), "InvalidDigest", "{target}");
        let other = "1B2M2Y8AsgTpgAmY7PhCfg==";
        assert_eq!(proved("content-md5", other).element("Code"), "BadDigest", "{target}");
        assert_eq!(
            proved("x-amz-checksum-crc32", "AAAAAA==").element("Code"),
            "BadDigest",
            "{target}"
        );
        assert_eq!(
            proved("x-amz-checksum-crc32", "AAAA").element("Code"),
            "InvalidRequest",
            "{target}"
        );
    }
    assert_eq!(
        control(&kit, "GET", BLOCK, "").element("Code"),
        "NoSuchPublicAccessBlockConfiguration"
    );
    assert!(control(&kit, "GET", TAGS, "").text().contains("<Tags/>"));
}

/// Observed: texts, and the element around the error.
#[test]
fn what_cannot_be_is_refused() {
    let kit = kit();
    let refused = tag(&kit, "<Tag><Key>a</Key></Tag>");
    assert_eq!((refused.status, refused.element("Code").as_str()), (400, "MalformedXML"));
    assert!(refused.text().contains("<ErrorResponse><Error><Code>"), "{}", refused.text());
    for (tags, start) in [
        (one("a,b", "1"), "This request contains a tag key"),
        (one("a", "1;2"), "This request contains a tag key"),
        (one("aws:a", "1"), "User-defined tag keys can't start with"),
        (one("a", "1") + &one("a", "2"), "There are duplicate tag keys"),
    ] {
        let refused = tag(&kit, &tags);
        assert_eq!(refused.element("Code"), "InvalidTag", "{tags}");
        assert!(refused.element("Message").starts_with(start), "{tags}");
    }
    let many: String = (0..51).map(|i| one(&format!("k{i}"), "")).collect();
    assert_eq!(tag(&kit, &many).element("Code"), "TooManyTags");
    create_in(&kit, "eu-west-1", "elsewhere");
    for name in ["none", "elsewhere"] {
        let target = TAGS.replace("bkt", name);
        for (method, body) in [("GET", ""), ("POST", "<TagResourceRequest/>"), ("DELETE", "")] {
            let refused = control(&kit, method, &target, body);
            let found = (refused.status, refused.element("Code"));
            assert_eq!(found, (404, "NoSuchResource".to_owned()), "{method} {name}");
        }
    }
    let other = send(&kit, "GET", TAGS, &[("x-amz-account-id", OTHER_ACCOUNT)], "");
    assert_eq!((other.status, other.element("Code").as_str()), (403, "AccessDenied"));
    let unsigned = kit.send_raw("GET", TAGS, &[("x-amz-account-id", ACCOUNT)], b"");
    assert_eq!((unsigned.status, unsigned.element("Code").as_str()), (403, "AccessDenied"));
    assert_eq!(get(&kit, TAGS).error().1, "NoSuchBucket", "without the header it is a bucket");
    assert_eq!(control(&kit, "PUT", TAGS, "").status, 405);
}

/// The policies of callers decide, with the keys of tags.
#[test]
fn policies_decide_about_tags() {
    let kit = kit();
    let allow = |action: &str, condition: &str| {
        let text = format!(
            "{{\"Version\": \"2012-10-17\", \"Statement\": [{{\"Effect\": \"Allow\", \"Action\": \
             \"{action}\", \"Resource\": \"arn:aws:s3:::bkt\", \"Condition\": {condition}}}]}}"
        );
        serde_json::from_str(&text).unwrap()
    };
    let by = "{\"StringEquals\": {\"aws:RequestTag/team\": \"audit\"}}";
    let user = kit.user("u", &allow("s3:TagResource", by));
    let tag = |value: &str| {
        let body =
            format!("<TagResourceRequest><Tags>{}</Tags></TagResourceRequest>", one("team", value));
        let account = [("x-amz-account-id", ACCOUNT)];
        kit.send(&user, "s3", "POST", TAGS, &account, body.as_bytes()).status
    };
    assert_eq!((tag("audit"), tag("other")), (204, 403));
    assert_eq!(kit.event("TagResource")["errorCode"], "AccessDenied");
}

/// The bucket's policy lets another account in, which names the bucket's.
#[test]
fn another_account_may_be_let_in() {
    let kit = kit();
    let other = kit.other_root.clone();
    let list = || {
        let account = [("x-amz-account-id", ACCOUNT)];
        kit.send(&other, "s3", "GET", TAGS, &account, b"").status
    };
    assert_eq!(list(), 403);
    let policy = format!(
        "{{\"Version\": \"2012-10-17\", \"Statement\": [{{\"Effect\": \"Allow\", \"Principal\": \
         {{\"AWS\": \"{OTHER_ACCOUNT}\"}}, \"Action\": \"s3:ListTagsForResource\", \"Resource\": \
         \"arn:aws:s3:::bkt\"}}]}}"
    );
    put(&kit, "/bkt?policy", policy);
    assert_eq!(list(), 200);
}

fn block(switch: &str) -> String {
    format!(
        "<PublicAccessBlockConfiguration xmlns=\"http://awss3control.amazonaws.com/doc/2018-08-20/\">\
         <{switch}>true</{switch}></PublicAccessBlockConfiguration>"
    )
}

/// Observed: codes, texts and statuses.
#[test]
fn an_account_has_its_own_setting() {
    let kit = kit();
    let missing = control(&kit, "GET", BLOCK, "");
    let found = (missing.status, missing.element("Code"), missing.element("AccountId"));
    let code = "NoSuchPublicAccessBlockConfiguration".to_owned();
    assert_eq!(found, (404, code, ACCOUNT.to_owned()));
    let empty = control(&kit, "PUT", BLOCK, "<PublicAccessBlockConfiguration/>");
    assert_eq!(empty.element("Message"), "Must specify at least one configuration.");
    assert_eq!(control(&kit, "PUT", BLOCK, &block("BlockPublicPolicy")).status, 200);
    let shown = control(&kit, "GET", BLOCK, "").ok();
    assert_eq!(shown.element("BlockPublicPolicy"), "true");
    assert_eq!(shown.element("BlockPublicAcls"), "false");
    for _ in 0..2 {
        assert_eq!(control(&kit, "DELETE", BLOCK, "").status, 204);
    }
    assert_eq!(control(&kit, "GET", BLOCK, "").status, 404);
    for (name, read_only) in [
        ("GetAccountPublicAccessBlock", true),
        ("PutAccountPublicAccessBlock", false),
        ("DeleteAccountPublicAccessBlock", false),
    ] {
        let event = kit.event(name);
        assert_eq!(
            (&event["eventSource"], &event["readOnly"]),
            (&"s3.amazonaws.com".into(), &read_only.into())
        );
    }
}

/// What the account blocks is blocked in its buckets, regardless of their settings, which stay
/// unchanged.
#[test]
fn the_accounts_setting_applies_to_its_buckets() {
    let kit = kit();
    put(&kit, "/bkt/k", "x");
    drop(send(&kit, "DELETE", "/bkt?publicAccessBlock", &[], ""));
    let policy = "{\"Version\": \"2012-10-17\", \"Statement\": [{\"Effect\": \"Allow\", \
                  \"Principal\": \"*\", \"Action\": \"s3:GetObject\", \"Resource\": \
                  \"arn:aws:s3:::bkt/*\"}]}";
    put(&kit, "/bkt?policy", policy);
    let read = || kit.send_raw("GET", "/bkt/k", &[], b"").status;
    assert_eq!(read(), 200);
    control(&kit, "PUT", BLOCK, &block("RestrictPublicBuckets")).ok();
    assert_eq!(read(), 403);
    control(&kit, "PUT", BLOCK, &block("BlockPublicPolicy")).ok();
    assert_eq!(read(), 200, "it is about new policies");
    let refused = send(&kit, "PUT", "/bkt?policy", &[], policy);
    assert!(refused.error().2.contains("BlockPublicPolicy"), "{}", refused.text());
    assert_eq!(get(&kit, "/bkt?publicAccessBlock").status, 404, "the bucket has none");
    control(&kit, "PUT", BLOCK, &block("BlockPublicAcls")).ok();
    let controls = "<OwnershipControls><Rule><ObjectOwnership>ObjectWriter</ObjectOwnership></Rule>\
                    </OwnershipControls>";
    put(&kit, "/bkt?ownershipControls", controls);
    let public = [("x-amz-acl", "public-read")];
    assert_eq!(send(&kit, "PUT", "/bkt/k", &public, "x").status, 403);
    control(&kit, "DELETE", BLOCK, "").ok();
    send(&kit, "PUT", "/bkt/k", &public, "x").ok();
    drop(send(&kit, "DELETE", "/bkt?policy", &[], ""));
    assert_eq!(read(), 200, "by its ACL");
    control(&kit, "PUT", BLOCK, &block("IgnorePublicAcls")).ok();
    assert_eq!(read(), 403);
}

/// By the host of SDKs, with the account before it or not; and a host of one account is none of
/// another.
#[test]
fn hosts_name_the_account() {
    let kit = kit();
    let at = |host: &str, account: &str| {
        let hash = wire::sign::payload_hash(b"");
        let (now, own) = (kit.clock.now(), [("x-amz-account-id", account)]);
        let region = testkit::REGION;
        let signed =
            wire::sign::sign_header("GET", host, TAGS, &own, &hash, &kit.root, region, "s3", now);
        let mut headers = http::HeaderMap::new();
        let own = [("host", host), ("x-amz-account-id", account)];
        let signed = signed.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        for (name, value) in signed.chain(own) {
            let name = http::HeaderName::from_bytes(name.as_bytes()).unwrap();
            headers.insert(name, value.parse().unwrap());
        }
        let (method, target) = (http::Method::GET, TAGS.to_owned());
        let peer = [192, 0, 2, 1].into();
        let head = wire::Head::new(method, target, headers, false, peer);
        kit.answer(head, &bytes::Bytes::new()).status
    };
    for host in [
        format!("{ACCOUNT}.s3-control.ap-northeast-1.localhost:4566"),
        format!("{ACCOUNT}.localhost:4566"),
        "s3-control.localhost".to_owned(),
        "127.0.0.1:4566".to_owned(),
        format!("{ACCOUNT}.127.0.0.1:4566"),
    ] {
        assert_eq!(at(&host, ACCOUNT), 200, "{host}");
    }
    assert_eq!(at(&format!("{OTHER_ACCOUNT}.s3-control.localhost"), ACCOUNT), 400);
}
