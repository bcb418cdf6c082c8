//! A bridge from what writes and blocks to what sends and waits: bytes go in, parts of one size come out.

use std::io::{self, Write};

use bytes::Bytes;
use tokio::sync::mpsc;

/// Collects bytes until a part is full. While nobody takes a part, writing blocks.
pub struct Parts {
    to: mpsc::Sender<Bytes>,
    size: usize,
    filling: Vec<u8>,
}

impl Parts {
    /// Parts of `size` bytes; only the last may be shorter.
    pub fn new(to: mpsc::Sender<Bytes>, size: usize) -> Self {
        Self {
            to,
            size,
            filling: Vec::new(),
        }
    }

    /// Sends what is left.
    pub fn finish(mut self) -> io::Result<()> {
        match self.filling.is_empty() {
            true => Ok(()),
            false => self.send(),
        }
    }

    fn send(&mut self) -> io::Result<()> {
        let part = std::mem::take(&mut self.filling);
        // Who sends has given up, and says why.
        let gone = |_| io::Error::from(io::ErrorKind::BrokenPipe);
        self.to.blocking_send(part.into()).map_err(gone)
    }
}

impl Write for Parts {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.filling.capacity() == 0 {
            self.filling.reserve_exact(self.size);
        }
        let taken = bytes.len().min(self.size - self.filling.len());
        self.filling.extend_from_slice(&bytes[..taken]);
        if self.filling.len() == self.size {
            self.send()?;
        }
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn all_parts_but_the_last_are_full() {
        let (to, mut parts) = mpsc::channel(1);
        let writer = std::thread::spawn(move || {
            let mut out = Parts::new(to, 10);
            for n in 0..7_u8 {
                out.write_all(&[n; 5]).unwrap();
            }
            out.finish().unwrap();
        });
        let mut lengths = Vec::new();
        while let Some(part) = parts.recv().await {
            lengths.push(part.len());
        }
        writer.join().unwrap();
        assert_eq!(lengths, [10, 10, 10, 5]);
    }

    #[test]
    fn who_is_not_heard_stops() {
        let (to, parts) = mpsc::channel(1);
        drop(parts);
        let mut out = Parts::new(to, 4);
        assert!(out.write_all(&[0; 9]).is_err());
    }
}
