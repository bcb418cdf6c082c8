//! What a start would find fault with, without a start: nothing is opened, nothing is written.

use std::path::Path;

use super::made::Made;
use super::{extra_root, webhook_url};
use crate::edge::config::{Config, Mistake, Mistakes, Tls, Updates};
use crate::edge::tls::Pair;

/// Everything wrong with what goes with a configuration.
pub fn check(config: &Config, data: &Path) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    let mut wrong = |key: &str, error: anyhow::Error| {
        mistakes.push(config.mistake(key, format!("{error:#}")));
    };
    let root = extra_root(config).unwrap_or_else(|error| {
        wrong("extra_root_file", error);
        None
    });
    if let Tls::Files {
        cert_file,
        key_file,
    } = &config.tls
        && let Err(error) = Pair::read(cert_file, key_file)
    {
        wrong("tls.cert_file", error.into());
    }
    if let (Updates::Webhook, Some(url)) = (config.updates(), &config.public_url)
        && let Err(error) = webhook_url(url)
    {
        wrong("public_url", error);
    }
    if let Err(Mistakes(more)) = Made::new(config, data, root.as_deref()) {
        mistakes.extend(more);
    }
    mistakes
}
