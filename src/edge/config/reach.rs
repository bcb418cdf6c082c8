//! How the world and we reach each other: updates, photos and callbacks, with or without an address of ours.

use super::reader::{Reader, Section};
use super::tls::Tls;
use super::value;

/// How Telegram's updates come to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Updates {
    /// Telegram calls us at `public_url`.
    Webhook,
    /// We ask Telegram.
    Polling,
}

/// How the provider gets at photos.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Photos {
    /// It fetches them from `public_url`.
    Serve,
    /// They are uploaded to it.
    Upload,
}

/// Reads `updates`.
pub(super) fn updates(top: &mut Section<'_, '_>, public_url: Option<&str>) -> Updates {
    let secure = public_url.is_some_and(|url| url.starts_with("https://"));
    let choices = &[
        ("auto", None),
        ("webhook", Some(Updates::Webhook)),
        ("polling", Some(Updates::Polling)),
    ];
    match top.value("updates", r#""auto""#, value::choice(choices)) {
        Some(Updates::Webhook) if !secure => {
            top.mistake(
                "updates",
                "a webhook needs a public_url that begins with https://",
            );
            Updates::Webhook
        }
        Some(chosen) => chosen,
        None if secure => Updates::Webhook,
        None => Updates::Polling,
    }
}

/// Whether strangers such as the provider can call us: there is an address, and no certificate but one that the
/// world trusts.
pub(super) fn is_open(public_url: Option<&str>, tls: &Tls) -> bool {
    let trusted = match tls {
        Tls::Off | Tls::Acme(_) | Tls::Files { .. } => true,
        Tls::SelfSigned { .. } => false,
    };
    public_url.is_some() && trusted
}

/// Reads `photos`; nothing for "auto". `open` is what [`is_open`] says.
pub(super) fn photos(reader: &mut Reader<'_>, open: bool) -> Option<Photos> {
    let mut top = reader.section("");
    let choices = &[
        ("auto", None),
        ("serve", Some(Photos::Serve)),
        ("upload", Some(Photos::Upload)),
    ];
    let chosen = top.value("photos", r#""auto""#, value::choice(choices));
    if chosen == Some(Photos::Serve) && !open {
        top.mistake(
            "photos",
            "KIE can fetch photos only from a public_url, and not with tls.mode = \"self-signed\": \
             set public_url or have a certificate that others trust, or write \"upload\"",
        );
    }
    chosen
}

/// Reads `kie.callbacks`; `open` is what [`is_open`] says.
pub(super) fn callbacks(section: &mut Section<'_, '_>, open: bool) -> Option<bool> {
    const KEY: &str = "callbacks";
    let chosen = section.optional(KEY, value::truth);
    if chosen == Some(true) && !open {
        section.mistake(
            KEY,
            "KIE can call back only to a public_url, and not with tls.mode = \"self-signed\": \
             set public_url or have a certificate that others trust, or remove this line",
        );
    }
    chosen
}
