//! Every operation in one walk: denied to a user without rights, then done, each with its event;
//! in a bucket that is not there; and when nothing can be stored.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use testkit::{ACCOUNT, Answered, Disk, Kit, S3Request};
use wire::sign::Credentials;

use crate::{HELLO_CRC32, kit, md5_of};

const HERE: &str = "<CreateBucketConfiguration><LocationConstraint>ap-northeast-1\
                    </LocationConstraint></CreateBucketConfiguration>";
const OWN: &str = "<OwnershipControls><Rule><ObjectOwnership>ObjectWriter</ObjectOwnership></Rule>\
                   </OwnershipControls>";
const VERSIONS: &str =
    "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
const ENCRYPTION: &str = "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault>\
     <SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault></Rule>\
     </ServerSideEncryptionConfiguration>";
const BLOCK: &str = "<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls>\
                     </PublicAccessBlockConfiguration>";
const TAGGING: &str = "<Tagging><TagSet><Tag><Key>a</Key><Value>1</Value></Tag></TagSet></Tagging>";
const LOCKS: &str = "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled>\
                     </ObjectLockConfiguration>";
const LIFECYCLE: &str = "<LifecycleConfiguration><Rule><ID>x</ID><Filter/><Status>Enabled</Status>\
                         <Expiration><Days>3</Days></Expiration></Rule></LifecycleConfiguration>";
const CORS: &str = "<CORSConfiguration><CORSRule><AllowedMethod>GET</AllowedMethod>\
                    <AllowedOrigin>*</AllowedOrigin></CORSRule></CORSConfiguration>";
const WEBSITE: &str = "<WebsiteConfiguration><IndexDocument><Suffix>i.html</Suffix>\
                       </IndexDocument></WebsiteConfiguration>";
const LOGGING: &str = "<BucketLoggingStatus/>";
const NOTIFICATION: &str = "<NotificationConfiguration/>";
const REPLICATION: &str = "<ReplicationConfiguration><Role>arn:aws:iam::111122223333:role/r</Role><Rule><ID>x</ID>\
     <Priority>1</Priority><Filter/><Status>Enabled</Status><DeleteMarkerReplication>\
     <Status>Disabled</Status></DeleteMarkerReplication><Destination><Bucket>arn:aws:s3:::bkt\
     </Bucket></Destination></Rule></ReplicationConfiguration>";
const PAYER: &str =
    "<RequestPaymentConfiguration><Payer>Requester</Payer></RequestPaymentConfiguration>";
const ACCELERATE: &str =
    "<AccelerateConfiguration><Status>Enabled</Status></AccelerateConfiguration>";
const INVENTORY: &str = "<InventoryConfiguration><Destination><S3BucketDestination><Bucket>arn:aws:s3:::bkt</Bucket>\
     <Format>CSV</Format></S3BucketDestination></Destination><IsEnabled>true</IsEnabled><Id>i</Id>\
     <IncludedObjectVersions>All</IncludedObjectVersions><Schedule><Frequency>Daily</Frequency>\
     </Schedule></InventoryConfiguration>";
const ANALYTICS: &str = "<AnalyticsConfiguration><Id>i</Id><StorageClassAnalysis/>\
                         </AnalyticsConfiguration>";
const METRICS: &str = "<MetricsConfiguration><Id>i</Id></MetricsConfiguration>";
const TIERING: &str = "<IntelligentTieringConfiguration><Id>i</Id><Status>Enabled</Status><Tiering><Days>90</Days>\
     <AccessTier>ARCHIVE_ACCESS</AccessTier></Tiering></IntelligentTieringConfiguration>";
const DELETION: &str = "<Delete><Object><Key>gone</Key></Object></Delete>";
const RETENTION: &str = "<Retention><Mode>GOVERNANCE</Mode><RetainUntilDate>2026-03-01T01:00:00Z\
                         </RetainUntilDate></Retention>";
const HOLD: &str = "<LegalHold><Status>OFF</Status></LegalHold>";
const COPIED: (&str, &str) = ("x-amz-copy-source", "/walk/k");
const ATTRIBUTES: (&str, &str) = ("x-amz-object-attributes", "ETag");
const PRIVATE: (&str, &str) = ("x-amz-acl", "private");

/// A call: operation, method, target, one header, body.
type Call =
    (&'static str, &'static str, &'static str, Option<(&'static str, &'static str)>, &'static str);

