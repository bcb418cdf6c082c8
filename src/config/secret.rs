//! Secrets: from the environment or from files, never from the configuration itself.

use std::path::Path;

use secrecy::{ExposeSecret, SecretString};

use super::reader::Section;

/// Where secrets come from beside files; an empty variable counts as absent.
pub(super) type Env<'e> = &'e dyn Fn(&str) -> Option<String>;

/// Numbered variables are looked for until this many in a row are absent.
const GAP: u32 = 10;

/// The secret in the variable `name`.
pub(super) fn from_env(env: Env<'_>, name: &str) -> Option<SecretString> {
    let value = env(name)?;
    let value = value.trim();
    (!value.is_empty()).then(|| value.into())
}

/// The secret in the variable `name`, else in the file that `key` names.
pub(super) fn from_env_or_file(
    section: &mut Section<'_, '_>,
    env: Env<'_>,
    name: &str,
    key: &'static str,
) -> Option<SecretString> {
    let file = section.optional_path(key);
    from_env(env, name).or_else(|| from_file(section, key, &file?))
}

/// The secret in the file `path`, which `key` names.
pub(super) fn from_file(
    section: &mut Section<'_, '_>,
    key: &'static str,
    path: &Path,
) -> Option<SecretString> {
    let wrong = match std::fs::read_to_string(path) {
        Ok(text) if text.trim().is_empty() => "is empty".to_owned(),
        Ok(text) => return Some(text.trim().into()),
        Err(error) => format!("cannot be read: {error}"),
    };
    section.mistake(key, &format!("{} {wrong}", path.display()));
    None
}

/// The secrets in `name`, `name_1`, `name_2` and so on, each once.
pub(super) fn numbered(env: Env<'_>, name: &str) -> Vec<SecretString> {
    let mut found = Vec::new();
    add(&mut found, from_env(env, name));
    let (mut number, mut absent) = (0, 0);
    while absent < GAP {
        number += 1;
        let secret = from_env(env, &format!("{name}_{number}"));
        absent = if secret.is_some() { 0 } else { absent + 1 };
        add(&mut found, secret);
    }
    found
}

/// Adds a secret that is not there yet.
pub(super) fn add(found: &mut Vec<SecretString>, secret: Option<SecretString>) {
    found.extend(secret.filter(|new| {
        !found
            .iter()
            .any(|old| old.expose_secret() == new.expose_secret())
    }));
}
