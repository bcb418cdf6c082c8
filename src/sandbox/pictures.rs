//! Small product pictures to send to the bot.

use bytes::Bytes;

const SAMPLES: [&[u8]; 3] = [
    include_bytes!("samples/1.jpg"),
    include_bytes!("samples/2.jpg"),
    include_bytes!("samples/3.jpg"),
];

/// A small product picture, a JPEG; the numbers go round.
pub fn sample_photo(n: usize) -> Bytes {
    Bytes::from_static(SAMPLES[n % SAMPLES.len()])
}
