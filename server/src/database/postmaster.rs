//! The file by which a running PostgreSQL says where it is.

use std::path::{Path, PathBuf};

/// What `postmaster.pid` holds of use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Postmaster {
    pub pid: u32,
    pub socket_folder: PathBuf,
}

impl Postmaster {
    /// The server of a data folder, if one lives. Pid, data folder, start, port, socket folder, one a line.
    pub fn of(folder: &Path) -> Option<Self> {
        let text = std::fs::read_to_string(folder.join("postmaster.pid")).ok()?;
        let postmaster = Self::parse(&text)?;
        postmaster.lives(folder).then_some(postmaster)
    }

    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        let pid = lines.next()?.trim().parse().ok()?;
        let socket_folder = lines.nth(3).map(str::trim).filter(|folder| !folder.is_empty())?;
        Some(Self { pid, socket_folder: PathBuf::from(socket_folder) })
    }

    /// Whether the process is there and is the server of this folder, not another one that got its number.
    pub fn lives(&self, folder: &Path) -> bool {
        let Ok(arguments) = std::fs::read(format!("/proc/{}/cmdline", self.pid)) else {
            // No /proc: then a socket that answers tells, later.
            return !Path::new("/proc/self").exists();
        };
        let folder = folder.as_os_str().as_encoded_bytes();
        arguments.split(|byte| *byte == 0).any(|argument| argument == folder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_read() {
        let text = "4711\n/data/db\n1700000000\n5432\n/data/run\n\n  5432001  1\nready\n";
        let found = Postmaster::parse(text).unwrap();
        assert_eq!(found, Postmaster { pid: 4711, socket_folder: "/data/run".into() });
        assert_eq!(Postmaster::parse("4711\n/data/db\n"), None);
    }

    #[test]
    fn a_number_that_went_to_somebody_else_is_not_the_server() {
        let own = Postmaster { pid: std::process::id(), socket_folder: "/x".into() };
        assert!(!own.lives(Path::new("/no/such/data")));
    }
}
