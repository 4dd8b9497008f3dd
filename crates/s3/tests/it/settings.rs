use crate::{create, get, kit, put, send};

/// What Terraform reads of a new bucket.
#[test]
fn a_new_bucket_answers_for_every_setting() {
    let kit = kit();
    for (sub, status, want) in [
        ("acl", 200, "FULL_CONTROL"),
        ("accelerate", 200, "<AccelerateConfiguration "),
        ("cors", 404, "NoSuchCORSConfiguration"),
        ("encryption", 200, "<SSEAlgorithm>AES256</SSEAlgorithm>"),
        ("lifecycle", 404, "NoSuchLifecycleConfiguration"),
        ("location", 200, ">ap-northeast-1</LocationConstraint>"),
        ("logging", 200, "<BucketLoggingStatus "),
        ("notification", 200, "<NotificationConfiguration "),
        ("object-lock", 404, "ObjectLockConfigurationNotFoundError"),
        ("ownershipControls", 200, "BucketOwnerEnforced"),
        ("policy", 404, "NoSuchBucketPolicy"),
        ("policyStatus", 404, "NoSuchBucketPolicy"),
        ("publicAccessBlock", 200, "<RestrictPublicBuckets>true</RestrictPublicBuckets>"),
        ("replication", 404, "ReplicationConfigurationNotFoundError"),
        ("requestPayment", 200, "<Payer>BucketOwner</Payer>"),
        ("tagging", 404, "NoSuchTagSet"),
        ("versioning", 200, "<VersioningConfiguration "),
        ("website", 404, "NoSuchWebsiteConfiguration"),
    ] {
        let got = get(&kit, &format!("/bkt?{sub}"));
        assert_eq!(got.status, status, "{sub}: {}", got.text());
        assert!(got.text().contains(want), "{sub}: {}", got.text());
    }
}

#[test]
fn what_was_put_is_answered_and_can_be_removed() {
    let kit = kit();
    create(&kit, "logs");
    for (sub, body, want, removable) in [
        (
            "cors",
            "<CORSConfiguration><CORSRule><AllowedMethod>GET</AllowedMethod><AllowedOrigin>*\
             </AllowedOrigin></CORSRule></CORSConfiguration>",
            "<AllowedOrigin>*</AllowedOrigin>",
            true,
        ),
        (
            "lifecycle",
            "<LifecycleConfiguration><Rule><ID>x</ID><Filter/><Status>Enabled</Status><Expiration>\
             <Days>3</Days></Expiration></Rule></LifecycleConfiguration>",
            "<Days>3</Days>",
            true,
        ),
        (
            "website",
            "<WebsiteConfiguration><IndexDocument><Suffix>i.html</Suffix></IndexDocument>\
             </WebsiteConfiguration>",
            "<Suffix>i.html</Suffix>",
            true,
        ),
        (
            "logging",
            "<BucketLoggingStatus><LoggingEnabled><TargetBucket>logs</TargetBucket><TargetPrefix/>\
             </LoggingEnabled></BucketLoggingStatus>",
            "<TargetBucket>logs</TargetBucket>",
            false,
        ),
        (
            "tagging",
            "<Tagging><TagSet><Tag><Key>a</Key><Value>1</Value></Tag></TagSet></Tagging>",
            "<Key>a</Key>",
            true,
        ),
        (
            "publicAccessBlock",
            "<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls>\
             </PublicAccessBlockConfiguration>",
            "<BlockPublicPolicy>false</BlockPublicPolicy>",
            true,
        ),
        (
            "ownershipControls",
            "<OwnershipControls><Rule><ObjectOwnership>ObjectWriter</ObjectOwnership></Rule>\
             </OwnershipControls>",
            "ObjectWriter",
            true,
        ),
    ] {
        let target = format!("/bkt?{sub}");
        put(&kit, &target, body);
        assert!(get(&kit, &target).ok().text().contains(want), "{sub}");
        if removable {
            assert_eq!(send(&kit, "DELETE", &target, &[], "").status, 204, "{sub}");
            assert_eq!(get(&kit, &target).status, 404, "{sub}");
        }
    }
}

