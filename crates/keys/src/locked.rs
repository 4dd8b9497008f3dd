use memmap2::MmapMut;
use zeroize::Zeroize;

/// A few bytes on a separate page, which the system neither swaps out nor dumps.
///
/// Both are best effort: if the limit of locked memory or the page allocation fails, the bytes are
/// in ordinary memory. Wiped when dropped.
pub(crate) struct Locked<const N: usize>(Place<N>);

enum Place<const N: usize> {
    Page { page: MmapMut, is_locked: bool },
    Heap(Box<[u8; N]>),
}

impl<const N: usize> Locked<N> {
    pub(crate) fn zeroed() -> Self {
        let Ok(page) = MmapMut::map_anon(N) else { return Self(Place::Heap(Box::new([0; N]))) };
        #[cfg(target_os = "linux")]
        // Without it, a core dump, which the process disables anyway, would contain the page.
        let _ = page.advise(memmap2::Advice::DontDump);
        let is_locked = page.lock().is_ok();
        Self(Place::Page { page, is_locked })
    }

    /// Whether the system agreed to keep the bytes out of swap space.
    pub(crate) fn is_locked(&self) -> bool {
        matches!(self.0, Place::Page { is_locked: true, .. })
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Place::Page { page, .. } => page,
            Place::Heap(bytes) => bytes.as_slice(),
        }
    }

    pub(crate) fn as_mut_bytes(&mut self) -> &mut [u8] {
        match &mut self.0 {
            Place::Page { page, .. } => page,
            Place::Heap(bytes) => bytes.as_mut_slice(),
        }
    }
}

impl<const N: usize> Drop for Locked<N> {
    fn drop(&mut self) {
        self.as_mut_bytes().zeroize();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    /// The flags of the mapping that contains an address, as the kernel reports them.
    fn flags(address: *const u8) -> String {
        let maps = std::fs::read_to_string("/proc/self/smaps").unwrap();
        let mut is_ours = false;
        for line in maps.lines() {
            let range = line.split(' ').next().and_then(|range| range.split_once('-'));
            let number = |text| usize::from_str_radix(text, 16).ok();
            if let Some((from, to)) = range.and_then(|(a, b)| number(a).zip(number(b))) {
                is_ours = (from..to).contains(&address.addr());
            }
            if let Some(flags) = line.strip_prefix("VmFlags:").filter(|_| is_ours) {
                return flags.to_owned();
            }
        }
        panic!("no mapping holds it");
    }

    /// The kernel reports that the page is locked (`lo`) and excluded from dumps (`dd`).
    #[cfg(target_os = "linux")]
    #[test]
    fn the_page_is_locked_and_not_dumped() {
        let mut secret = Locked::<32>::zeroed();
        secret.as_mut_bytes().fill(7);
        let flags = flags(secret.as_bytes().as_ptr());
        assert_eq!(secret.as_bytes(), [7; 32]);
        assert!(flags.contains(" dd"), "{flags}");
        assert_eq!(flags.contains(" lo"), secret.is_locked(), "{flags}");
    }

    /// Bytes without a page work as well.
    #[test]
    fn the_heap_is_the_fallback() {
        let mut secret = Locked::<4>(Place::Heap(Box::new([0; 4])));
        secret.as_mut_bytes().copy_from_slice(b"abcd");
        assert_eq!((secret.as_bytes(), secret.is_locked()), (&b"abcd"[..], false));
    }
}
