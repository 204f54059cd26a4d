//! As little HTTP as it takes: a client that costs next to nothing leaves the machine to the server.

use crate::Failure;
use std::io;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A connection that is kept.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    /// Opens one.
    pub async fn open(address: &str) -> io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(16 * 1024) })
    }

    /// Sends a request and reads the whole answer; its body's length.
    pub async fn ask(&mut self, request: &[u8]) -> Result<usize, Failure> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        loop {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err("the server hung up".into());
            }
            let Some(head) = find(&self.buffer, b"\r\n\r\n") else { continue };
            let text = String::from_utf8_lossy(&self.buffer[..head]).to_lowercase();
            if !text.starts_with("http/1.1 200") {
                return Err(format!("answered {}", String::from_utf8_lossy(&self.buffer)).into());
            }
            let done = match text
                .split("content-length: ")
                .nth(1)
                .and_then(|rest| rest.lines().next()?.trim().parse::<usize>().ok())
            {
                Some(length) => self.buffer.len() >= head + 4 + length,
                None => self.buffer.ends_with(b"0\r\n\r\n"),
            };
            if done {
                return Ok(self.buffer.len() - head - 4);
            }
        }
    }

    /// Asks for a stream and hands the connection over, after its head.
    pub async fn listen(mut self, request: &[u8]) -> Result<TcpStream, Failure> {
        self.stream.write_all(request).await?;
        let mut head = Vec::new();
        while find(&head, b"\r\n\r\n").is_none() {
            if self.stream.read_buf(&mut head).await? == 0 {
                return Err("the server hung up".into());
            }
        }
        Ok(self.stream)
    }
}

/// Where a pattern begins.
pub fn find(text: &[u8], pattern: &[u8]) -> Option<usize> {
    memchr::memmem::find(text, pattern)
}

/// A request as bytes.
pub fn request(method: &str, path: &str, cookie: &str, accept: &str, body: &str) -> Vec<u8> {
    let kind = if body.is_empty() { "" } else { "content-type: application/json\r\n" };
    format!(
        "{method} {path} HTTP/1.1\r\nhost: bench\r\ncookie: {cookie}\r\naccept: {accept}\r\n{kind}content-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}
