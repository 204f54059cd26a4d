//! Under whom the database runs. PostgreSQL refuses root, so a server that root started gives it to somebody else.

use super::DatabaseError;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::Path;
use std::process::Command;

/// The uid and gid of the database's processes; `None` where they are our own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Owner(Option<(u32, u32)>);

impl Owner {
    /// Our own, or `nobody` (or whoever the folder belongs to already) where we are root.
    pub fn of(folder: &Path) -> Self {
        let root = std::fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0);
        if !root {
            return Self(None);
        }
        let kept = std::fs::metadata(folder).ok().filter(|folder| folder.uid() != 0);
        Self(Some(kept.map_or_else(nobody, |folder| (folder.uid(), folder.gid()))))
    }

    /// Runs a program under it, in a folder that it may enter.
    pub fn command(self, program: &Path) -> Command {
        let mut command = Command::new(program);
        if let Some((uid, gid)) = self.0 {
            use std::os::unix::process::CommandExt;
            command.uid(uid).gid(gid).current_dir("/");
        }
        // The database must not read our secrets from its environment, nor settings meant for other databases.
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("LC_ALL", "C.UTF-8")
            .env("TZ", "UTC");
        command
    }

    /// Makes a folder that only it can enter.
    pub fn own(self, folder: &Path) -> Result<(), DatabaseError> {
        let failed = || DatabaseError::file(format!("The folder {} cannot be made ready", folder.display()));
        std::fs::create_dir_all(folder).map_err(failed())?;
        if let Some((uid, gid)) = self.0 {
            chown(folder, Some(uid), Some(gid)).map_err(failed())?;
        }
        std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700)).map_err(failed())
    }

    /// Says so where it could not come to a folder: a parent that lets nobody else pass.
    pub fn must_reach(self, folder: &Path, remedy: &str) -> Result<(), DatabaseError> {
        let Some((uid, _)) = self.0 else { return Ok(()) };
        let closed = folder.ancestors().skip(1).find(|parent| {
            std::fs::metadata(parent)
                .is_ok_and(|parent| parent.uid() != uid && parent.permissions().mode() & 0o001 == 0)
        });
        match closed {
            None => Ok(()),
            Some(parent) => Err(DatabaseError::Embedded(format!(
                "PostgreSQL does not run as root, so it runs as user {uid}, who cannot come to {}: {} lets nobody else pass. {remedy}",
                folder.display(),
                parent.display(),
            ))),
        }
    }
}

fn nobody() -> (u32, u32) {
    let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let found = users.lines().find_map(|line| {
        let mut fields = line.split(':');
        (fields.next()? == "nobody").then_some(())?;
        Some((fields.nth(1)?.parse().ok()?, fields.next()?.parse().ok()?))
    });
    found.unwrap_or((65_534, 65_534))
}
