//! The memory of compiled policies, approximately, in bytes.

/// The overhead of an allocation.
const ALLOCATION: usize = 16;

/// A text.
pub(crate) fn of_text(text: &str) -> usize {
    of_all(&[text.len(), ALLOCATION, size_of::<String>()])
}

/// A list in which each entry needs what `of` returns.
pub(crate) fn of_list<T>(list: &[T], of: impl Fn(&T) -> usize) -> usize {
    let entries = list.iter().map(|one| of(one).saturating_add(size_of::<T>()));
    entries.fold(ALLOCATION, usize::saturating_add)
}

/// The sum.
pub(crate) fn of_all(parts: &[usize]) -> usize {
    parts.iter().copied().fold(0, usize::saturating_add)
}
