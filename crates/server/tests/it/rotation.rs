//! A root access key that was rotated out or deleted is not restored, even if the rotation is
//! interrupted.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use server::{
    Config, OpenError, RootCredentials, Rotated, create_account, list_accounts, open,
    rename_account, reset_root_password, rotate_root_access_key,
};
use tempfile::TempDir;
use types::{AccountId, Clock, Entropy};

/// A data directory that stores its root access key.
struct Kept {
    _folder: TempDir,
    config: Config,
}

impl Kept {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let config = Config { data_dir: folder.path().to_owned(), ..Config::default() };
        let kept = Self { _folder: folder, config };
        kept.start().unwrap();
        kept
    }

    fn start(&self) -> Result<(), OpenError> {
        let opened = open(&self.config, Clock::system(), Entropy::system())?;
        opened.store.shut_down();
        Ok(())
    }

    fn rotate(&self) -> Result<Rotated, OpenError> {
        let (clock, entropy) = (Clock::system(), Entropy::system());
        rotate_root_access_key(&self.config, &self.config.account, &clock, &entropy)
    }

    /// The ids of the first account's root access keys.
    fn known(&self) -> Vec<String> {
        let accounts = list_accounts(&self.config, &Clock::system()).unwrap();
        let first = accounts.into_iter().find(|account| account.id == self.config.account);
        first.unwrap().root_access_key_ids
    }

    /// The ID of the key in the file.
    fn kept(&self) -> String {
        RootCredentials::kept(&self.config.data_dir).unwrap().unwrap().access_key_id
    }

    fn file(&self) -> PathBuf {
        self.config.data_dir.join("root-credentials")
    }

    fn beside(&self) -> PathBuf {
        self.config.data_dir.join("root-credentials.new")
    }
}

fn set_private(path: &Path, bytes: &[u8]) {
    fs::write(path, bytes).unwrap();
    fs::set_permissions(path, Permissions::from_mode(0o600)).unwrap();
}

/// A file that cannot be replaced is found before anything is changed.
#[test]
fn a_rejected_file_keeps_the_key() {
    let data = Kept::new();
    let before = data.kept();
    fs::set_permissions(data.file(), Permissions::from_mode(0o644)).unwrap();
    assert!(matches!(data.rotate(), Err(OpenError::TooOpen { .. })));
    fs::set_permissions(data.file(), Permissions::from_mode(0o600)).unwrap();
    assert_eq!(data.known(), std::slice::from_ref(&before));
    // No new file can be written: a full disk has the same effect.
    fs::create_dir(data.beside()).unwrap();
    assert!(data.rotate().is_err());
    fs::remove_dir(data.beside()).unwrap();
    assert_eq!((data.known(), data.kept()), (vec![before.clone()], before));
}

/// A crash between the commit and the new file's taking its place loses no key and brings none back.
#[test]
fn a_rotation_that_was_committed_is_finished_by_a_start() {
    let data = Kept::new();
    let old = fs::read(data.file()).unwrap();
    let rotated = data.rotate().unwrap();
    assert!(rotated.is_kept && rotated.trouble.is_none(), "{rotated:?}");
    fs::rename(data.file(), data.beside()).unwrap();
    set_private(&data.file(), &old);
    data.start().unwrap();
    let new = rotated.account.root_access_key_id;
    assert_eq!((data.known(), data.kept()), (vec![new.clone()], new));
    assert!(!data.beside().exists());
}

/// A crash before the commit leaves the old key; half a file is no key.
#[test]
fn a_rotation_that_was_not_committed_is_undone_by_a_start() {
    let data = Kept::new();
    let before = data.kept();
    let text = "aws_access_key_id = AKIANEVERCOMMITTED01\naws_secret_access_key = x\n";
    for written in [text, "aws_access_key_id = AKIA"] {
        set_private(&data.beside(), written.as_bytes());
        data.start().unwrap();
        assert!(!data.beside().exists());
        assert_eq!((data.known(), data.kept()), (vec![before.clone()], before.clone()));
    }
    // Nor does a key that was never committed take the place of one that was rotated out.
    let old = fs::read(data.file()).unwrap();
    let known = data.rotate().unwrap().account.root_access_key_id;
    set_private(&data.file(), &old);
    set_private(&data.beside(), text.as_bytes());
    data.start().unwrap();
    assert!(!data.beside().exists());
    assert_eq!((data.known(), data.kept()), (vec![known], before));
}

/// A start does not create a key that is only in the file, and a rotation replaces it.
#[test]
fn a_key_that_was_rotated_out_is_not_restored() {
    let data = Kept::new();
    let old = fs::read(data.file()).unwrap();
    let first = data.rotate().unwrap().account.root_access_key_id;
    set_private(&data.file(), &old);
    data.start().unwrap();
    assert_eq!(data.known(), std::slice::from_ref(&first), "as it was");
    let other =
        Config { account: AccountId::parse("111122223333").unwrap(), ..data.config.clone() };
    let refused = open(&other, Clock::system(), Entropy::system()).unwrap_err();
    assert!(matches!(refused, OpenError::StaleRootCredentials { .. }), "{refused}");
    let second = data.rotate().unwrap();
    assert_eq!((second.deleted.clone(), second.is_kept), (vec![first], true));
    assert_eq!(data.kept(), second.account.root_access_key_id);
    data.start().unwrap();
    assert_eq!(data.known(), [second.account.root_access_key_id]);
}

/// The file stores the first account's key; changes of other accounts do not affect it.
#[test]
fn other_accounts_do_not_change_the_file() {
    let data = Kept::new();
    let (clock, entropy) = (Clock::system(), Entropy::system());
    let other = create_account(&data.config, "payments", None, &clock, &entropy).unwrap().made;
    let before = data.kept();
    let rotated = rotate_root_access_key(&data.config, &other.id, &clock, &entropy).unwrap();
    assert!(!rotated.is_kept && !data.beside().exists());
    assert_eq!(data.kept(), before);
}

/// A failure after the commit is returned with the new secret, which exists nowhere else.
#[test]
fn a_committed_secret_is_returned_with_later_failures() {
    let data = Kept::new();
    let (clock, entropy) = (Clock::system(), Entropy::system());
    let (config, first) = (&data.config, &data.config.account);
    // The identity cannot be written: a full disk has the same effect.
    let in_the_way = config.data_dir.join("identity.new");
    fs::create_dir(&in_the_way).unwrap();
    let created = create_account(config, "payments", None, &clock, &entropy).unwrap();
    let reset = reset_root_password(config, first, &clock, &entropy).unwrap();
    let renamed = rename_account(config, first, "audit", &clock, &entropy).unwrap();
    let rotated = data.rotate().unwrap();
    for trouble in [&created.trouble, &reset.trouble, &renamed.trouble, &rotated.trouble] {
        assert!(trouble.as_ref().is_some_and(|text| text.contains("identity")), "{trouble:?}");
    }
    fs::remove_dir(&in_the_way).unwrap();
    data.start().unwrap();
    let accounts = list_accounts(config, &clock).unwrap();
    let of = |id: &AccountId| accounts.iter().find(|account| account.id == *id).unwrap();
    assert_eq!(of(&created.made.id).root_access_key_ids, [created.made.root_access_key_id]);
    assert!(of(first).has_root_password && reset.made.len() == 27);
    assert_eq!(of(first).name, "audit");
    assert_eq!(of(first).root_access_key_ids, [rotated.account.root_access_key_id]);
}
