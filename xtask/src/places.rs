//! Where things are: the workspace, the target folder, and what is kept between checkouts.

use std::path::{Path, PathBuf};

/// The root of the workspace.
pub fn workspace() -> PathBuf {
    // As it is run: checkouts that share a target folder share its programs.
    let own = std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
    own.parent().map_or_else(|| PathBuf::from("."), Path::to_path_buf)
}

/// Cargo's target folder.
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace().join("target"), PathBuf::from)
}

/// Whether root is asking. PostgreSQL then runs as somebody else, who must be able to reach its files.
pub fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}

/// What packages brought, for all checkouts.
pub fn cache() -> PathBuf {
    if is_root() {
        return PathBuf::from("/var/cache/the-gathering");
    }
    let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    std::env::var_os("XDG_CACHE_HOME").map_or_else(|| home.join(".cache"), PathBuf::from).join("the-gathering")
}

/// Where the space keeps its data unless told otherwise: in the checkout, or, where root asks and nobody else may
/// enter the checkout, under /var/lib.
pub fn data() -> PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let beside = workspace().join("data");
    let closed = beside
        .ancestors()
        .skip(1)
        .any(|parent| std::fs::metadata(parent).is_ok_and(|parent| parent.permissions().mode() & 0o001 == 0));
    if is_root() && closed {
        let name: String =
            workspace().display().to_string().chars().map(|c| if c.is_alphanumeric() { c } else { '-' }).collect();
        return Path::new("/var/lib/the-gathering").join(name.trim_matches('-'));
    }
    beside
}
