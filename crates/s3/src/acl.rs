//! Access control lists: off in most buckets, and answered all the same.

use gateway::{Caller, Ctx};
use serde::{Deserialize, Serialize};
use types::AccountId;

use crate::bucket::{Bucket, canonical_id};
use crate::error::{S3Error, S3Result};
use crate::request::Request;
use crate::xml::{Element, Xml};

pub(crate) const ALL_USERS: &str = "http://acs.amazonaws.com/groups/global/AllUsers";
pub(crate) const AUTHENTICATED: &str = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers";
const LOG_DELIVERY: &str = "http://acs.amazonaws.com/groups/s3/LogDelivery";
const GROUPS: [&str; 3] = [ALL_USERS, AUTHENTICATED, LOG_DELIVERY];
const PERMISSIONS: [&str; 5] = ["FULL_CONTROL", "READ", "WRITE", "READ_ACP", "WRITE_ACP"];
const GRANT_HEADERS: [(&str, &str); 5] = [
    ("x-amz-grant-full-control", "FULL_CONTROL"),
    ("x-amz-grant-read", "READ"),
    ("x-amz-grant-write", "WRITE"),
    ("x-amz-grant-read-acp", "READ_ACP"),
    ("x-amz-grant-write-acp", "WRITE_ACP"),
];
const CANNED: [&str; 8] = [
    "private",
    "public-read",
    "public-read-write",
    "authenticated-read",
    "aws-exec-read",
    "bucket-owner-read",
    "bucket-owner-full-control",
    "log-delivery-write",
];
const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// The grants besides the owner's own full control, which every ACL has unless replaced.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Acl {
    /// `None` is the default: full control for the owner.
    grants: Option<Vec<Grant>>,
}

/// One right of one grantee.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Grant {
    grantee: Grantee,
    permission: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
enum Grantee {
    User(String),
    Group(String),
}

impl Acl {
    fn effective(&self, owner_id: &str) -> Vec<Grant> {
        self.grants.clone().unwrap_or_else(|| {
            vec![Grant {
                grantee: Grantee::User(owner_id.to_owned()),
                permission: "FULL_CONTROL".to_owned(),
            }]
        })
    }

    /// Whether everybody, or everybody with an account, gets something.
    pub(crate) fn is_public(&self) -> bool {
        self.grants.iter().flatten().any(|grant| {
            matches!(&grant.grantee, Grantee::Group(uri) if uri == ALL_USERS || uri == AUTHENTICATED)
        })
    }

    /// Whether only the owner gets something.
    pub(crate) fn is_owners_only(&self, owner_id: &str) -> bool {
        self.grants
            .iter()
            .flatten()
            .all(|grant| matches!(&grant.grantee, Grantee::User(id) if id == owner_id))
    }

    /// `AccessControlPolicy`. Observed: owners and grantees have no display name.
    pub(crate) fn document(&self, owner_id: &str) -> Xml {
        let mut xml = Xml::result("AccessControlPolicy");
        xml.open("Owner").text("ID", owner_id).close();
        xml.open("AccessControlList");
        for grant in self.effective(owner_id) {
            let (kind, name, value) = match &grant.grantee {
                Grantee::User(id) => ("CanonicalUser", "ID", id),
                Grantee::Group(uri) => ("Group", "URI", uri),
            };
            xml.open("Grant");
            xml.open_with("Grantee", &[("xmlns:xsi", XSI), ("xsi:type", kind)]);
            xml.text(name, value).close();
            xml.text("Permission", &grant.permission).close();
        }
        xml.close();
        xml
    }
}

/// The canonical ids of those whom an ACL gives something without naming them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Owners {
    /// Of the bucket or object whose ACL it is.
    pub(crate) own: String,
    /// Of the bucket.
    pub(crate) bucket: String,
}

impl Owners {
    /// Of a bucket, or of an object that `owner` has in it.
    pub(crate) fn of(bucket: &Bucket, owner: &AccountId) -> Self {
        Self { own: canonical_id(owner), bucket: canonical_id(&bucket.owner) }
    }
}

/// The ACL that a request asks for in headers or body; `None` if it says nothing about it.
pub(crate) fn requested(request: &Request, owners: &Owners) -> S3Result<Option<Acl>> {
    let canned = request.header("x-amz-acl");
    let granting = GRANT_HEADERS.iter().any(|(name, _)| request.header(name).is_some());
    if canned.is_some() && granting {
        let text = "Specifying both Canned ACLs and Header Grants is not allowed";
        return Err(S3Error::request(text).into());
    }
    if let Some(name) = canned {
        return canned_acl(&name, owners).map(Some);
    }
    if granting {
        return header_grants(request, &owners.own).map(Some);
    }
    Ok(None)
}

