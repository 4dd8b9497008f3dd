//! What compiled policies take in memory, about, in bytes.

/// What an allocation takes beyond its bytes.
const ALLOCATION: usize = 16;

/// A text.
pub(crate) fn of_text(text: &str) -> usize {
    of_all(&[text.len(), ALLOCATION, size_of::<String>()])
}

/// A list, of which each entry takes what `of` says.
pub(crate) fn of_list<T>(list: &[T], of: impl Fn(&T) -> usize) -> usize {
    let entries = list.iter().map(|one| of(one).saturating_add(size_of::<T>()));
    entries.fold(ALLOCATION, usize::saturating_add)
}

/// The sum.
pub(crate) fn of_all(parts: &[usize]) -> usize {
    parts.iter().copied().fold(0, usize::saturating_add)
}
