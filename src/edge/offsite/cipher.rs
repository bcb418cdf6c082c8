//! How copies are encrypted on their way out, and read on their way back.

use std::io::{self, Read, Write};
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use age::stream::{StreamReader, StreamWriter};
use age::{Decryptor, Encryptor, Identity, x25519};
use secrecy::{ExposeSecret, SecretString};

use super::VaultError;
use crate::edge::config::Encryption;

/// No header of an encrypted copy is longer, in bytes: some hundred recipients.
const HEADER: u64 = 16 << 10;
/// How a secret key begins in the file that age-keygen makes.
const SECRET_KEY: &str = "AGE-SECRET-KEY-1";

/// The keys.
#[derive(Clone)]
pub struct Cipher {
    encryption: Encryption,
    recipients: Vec<x25519::Recipient>,
    identities: Vec<x25519::Identity>,
}

/// What is written, in the clear or not.
pub enum Sealing<W: Write> {
    /// As it is.
    Open(W),
    /// Encrypted.
    Sealed(StreamWriter<W>),
}

/// What is read, in the clear or not.
pub enum Opening<R: Read> {
    /// As it is.
    Open(R),
    /// Encrypted; boxed, for it is large.
    Sealed(Box<StreamReader<Metered<R>>>),
}

/// What can be read so far, and no further: age reads a header whole, however long that is.
pub struct Metered<R> {
    from: R,
    left: Arc<AtomicU64>,
}

impl Cipher {
    /// The keys that the operator chose.
    pub fn new(
        encryption: &Encryption,
        identity: Option<&SecretString>,
    ) -> Result<Self, VaultError> {
        let recipients = match encryption {
            Encryption::None | Encryption::Passphrase(_) => Vec::new(),
            Encryption::Recipients(keys) => {
                let keys = keys.iter().map(|key| x25519::Recipient::from_str(key));
                let wrong = |wrong: &str| VaultError::Choice(format!("recipients: {wrong}"));
                keys.collect::<Result<_, _>>().map_err(wrong)?
            }
        };
        let identities = identity.map_or(Ok(Vec::new()), identities_in)?;
        Ok(Self {
            encryption: encryption.clone(),
            recipients,
            identities,
        })
    }

    /// Whether what is sent is encrypted.
    pub fn encrypts(&self) -> bool {
        match self.encryption {
            Encryption::None => false,
            Encryption::Passphrase(_) | Encryption::Recipients(_) => true,
        }
    }

    /// Encrypts what is written.
    pub fn seal<W: Write>(&self, to: W) -> io::Result<Sealing<W>> {
        let encryptor = match &self.encryption {
            Encryption::None => return Ok(Sealing::Open(to)),
            Encryption::Passphrase(word) => Encryptor::with_user_passphrase(word.clone()),
            Encryption::Recipients(_) => {
                let recipients = self.recipients.iter().map(|key| key as &dyn age::Recipient);
                Encryptor::with_recipients(recipients).map_err(io::Error::other)?
            }
        };
        Ok(Sealing::Sealed(encryptor.wrap_output(to)?))
    }

    /// Decrypts what is read, if it is `encrypted`, with whatever key fits.
    pub fn open<R: Read>(&self, from: R, encrypted: bool) -> Result<Opening<R>, VaultError> {
        if !encrypted {
            return Ok(Opening::Open(from));
        }
        let locked = |error: age::DecryptError| VaultError::Locked(error.to_string());
        let left = Arc::new(AtomicU64::new(HEADER));
        let metered = Metered {
            from,
            left: Arc::clone(&left),
        };
        let decryptor = Decryptor::new(metered).map_err(locked)?;
        left.store(u64::MAX, Ordering::Relaxed);
        let word = match &self.encryption {
            Encryption::Passphrase(word) => Some(age::scrypt::Identity::new(word.clone())),
            Encryption::None | Encryption::Recipients(_) => None,
        };
        let word = word.iter().map(|word| word as &dyn Identity);
        let keys = self.identities.iter().map(|key| key as &dyn Identity);
        let opened = decryptor.decrypt(word.chain(keys)).map_err(locked)?;
        Ok(Opening::Sealed(Box::new(opened)))
    }
}

fn identities_in(file: &SecretString) -> Result<Vec<x25519::Identity>, VaultError> {
    let lines = file.expose_secret().lines().map(str::trim);
    let keys = lines.filter(|line| line.starts_with(SECRET_KEY));
    let keys: Result<Vec<_>, _> = keys.map(x25519::Identity::from_str).collect();
    match keys {
        Ok(keys) if !keys.is_empty() => Ok(keys),
        Ok(_) | Err(_) => Err(VaultError::Choice(
            "identity_file: holds no secret key of age's, \"AGE-SECRET-KEY-1…\"".to_owned(),
        )),
    }
}

impl<W: Write> Sealing<W> {
    /// Writes the end of it.
    pub fn finish(self) -> io::Result<W> {
        match self {
            Self::Open(to) => Ok(to),
            Self::Sealed(to) => to.finish(),
        }
    }
}

impl<W: Write> Write for Sealing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Open(to) => to.write(bytes),
            Self::Sealed(to) => to.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Open(to) => to.flush(),
            Self::Sealed(to) => to.flush(),
        }
    }
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let left = self.left.load(Ordering::Relaxed);
        if left == 0 {
            return Err(io::Error::other("its header is too long"));
        }
        let most = usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len());
        let read = self.from.read(&mut bytes[..most])?;
        if left != u64::MAX {
            self.left.store(left - read as u64, Ordering::Relaxed);
        }
        Ok(read)
    }
}

impl<R: Read> Read for Opening<R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Open(from) => from.read(bytes),
            Self::Sealed(from) => from.read(bytes),
        }
    }
}
