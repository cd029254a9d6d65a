//! What the C library's allocator is told before anything else is done.

/// Gives memory back that a plugin, an export or the full-text index took for a moment. The allocator learns from each
/// large piece that is freed to keep such pieces, up to 32 MB, for ever and for each thread; a fixed threshold keeps it
/// from learning that, and two arenas are as many as there are cores on the machines this is made for. Whoever set
/// other numbers in the environment, as mallopt(3) names them, keeps them.
pub fn frugal() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    for (name, number, value) in [
        ("MALLOC_MMAP_THRESHOLD_", libc::M_MMAP_THRESHOLD, KEPT_BYTES),
        ("MALLOC_ARENA_MAX", libc::M_ARENA_MAX, 2),
    ] {
        if std::env::var_os(name).is_none() {
            #[expect(
                unsafe_code,
                reason = "mallopt(3) only sets numbers of the allocator, and no other thread runs yet"
            )]
            unsafe {
                libc::mallopt(number, value);
            }
        }
    }
}

/// Larger pieces go back at once.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const KEPT_BYTES: i32 = 8 << 20;
