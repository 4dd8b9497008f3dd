//! What is refused in the documents of a bucket, beyond the recorded cases.

use testkit::Answered;

use crate::calls::code;
use crate::{create, enable_versioning, get, kit, md5_of, put, send};

fn malformed(answer: &Answered, of: &str) {
    let (status, code, message) = answer.error();
    assert_eq!((status, code.as_str()), (400, "MalformedXML"), "{of}");
    let want = "The XML you provided was not well-formed or did not validate against our published \
                schema";
    assert_eq!(message, want, "{of}");
}

fn lifecycle(kit: &testkit::Kit, rules: &str) -> Answered {
    let body = format!("<LifecycleConfiguration>{rules}</LifecycleConfiguration>");
    send(kit, "PUT", "/bkt?lifecycle", &[], body)
}

/// Each kind of action is enough, and none of them is not.
#[test]
fn a_lifecycle_rule_needs_a_status_a_filter_and_an_action() {
    let kit = kit();
    let rule = |filter: &str, status: &str, action: &str| {
        lifecycle(&kit, &format!("<Rule>{filter}<Status>{status}</Status>{action}</Rule>"))
    };
    let days = "<Expiration><Days>1</Days></Expiration>";
    for action in [
        days,
        "<Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>",
        "<Transition><Days>30</Days><StorageClass>GLACIER</StorageClass></Transition>",
        "<NoncurrentVersionExpiration><NoncurrentDays>2</NoncurrentDays>\
         </NoncurrentVersionExpiration>",
        "<NoncurrentVersionTransition><NoncurrentDays>30</NoncurrentDays>\
         <StorageClass>GLACIER</StorageClass></NoncurrentVersionTransition>",
        "<AbortIncompleteMultipartUpload><DaysAfterInitiation>7</DaysAfterInitiation>\
         </AbortIncompleteMultipartUpload>",
    ] {
        rule("<Filter/>", "Enabled", action).ok();
        assert!(get(&kit, "/bkt?lifecycle").ok().text().contains(action), "{action}");
    }
    rule("<Prefix>a/</Prefix>", "Disabled", days).ok();
    malformed(&rule("", "Enabled", days), "no filter");
    malformed(&rule("<Filter/>", "Enabled", ""), "no action");
    malformed(&rule("<Filter/>", "enabled", days), "a status in lower case");
    malformed(&rule("<Filter><Prefix>a</Prefix><Tag/></Filter>", "Enabled", days), "two filters");
    let none = "<NoncurrentVersionExpiration><NewerNoncurrentVersions>2</NewerNoncurrentVersions>\
                </NoncurrentVersionExpiration>";
    malformed(&rule("<Filter/>", "Enabled", none), "no days");
    malformed(&lifecycle(&kit, ""), "no rule");
    let text = get(&kit, "/bkt?lifecycle").ok().text();
    assert!(text.contains("<Prefix>a/</Prefix>"), "the last that was accepted: {text}");
}

/// Source: S3 API Reference, "LifecycleExpiration": one of days, date and marker.
#[test]
fn an_expiration_has_one_time() {
    let kit = kit();
    let expire = |inner: &str| {
        let action = format!("<Expiration>{inner}</Expiration>");
        lifecycle(&kit, &format!("<Rule><Filter/><Status>Enabled</Status>{action}</Rule>"))
    };
    expire("<Date>2030-01-01T00:00:00Z</Date>").ok();
    for inner in [
        "",
        "<Days>1</Days><Date>2030-01-01T00:00:00Z</Date>",
        "<Days>1</Days><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker>",
        "<Days>soon</Days>",
        "<Date>soon</Date>",
    ] {
        malformed(&expire(inner), inner);
    }
    for days in ["0", "-1"] {
        let refused = expire(&format!("<Days>{days}</Days>"));
        let text = "'Days' for Expiration action must be a positive integer";
        assert_eq!(refused.error().2, text);
        assert_eq!(refused.element("ArgumentValue"), days);
    }
    let noon = expire("<Date>2030-01-01T12:00:00Z</Date>");
    assert_eq!(noon.error().2, "'Date' must be at midnight GMT");
    assert_eq!(noon.element("ArgumentValue"), "2030-01-01T12:00:00Z");
}