/// In the order of a bucket's life. `{upload}` is the upload that was begun last.
const WALK: &[Call] = &[
    ("CreateBucket", "PUT", "/walk", None, HERE),
    ("ListBuckets", "GET", "/", None, ""),
    ("HeadBucket", "HEAD", "/walk", None, ""),
    ("GetBucketLocation", "GET", "/walk?location", None, ""),
    ("PutBucketOwnershipControls", "PUT", "/walk?ownershipControls", None, OWN),
    ("GetBucketOwnershipControls", "GET", "/walk?ownershipControls", None, ""),
    ("PutBucketAcl", "PUT", "/walk?acl", Some(PRIVATE), ""),
    ("GetBucketAcl", "GET", "/walk?acl", None, ""),
    ("PutBucketPolicy", "PUT", "/walk?policy", None, POLICY),
    ("GetBucketPolicy", "GET", "/walk?policy", None, ""),
    ("GetBucketPolicyStatus", "GET", "/walk?policyStatus", None, ""),
    ("DeleteBucketPolicy", "DELETE", "/walk?policy", None, ""),
    ("PutBucketVersioning", "PUT", "/walk?versioning", None, VERSIONS),
    ("GetBucketVersioning", "GET", "/walk?versioning", None, ""),
    ("PutBucketEncryption", "PUT", "/walk?encryption", None, ENCRYPTION),
    ("GetBucketEncryption", "GET", "/walk?encryption", None, ""),
    ("DeleteBucketEncryption", "DELETE", "/walk?encryption", None, ""),
    ("PutPublicAccessBlock", "PUT", "/walk?publicAccessBlock", None, BLOCK),
    ("GetPublicAccessBlock", "GET", "/walk?publicAccessBlock", None, ""),
    ("DeletePublicAccessBlock", "DELETE", "/walk?publicAccessBlock", None, ""),
    ("PutBucketTagging", "PUT", "/walk?tagging", None, TAGGING),
    ("GetBucketTagging", "GET", "/walk?tagging", None, ""),
    ("DeleteBucketTagging", "DELETE", "/walk?tagging", None, ""),
    ("PutBucketLifecycleConfiguration", "PUT", "/walk?lifecycle", None, LIFECYCLE),
    ("GetBucketLifecycleConfiguration", "GET", "/walk?lifecycle", None, ""),
    ("DeleteBucketLifecycle", "DELETE", "/walk?lifecycle", None, ""),
    ("PutBucketCors", "PUT", "/walk?cors", None, CORS),
    ("GetBucketCors", "GET", "/walk?cors", None, ""),
    ("DeleteBucketCors", "DELETE", "/walk?cors", None, ""),
    ("PutBucketWebsite", "PUT", "/walk?website", None, WEBSITE),
    ("GetBucketWebsite", "GET", "/walk?website", None, ""),
    ("DeleteBucketWebsite", "DELETE", "/walk?website", None, ""),
    ("PutBucketLogging", "PUT", "/walk?logging", None, LOGGING),
    ("GetBucketLogging", "GET", "/walk?logging", None, ""),
    ("PutBucketNotificationConfiguration", "PUT", "/walk?notification", None, NOTIFICATION),
    ("GetBucketNotificationConfiguration", "GET", "/walk?notification", None, ""),
    ("PutBucketReplication", "PUT", "/walk?replication", None, REPLICATION),
    ("GetBucketReplication", "GET", "/walk?replication", None, ""),
    ("DeleteBucketReplication", "DELETE", "/walk?replication", None, ""),
    ("PutBucketRequestPayment", "PUT", "/walk?requestPayment", None, PAYER),
    ("GetBucketRequestPayment", "GET", "/walk?requestPayment", None, ""),
    ("PutBucketAccelerateConfiguration", "PUT", "/walk?accelerate", None, ACCELERATE),
    ("GetBucketAccelerateConfiguration", "GET", "/walk?accelerate", None, ""),
    ("PutBucketInventoryConfiguration", "PUT", "/walk?inventory&id=i", None, INVENTORY),
    ("GetBucketInventoryConfiguration", "GET", "/walk?inventory&id=i", None, ""),
    ("ListBucketInventoryConfigurations", "GET", "/walk?inventory", None, ""),
    ("DeleteBucketInventoryConfiguration", "DELETE", "/walk?inventory&id=i", None, ""),
    ("PutBucketAnalyticsConfiguration", "PUT", "/walk?analytics&id=i", None, ANALYTICS),
    ("GetBucketAnalyticsConfiguration", "GET", "/walk?analytics&id=i", None, ""),
    ("ListBucketAnalyticsConfigurations", "GET", "/walk?analytics", None, ""),
    ("DeleteBucketAnalyticsConfiguration", "DELETE", "/walk?analytics&id=i", None, ""),
    ("PutBucketMetricsConfiguration", "PUT", "/walk?metrics&id=i", None, METRICS),
    ("GetBucketMetricsConfiguration", "GET", "/walk?metrics&id=i", None, ""),
    ("ListBucketMetricsConfigurations", "GET", "/walk?metrics", None, ""),
    ("DeleteBucketMetricsConfiguration", "DELETE", "/walk?metrics&id=i", None, ""),
    (
        "PutBucketIntelligentTieringConfiguration",
        "PUT",
        "/walk?intelligent-tiering&id=i",
        None,
        TIERING,
    ),
    ("GetBucketIntelligentTieringConfiguration", "GET", "/walk?intelligent-tiering&id=i", None, ""),
    ("ListBucketIntelligentTieringConfigurations", "GET", "/walk?intelligent-tiering", None, ""),
    (
        "DeleteBucketIntelligentTieringConfiguration",
        "DELETE",
        "/walk?intelligent-tiering&id=i",
        None,
        "",
    ),
    ("PutObjectLockConfiguration", "PUT", "/walk?object-lock", None, LOCKS),
    ("GetObjectLockConfiguration", "GET", "/walk?object-lock", None, ""),
    ("PutObject", "PUT", "/walk/k", Some(HELLO_CRC32), "hello"),
    ("GetObject", "GET", "/walk/k", None, ""),
    ("HeadObject", "HEAD", "/walk/k", None, ""),
    ("CopyObject", "PUT", "/walk/copy", Some(COPIED), ""),
    ("ListObjects", "GET", "/walk", None, ""),
    ("ListObjectsV2", "GET", "/walk?list-type=2", None, ""),
    ("ListObjectVersions", "GET", "/walk?versions", None, ""),
    ("GetObjectAttributes", "GET", "/walk/k?attributes", Some(ATTRIBUTES), ""),
    ("PutObjectTagging", "PUT", "/walk/k?tagging", None, TAGGING),
    ("GetObjectTagging", "GET", "/walk/k?tagging", None, ""),
    ("DeleteObjectTagging", "DELETE", "/walk/k?tagging", None, ""),
    ("PutObjectAcl", "PUT", "/walk/k?acl", Some(PRIVATE), ""),
    ("GetObjectAcl", "GET", "/walk/k?acl", None, ""),
    ("PutObjectRetention", "PUT", "/walk/k?retention", None, RETENTION),
    ("GetObjectRetention", "GET", "/walk/k?retention", None, ""),
    ("PutObjectLegalHold", "PUT", "/walk/k?legal-hold", None, HOLD),
    ("GetObjectLegalHold", "GET", "/walk/k?legal-hold", None, ""),
    ("CreateMultipartUpload", "POST", "/walk/m?uploads", None, ""),
    ("ListMultipartUploads", "GET", "/walk?uploads", None, ""),
    ("UploadPart", "PUT", "/walk/m?partNumber=1&uploadId={upload}", Some(HELLO_CRC32), "hello"),
    ("UploadPartCopy", "PUT", "/walk/m?partNumber=1&uploadId={upload}", Some(COPIED), ""),
    ("ListParts", "GET", "/walk/m?uploadId={upload}", None, ""),
    ("CompleteMultipartUpload", "POST", "/walk/m?uploadId={upload}", None, PARTS),
    ("CreateMultipartUpload", "POST", "/walk/m?uploads", None, ""),
    ("AbortMultipartUpload", "DELETE", "/walk/m?uploadId={upload}", None, ""),
    ("DeleteBucketOwnershipControls", "DELETE", "/walk?ownershipControls", None, ""),
    ("DeleteObject", "DELETE", "/walk/copy", None, ""),
    ("DeleteObjects", "POST", "/walk?delete", None, DELETION),
    ("TagResource", "POST", OF_BUCKET, CONTROL, TAGS),
    ("ListTagsForResource", "GET", OF_BUCKET, CONTROL, ""),
    ("UntagResource", "DELETE", UNTAGGED, CONTROL, ""),
    ("PutPublicAccessBlock", "PUT", OF_ACCOUNT, CONTROL, BLOCK),
    ("GetPublicAccessBlock", "GET", OF_ACCOUNT, CONTROL, ""),
    ("DeletePublicAccessBlock", "DELETE", OF_ACCOUNT, CONTROL, ""),
];

