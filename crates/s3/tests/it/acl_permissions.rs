//! Access control lists: their documents, and what each permission lets another account do.

use serde_json::json;
use testkit::{Answered, Kit};

use crate::calls::{all, by, code, enable_acls, other_id, own_id, unsigned};
use crate::{get, kit, put, send};

const ALL_USERS: &str = "http://acs.amazonaws.com/groups/global/AllUsers";
const AUTHENTICATED: &str = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers";
const LOG_DELIVERY: &str = "http://acs.amazonaws.com/groups/s3/LogDelivery";

fn shared() -> Kit {
    let kit = kit();
    enable_acls(&kit);
    put(&kit, "/bkt/k", "secret");
    kit
}

fn acl(kit: &Kit, target: &str) -> Answered {
    get(kit, &format!("{target}?acl")).ok()
}

/// The document with one grantee per permission, besides the owner.
fn document(owner: &str, grants: &[(&str, &str)]) -> String {
    let grant = |(grantee, permission): &(&str, &str)| {
        let (kind, name) =
            if grantee.starts_with("http") { ("Group", "URI") } else { ("CanonicalUser", "ID") };
        format!(
            "<Grant><Grantee xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
             xsi:type=\"{kind}\"><{name}>{grantee}</{name}></Grantee><Permission>{permission}\
             </Permission></Grant>"
        )
    };
    let grants: String = grants.iter().map(grant).collect();
    format!(
        "<AccessControlPolicy><Owner><ID>{owner}</ID></Owner><AccessControlList>{grants}\
         </AccessControlList></AccessControlPolicy>"
    )
}

/// Source: S3 User Guide, "Canned ACL".
#[test]
fn canned_acls_become_grants_of_bucket_and_object() {
    let kit = shared();
    for (name, groups, permissions) in [
        ("private", vec![], vec!["FULL_CONTROL"]),
        ("public-read", vec![ALL_USERS], vec!["FULL_CONTROL", "READ"]),
        ("public-read-write", vec![ALL_USERS; 2], vec!["FULL_CONTROL", "READ", "WRITE"]),
        ("authenticated-read", vec![AUTHENTICATED], vec!["FULL_CONTROL", "READ"]),
        ("log-delivery-write", vec![LOG_DELIVERY; 2], vec!["FULL_CONTROL", "WRITE", "READ_ACP"]),
        ("bucket-owner-read", vec![], vec!["FULL_CONTROL"]),
        ("bucket-owner-full-control", vec![], vec!["FULL_CONTROL"]),
    ] {
        for target in ["/bkt", "/bkt/k"] {
            let headers = [("x-amz-acl", name)];
            send(&kit, "PUT", &format!("{target}?acl"), &headers, "").ok();
            let shown = acl(&kit, target);
            assert_eq!(all(&shown, "URI"), groups, "{target} {name}");
            assert_eq!(all(&shown, "Permission"), permissions, "{target} {name}");
            assert_eq!(shown.element("ID"), own_id(&kit), "{target} {name}");
        }
    }
    for (target, body) in [("/bkt?acl", ""), ("/bkt/k?acl", ""), ("/bkt/new", "x")] {
        let refused = send(&kit, "PUT", target, &[("x-amz-acl", "public")], body);
        assert_eq!(code(&refused), (400, "InvalidArgument".to_owned()), "{target}");
        assert_eq!(refused.element("ArgumentValue"), "public", "{target}");
    }
}

/// Headers and documents set the same grants, of a bucket and of an object.
#[test]
fn grants_by_header_and_by_document_are_equal() {
    let kit = shared();
    let (own, other) = (own_id(&kit), other_id(&kit));
    let id = format!("id={other}");
    let both = format!("id=\"{own}\", uri=\"{LOG_DELIVERY}\"");
    let headers = [
        ("x-amz-grant-full-control", id.as_str()),
        ("x-amz-grant-read", &both),
        ("x-amz-grant-write-acp", &id),
    ];
    let grants = [
        (other.as_str(), "FULL_CONTROL"),
        (own.as_str(), "READ"),
        (LOG_DELIVERY, "READ"),
        (other.as_str(), "WRITE_ACP"),
    ];
    let permissions = ["FULL_CONTROL", "READ", "READ", "WRITE_ACP"];
    for target in ["/bkt", "/bkt/k"] {
        let sub = format!("{target}?acl");
        send(&kit, "PUT", &sub, &headers, "").ok();
        let by_header = acl(&kit, target).text();
        assert_eq!(all(&acl(&kit, target), "Permission"), permissions, "{target}");
        send(&kit, "PUT", &sub, &[("x-amz-acl", "private")], "").ok();
        send(&kit, "PUT", &sub, &[], document(&own, &grants)).ok();
        assert_eq!(acl(&kit, target).text(), by_header, "{target}");
        let both = send(&kit, "PUT", &sub, &headers, document(&own, &grants));
        assert_eq!(code(&both), (400, "UnexpectedContent".to_owned()), "{target}");
        let neither = send(&kit, "PUT", &sub, &[], "");
        assert_eq!(neither.element("MissingHeaderName"), "x-amz-acl", "{target}");
        let email = [("x-amz-grant-read", "emailAddress=\"a@b.test\"")];
        assert_eq!(code(&send(&kit, "PUT", &sub, &email, "")).1, "InvalidArgument");
    }
}

