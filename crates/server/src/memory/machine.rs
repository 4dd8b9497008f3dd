use std::fs;

/// What this machine, or the control group that the process was started in, has of memory, in
/// bytes.
///
/// Source: proc(5), `/proc/meminfo`; the kernel's "Control Group v2", `memory.max`, and "Memory
/// Resource Controller" of version 1. Containers see their own group at these places.
pub(super) fn memory_bytes() -> Option<u64> {
    let read = |path| fs::read_to_string(path).ok();
    let machine = read("/proc/meminfo").and_then(|text| total(&text));
    let groups = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"];
    let groups = groups.into_iter().filter_map(|path| limit(&read(path)?));
    machine.into_iter().chain(groups).min()
}

/// `MemTotal:       24684344 kB`
fn total(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim_end().parse().ok()?;
    kib.checked_mul(1 << 10)
}

/// A number of bytes; `max` is none.
fn limit(text: &str) -> Option<u64> {
    text.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernels_figures_are_read() {
        let meminfo = "MemTotal:       24684344 kB\nMemFree:        18818012 kB\n";
        assert_eq!(total(meminfo), Some(24_684_344 << 10));
        assert_eq!(total("MemFree: 1 kB\n"), None);
        assert_eq!(limit("536870912\n"), Some(512 << 20));
        assert_eq!(limit("max\n"), None);
    }
}