/// Observed: queues that do not exist, one and two of them, and the header that skips S3's check.
#[test]
fn notifications_need_their_destinations() {
    let kit = kit();
    let queue = |name: &str| {
        format!(
            "<QueueConfiguration><Queue>arn:aws:sqs:ap-northeast-1:111122223333:{name}</Queue>\
             <Event>s3:ObjectCreated:*</Event></QueueConfiguration>"
        )
    };
    let document =
        |rules: &str| format!("<NotificationConfiguration>{rules}</NotificationConfiguration>");
    let two = document(&(queue("my-queue") + &queue("my-queue-2")));
    let target = "/bkt?notification";
    let refused = send(&kit, "PUT", target, &[], &two);
    let (status, code, message) = refused.error();
    assert_eq!((status, code.as_str()), (400, "InvalidArgument"));
    assert_eq!(message, "Unable to validate the following destination configurations");
    for (number, name) in [(1, "my-queue"), (2, "my-queue-2")] {
        let arn = format!("arn:aws:sqs:ap-northeast-1:111122223333:{name}");
        assert_eq!(refused.element(&format!("ArgumentName{number}")), arn);
        let reason = refused.element(&format!("ArgumentValue{number}"));
        assert_eq!(reason, "The destination queue does not exist");
    }
    assert!(!get(&kit, target).ok().text().contains("Queue"), "nothing was kept");
    let skip = ("x-amz-skip-destination-validation", "true");
    send(&kit, "PUT", target, &[skip], &two).ok();
    assert!(get(&kit, target).ok().text().contains("my-queue-2"));
    let invalid =
        document(&queue("x").replace("arn:aws:sqs:ap-northeast-1:111122223333:x", "invalid"));
    let refused = send(&kit, "PUT", target, &[skip], &invalid);
    assert_eq!(refused.error().2, "The ARN could not be parsed");
    let bus = document("<EventBridgeConfiguration/>");
    send(&kit, "PUT", target, &[], &bus).ok();
}

#[test]
fn bad_documents_are_refused() {
    let kit = kit();
    for (sub, body, want) in [
        ("cors", "<CORSConfiguration/>", "MalformedXML"),
        ("cors", "not xml", "MalformedXML"),
        ("encryption", "<ServerSideEncryptionConfiguration/>", "MalformedXML"),
        ("versioning", "<VersioningConfiguration/>", "IllegalVersioningConfigurationException"),
        ("requestPayment", "<RequestPaymentConfiguration/>", "MalformedXML"),
        (
            "logging",
            "<BucketLoggingStatus><LoggingEnabled><TargetBucket>none</TargetBucket><TargetPrefix/>\
             </LoggingEnabled></BucketLoggingStatus>",
            "InvalidTargetBucketForLogging",
        ),
    ] {
        let error = send(&kit, "PUT", &format!("/bkt?{sub}"), &[], body);
        assert_eq!(error.error().1, want, "{sub}");
    }
    assert_eq!(send(&kit, "DELETE", "/bkt?analytics", &[], "").status, 501);
    assert_eq!(send(&kit, "HEAD", "/bkt", &[], "").status, 200);
}