/// A rule without an id receives one; equal and long ones are refused.
#[test]
fn lifecycle_rules_have_different_ids() {
    let kit = kit();
    let rule = |id: &str| {
        format!(
            "<Rule>{id}<Filter/><Status>Enabled</Status><Expiration><Days>1</Days></Expiration>\
             </Rule>"
        )
    };
    lifecycle(&kit, &(rule("") + &rule("<ID/>"))).ok();
    let ids = crate::calls::all(&get(&kit, "/bkt?lifecycle").ok(), "ID");
    assert_eq!(ids.iter().map(String::len).collect::<Vec<_>>(), [36, 36]);
    assert_ne!(ids[0], ids[1]);
    let same = lifecycle(&kit, &rule("<ID>a</ID>").repeat(2));
    assert_eq!(code(&same), (400, "InvalidArgument".to_owned()));
    assert_eq!(same.element("ArgumentValue"), "a");
    let id = |length: usize| rule(&format!("<ID>{}</ID>", "i".repeat(length)));
    lifecycle(&kit, &id(255)).ok();
    assert!(lifecycle(&kit, &id(256)).error().2.contains("allowed limit of 255"));
    let many = |count: usize| {
        (0..count).map(|n| rule(&format!("<ID>{n}</ID>"))).collect::<Vec<_>>().concat()
    };
    lifecycle(&kit, &many(1_000)).ok();
    malformed(&lifecycle(&kit, &many(1_001)), "1,001 rules");
}

/// Source: S3 API Reference, "CORSConfiguration": 100 rules; each with origins and methods.
#[test]
fn cors_rules_are_complete_and_limited() {
    let kit = kit();
    let store = |rules: &str| {
        send(
            &kit,
            "PUT",
            "/bkt?cors",
            &[],
            format!("<CORSConfiguration>{rules}</CORSConfiguration>"),
        )
    };
    let (origin, method) =
        ("<AllowedOrigin>*</AllowedOrigin>", "<AllowedMethod>HEAD</AllowedMethod>");
    let rule = format!("<CORSRule>{origin}{method}</CORSRule>");
    store(&rule.repeat(100)).ok();
    malformed(&store(&rule.repeat(101)), "101 rules");
    malformed(&store(&format!("<CORSRule>{origin}</CORSRule>")), "no method");
    malformed(&store(&format!("<CORSRule>{method}</CORSRule>")), "no origin");
    for method in ["PATCH", "get", "OPTIONS"] {
        let method = format!("<AllowedMethod>{method}</AllowedMethod>");
        let refused = store(&format!("<CORSRule>{origin}{method}</CORSRule>")).error();
        let text = "Found unsupported HTTP method in CORS config. Unsupported method is";
        assert!(refused.2.starts_with(text), "{}", refused.2);
    }
}

/// Source: S3 User Guide, "Logging requests with server access logging": the target is a bucket of
/// the same account and region, without default retention.
#[test]
fn access_logs_have_a_target_that_accepts_them() {
    let kit = kit();
    let store = |inner: &str| {
        let enabled = format!("<LoggingEnabled>{inner}</LoggingEnabled>");
        let body = format!("<BucketLoggingStatus>{enabled}</BucketLoggingStatus>");
        send(&kit, "PUT", "/bkt?logging", &[], body)
    };
    let to = |name: &str| format!("<TargetBucket>{name}</TargetBucket><TargetPrefix/>");
    store(&to("bkt")).ok();
    malformed(&store("<TargetPrefix/>"), "no target");
    malformed(&store("<TargetBucket>bkt</TargetBucket>"), "no prefix");
    let body = "<CreateBucketConfiguration><LocationConstraint>ap-northeast-1\
                </LocationConstraint></CreateBucketConfiguration>";
    let other = &kit.other_root;
    kit.send(other, "s3", "PUT", "/theirs", &[], body.as_bytes()).ok();
    let refused = store(&to("theirs"));
    assert_eq!(code(&refused), (400, "InvalidTargetBucketForLogging".to_owned()));
    assert_eq!(refused.element("TargetBucket"), "theirs");
    send(&kit, "PUT", "/locked", &[("x-amz-bucket-object-lock-enabled", "true")], body).ok();
    store(&to("locked")).ok();
    let lock = "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule>\
                <DefaultRetention><Mode>GOVERNANCE</Mode><Days>1</Days></DefaultRetention></Rule>\
                </ObjectLockConfiguration>";
    send(&kit, "PUT", "/locked?object-lock", &[("content-md5", &md5_of(lock))], lock).ok();
    let refused = store(&to("locked")).error();
    assert_eq!((refused.0, refused.1.as_str()), (400, "InvalidRequest"));
    assert!(refused.2.starts_with("You can't use a bucket with default Object Lock retention"));
    put(&kit, "/bkt?logging", "<BucketLoggingStatus/>");
    assert!(!get(&kit, "/bkt?logging").ok().text().contains("LoggingEnabled"));
}

