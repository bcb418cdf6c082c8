//! A part of a file on its way out, a page at a time, so that a slow reader costs a page and not a photo.
//!
//! What the system still has in memory, as it has a photo stored a moment ago, is copied at once; only what must
//! come from the disk goes to a thread that may block.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use hyper::body::{Body, Frame, SizeHint};
use rustix::io::{IoSliceMut, ReadWriteFlags, preadv2};
use tokio::task::JoinHandle;

/// A page, in bytes: four TLS records. Smaller ones cost more calls, larger ones are not faster.
const PAGE: u64 = 64 << 10;

/// The body of an answer that is a part of a file.
pub struct Pages {
    file: Arc<File>,
    left: Range<u64>,
    /// A page that comes from the disk.
    coming: Option<JoinHandle<io::Result<Bytes>>>,
}

impl Pages {
    /// The bytes of `part`; if the file turns out shorter, the answer breaks off.
    pub fn new(file: File, part: Range<u64>) -> Self {
        Self {
            file: Arc::new(file),
            left: part,
            coming: None,
        }
    }

    fn size(&self) -> usize {
        usize::try_from(PAGE.min(self.left.end - self.left.start)).expect("a page is small")
    }

    /// The next page, if it can be had without waiting.
    fn at_hand(&self) -> io::Result<Option<Bytes>> {
        let mut page = BytesMut::zeroed(self.size());
        let mut slices = [IoSliceMut::new(&mut page)];
        let read = preadv2(
            &self.file,
            &mut slices,
            self.left.start,
            ReadWriteFlags::NOWAIT,
        );
        match read {
            Ok(0) => Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(many) => {
                page.truncate(many);
                Ok(Some(page.freeze()))
            }
            // Not in memory, or a file system that cannot tell.
            Err(_) => Ok(None),
        }
    }

    fn fetch(&self) -> JoinHandle<io::Result<Bytes>> {
        let (file, at, size) = (Arc::clone(&self.file), self.left.start, self.size());
        tokio::task::spawn_blocking(move || {
            let mut page = BytesMut::zeroed(size);
            file.read_exact_at(&mut page, at)?;
            Ok(page.freeze())
        })
    }
}

impl Body for Pages {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if self.left.is_empty() {
            return Poll::Ready(None);
        }
        let page = match &mut self.coming {
            Some(coming) => {
                let page = ready!(Pin::new(coming).poll(cx));
                self.coming = None;
                page.map_err(io::Error::other).and_then(|page| page)
            }
            None => match self.at_hand() {
                Ok(Some(page)) => Ok(page),
                Ok(None) => {
                    self.coming = Some(self.fetch());
                    return self.poll_frame(cx);
                }
                Err(error) => Err(error),
            },
        };
        match page {
            Ok(page) => {
                self.left.start += page.len() as u64;
                Poll::Ready(Some(Ok(Frame::data(page))))
            }
            Err(error) => {
                self.left.start = self.left.end;
                Poll::Ready(Some(Err(error)))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.left.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left.end - self.left.start)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    async fn read(part: Range<u64>) -> Result<Vec<u8>, axum::Error> {
        let mut file = tempfile::tempfile().unwrap();
        let bytes: Vec<u8> = (0..200_000_u32).map(|at| (at % 251) as u8).collect();
        file.write_all(&bytes).unwrap();
        let body = axum::body::Body::new(Pages::new(file, part.clone()));
        let read = axum::body::to_bytes(body, usize::MAX).await?;
        let (from, to) = (part.start as usize, part.end as usize);
        assert_eq!(read, bytes[from..to]);
        Ok(read.to_vec())
    }

    #[tokio::test]
    async fn a_part_is_told_byte_by_byte() {
        for part in [0..200_000, 0..1, 65_535..65_537, 199_999..200_000, 5..5] {
            read(part).await.unwrap();
        }
    }

    #[tokio::test]
    async fn what_must_be_waited_for_is_the_same() {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&[7; 1000]).unwrap();
        let pages = Pages::new(file, 10..1000);
        assert_eq!(pages.fetch().await.unwrap().unwrap(), vec![7; 990]);
        assert_eq!(pages.at_hand().unwrap().unwrap(), vec![7; 990]);
    }

    #[tokio::test]
    async fn a_file_that_shrinks_breaks_the_answer_off() {
        assert!(read(199_999..300_000).await.is_err());
    }
}