const POLICY: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"s3:*","Resource":"arn:aws:s3:::walk"}}"#;
/// The part that was copied.
const PARTS: &str = "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>\
     5d41402abc4b2a76b9719d911017c592</ETag></Part></CompleteMultipartUpload>";
const TAGS: &str = "<TagResourceRequest><Tags><Tag><Key>k</Key><Value>v</Value></Tag></Tags>\
                    </TagResourceRequest>";
const CONTROL: Option<(&str, &str)> = Some(("x-amz-account-id", ACCOUNT));
const OF_BUCKET: &str = "/v20180820/tags/arn%3Aaws%3As3%3A%3A%3Awalk";
const UNTAGGED: &str = "/v20180820/tags/arn%3Aaws%3As3%3A%3A%3Awalk?tagKeys=k";
const OF_ACCOUNT: &str = "/v20180820/configuration/publicAccessBlock";

const DENIED: &str =
    "User: arn:aws:iam::111122223333:user/outsider is not authorized to perform: s3:";

/// Operations whose callers are browsers have tests of their own, and a bucket is deleted empty.
const APART: [&str; 3] = ["PostObject", "PreflightRequest", "DeleteBucket"];

fn send(kit: &Kit, who: &Credentials, call: &Call, upload: &str) -> Answered {
    let (_, method, target, header, body) = *call;
    let (target, md5) = (target.replace("{upload}", upload), md5_of(body));
    let mut headers = Vec::from_iter(header);
    if body.starts_with('<') || body.starts_with('{') {
        headers.push(("content-md5", &md5));
    }
    let headers = headers.as_slice();
    kit.s3_as(who, S3Request { method, target: &target, headers, body: body.as_bytes() })
}

