//! What the gateway asks of IAM.

use crate::world::*;

/// The principals that a stored policy may contain, and their stored form.
#[test]
fn principals_are_stored_by_their_unique_ids() {
    let world = World::new();
    let path = [("UserName", "alice"), ("Path", "/team/")];
    let id = text(&world.ok(&world.root, "CreateUser", &path), "UserId");
    let trust = ("AssumeRolePolicyDocument", OPEN_TRUST);
    world.ok(&world.root, "CreateRole", &[("RoleName", "r"), trust]);
    world.ok(&world.root, "CreateGroup", &[("GroupName", "g")]);
    let view = world.kit.gateway.snapshot().unwrap();
    let check = |name: &str, want: Option<&str>| {
        let got = (iam::PORT.unique_id)(&view.tx(), name).unwrap();
        assert_eq!(got.as_deref(), want, "{name}");
    };
    let same = |name: &str| check(name, Some(name));
    let arn = "arn:aws:iam::111122223333:user/team/alice";
    check(arn, Some(&id));
    check(&id, Some(&id));
    check(ACCOUNT, Some("arn:aws:iam::111122223333:root"));
    same("*");
    same("arn:aws:iam::111122223333:root");
    same("arn:aws:sts::111122223333:assumed-role/r/any");
    same("arn:aws:sts::111122223333:federated-user/any");
    same("arn:aws:iam::999999999999:user/not-hosted-here");
    for unknown in [
        "arn:aws:iam::111122223333:user/alice",
        "arn:aws:iam::111122223333:user/team/Alice",
        "arn:aws:iam::111122223333:group/g",
        "arn:aws:iam::111122223333:role/missing",
        "arn:aws:sts::111122223333:assumed-role/R/any",
        "arn:aws:s3:::bucket",
        "AIDAMISSING",
        "",
    ] {
        check(unknown, None);
    }
    assert_eq!((iam::PORT.arn)(&view.tx(), &id).unwrap().as_deref(), Some(arn));
}

/// Accounts keep their canonical user ID in S3; other accounts have one, too.
#[test]
fn accounts_have_a_canonical_user_id() {
    let world = World::new();
    let view = world.kit.gateway.snapshot().unwrap();
    let accounts = iam::accounts(&view.tx()).unwrap();
    let ids: Vec<&str> = accounts.iter().map(|account| account.id.as_str()).collect();
    assert_eq!(ids, [ACCOUNT, OTHER_ACCOUNT]);
    for account in accounts {
        let id = iam::canonical_user_id(&view.tx(), &account.id).unwrap();
        assert_eq!(id, account.canonical_user_id);
        assert!(id.len() == 64 && types::hex_decode(&id).is_some());
    }
    let elsewhere = types::AccountId::parse("999999999999").unwrap();
    assert_eq!(iam::canonical_user_id(&view.tx(), &elsewhere).unwrap().len(), 64);
}
