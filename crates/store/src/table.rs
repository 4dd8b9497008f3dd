use std::fmt;
use std::marker::PhantomData;
use std::ops::ControlFlow;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::tx::Pair;
use crate::{StoreError, Tx};

/// A named set of rows of one type, stored as JSON under an ordered key.
///
/// The name separates tables: a service declares its tables as constants and no other crate names
/// them. Rows are parsed leniently: a field added later needs a `#[serde(default)]`.
pub struct Table<T> {
    name: &'static str,
    watched: bool,
    rows: PhantomData<fn() -> T>,
}

impl<T> Table<T> {
    /// The table called `name`, such as `kms.key`.
    pub const fn new(name: &'static str) -> Self {
        Self { name, watched: false, rows: PhantomData }
    }

    /// The same, with changes counted by [`Tx::revision`]: for rows from which cached results are
    /// derived.
    #[must_use]
    pub const fn watched(self) -> Self {
        Self { name: self.name, watched: true, rows: PhantomData }
    }

    fn key(&self, key: &[u8]) -> Vec<u8> {
        let mut whole = Vec::with_capacity(self.name.len().saturating_add(key.len() + 1));
        whole.extend_from_slice(self.name.as_bytes());
        whole.push(0);
        whole.extend_from_slice(key);
        whole
    }
}

impl<T: Serialize + DeserializeOwned> Table<T> {
    /// The row under `key`.
    pub fn get(&self, tx: &Tx<'_>, key: impl AsRef<[u8]>) -> Result<Option<T>, StoreError> {
        tx.get(&self.key(key.as_ref()))?.map(|bytes| self.read(&bytes)).transpose()
    }

    /// The row under `key`, decoded once for all readers of the same bytes.
    ///
    /// For rows that are read again and again; others only push them out.
    pub fn shared(&self, tx: &Tx<'_>, key: impl AsRef<[u8]>) -> Result<Option<Arc<T>>, StoreError>
    where
        T: Send + Sync + 'static,
    {
        self.shared_as(tx, key, Ok)
    }

    /// The same with one more decoding step, which must depend on the row alone.
    pub fn shared_as<U: Send + Sync + 'static, E: From<StoreError>>(
        &self,
        tx: &Tx<'_>,
        key: impl AsRef<[u8]>,
        decode: impl FnOnce(T) -> Result<U, E>,
    ) -> Result<Option<Arc<U>>, E> {
        let key = self.key(key.as_ref());
        let Some(bytes) = tx.get(&key)? else { return Ok(None) };
        self.recalled(tx, key, bytes, decode).map(Some)
    }

    /// The first row whose key begins with `prefix`, decoded once for all readers of the same
    /// bytes.
    pub fn first_shared(
        &self,
        tx: &Tx<'_>,
        prefix: impl AsRef<[u8]>,
    ) -> Result<Option<Arc<T>>, StoreError>
    where
        T: Send + Sync + 'static,
    {
        let prefix = self.key(prefix.as_ref());
        let end = successor(prefix.clone());
        let mut first = None;
        tx.visit(&prefix, end.as_deref(), &mut |key, value| {
            first = Some((key.to_vec(), value.to_vec()));
            ControlFlow::Break(())
        })?;
        first.map(|(key, bytes)| self.recalled(tx, key, bytes, Ok)).transpose()
    }

    fn recalled<U: Send + Sync + 'static, E: From<StoreError>>(
        &self,
        tx: &Tx<'_>,
        key: Vec<u8>,
        bytes: Vec<u8>,
        decode: impl FnOnce(T) -> Result<U, E>,
    ) -> Result<Arc<U>, E> {
        if let Some(known) = tx.memo.and_then(|memo| memo.recall(&key, &bytes)) {
            return Ok(known);
        }
        let decoded = Arc::new(decode(self.read(&bytes)?)?);
        if let Some(memo) = tx.memo {
            memo.remember(key, bytes, &decoded);
        }
        Ok(decoded)
    }

    /// Whether there is a row under `key`.
    pub fn contains(&self, tx: &Tx<'_>, key: impl AsRef<[u8]>) -> Result<bool, StoreError> {
        Ok(tx.get(&self.key(key.as_ref()))?.is_some())
    }

    /// Sets the row under `key`.
    pub fn put(&self, tx: &mut Tx<'_>, key: impl AsRef<[u8]>, row: &T) -> Result<(), StoreError> {
        let (key, bytes) = self.pair(key, row)?;
        tx.changes_watched |= self.watched;
        tx.put(key, bytes)
    }

    /// A row as it is stored.
    pub(crate) fn pair(&self, key: impl AsRef<[u8]>, row: &T) -> Result<Pair, StoreError> {
        let bytes = serde_json::to_vec(row).map_err(|cause| {
            StoreError::engine(format_args!("row of `{}`", self.name)).because(cause)
        })?;
        Ok((self.key(key.as_ref()), bytes))
    }

    /// Removes the row under `key`, if there is one.
    pub fn delete(&self, tx: &mut Tx<'_>, key: impl AsRef<[u8]>) -> Result<(), StoreError> {
        tx.changes_watched |= self.watched;
        tx.delete(self.key(key.as_ref()))
    }

    /// Shows the rows whose keys begin with `prefix` and are not below `from`, ascending, until
    /// `visitor` breaks. `from` counts from the start of the key, `prefix` included.
    pub fn visit(
        &self,
        tx: &Tx<'_>,
        prefix: impl AsRef<[u8]>,
        from: impl AsRef<[u8]>,
        visitor: &mut dyn FnMut(&[u8], T) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        let prefix = self.key(prefix.as_ref());
        let from = self.key(from.as_ref()).max(prefix.clone());
        let end = successor(prefix);
        let mut failure = None;
        tx.visit(&from, end.as_deref(), &mut |key, value| {
            let short = key.get(self.name.len() + 1..).unwrap_or_default();
            match self.read(value) {
                Ok(row) => visitor(short, row),
                Err(error) => {
                    failure = Some(error);
                    ControlFlow::Break(())
                }
            }
        })?;
        failure.map_or(Ok(()), Err)
    }

    /// All rows whose keys begin with `prefix`, ascending. For sets known to be small.
    pub fn all(
        &self,
        tx: &Tx<'_>,
        prefix: impl AsRef<[u8]>,
    ) -> Result<Vec<(Vec<u8>, T)>, StoreError> {
        let mut rows = Vec::new();
        self.visit(tx, prefix, [], &mut |key, row| {
            rows.push((key.to_vec(), row));
            ControlFlow::Continue(())
        })?;
        Ok(rows)
    }

    /// The row of this table that a key with its table and its bytes are; `None` if they are of
    /// another one.
    pub fn row(&self, key: &[u8], value: &[u8]) -> Result<Option<T>, StoreError> {
        let key = key.strip_prefix(self.name.as_bytes());
        if key.is_some_and(|key| key.first() == Some(&0)) {
            return self.read(value).map(Some);
        }
        Ok(None)
    }

    fn read(&self, bytes: &[u8]) -> Result<T, StoreError> {
        serde_json::from_slice(bytes).map_err(|cause| {
            StoreError::corrupt(format_args!("row of `{}`", self.name)).because(cause)
        })
    }
}