/// The name in events, and whether the operation reads.
fn spec(call: &Call) -> (&'static str, bool) {
    let service = if call.2.starts_with("/v2018") { "s3control" } else { "s3" };
    let mut specs = s3::ROWS.iter().map(|row| row.spec);
    let spec = specs.find(|spec| spec.name == call.0 && spec.service.name == service).unwrap();
    (spec.event_name, spec.read_only)
}

fn outsider(kit: &Kit) -> Credentials {
    kit.user(
        "outsider",
        &json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "kms:ListKeys",
            "Resource": "*"}}),
    )
}

#[test]
fn the_walk_has_every_operation() {
    let walked: BTreeSet<&str> = WALK.iter().map(|call| call.0).chain(APART).collect();
    let served: BTreeSet<&str> = s3::ROWS.iter().map(|row| row.spec.name).collect();
    assert_eq!(walked, served);
}

/// A call without the right for it is recorded as denied; with the right it is done and recorded.
#[test]
fn every_operation_is_denied_without_a_right_and_done_with_it() {
    let kit = kit();
    crate::enable_versioning(&kit, "Enabled");
    let (outsider, mut upload) = (outsider(&kit), String::new());
    for call in WALK {
        let (operation, target) = (call.0, call.2);
        let (event_name, read_only) = spec(call);
        let denied = send(&kit, &outsider, call, &upload);
        if operation == "DeleteObjects" {
            // Each key has a result of its own.
            assert_eq!((denied.status, denied.element("Code").as_str()), (200, "AccessDenied"));
        } else {
            let (status, code, message) = denied.error();
            assert_eq!((status, code.as_str()), (403, "AccessDenied"), "{operation}");
            assert!(message.starts_with(DENIED), "{operation}: {message}");
            let event = kit.event(event_name);
            assert_eq!(event["errorCode"], "AccessDenied", "{operation}");
            assert_eq!(event["errorMessage"], message, "{operation}");
            assert_eq!(event["responseElements"], Value::Null, "{operation}");
            assert_eq!(event["userIdentity"]["userName"], "outsider", "{operation}");
        }
        let answer = send(&kit, &kit.root, call, &upload).ok();
        let event = kit.event(event_name);
        assert_eq!(event["eventSource"], "s3.amazonaws.com", "{operation}");
        assert_eq!(event.get("errorCode"), None, "{operation}");
        assert_eq!(event["readOnly"], read_only, "{operation}");
        assert_eq!(event["userIdentity"]["type"], "Root", "{operation}");
        assert_eq!(event["requestID"], answer.header("x-amz-request-id"), "{operation}");
        if target.starts_with("/walk") {
            assert_eq!(event["requestParameters"]["bucketName"], "walk", "{operation}");
        }
        if operation == "CreateMultipartUpload" {
            upload = answer.element("UploadId");
        }
    }
}

