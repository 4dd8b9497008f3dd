//! Rows that cannot be edited behind our back: each carries an HMAC over its table, its place and
//! its content, checked whenever it is read.
//!
//! A key's state, policy and deletion date decide who may decrypt, so a writer of the data
//! directory must not be able to enable a key or to swap two rows undetected. Restoring an older
//! version of the whole directory is not detected here.

use std::marker::PhantomData;
use std::ops::ControlFlow;
use std::sync::Arc;

use gateway::Fault;
use keys::{Domain, Keyring};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use store::{Table, Tx};

/// A type of row.
pub(crate) trait Row: Serialize + DeserializeOwned + Clone + Send + Sync + 'static {}

/// A row with its proof.
#[derive(Debug, Serialize, Deserialize)]
struct Proven {
    row: String,
    mac: String,
}

/// A table of proven rows.
pub(crate) struct Rows<T> {
    name: &'static str,
    table: Table<Proven>,
    of: PhantomData<fn() -> T>,
}

impl<T: Row> Rows<T> {
    /// The table called `name`.
    pub(crate) const fn new(name: &'static str) -> Self {
        Self { name, table: Table::new(name), of: PhantomData }
    }

    /// The same, for rows from which cached results are derived.
    pub(crate) const fn watched(self) -> Self {
        Self { name: self.name, table: self.table.watched(), of: PhantomData }
    }

    /// The row at `place`.
    pub(crate) fn get(
        &self,
        tx: &Tx<'_>,
        keyring: &Keyring,
        place: &[u8],
    ) -> Result<Option<T>, Fault> {
        let open = |proven| self.open(keyring, place, &proven);
        let row: Option<Arc<T>> = self.table.shared_as(tx, place, open)?;
        Ok(row.map(Arc::unwrap_or_clone))
    }

    /// Sets the row at `place`.
    pub(crate) fn put(
        &self,
        tx: &mut Tx<'_>,
        keyring: &Keyring,
        place: &[u8],
        row: &T,
    ) -> Result<(), Fault> {
        let row = serde_json::to_string(row).map_err(|cause| {
            Fault::bug(format_args!("a row of `{}` cannot be written", self.name)).because(cause)
        })?;
        let mac = types::hex(&self.mac(keyring, place, &row));
        Ok(self.table.put(tx, place, &Proven { row, mac })?)
    }

    /// Removes the row at `place`.
    pub(crate) fn delete(&self, tx: &mut Tx<'_>, place: &[u8]) -> Result<(), Fault> {
        Ok(self.table.delete(tx, place)?)
    }

    /// Up to `limit` rows whose places begin with `prefix` and are not below `from`.
    pub(crate) fn page(
        &self,
        tx: &Tx<'_>,
        keyring: &Keyring,
        range: &Range<'_>,
    ) -> Result<Vec<(Vec<u8>, T)>, Fault> {
        let (mut found, mut failure) = (Vec::new(), None);
        if range.limit == 0 {
            return Ok(found);
        }
        self.table.visit(tx, range.prefix, range.from, &mut |place, proven| {
            match self.open(keyring, place, &proven) {
                Ok(row) => found.push((place.to_vec(), row)),
                Err(error) => failure = Some(error),
            }
            if failure.is_some() || found.len() >= range.limit {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        })?;
        failure.map_or(Ok(found), Err)
    }

    /// All rows whose places begin with `prefix`. For sets known to be small.
    pub(crate) fn all(
        &self,
        tx: &Tx<'_>,
        keyring: &Keyring,
        prefix: &[u8],
    ) -> Result<Vec<(Vec<u8>, T)>, Fault> {
        self.page(tx, keyring, &Range { prefix, from: &[], limit: usize::MAX })
    }

    fn open(&self, keyring: &Keyring, place: &[u8], proven: &Proven) -> Result<T, Fault> {
        let expected = self.mac(keyring, place, &proven.row);
        let found = types::hex_decode(&proven.mac).unwrap_or_default();
        if !keys::equal_in_constant_time(&expected, &found) {
            return Err(Fault::damaged(format_args!("row of `{}` was altered", self.name)));
        }
        serde_json::from_str(&proven.row)
            .map_err(|cause| Fault::damaged(format_args!("row of `{}`", self.name)).because(cause))
    }

    fn mac(&self, keyring: &Keyring, place: &[u8], row: &str) -> [u8; 32] {
        keyring.mac(Domain::Integrity, &[self.name.as_bytes(), place, row.as_bytes()])
    }
}

/// A part of a table.
pub(crate) struct Range<'a> {
    pub(crate) prefix: &'a [u8],
    pub(crate) from: &'a [u8],
    pub(crate) limit: usize,
}
