//! Reading a document that nobody vouches for: by a process of its own, which ends where it asks for too much.

use model::{DocumentKind, Reading, Unreadable};
use std::io;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::Command;

/// How long it may take by the clock: it has 10 seconds of work, and others work beside it.
const PATIENCE: Duration = Duration::from_secs(30);
/// Most bytes of an answer: the words of a document, escaped.
const ANSWER: u64 = 64 * 1024 * 1024;

/// The program that reads documents: `PROGRAM read KIND`, the file on its standard input.
#[derive(Clone, Debug)]
pub struct Reader {
    program: PathBuf,
}

impl Reader {
    /// A reader that is this program.
    pub const fn new(program: PathBuf) -> Self {
        Self { program }
    }

    /// Reads a document; fails where the program cannot be run.
    pub(super) async fn read(&self, kind: DocumentKind, file: &[u8]) -> io::Result<Result<Reading, Unreadable>> {
        let mut command = Command::new(&self.program);
        // It learns nothing of this machine: neither keys nor addresses.
        command.arg("read").arg(kind.as_str()).env_clear().process_group(0).kill_on_drop(true);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        let (Some(mut stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(io::ErrorKind::BrokenPipe.into());
        };
        let write = async move {
            // Who does not want to read on has its reasons.
            let _ = stdin.write_all(file).await;
            drop(stdin);
        };
        let mut answer = Vec::new();
        let mut told = stdout.take(ANSWER);
        let talk = async {
            let ((), read) = tokio::join!(write, told.read_to_end(&mut answer));
            read?;
            child.wait().await
        };
        match tokio::time::timeout(PATIENCE, talk).await {
            Ok(ended) => Ok(match serde_json::from_slice(&answer) {
                Ok(read) if ended?.success() => read,
                // Stopped by its limits, or fallen over.
                _ => Err(Unreadable::TooCostly),
            }),
            Err(_) => Ok(Err(Unreadable::TooCostly)),
        }
    }
}