/// An empty bucket is deleted, by those who may; no operation finds it afterwards.
#[test]
fn a_bucket_that_is_not_there_is_not_found() {
    let kit = kit();
    let (outsider, root) = (outsider(&kit), kit.root.clone());
    let delete: Call = ("DeleteBucket", "DELETE", "/bkt", None, "");
    let denied = send(&kit, &outsider, &delete, "").error();
    assert_eq!((denied.0, denied.1.as_str()), (403, "AccessDenied"));
    assert_eq!(kit.event("DeleteBucket")["errorCode"], "AccessDenied");
    assert_eq!(send(&kit, &root, &delete, "").status, 204);
    assert_eq!(kit.event("DeleteBucket").get("errorCode"), None);
    assert_eq!(send(&kit, &root, &delete, "").error().1, "NoSuchBucket");
    for call in WALK.iter().filter(|call| call.2.starts_with("/walk") && call.0 != "CreateBucket") {
        let (status, code, message) = send(&kit, &root, call, "x").error();
        let want = (404, "NoSuchBucket", "The specified bucket does not exist");
        assert_eq!((status, code.as_str(), message.as_str()), want, "{}", call.0);
        let event = kit.event(spec(call).0);
        assert_eq!(event["errorCode"], "NoSuchBucket", "{}", call.0);
        assert_eq!(event["errorMessage"], message, "{}", call.0);
    }
}

/// A call that cannot be recorded is not answered, regardless of what it requests.
#[test]
fn every_operation_fails_when_nothing_can_be_stored() {
    let disk = Disk::with_power();
    let kit = Kit::on(&disk, &[s3::ROWS, kms::ROWS, iam::ROWS]);
    disk.power(0);
    for call in WALK {
        let (status, code, message) = send(&kit, &kit.root, call, "x").error();
        let want = (500, "InternalError", "We encountered an internal error. Please try again.");
        assert_eq!((status, code.as_str(), message.as_str()), want, "{}", call.0);
    }
}

/// An object that is not there has nothing to read and nothing to change.
#[test]
fn an_object_that_is_not_there_is_not_found() {
    let kit = kit();
    crate::put(&kit, "/bkt?ownershipControls", OWN);
    crate::enable_versioning(&kit, "Enabled");
    let lock: Call = ("PutObjectLockConfiguration", "PUT", "/bkt?object-lock", None, LOCKS);
    send(&kit, &kit.root, &lock, "").ok();
    for call in WALK.iter().filter(|call| call.2.starts_with("/walk/k")) {
        let (operation, method, target, header, body) = *call;
        if ["PutObject", "DeleteObjectTagging"].contains(&operation) {
            continue;
        }
        let target = target.replace("/walk/", "/bkt/");
        let md5 = md5_of(body);
        let mut headers = Vec::from_iter(header);
        if body.starts_with('<') {
            headers.push(("content-md5", &md5));
        }
        let (status, code, _) = crate::send(&kit, method, &target, &headers, body).error();
        assert_eq!((status, code.as_str()), (404, "NoSuchKey"), "{operation}");
        assert_eq!(kit.event(spec(call).0)["errorCode"], "NoSuchKey", "{operation}");
    }
}

/// Bucket names are taken for all accounts.
#[test]
fn a_name_of_another_account_is_taken() {
    let kit = kit();
    let create: Call = ("CreateBucket", "PUT", "/bkt", None, HERE);
    let (status, code, _) = send(&kit, &kit.other_root, &create, "").error();
    assert_eq!((status, code.as_str()), (409, "BucketAlreadyExists"));
    assert_eq!(kit.event("CreateBucket")["errorCode"], "BucketAlreadyExists");
    let (status, code, _) = send(&kit, &kit.root, &create, "").error();
    assert_eq!((status, code.as_str()), (409, "BucketAlreadyOwnedByYou"));
}
