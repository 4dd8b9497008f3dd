//! Paging: the same for every list.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::expect::*;
use crate::world::*;

const X: (&str, &str) = ("UserName", "x");
const GROUP: (&str, &str) = ("GroupName", "x");
const ROLE: (&str, &str) = ("RoleName", "x");
const POLICY: (&str, &str) = ("PolicyArn", "arn:aws:iam::111122223333:policy/x");

/// Lists with several items each: the operation, its parameters, and the element that names an
/// item.
const LISTS: &[(&str, Sent<'_>, &str)] = &[
    ("ListUsers", &[], "UserId"),
    ("ListUsers", &[("PathPrefix", "/p/")], "UserId"),
    ("ListGroups", &[], "GroupId"),
    ("ListRoles", &[], "RoleId"),
    ("ListPolicies", &[("Scope", "Local")], "PolicyId"),
    ("ListPolicyVersions", &[POLICY], "VersionId"),
    ("GetGroup", &[GROUP], "UserId"),
    ("ListGroupsForUser", &[X], "GroupId"),
    ("ListUserPolicies", &[X], "member"),
    ("ListGroupPolicies", &[GROUP], "member"),
    ("ListRolePolicies", &[ROLE], "member"),
    ("ListAttachedUserPolicies", &[X], "PolicyArn"),
    ("ListAttachedGroupPolicies", &[GROUP], "PolicyArn"),
    ("ListAttachedRolePolicies", &[ROLE], "PolicyArn"),
    ("ListUserTags", &[X], "Key"),
    ("ListRoleTags", &[ROLE], "Key"),
    ("ListPolicyTags", &[POLICY], "Key"),
    ("ListAccessKeys", &[X], "AccessKeyId"),
    ("ListVirtualMFADevices", &[], "SerialNumber"),
    ("ListEntitiesForPolicy", &[("PolicyArn", SECURITY_AUDIT)], "member"),
    ("GetAccountAuthorizationDetails", &[("Filter.member.1", "User")], "UserId"),
    ("GetAccountAuthorizationDetails", &[("Filter.member.1", "LocalManagedPolicy")], "PolicyId"),
];
const SECURITY_AUDIT: &str = "arn:aws:iam::aws:policy/SecurityAudit";

/// At least three of everything that is listed, except that there are two access keys.
fn world() -> World {
    let world = World::new();
    let (root, document) = (&world.root, allowing("s3:*"));
    let with = ("PolicyDocument", document.as_str());
    let tags: Vec<_> = (1..=3)
        .map(|at| (format!("Tags.member.{at}.Key"), format!("Tags.member.{at}.Value")))
        .collect();
    let keys = ["a", "B", "c"];
    let tags: Vec<(&str, &str)> = tags
        .iter()
        .zip(keys)
        .flat_map(|((name, value), key)| [(name.as_str(), key), (value.as_str(), "v")])
        .collect();
    for name in ["x", "Y", "z"] {
        world.ok(root, "CreateUser", &[("UserName", name), ("Path", "/p/")]);
        world.ok(root, "CreateGroup", &[("GroupName", name)]);
        world.role(name, OPEN_TRUST);
        world.policy(name, &document);
        world.ok(root, "CreateVirtualMFADevice", &[("VirtualMFADeviceName", name)]);
    }
    world.ok(root, "CreateUser", &[("UserName", "other"), ("Path", "/q/")]);
    for name in ["x", "Y", "z"] {
        world.ok(root, "AddUserToGroup", &[GROUP, ("UserName", name)]);
        world.ok(root, "AddUserToGroup", &[("GroupName", name), X]);
        world.ok(root, "CreatePolicyVersion", &[POLICY, with]);
        for (kind, of) in [("User", X), ("Group", GROUP), ("Role", ROLE)] {
            world.ok(root, &format!("Put{kind}Policy"), &[of, ("PolicyName", name), with]);
            let arn = arn(&format!("policy/{name}"));
            world.ok(root, &format!("Attach{kind}Policy"), &[of, ("PolicyArn", &arn)]);
        }
    }
    for (kind, of) in [("User", X), ("Group", GROUP), ("Role", ROLE)] {
        let audit = ("PolicyArn", SECURITY_AUDIT);
        world.ok(root, &format!("Attach{kind}Policy"), &[of, audit]);
    }
    for (kind, of) in [("User", X), ("Role", ROLE), ("Policy", POLICY)] {
        world.ok(root, &format!("Tag{kind}"), &[&[of], &tags[..]].concat());
    }
    world.ok(root, "CreateAccessKey", &[X]);
    world.ok(root, "CreateAccessKey", &[X]);
    world
}

/// However large the pages, together they have every item of the list once, each page but the last
/// is full, and the last one has no marker.
#[test]
fn pages_together_are_the_whole_list() {
    let world = world();
    for (action, of, item) in LISTS {
        let whole = world.result(action, of);
        let mut all = texts(&whole, item);
        // The entities of a policy are in three lists, across which pages go.
        let is_one_list = *action != "ListEntitiesForPolicy";
        if !is_one_list {
            all.sort();
        }
        assert!(all.len() >= 2, "{action}: {whole}");
        assert_eq!(text(&whole, "IsTruncated"), "false", "{action}");
        assert!(!whole.contains("<Marker>"), "{action}");
        for size in 1..=all.len() {
            let (mut seen, mut marker, max) = (Vec::new(), String::new(), size.to_string());
            loop {
                let mut page = [*of, &[("MaxItems", max.as_str())]].concat();
                if !marker.is_empty() {
                    page.push(("Marker", &marker));
                }
                let got = world.result(action, &page);
                let items = texts(&got, item);
                seen.extend(items.iter().cloned());
                marker = text(&got, "Marker");
                let is_last = seen.len() == all.len();
                assert_eq!(text(&got, "IsTruncated"), (!is_last).to_string(), "{action} {size}");
                assert_eq!(marker.is_empty(), is_last, "{action} {size}");
                if marker.is_empty() {
                    break;
                }
                assert_eq!(items.len(), size, "{action}: a page before the last is full");
            }
            if !is_one_list {
                seen.sort();
            }
            assert_eq!(seen, all, "{action} by {size}");
        }
    }
}

/// An item that is deleted between two pages neither hides another nor repeats one; a new one is
/// found if its turn has not passed.
#[test]
fn lists_may_change_between_pages() {
    let world = World::new();
    for name in ["a", "b", "c", "d"] {
        world.ok(&world.root, "CreateUser", &[("UserName", name)]);
    }
    let two = ("MaxItems", "2");
    let first = world.result("ListUsers", &[two]);
    assert_eq!(texts(&first, "UserName"), ["a", "b"]);
    let marker = text(&first, "Marker");
    world.ok(&world.root, "DeleteUser", &[("UserName", "b")]);
    world.ok(&world.root, "CreateUser", &[("UserName", "aa")]);
    world.ok(&world.root, "CreateUser", &[("UserName", "bb")]);
    let second = world.result("ListUsers", &[two, ("Marker", &marker)]);
    assert_eq!(texts(&second, "UserName"), ["bb", "c"]);
    let marker = text(&second, "Marker");
    for name in ["c", "d"] {
        world.ok(&world.root, "DeleteUser", &[("UserName", name)]);
    }
    let third = world.result("ListUsers", &[two, ("Marker", &marker)]);
    assert_eq!(third, "<Users/><IsTruncated>false</IsTruncated>");
}

/// A marker that no list returned is an error of every list.
#[test]
fn a_marker_must_be_one_of_a_list() {
    let world = world();
    let no_text = URL_SAFE_NO_PAD.encode([0xff, 0xfe]);
    for (action, of, _) in LISTS {
        for marker in ["?", "not base64!", &no_text] {
            let sent = [*of, &[("Marker", marker)]].concat();
            let message = format!("Invalid Marker: {marker}.");
            world.fails(action, &sent, (400, "ValidationError", &message));
        }
    }
}

/// A marker of another list is a place in this one, like the name of an item that was deleted.
#[test]
fn a_marker_of_another_list_is_a_place_in_this_one() {
    let world = world();
    let marker = text(&world.result("ListGroups", &[("MaxItems", "1")]), "Marker");
    let listed = world.result("ListUsers", &[("Marker", &marker)]);
    let after: Vec<_> = texts(&world.result("ListUsers", &[]), "UserName")
        .into_iter()
        .filter(|name| name.to_lowercase().as_str() > "x")
        .collect();
    assert_eq!(texts(&listed, "UserName"), after);
}

/// A hundred items are a page without `MaxItems`.
#[test]
fn a_page_has_a_hundred_items_by_default() {
    let world = World::new();
    for number in 0..101 {
        world.ok(&world.root, "CreateGroup", &[("GroupName", &format!("g{number:03}"))]);
    }
    let first = world.result("ListGroups", &[]);
    assert_eq!(texts(&first, "GroupName").len(), 100);
    assert_eq!(text(&first, "IsTruncated"), "true");
    let rest = world.result("ListGroups", &[("Marker", &text(&first, "Marker"))]);
    assert_eq!(texts(&rest, "GroupName"), ["g100"]);
    let all = world.result("ListGroups", &[("MaxItems", "1000")]);
    assert_eq!(texts(&all, "GroupName").len(), 101);
}

/// Lists of resources that there are none of take the same members.
#[test]
fn lists_of_absent_resources_take_the_same_members() {
    let world = world();
    let page = [("MaxItems", "1"), ("Marker", "YQ")];
    let tests: &[(&str, Sent<'_>, &str)] = &[
        ("ListSSHPublicKeys", &[X], "<SSHPublicKeys/><IsTruncated>false</IsTruncated>"),
        ("ListSigningCertificates", &[X], "<Certificates/><IsTruncated>false</IsTruncated>"),
        (
            "ListServiceSpecificCredentials",
            &[X, ("ServiceName", "codecommit.amazonaws.com")],
            "<ServiceSpecificCredentials/><IsTruncated>false</IsTruncated>",
        ),
        (
            "ListInstanceProfilesForRole",
            &[ROLE],
            "<InstanceProfiles/><IsTruncated>false</IsTruncated>",
        ),
        (
            "ListInstanceProfiles",
            &[("PathPrefix", "/a/")],
            "<InstanceProfiles/><IsTruncated>false</IsTruncated>",
        ),
        (
            "ListServerCertificates",
            &[("PathPrefix", "/a/")],
            "<ServerCertificateMetadataList/><IsTruncated>false</IsTruncated>",
        ),
    ];
    for (action, of, want) in tests {
        assert_eq!(world.result(action, of), *want, "{action}");
        assert_eq!(world.result(action, &[*of, &page[..]].concat()), *want, "{action}");
    }
    assert_eq!(world.result("ListSAMLProviders", &[]), "<SAMLProviderList/>");
    assert_eq!(world.result("ListOpenIDConnectProviders", &[]), "<OpenIDConnectProviderList/>");
    let missing = (404, "NoSuchEntity", "The user with name none cannot be found.");
    for action in ["ListSSHPublicKeys", "ListSigningCertificates", "ListServiceSpecificCredentials"]
    {
        world.fails(action, &[("UserName", "none")], missing);
        world.ok(&world.root, action, &[]);
    }
    let missing = (404, "NoSuchEntity", "The role with name none cannot be found.");
    world.fails("ListInstanceProfilesForRole", &[("RoleName", "none")], missing);
}