/// What is no ACL document.
#[test]
fn a_document_that_is_no_acl_is_refused() {
    let kit = shared();
    let own = own_id(&kit);
    let good = document(&own, &[(&own, "READ")]);
    for (bad, code) in [
        ("x".to_owned(), "MalformedACLError"),
        (good.replace("AccessControlPolicy", "Policy"), "MalformedACLError"),
        (good.replace("READ", "ALL"), "MalformedACLError"),
        (good.replace("CanonicalUser\"", "Robot\""), "MalformedACLError"),
        (good.replace("<Permission>READ</Permission>", ""), "MalformedACLError"),
        (good.replace(&format!("<Owner><ID>{own}</ID></Owner>"), ""), "MalformedACLError"),
        (good.replace(&format!("<ID>{own}</ID></Grantee>"), "</Grantee>"), "MalformedACLError"),
        (good.replace(&own, "short"), "InvalidArgument"),
        (document(&own, &[("http://acs.amazonaws.com/groups/none", "READ")]), "InvalidArgument"),
    ] {
        for target in ["/bkt?acl", "/bkt/k?acl"] {
            let refused = send(&kit, "PUT", target, &[], &bad);
            assert_eq!((refused.status, refused.error().1.as_str()), (400, code), "{target} {bad}");
        }
    }
    assert_eq!(all(&acl(&kit, "/bkt"), "Permission"), ["FULL_CONTROL"], "nothing was changed");
}

/// Source: S3 User Guide, "Mapping of ACL permissions and access policy permissions", the column of
/// buckets.
#[test]
fn each_permission_on_a_bucket_opens_its_operations() {
    let kit = shared();
    let (own, other) = (own_id(&kit), other_id(&kit));
    let calls = [
        ("READ", "GET", "/bkt"),
        ("READ", "GET", "/bkt?list-type=2"),
        ("READ", "HEAD", "/bkt"),
        ("READ", "GET", "/bkt?versions"),
        ("READ", "GET", "/bkt?uploads"),
        ("WRITE", "PUT", "/bkt/new"),
        ("WRITE", "POST", "/bkt/new?uploads"),
        ("READ_ACP", "GET", "/bkt?acl"),
        ("NONE", "GET", "/bkt/k"),
        ("NONE", "DELETE", "/bkt/k"),
        ("NONE", "GET", "/bkt?policy"),
        ("NONE", "GET", "/bkt?versioning"),
        ("NONE", "PUT", "/bkt?tagging"),
        ("NONE", "DELETE", "/bkt"),
    ];
    for permission in ["READ", "WRITE", "READ_ACP", "WRITE_ACP", "FULL_CONTROL"] {
        put(&kit, "/bkt?acl", document(&own, &[(&other, permission)]));
        for (needed, method, target) in calls {
            let answer = by(&kit, &kit.other_root, method, target, &[]);
            let fits = needed == permission || (permission == "FULL_CONTROL" && needed != "NONE");
            assert_eq!(answer.status != 403, fits, "{permission}: {method} {target}");
        }
        let private = [("x-amz-acl", "private")];
        let written = by(&kit, &kit.other_root, "PUT", "/bkt?acl", &private).status != 403;
        assert_eq!(written, ["WRITE_ACP", "FULL_CONTROL"].contains(&permission), "{permission}");
    }
}

