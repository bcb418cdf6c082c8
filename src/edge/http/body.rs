//! A body that is read in one piece: into one buffer, and no further than it may be long.
//!
//! Not as a list of what came: whoever sends a byte at a time would have us keep a hundred for each.

use axum::body::{Body, HttpBody};
use futures_util::StreamExt;

/// Why there is no body.
#[derive(Debug, thiserror::Error)]
pub enum Unread {
    /// It is longer than it may be.
    #[error("the body is too large")]
    TooLarge,
    /// It broke off.
    #[error("the body broke off")]
    Broken(#[source] axum::Error),
}

/// The body, if it has no more than `most` bytes.
pub async fn whole(body: Body, most: usize) -> Result<Vec<u8>, Unread> {
    // One that says beforehand that it is too large is not waited for. What it says else is not believed: memory is
    // taken for what has come.
    if body.size_hint().lower() > most as u64 {
        return Err(Unread::TooLarge);
    }
    let (mut whole, mut pieces) = (Vec::new(), body.into_data_stream());
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(Unread::Broken)?;
        if piece.len() > most - whole.len() {
            return Err(Unread::TooLarge);
        }
        whole.extend_from_slice(&piece);
    }
    Ok(whole)
}

#[cfg(test)]
mod tests {
    use std::io;

    use bytes::Bytes;
    use futures_util::stream;

    use super::*;

    fn drops(many: usize) -> Body {
        let drops = stream::iter((0..many).map(|_| Ok::<_, io::Error>(Bytes::from_static(b"x"))));
        Body::from_stream(drops)
    }

    #[tokio::test]
    async fn a_body_is_read_to_its_end_and_no_further_than_it_may_be_long() {
        assert_eq!(whole(drops(1000), 1000).await.unwrap(), vec![b'x'; 1000]);
        assert_eq!(whole(Body::empty(), 0).await.unwrap(), b"");
        for large in [drops(1001), drops(usize::MAX), Body::from(vec![0; 1001])] {
            assert!(matches!(whole(large, 1000).await, Err(Unread::TooLarge)));
        }
    }

    #[tokio::test]
    async fn a_body_that_breaks_off_is_none() {
        let pieces = [Ok(Bytes::from_static(b"x")), Err(io::ErrorKind::TimedOut)];
        let pieces = pieces.map(|piece| piece.map_err(io::Error::from));
        let broken = whole(Body::from_stream(stream::iter(pieces)), 1000).await;
        assert!(matches!(broken, Err(Unread::Broken(_))));
    }
}