/// What a bucket makes of a requested ACL.
///
/// Observed: with ACLs off, full control for the bucket's owner is accepted and means nothing.
pub(crate) fn settle(bucket: &Bucket, request: &Request, owners: &Owners) -> S3Result<Acl> {
    let Some(acl) = requested(request, owners)? else { return Ok(Acl::default()) };
    if bucket.has_acls() {
        return Ok(acl);
    }
    let harmless = match request.header("x-amz-acl") {
        Some(name) => name == "bucket-owner-full-control",
        None => acl.is_owners_only(&owners.own),
    };
    if harmless { Ok(Acl::default()) } else { Err(S3Error::AclNotSupported.into()) }
}

/// Source: S3 User Guide, "Canned ACL": those for the bucket's owner mean objects of others.
fn canned_acl(name: &str, owners: &Owners) -> S3Result<Acl> {
    if !CANNED.contains(&name) {
        return Err(S3Error::argument("", "x-amz-acl", name).into());
    }
    let groups: &[(&str, &str)] = match name {
        "public-read" => &[(ALL_USERS, "READ")],
        "public-read-write" => &[(ALL_USERS, "READ"), (ALL_USERS, "WRITE")],
        "authenticated-read" => &[(AUTHENTICATED, "READ")],
        "log-delivery-write" => &[(LOG_DELIVERY, "WRITE"), (LOG_DELIVERY, "READ_ACP")],
        _ => &[],
    };
    let for_bucket = match name {
        "bucket-owner-read" => Some("READ"),
        "bucket-owner-full-control" => Some("FULL_CONTROL"),
        _ => None,
    };
    let for_bucket = for_bucket.filter(|_| owners.own != owners.bucket);
    let mut grants = Acl::default().effective(&owners.own);
    let grant = |grantee, permission: &str| Grant { grantee, permission: permission.to_owned() };
    grants.extend(for_bucket.map(|own| grant(Grantee::User(owners.bucket.clone()), own)));
    grants.extend(groups.iter().map(|(uri, own)| grant(Grantee::Group((*uri).to_owned()), own)));
    Ok(Acl { grants: (grants.len() > 1).then_some(grants) })
}

fn header_grants(request: &Request, owner_id: &str) -> S3Result<Acl> {
    let mut grants = Vec::new();
    for (header, permission) in GRANT_HEADERS {
        let Some(value) = request.header(header) else { continue };
        for piece in value.split(',').map(str::trim) {
            let bad = || S3Error::argument("Argument format not recognized", header, piece);
            let (kind, name) = piece.split_once('=').ok_or_else(bad)?;
            let name = name.trim_matches('"');
            let grantee = match kind {
                "id" => user(name, "id", owner_id)?,
                "uri" => group(name, "uri")?,
                _ => return Err(bad().into()),
            };
            grants.push(Grant { grantee, permission: permission.to_owned() });
        }
    }
    Ok(Acl { grants: Some(grants) })
}

fn user(id: &str, argument: &str, owner_id: &str) -> S3Result<Grantee> {
    let known = id == owner_id || (id.len() == 64 && types::hex_decode(id).is_some());
    if known {
        Ok(Grantee::User(id.to_owned()))
    } else {
        Err(S3Error::argument("Invalid id", argument, id).into())
    }
}

fn group(uri: &str, argument: &str) -> S3Result<Grantee> {
    if GROUPS.contains(&uri) {
        Ok(Grantee::Group(uri.to_owned()))
    } else {
        Err(S3Error::argument("Invalid group uri", argument, uri).into())
    }
}

/// The refusal of a public ACL.
///
/// Source: S3 User Guide, "Access denied errors": `BlockPublicAcls`.
pub(crate) fn blocked(ctx: &Ctx<'_>, resource: &str, action: &str) -> S3Error {
    S3Error::AccessDenied(format!(
        "User: {} is not authorized to perform: {action} on resource: \"arn:aws:s3:::{resource}\" \
         because public ACLs are prevented by the BlockPublicAcls setting in S3 Block Public \
         Access.",
        ctx.caller().principal.arn()
    ))
}

/// Source: S3 API Reference, "Grantee".
const KINDS: [&str; 3] = ["CanonicalUser", "Group", "AmazonCustomerByEmail"];