/// A named set of rows of bytes under an ordered key: for content that is no JSON.
#[derive(Debug)]
pub struct ByteTable(Table<()>);

impl ByteTable {
    /// The table called `name`.
    pub const fn new(name: &'static str) -> Self {
        Self(Table::new(name))
    }

    /// The bytes under `key`.
    pub fn get(&self, tx: &Tx<'_>, key: impl AsRef<[u8]>) -> Result<Option<Vec<u8>>, StoreError> {
        tx.get(&self.0.key(key.as_ref()))
    }

    /// Sets the bytes under `key`.
    pub fn put(
        &self,
        tx: &mut Tx<'_>,
        key: impl AsRef<[u8]>,
        bytes: Vec<u8>,
    ) -> Result<(), StoreError> {
        tx.put(self.0.key(key.as_ref()), bytes)
    }

    /// Removes the bytes under `key`, if there are any.
    pub fn delete(&self, tx: &mut Tx<'_>, key: impl AsRef<[u8]>) -> Result<(), StoreError> {
        self.0.delete(tx, key)
    }
}

impl<T> fmt::Debug for Table<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Table({})", self.name)
    }
}

/// The least key above every key that begins with `prefix`.
fn successor(mut prefix: Vec<u8>) -> Option<Vec<u8>> {
    while let Some(last) = prefix.pop() {
        if last < u8::MAX {
            prefix.push(last + 1);
            return Some(prefix);
        }
    }
    None
}

/// A key of several parts that sorts part by part, whatever bytes the parts contain.
///
/// Each part is closed by `00 00`; a zero byte inside a part becomes `00 ff`.
pub fn key<P: AsRef<[u8]>>(parts: impl IntoIterator<Item = P>) -> Vec<u8> {
    let mut whole = Vec::new();
    for part in parts {
        for byte in part.as_ref() {
            whole.push(*byte);
            if *byte == 0 {
                whole.push(u8::MAX);
            }
        }
        whole.extend([0, 0]);
    }
    whole
}

/// The start of every [`key`] whose leading parts are `parts` and whose next part begins with
/// `start`.
pub fn key_prefix<P: AsRef<[u8]>>(parts: impl IntoIterator<Item = P>, start: &[u8]) -> Vec<u8> {
    let mut whole = key(parts);
    let mut last = key([start]);
    last.truncate(last.len().saturating_sub(2));
    whole.append(&mut last);
    whole
}

/// The parts of a [`key`].
pub fn key_parts(key: &[u8]) -> Vec<Vec<u8>> {
    let (mut parts, mut part) = (Vec::new(), Vec::new());
    let mut bytes = key.iter().copied();
    while let Some(byte) = bytes.next() {
        match byte {
            0 => match bytes.next() {
                Some(u8::MAX) => part.push(0),
                _ => parts.push(std::mem::take(&mut part)),
            },
            other => part.push(other),
        }
    }
    parts
}

/// One part of a [`key`], which is text. Errors when the key has no such part.
pub fn key_text(key: &[u8], part: usize) -> Result<String, StoreError> {
    let found = key_parts(key).into_iter().nth(part);
    let wrong = || StoreError::corrupt(format_args!("part {part} of a key is not text"));
    String::from_utf8(found.ok_or_else(wrong)?).map_err(|cause| wrong().because(cause))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Composite keys sort like their lists of parts and can be split again.
        #[test]
        fn keys_sort_like_their_parts(
            a in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..6), 1..4),
            b in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..6), 1..4),
        ) {
            prop_assert_eq!(key(&a).cmp(&key(&b)), a.cmp(&b));
            prop_assert_eq!(key_parts(&key(&a)), a);
        }
    }

    /// The successor of a prefix is above all that begins with it.
    #[test]
    fn successor_is_above_the_prefix() {
        assert_eq!(successor(b"ab".to_vec()), Some(b"ac".to_vec()));
        assert_eq!(successor(vec![1, 255]), Some(vec![2]));
        assert_eq!(successor(vec![255]), None);
    }
}
