//! What ships in `data/` and is replaced by a file of the same name in the data directory.

use std::io::{self, Cursor};
use std::path::{Path, PathBuf};

use anyhow::Context;
use secrecy::SecretString;

use crate::edge::config::{Config, Mistake, Setting};
use crate::edge::files::frame;
use crate::edge::telegram::client::MENU_PICTURE;

/// The operator's own files, each read once, and what is wrong with them.
pub struct Files<'d> {
    data: &'d Path,
    seen: Vec<Setting>,
    mistakes: Vec<Mistake>,
}

impl<'d> Files<'d> {
    /// The files of a data directory.
    pub fn new(data: &'d Path) -> Self {
        Self {
            data,
            seen: Vec::new(),
            mistakes: Vec::new(),
        }
    }

    /// The operator's own version of a text, if there is one.
    pub fn text(&mut self, name: &str) -> Option<String> {
        let text = String::from_utf8(self.bytes(name)?);
        let wrong = |_| self.mistake(name, None, "is not text in UTF-8".to_owned());
        text.map_err(wrong).ok()
    }

    /// The menu's picture.
    pub fn menu(&mut self) -> Vec<u8> {
        const NAME: &str = "menu.jpg";
        let Some(own) = self.bytes(NAME) else {
            return MENU_PICTURE.to_vec();
        };
        if let Err(error) = frame::check(Cursor::new(&own)) {
            self.mistake(NAME, None, error.to_string());
        }
        own
    }

    /// Notes what is wrong with a file.
    pub fn mistake(&mut self, name: &str, line: Option<usize>, text: String) {
        let file = self.data.join(name).display().to_string();
        self.wrong(Mistake { file, line, text });
    }

    /// Notes what is wrong elsewhere because of a file.
    pub fn wrong(&mut self, mistake: Mistake) {
        self.mistakes.push(mistake);
    }

    /// What was read, by its fingerprints, and everything wrong with it.
    pub fn finish(self) -> (Vec<Setting>, Vec<Mistake>) {
        (self.seen, self.mistakes)
    }

    fn bytes(&mut self, name: &str) -> Option<Vec<u8>> {
        let path = self.data.join(name);
        let content = match std::fs::read(&path) {
            Ok(content) => Some(content),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => {
                self.mistake(name, None, format!("cannot be read: {error}"));
                None
            }
        };
        self.seen
            .push(Setting::file(name, content.as_deref(), path));
        content
    }
}

/// The webhook's secret: the operator's, or one made once and kept in the data directory.
pub fn webhook_secret(config: &Config, data: &Path) -> anyhow::Result<SecretString> {
    if let Some(secret) = &config.telegram.webhook_secret {
        return Ok(secret.clone());
    }
    kept_secret(&data.join("webhook-secret"))
}

/// What an operator says at the page: the configuration's, or one made once and kept in the data directory.
pub fn operator_token(config: &Config, data: &Path) -> anyhow::Result<SecretString> {
    match &config.operator.token {
        Some(token) => Ok(token.clone()),
        None => kept_secret(&operator_token_file(data)),
    }
}

/// Where the token is that was made.
pub fn operator_token_file(data: &Path) -> PathBuf {
    data.join("operator.token")
}

/// The secret in a file, made when there is none.
fn kept_secret(path: &Path) -> anyhow::Result<SecretString> {
    match std::fs::read_to_string(path) {
        Ok(kept) if !kept.trim().is_empty() => return Ok(kept.trim().into()),
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(error).with_context(|| format!("cannot read {}", path.display()));
        }
        Ok(_) | Err(_) => {}
    }
    let mut chance = [0; 32];
    getrandom::fill(&mut chance).context("the system gives no random bytes")?;
    let secret: String = chance.iter().map(|byte| format!("{byte:02x}")).collect();
    keep(path, &secret).with_context(|| format!("cannot write {}", path.display()))?;
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
