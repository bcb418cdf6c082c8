//! Secrets: from the environment, from files, or from what systemd keeps for us; never from the configuration itself.

use std::io::ErrorKind;
use std::path::Path;

use secrecy::{ExposeSecret, SecretString};

use super::reader::Section;
use super::settings::Origin;

/// Where secrets come from beside files; an empty variable counts as absent.
pub type Env<'e> = &'e dyn Fn(&str) -> Option<String>;

/// A secret, and where it was found.
pub(super) type Found = (SecretString, Origin);

/// Names, to an operator's command, the directory that the service's credentials come from.
pub const STORE: &str = "NEUROCARDS_CREDSTORE";
/// Numbered variables are looked for until this many in a row are absent.
const GAP: u32 = 10;

/// The secret in the variable `name`.
pub(super) fn from_env(env: Env<'_>, name: &str) -> Option<Found> {
    let value = env(name)?;
    let value = value.trim();
    let found = || (value.into(), Origin::Environment(name.to_owned()));
    (!value.is_empty()).then(found)
}

/// The secret in the variable `name`, else in the file that `key` names, else in the credential of that name. It is
/// known as `key` without `_file`.
pub(super) fn from_env_or_file(
    section: &mut Section<'_, '_>,
    env: Env<'_>,
    name: &str,
    key: &'static str,
) -> Option<SecretString> {
    let file = section.optional_path(key);
    let found = from_env(env, name).or_else(|| match file {
        Some(file) => from_file(section, key, &file),
        None => credential(section, env, name, key),
    });
    known(section, key, found)
}

/// The secret that systemd has put where `CREDENTIALS_DIRECTORY` says: that of `TELEGRAM_TOKEN` is called
/// `telegram-token`. A mistake is noted at `key`.
fn credential(
    section: &mut Section<'_, '_>,
    env: Env<'_>,
    name: &str,
    key: &'static str,
) -> Option<Found> {
    let file = name.to_lowercase().replace('_', "-");
    let path = match env("CREDENTIALS_DIRECTORY") {
        Some(directory) => Path::new(&directory).join(file),
        // While the service does not run, where it gets them from.
        None => Path::new(&env(STORE)?).join(format!("neurocards.{file}")),
    };
    match path.symlink_metadata() {
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Ok(_) | Err(_) => from_file(section, key, &path),
    }
}

/// Notes what was found under the name of `key` without `_file`.
pub(super) fn known(
    section: &mut Section<'_, '_>,
    key: &str,
    found: Option<Found>,
) -> Option<SecretString> {
    let name = key.trim_end_matches("_file");
    let noted = found
        .as_ref()
        .map(|(secret, origin)| (secret, origin.clone()));
    section.secret(name, noted);
    found.map(|(secret, _)| secret)
}

/// The secret in the file `path`, which `key` names.
pub(super) fn from_file(
    section: &mut Section<'_, '_>,
    key: &'static str,
    path: &Path,
) -> Option<Found> {
    let wrong = match std::fs::read_to_string(path) {
        Ok(text) if text.trim().is_empty() => "is empty".to_owned(),
        Ok(text) => return Some((text.trim().into(), Origin::File(path.to_owned()))),
        Err(error) => format!("cannot be read: {error}"),
    };
    section.mistake(key, &format!("{} {wrong}", path.display()));
    None
}

/// The secrets in `name`, `name_1`, `name_2` and so on, then in the credentials of those names, each once.
pub(super) fn numbered(
    section: &mut Section<'_, '_>,
    env: Env<'_>,
    name: &str,
    key: &'static str,
) -> Vec<Found> {
    let mut found = Vec::new();
    in_turn(name, |name| note(&mut found, from_env(env, name)));
    in_turn(name, |name| {
        note(&mut found, credential(section, env, name, key))
    });
    found
}

/// Looks under `name`, `name_1`, `name_2` and so on, until so many in a row are absent.
fn in_turn(name: &str, mut look: impl FnMut(&str) -> bool) {
    look(name);
    let (mut number, mut absent) = (0, 0);
    while absent < GAP {
        number += 1;
        let present = look(&format!("{name}_{number}"));
        absent = if present { 0 } else { absent + 1 };
    }
}

/// Adds a secret if there is one; whether there is.
fn note(found: &mut Vec<Found>, secret: Option<Found>) -> bool {
    let present = secret.is_some();
    add(found, secret);
    present
}

/// Adds a secret that is not there yet.
pub(super) fn add(found: &mut Vec<Found>, secret: Option<Found>) {
    found.extend(secret.filter(|(new, _)| {
        !found
            .iter()
            .any(|(old, _)| old.expose_secret() == new.expose_secret())
    }));
}
