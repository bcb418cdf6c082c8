//! What ships in `data/` and is replaced by a file of the same name in the data directory.

use std::io;
use std::path::Path;

use anyhow::Context;
use secrecy::SecretString;

use crate::config::Config;
use crate::telegram::client::MENU_PICTURE;

/// The operator's own version of a text file, if there is one.
pub fn changed(data: &Path, name: &str) -> anyhow::Result<Option<String>> {
    read(data, name, |path| std::fs::read_to_string(path))
}

/// The menu's picture.
pub fn menu(data: &Path) -> anyhow::Result<Vec<u8>> {
    let own = read(data, "menu.jpg", |path| std::fs::read(path))?;
    Ok(own.unwrap_or_else(|| MENU_PICTURE.to_vec()))
}

fn read<T>(
    data: &Path,
    name: &str,
    read: impl FnOnce(&Path) -> io::Result<T>,
) -> anyhow::Result<Option<T>> {
    let path = data.join(name);
    match read(&path) {
        Ok(content) => Ok(Some(content)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}

/// The webhook's secret: the operator's, or one made once and kept in the data directory.
pub fn webhook_secret(config: &Config, data: &Path) -> anyhow::Result<SecretString> {
    if let Some(secret) = &config.telegram.webhook_secret {
        return Ok(secret.clone());
    }
    let path = data.join("webhook-secret");
    let kept = changed(data, "webhook-secret")?.map(|kept| kept.trim().to_owned());
    if let Some(kept) = kept.filter(|kept| !kept.is_empty()) {
        return Ok(kept.into());
    }
    let mut chance = [0; 32];
    getrandom::fill(&mut chance).context("the system gives no random bytes")?;
    let secret: String = chance.iter().map(|byte| format!("{byte:02x}")).collect();
    keep(&path, &secret).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(secret.into())
}

/// Writes the whole file or none.
fn keep(path: &Path, secret: &str) -> io::Result<()> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    let part = path.with_extension("part");
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&part)?;
    file.write_all(secret.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(part, path)
}
