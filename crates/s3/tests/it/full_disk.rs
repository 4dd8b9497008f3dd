use crate::{create, delete_many, get, kit, put, send};

/// Calls that free space continue, with their events; calls that use space are rejected before they
/// used any.
#[test]
fn a_full_disk_can_be_emptied_and_not_filled() {
    let kit = kit();
    create(&kit, "empty");
    put(&kit, "/bkt/a", "a");
    put(&kit, "/bkt/b", vec![7; 64 << 10]);
    put(&kit, "/bkt/c", "c");
    let begun = send(&kit, "POST", "/bkt/d?uploads", &[], "").ok();
    let upload = begun.element("UploadId");
    let store = &kit.store;
    store.release_reserve().unwrap();
    let bodies = || {
        let mut count = 0;
        store
            .bodies()
            .each(&mut |_, _, _| {
                count += 1;
                Ok(())
            })
            .unwrap();
        count
    };
    let (before, events) = (bodies(), kit.events().len());
    for (method, target) in [("PUT", "/bkt/e"), ("PUT", "/more"), ("GET", "/bkt/a")] {
        let refused = send(&kit, method, target, &[], vec![7; 64 << 10]);
        let (status, code, _) = refused.error();
        assert_eq!((status, code.as_str()), (503, "ServiceUnavailable"), "{target}");
    }
    assert_eq!((bodies(), kit.events().len()), (before, events), "nothing was taken");
    for target in ["/", "/bkt", "/bkt?list-type=2", "/bkt?versions", "/bkt?uploads"] {
        get(&kit, target).ok();
    }
    for target in [format!("/bkt/d?uploadId={upload}"), "/bkt/a".into(), "/empty".into()] {
        send(&kit, "DELETE", &target, &[], "").ok();
    }
    let many = "<Delete><Object><Key>b</Key></Object><Object><Key>c</Key></Object></Delete>";
    delete_many(&kit, "/bkt?delete", many).ok();
    for name in ["AbortMultipartUpload", "DeleteObject", "DeleteBucket", "DeleteObjects"] {
        kit.event(name);
    }
    assert!(store.is_full(), "deleting is not having room");
    assert!(store.hold_reserve().unwrap());
    assert!(!get(&kit, "/bkt").ok().text().contains("<Key>"));
    put(&kit, "/bkt/e", "e");
}

/// A service carries events away on a full disk too.
#[test]
fn a_service_delivers_on_a_full_disk() {
    let kit = kit();
    put(
        &kit,
        "/bkt?policy",
        r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
        "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "s3:PutObject",
        "Resource": "arn:aws:s3:::bkt/*"}]}"#,
    );
    kit.store.release_reserve().unwrap();
    let account = types::AccountId::parse(testkit::ACCOUNT).unwrap();
    let region = types::Region::parse(testkit::REGION).unwrap();
    let service = gateway::Caller::service("cloudtrail.amazonaws.com", &account, "arn:aws:x");
    let file = s3::Request::object("bkt", "log").with_content("{}");
    kit.gateway.invoke::<s3::PutObject>(service, region, file).unwrap();
    assert_eq!(kit.event("PutObject")["requestParameters"]["key"], "log");
}
