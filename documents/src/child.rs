//! The child's half: one document, little time, little memory.

use crate::read;
use model::{DocumentKind, Reading, Unreadable};
use rlimit::{Resource, setrlimit};
use std::io::{Read, Write};

/// Bytes of memory that it may ask for.
const MEMORY: u64 = 512 * 1024 * 1024;
/// Seconds of work.
const SECONDS: u64 = 10;

/// Reads the document of that kind on the standard input, and writes what it says, or why it does not, as JSON.
///
/// Fails where nothing can be read or written at all. It ends at once where the document asks for too much.
pub fn serve(kind: &str) -> Result<(), String> {
    let kind = DocumentKind::named(kind).ok_or_else(|| format!("“{kind}” is no kind of document"))?;
    // Where one of these is not known, the parent's clock remains.
    let _ = setrlimit(Resource::DATA, MEMORY, MEMORY);
    let _ = setrlimit(Resource::CPU, SECONDS, SECONDS);
    let _ = setrlimit(Resource::CORE, 0, 0);
    let _ = setrlimit(Resource::FSIZE, 0, 0);
    let mut file = Vec::new();
    std::io::stdin().read_to_end(&mut file).map_err(|cause| format!("nothing could be read: {cause}"))?;
    // What a reader says as it fails is for nobody.
    std::panic::set_hook(Box::new(|_| {}));
    let answer: Result<Reading, Unreadable> =
        std::panic::catch_unwind(|| read(kind, &file)).unwrap_or(Err(Unreadable::Damaged));
    let mut out = std::io::stdout().lock();
    serde_json::to_writer(&mut out, &answer).map_err(|cause| format!("nothing could be written: {cause}"))?;
    out.flush().map_err(|cause| format!("nothing could be written: {cause}"))
}