/// Reads an `AccessControlPolicy`.
pub(crate) fn from_document(root: &Element, owner_id: &str) -> S3Result<Acl> {
    let malformed = || S3Error::MalformedAcl;
    let owner = root.child("Owner").and_then(|owner| owner.text_of("ID")).ok_or_else(malformed)?;
    user(owner, "CanonicalUser/ID", owner_id)?;
    let list = root.child("AccessControlList").ok_or_else(malformed)?;
    let mut grants = Vec::new();
    for grant in list.children("Grant") {
        let grantee = grant.child("Grantee").ok_or_else(malformed)?;
        let permission = grant.text_of("Permission").ok_or_else(malformed)?;
        if !PERMISSIONS.contains(&permission) {
            return Err(malformed().into());
        }
        // Observed: a kind of grantee that there is not is malformed.
        let kind = grantee.attributes.iter().find(|(name, _)| name.ends_with("type"));
        if kind.is_some_and(|(_, kind)| !KINDS.contains(&kind.as_str())) {
            return Err(malformed().into());
        }
        let grantee = match (grantee.text_of("ID"), grantee.text_of("URI")) {
            (Some(id), None) => user(id, "CanonicalUser/ID", owner_id)?,
            (None, Some(uri)) => group(uri, "Group/URI")?,
            (Some(_), Some(_)) | (None, None) => return Err(malformed().into()),
        };
        grants.push(Grant { grantee, permission: permission.to_owned() });
    }
    Ok(Acl { grants: Some(grants) })
}

/// Whether an ACL lets the caller do `action` to what `owner` has. Never for the owner's own
/// account, whose policies decide.
///
/// Source: S3 User Guide, "Mapping of ACL permissions and access policy permissions". Deleting is
/// for the owners of bucket and object: no permission on an object holds it, and that to write to
/// a bucket gives it to nobody else.
pub(crate) fn grants(
    caller: &Caller,
    bucket: &Bucket,
    (owner, acl): (&AccountId, &Acl),
    action: &str,
) -> bool {
    if !bucket.has_acls() {
        return false;
    }
    let ignored = bucket.blocks().ignore_acls && acl.is_public();
    let account = caller.principal.account();
    if ignored || account == Some(owner) {
        return false;
    }
    let needed = match action {
        "s3:ListBucket"
        | "s3:ListBucketVersions"
        | "s3:ListBucketMultipartUploads"
        | "s3:GetObject"
        | "s3:GetObjectVersion" => "READ",
        "s3:PutObject" => "WRITE",
        "s3:GetBucketAcl" | "s3:GetObjectAcl" | "s3:GetObjectVersionAcl" => "READ_ACP",
        "s3:PutBucketAcl" | "s3:PutObjectAcl" | "s3:PutObjectVersionAcl" => "WRITE_ACP",
        _ => return false,
    };
    acl.grants.iter().flatten().any(|grant| {
        let meant = match &grant.grantee {
            Grantee::User(id) => account.is_some_and(|account| canonical_id(account) == *id),
            Grantee::Group(uri) if uri == ALL_USERS => true,
            Grantee::Group(uri) => uri == AUTHENTICATED && account.is_some(),
        };
        meant && (grant.permission == needed || grant.permission == "FULL_CONTROL")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWNER: &str = "own";

    fn asked(name: &str, value: &str) -> Result<Option<Acl>, String> {
        let request = Request::default().with_header(name, value);
        let owners = Owners { own: OWNER.to_owned(), bucket: "bucket's".to_owned() };
        requested(&request, &owners).map_err(|error| format!("{error:?}"))
    }

    #[test]
    fn canned_acls_become_grants() {
        assert_eq!(asked("x-amz-acl", "private"), Ok(Some(Acl::default())));
        assert!(asked("x-amz-acl", "public-read").unwrap().unwrap().is_public());
        assert!(asked("x-amz-acl", "fake-acl").is_err());
        for name in ["bucket-owner-read", "bucket-owner-full-control"] {
            let shared = asked("x-amz-acl", name).unwrap().unwrap();
            assert_eq!(shared.grants.iter().flatten().count(), 2, "{name}");
        }
    }

    #[test]
    fn header_grants_are_checked() {
        let good = asked("x-amz-grant-read", &format!("uri=\"{LOG_DELIVERY}\"")).unwrap().unwrap();
        assert!(!good.is_public() && !good.is_owners_only(OWNER));
        assert!(asked("x-amz-grant-read", "uri=\"http://x\"").unwrap_err().contains("group uri"));
        assert!(asked("x-amz-grant-write", "id=wrong-id").unwrap_err().contains("Invalid id"));
        assert!(asked("x-amz-grant-write", "fakekey=\"1\"").unwrap_err().contains("recognized"));
    }

    #[test]
    fn the_default_document_gives_the_owner_full_control() {
        let text = Acl::default().document("abc").finish();
        assert!(text.contains(
            "<Owner><ID>abc</ID></Owner><AccessControlList><Grant><Grantee \
             xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"CanonicalUser\">\
             <ID>abc</ID></Grantee><Permission>FULL_CONTROL</Permission></Grant>"
        ));
    }
}