/// Source: S3 User Guide, "Requirements and considerations for replication": versions at both ends.
#[test]
fn replication_needs_versions_at_both_ends() {
    let kit = kit();
    create(&kit, "copies");
    let store = |role: &str, arn: &str| {
        let rule = format!(
            "<Rule><Status>Enabled</Status><Destination><Bucket>{arn}</Bucket></Destination></Rule>"
        );
        let body = format!("<ReplicationConfiguration>{role}{rule}</ReplicationConfiguration>");
        send(&kit, "PUT", "/bkt?replication", &[], body)
    };
    let role = "<Role>arn:aws:iam::111122223333:role/r</Role>";
    let here = "arn:aws:s3:::copies";
    assert!(store(role, here).error().2.contains("on the bucket to apply a replication"));
    enable_versioning(&kit, "Enabled");
    for arn in [here, "arn:aws:s3:::none"] {
        let refused = store(role, arn).error();
        assert_eq!(refused.2, "Destination bucket must have versioning enabled.", "{arn}");
    }
    let enabled = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
    put(&kit, "/copies?versioning", enabled);
    malformed(&store("", here), "no role");
    malformed(&store("<Role/>", here), "an empty role");
    malformed(&store(role, "copies"), "a name");
    store(role, here).ok();
    assert_eq!(get(&kit, "/bkt?replication").ok().element("ID").len(), 36);
}

/// Source: S3 User Guide, "Requirements for Transfer Acceleration": no periods in the name.
#[test]
fn acceleration_and_payment_have_two_values_each() {
    let kit = kit();
    create(&kit, "with.dots");
    let accelerate = |bucket: &str, status: &str| {
        let status = format!("<Status>{status}</Status>");
        let body = format!("<AccelerateConfiguration>{status}</AccelerateConfiguration>");
        send(&kit, "PUT", &format!("/{bucket}?accelerate"), &[], body)
    };
    for status in ["Enabled", "Suspended"] {
        accelerate("bkt", status).ok();
        assert_eq!(get(&kit, "/bkt?accelerate").ok().element("Status"), status);
    }
    malformed(&accelerate("bkt", "On"), "accelerate");
    let refused = accelerate("with.dots", "Enabled").error();
    assert!(refused.2.contains("buckets with periods (.) in their names"), "{}", refused.2);
    for (payer, accepted) in [("Requester", true), ("BucketOwner", true), ("Owner", false)] {
        let body = format!(
            "<RequestPaymentConfiguration><Payer>{payer}</Payer></RequestPaymentConfiguration>"
        );
        let answer = send(&kit, "PUT", "/bkt?requestPayment", &[], body);
        if accepted {
            assert_eq!(get(&kit, "/bkt?requestPayment").ok().element("Payer"), payer);
        } else {
            malformed(&answer, payer);
        }
    }
    let mfa = "<VersioningConfiguration><Status>Enabled</Status><MfaDelete>Enabled</MfaDelete>\
               </VersioningConfiguration>";
    let refused = send(&kit, "PUT", "/bkt?versioning", &[], mfa);
    assert_eq!((refused.status, refused.element("Header").as_str()), (501, "MfaDelete"));
}

/// The documents that have an id: what each kind requires.
#[test]
fn documents_with_ids_are_complete() {
    let kit = kit();
    let store = |sub: &str, root: &str, inner: &str| {
        let body = format!("<{root}><Id>i</Id>{inner}</{root}>");
        send(&kit, "PUT", &format!("/bkt?{sub}&id=i"), &[], body)
    };
    let export = |version: &str, format: &str| {
        format!(
            "<StorageClassAnalysis><DataExport><OutputSchemaVersion>{version}</OutputSchemaVersion>\
             <Destination><S3BucketDestination><Format>{format}</Format>\
             </S3BucketDestination></Destination></DataExport></StorageClassAnalysis>"
        )
    };
    let analytics = |inner: &str| store("analytics", "AnalyticsConfiguration", inner);
    assert_eq!(analytics(&export("V_1", "CSV")).status, 204);
    malformed(&analytics(&export("V_2", "CSV")), "version");
    malformed(&analytics(&export("V_1", "ORC")), "format");
    malformed(&analytics(""), "no analysis");
    let tiering = |status: &str, tier: &str, days: &str| {
        let tiers =
            format!("<Tiering><AccessTier>{tier}</AccessTier><Days>{days}</Days></Tiering>");
        let inner = format!("<Status>{status}</Status>{tiers}");
        store("intelligent-tiering", "IntelligentTieringConfiguration", &inner)
    };
    assert_eq!(tiering("Disabled", "DEEP_ARCHIVE_ACCESS", "180").status, 204);
    malformed(&tiering("On", "ARCHIVE_ACCESS", "90"), "status");
    malformed(&tiering("Enabled", "FROZEN", "90"), "tier");
    malformed(&tiering("Enabled", "ARCHIVE_ACCESS", "many"), "days");
    let bare = "<Status>Enabled</Status>";
    malformed(&store("intelligent-tiering", "IntelligentTieringConfiguration", bare), "no tier");
    malformed(&store("metrics", "OtherConfiguration", ""), "root");
    let stored = get(&kit, "/bkt?analytics&id=i").ok();
    assert_eq!(stored.element("OutputSchemaVersion"), "V_1");
}