#[test]
fn buckets_are_made_once_and_removed_when_empty() {
    let kit = kit();
    let body = "<CreateBucketConfiguration><LocationConstraint>ap-northeast-1\
                </LocationConstraint></CreateBucketConfiguration>";
    let again = send(&kit, "PUT", "/bkt", &[], body);
    assert_eq!((again.status, again.error().1.as_str()), (409, "BucketAlreadyOwnedByYou"));
    assert_eq!(
        send(&kit, "PUT", "/new-bucket", &[], "").error().1,
        "IllegalLocationConstraintException"
    );
    assert_eq!(send(&kit, "PUT", "/bad..name", &[], body).error().1, "InvalidBucketName");
    let head = send(&kit, "HEAD", "/bkt", &[], "").ok();
    assert_eq!(head.header("x-amz-bucket-region"), "ap-northeast-1");
    assert_eq!(head.header("x-amz-bucket-arn"), "arn:aws:s3:::bkt");
    let owner = [("x-amz-expected-bucket-owner", "000000000000")];
    assert_eq!(send(&kit, "HEAD", "/bkt", &owner, "").status, 403);
    assert_eq!(send(&kit, "DELETE", "/bkt", &[], "").status, 204);
    assert_eq!(send(&kit, "HEAD", "/bkt", &[], "").status, 404);
}

#[test]
fn settings_with_ids_are_kept_side_by_side() {
    let kit = kit();
    assert!(!get(&kit, "/bkt?metrics").ok().text().contains("<MetricsConfiguration>"));
    for id in ["one", "two"] {
        let body = format!("<MetricsConfiguration><Id>{id}</Id></MetricsConfiguration>");
        put(&kit, &format!("/bkt?metrics&id={id}"), body);
    }
    assert_eq!(get(&kit, "/bkt?metrics").text().matches("<MetricsConfiguration>").count(), 2);
    assert_eq!(get(&kit, "/bkt?metrics&id=two").ok().element("Id"), "two");
    assert_eq!(send(&kit, "DELETE", "/bkt?metrics&id=two", &[], "").status, 204);
    assert_eq!(get(&kit, "/bkt?metrics&id=two").error().1, "NoSuchConfiguration");
    assert_eq!(kit.event("GetMetricsConfiguration")["errorCode"], "NoSuchConfiguration");
}

/// The size below which objects do not transition is an argument of the rules, and stored with
/// them.
#[test]
fn the_minimum_size_of_transitions_is_kept() {
    let kit = kit();
    let name = "x-amz-transition-default-minimum-object-size";
    let rules = "<LifecycleConfiguration><Rule><ID>r</ID><Status>Enabled</Status>\
                 <Filter><Prefix/></Filter><Expiration><Days>1</Days></Expiration></Rule>\
                 </LifecycleConfiguration>";
    let store = |value: &str| {
        let digest = crate::md5_of(rules);
        let headers = [("content-md5", digest.as_str()), (name, value)];
        send(&kit, "PUT", "/bkt?lifecycle", &headers, rules)
    };
    for value in ["varies_by_storage_class", "all_storage_classes_128K"] {
        assert_eq!(store(value).ok().header(name), value);
        assert_eq!(get(&kit, "/bkt?lifecycle").ok().header(name), value);
    }
    store("varies_by_storage_class").ok();
    drop(put(&kit, "/bkt?lifecycle", rules));
    assert_eq!(get(&kit, "/bkt?lifecycle").ok().header(name), "all_storage_classes_128K");
    assert_eq!(store("none").error().1, "InvalidRequest");
}

/// The documents of a bucket have a total limit, and existing ones can still be deleted.
#[test]
fn documents_are_limited_together() {
    let kit = kit();
    let prefix = "p".repeat(900_000);
    let put = |id: u32| {
        let body = format!(
            "<AnalyticsConfiguration><Id>i{id}</Id><Filter><Prefix>{prefix}</Prefix></Filter>\
             <StorageClassAnalysis/></AnalyticsConfiguration>"
        );
        send(&kit, "PUT", &format!("/bkt?analytics&id=i{id}"), &[], body)
    };
    for id in 0..4 {
        put(id).ok();
    }
    let (status, code, message) = put(4).error();
    assert_eq!((status, code.as_str()), (400, "InvalidRequest"), "{message}");
    assert!(message.contains("4 MiB"), "{message}");
    send(&kit, "DELETE", "/bkt?analytics&id=i0", &[], "").ok();
    put(4).ok();
}
