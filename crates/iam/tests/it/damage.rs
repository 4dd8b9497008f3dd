//! Detection of damage in what IAM stored.

use serde_json::Value;
use store::Table;
use testkit::Kit;

/// Rows as the store sees them.
const ACCOUNTS: Table<Value> = Table::new("iam.account");

/// An account whose ID cannot be read is an error; no list of accounts goes on without it.
#[test]
fn a_damaged_account_is_not_left_out() {
    let kit = Kit::new(&[iam::ROWS]);
    let names = |kit: &Kit| iam::accounts(&kit.store.snapshot().unwrap().tx()).map(|all| all.len());
    assert_eq!(names(&kit).unwrap(), 2);
    let edited = kit.store.submit(|tx| {
        let (_, row) = ACCOUNTS.all(tx, []).unwrap().pop().unwrap();
        (ACCOUNTS.put(tx, "damaged", &row), Vec::new())
    });
    edited.wait().unwrap().unwrap();
    assert!(names(&kit).is_err());
}