/// The same for an object; a permission on the bucket opens no object.
#[test]
fn each_permission_on_an_object_opens_its_operations() {
    let kit = shared();
    let (own, other) = (own_id(&kit), other_id(&kit));
    let attributes = [("x-amz-object-attributes", "ETag")];
    for permission in ["READ", "READ_ACP", "WRITE_ACP", "FULL_CONTROL"] {
        put(&kit, "/bkt/k?acl", document(&own, &[(&other, permission)]));
        for (needed, method, target) in [
            ("READ", "GET", "/bkt/k"),
            ("READ", "HEAD", "/bkt/k"),
            ("READ", "GET", "/bkt/k?versionId=null"),
            ("READ_ACP", "GET", "/bkt/k?acl"),
            ("NONE", "GET", "/bkt/k?tagging"),
            ("NONE", "GET", "/bkt/k?attributes"),
            ("NONE", "PUT", "/bkt/k"),
            ("NONE", "DELETE", "/bkt/k"),
        ] {
            let answer = by(&kit, &kit.other_root, method, target, &attributes);
            let fits = needed == permission || (permission == "FULL_CONTROL" && needed != "NONE");
            assert_eq!(answer.status != 403, fits, "{permission}: {method} {target}");
        }
        let private = [("x-amz-acl", "private")];
        let written = by(&kit, &kit.other_root, "PUT", "/bkt/k?acl", &private).status != 403;
        assert_eq!(written, ["WRITE_ACP", "FULL_CONTROL"].contains(&permission), "{permission}");
    }
}

/// The groups: everyone, and everyone with credentials.
#[test]
fn groups_include_their_members() {
    let kit = shared();
    for (name, without, with) in [
        ("private", 403, 403),
        ("authenticated-read", 403, 200),
        ("public-read", 200, 200),
        ("log-delivery-write", 403, 403),
    ] {
        send(&kit, "PUT", "/bkt/k?acl", &[("x-amz-acl", name)], "").ok();
        assert_eq!(unsigned(&kit, "GET", "/bkt/k").status, without, "{name}");
        assert_eq!(by(&kit, &kit.other_root, "GET", "/bkt/k", &[]).status, with, "{name}");
    }
    send(&kit, "PUT", "/bkt?acl", &[("x-amz-acl", "public-read-write")], "").ok();
    kit.send_raw("PUT", "/bkt/drop", &[], b"x").ok();
    assert_eq!(get(&kit, "/bkt/drop").ok().text(), "x");
    assert_eq!(unsigned(&kit, "GET", "/bkt").status, 200);
    assert_eq!(unsigned(&kit, "DELETE", "/bkt/drop").status, 403, "to write is not to delete");
    let event = kit.event("DeleteObject");
    assert_eq!(
        event["userIdentity"],
        json!({"type": "AWSAccount", "principalId": "", "accountId": "anonymous"})
    );
}

/// Source: S3 User Guide, "Controlling ownership of objects": ACLs that are off mean nothing, and
/// are accepted only where they grant nothing to others.
#[test]
fn acls_that_are_off_mean_nothing() {
    let kit = shared();
    let own = own_id(&kit);
    send(&kit, "PUT", "/bkt/k?acl", &[("x-amz-acl", "public-read")], "").ok();
    let enforced = "<OwnershipControls><Rule><ObjectOwnership>BucketOwnerEnforced\
                    </ObjectOwnership></Rule></OwnershipControls>";
    send(&kit, "PUT", "/bkt?acl", &[("x-amz-acl", "public-read")], "").ok();
    let refused = send(&kit, "PUT", "/bkt?ownershipControls", &[], enforced);
    assert_eq!(code(&refused), (400, "InvalidBucketAclWithObjectOwnership".to_owned()));
    send(&kit, "PUT", "/bkt?acl", &[("x-amz-acl", "private")], "").ok();
    put(&kit, "/bkt?ownershipControls", enforced);
    assert_eq!(unsigned(&kit, "GET", "/bkt/k").status, 403, "the object's ACL is off");
    for target in ["/bkt?acl", "/bkt/k?acl"] {
        let full = [("x-amz-acl", "bucket-owner-full-control")];
        send(&kit, "PUT", target, &full, "").ok();
        send(&kit, "PUT", target, &[], document(&own, &[(&own, "FULL_CONTROL")])).ok();
        for refused in [
            send(&kit, "PUT", target, &[("x-amz-acl", "public-read")], ""),
            send(&kit, "PUT", target, &[("x-amz-acl", "private")], ""),
            send(&kit, "PUT", target, &[], document(&own, &[(ALL_USERS, "READ")])),
        ] {
            assert_eq!(
                code(&refused),
                (400, "AccessControlListNotSupported".to_owned()),
                "{target}"
            );
        }
    }
    enable_acls(&kit);
    send(&kit, "PUT", "/bkt/k?acl", &[("x-amz-acl", "public-read")], "").ok();
    assert_eq!(unsigned(&kit, "GET", "/bkt/k").status, 200, "on again");
}
