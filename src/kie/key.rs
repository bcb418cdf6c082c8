//! How a key is known without being told.

use ring::digest;
use secrecy::{ExposeSecret, SecretString};

use crate::domain::id::KeyPrint;

/// The fingerprint of a key.
pub fn print(key: &SecretString) -> KeyPrint {
    let digest = digest::digest(&digest::SHA256, key.expose_secret().as_bytes());
    KeyPrint(
        digest.as_ref()[..8]
            .try_into()
            .expect("a digest has 32 bytes"),
    )
}
