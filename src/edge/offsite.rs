//! The vault: copies of backups in a storage that speaks S3, packed and encrypted on their way.
//!
//! A copy is one object: a tar, compressed, encrypted with age. It is made while it is sent and never lies whole in
//! memory or on the disk. What a copy is worth is not judged here: whoever fetches one looks at its manifest.

mod bucket;
mod cipher;
mod error;
mod pack;
mod parts;
mod patience;

use std::path::{Path, PathBuf};

use bytes::Bytes;
use tokio::sync::mpsc;

use crate::base::clock::Clock;
use crate::edge::config::S3;
use bucket::{Bucket, Upload};
use cipher::Cipher;
pub use error::VaultError;
use error::at;
use parts::Parts;
pub use patience::Patience;

/// A copy in the storage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copy {
    /// The name of the backup.
    pub name: String,
    /// What it takes there, in bytes.
    pub bytes: u64,
    /// Whether it is encrypted.
    pub encrypted: bool,
}

/// The storage.
pub struct Vault {
    bucket: Bucket,
    prefix: String,
    cipher: Cipher,
    patience: Patience,
}

impl Vault {
    /// The storage that the operator chose.
    pub fn new(
        http: reqwest::Client,
        chosen: &S3,
        clock: Clock,
        patience: Patience,
    ) -> Result<Self, VaultError> {
        Ok(Self {
            bucket: Bucket::new(http, chosen, clock, patience)?,
            prefix: chosen.prefix.clone(),
            cipher: Cipher::new(&chosen.encryption, chosen.identity.as_ref())?,
            patience,
        })
    }

    /// Sends a copy of the backup that lies in `dir`; its size there.
    pub async fn put(&self, dir: &Path, name: &str) -> Result<u64, VaultError> {
        let key = self.key(name, self.cipher.encrypts());
        let (parts, mut packed) = mpsc::channel(1);
        let (dir, cipher) = (dir.to_owned(), self.cipher.clone());
        let parts = Parts::new(parts, self.patience.part_size);
        let packer = tokio::task::spawn_blocking(move || pack::pack(&dir, &cipher, parts));
        let Some(first) = packed.recv().await else {
            finished(packer).await?;
            return Err(VaultError::Senseless("nothing was packed"));
        };
        let Some(second) = packed.recv().await else {
            finished(packer).await?;
            let bytes = first.len() as u64;
            self.bucket.put(&key, first).await?;
            return Ok(bytes);
        };
        let mut upload = self.bucket.begin(&key).await?;
        let sent = async {
            send_all(&mut upload, [first, second], &mut packed).await?;
            // Whoever fell over its files has sent half a backup.
            finished(packer).await
        };
        match sent.await {
            Ok(()) => upload.complete().await,
            Err(error) => {
                upload.abort().await;
                Err(error)
            }
        }
    }

    /// Every copy that could be fetched, oldest first.
    pub async fn list(&self) -> Result<Vec<Copy>, VaultError> {
        let mut copies = self.all().await?;
        copies.retain(|copy| self.is_taken(copy));
        Ok(copies)
    }

    /// What is not encrypted is not ours where copies are encrypted: whoever can write there could have made it.
    fn is_taken(&self, copy: &Copy) -> bool {
        copy.encrypted || !self.cipher.encrypts()
    }

    async fn all(&self) -> Result<Vec<Copy>, VaultError> {
        let objects = self.bucket.list(&self.prefix).await?;
        let mut copies: Vec<_> = objects
            .into_iter()
            .filter_map(|(key, bytes)| {
                let file = key.strip_prefix(&self.prefix)?;
                let (name, encrypted) = match file.strip_suffix(SEALED) {
                    Some(name) => (name, true),
                    None => (file.strip_suffix(OPEN)?, false),
                };
                is_plain(name).then(|| Copy {
                    name: name.to_owned(),
                    bytes,
                    encrypted,
                })
            })
            .collect();
        // The encrypted one first, of two of one name.
        copies.sort_by(|a, b| (&a.name, b.encrypted).cmp(&(&b.name, a.encrypted)));
        Ok(copies)
    }

    /// Fetches a copy and unpacks it into `dir`, which it makes.
    pub async fn get(&self, name: &str, dir: &Path) -> Result<(), VaultError> {
        let copies = self.all().await?;
        let mut found = copies.into_iter().filter(|copy| copy.name == name);
        let first = found.next();
        let first = first.ok_or_else(|| VaultError::Missing(name.to_owned()))?;
        let found = Some(first).filter(|copy| self.is_taken(copy));
        let found = found.ok_or_else(|| VaultError::Unsealed(name.to_owned()))?;
        // Where nothing is yet: not even a link of somebody else's.
        at(dir, pack::make_new_dir(dir))?;
        if found.bytes > pack::room(dir)? {
            return Err(pack::no_room(dir));
        }
        let packed = dir.join(PACKED);
        let fetched = self.fetch(&found, &packed, dir).await;
        let _ = std::fs::remove_file(&packed);
        fetched
    }

    async fn fetch(&self, copy: &Copy, packed: &Path, dir: &Path) -> Result<(), VaultError> {
        let key = self.key(&copy.name, copy.encrypted);
        self.bucket.get(&key, copy.bytes, packed).await?;
        let (cipher, encrypted) = (self.cipher.clone(), copy.encrypted);
        let (packed, dir): (PathBuf, PathBuf) = (packed.to_owned(), dir.to_owned());
        let unpacked =
            tokio::task::spawn_blocking(move || pack::unpack(&packed, &cipher, encrypted, &dir));
        finished(unpacked).await
    }

    /// Removes a copy; one that is gone already is fine.
    pub async fn remove(&self, copy: &Copy) -> Result<(), VaultError> {
        self.bucket
            .remove(&self.key(&copy.name, copy.encrypted))
            .await
    }

    fn key(&self, name: &str, encrypted: bool) -> String {
        let end = if encrypted { SEALED } else { OPEN };
        format!("{}{name}{end}", self.prefix)
    }
}

/// Whether a name may be shown and compared: the storage says what it likes.
fn is_plain(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    !name.is_empty() && name.len() <= NAME && name.bytes().all(plain)
}

/// No name of a copy is longer, in bytes.
const NAME: usize = 64;
/// How an encrypted copy ends.
const SEALED: &str = ".tar.gz.age";
/// What a copy is called while it is unpacked beside it.
const PACKED: &str = ".packed";
/// How one ends that is not.
const OPEN: &str = ".tar.gz";

async fn send_all(
    upload: &mut Upload<'_>,
    begun: [Bytes; 2],
    packed: &mut mpsc::Receiver<Bytes>,
) -> Result<(), VaultError> {
    for part in begun {
        upload.send(part).await?;
    }
    while let Some(part) = packed.recv().await {
        upload.send(part).await?;
    }
    Ok(())
}

async fn finished(work: tokio::task::JoinHandle<Result<(), VaultError>>) -> Result<(), VaultError> {
    work.await
        .unwrap_or(Err(VaultError::Senseless("the packer panicked")))
}
