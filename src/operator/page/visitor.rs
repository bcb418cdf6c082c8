//! A visitor: who asks for a page, in which language, and what they have already.

use std::net::IpAddr;

use axum::http::{HeaderMap, Uri, header};

use super::cookies;
use super::session::{Known, Told};
use crate::edge::locale::{self, Locale};

/// How the script says that it wants only what has changed.
pub const NEWS: &str = "x-news";

/// From where a request came, as the listener saw it or as a trusted proxy names it.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub IpAddr);

/// Who asks for a page.
#[derive(Debug, Clone)]
pub struct Visitor {
    pub locale: Locale,
    /// Their session; nobody at the door has one.
    pub known: Option<Known>,
    /// Where they are, with what follows the question mark.
    pub path: String,
    /// Whether the script asks, for the inside of the page.
    pub news: bool,
    /// What the script has already.
    pub has: Option<String>,
    /// What is to be told them of what they did last.
    pub told: Option<Told>,
}

impl Visitor {
    /// A visitor without a session.
    pub fn stranger(uri: &Uri, headers: &HeaderMap) -> Self {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let lang = cookies::lang(headers)
            .unwrap_or_else(|| locale::asked(text(header::ACCEPT_LANGUAGE).unwrap_or_default()));
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        Self {
            locale: Locale(lang),
            known: None,
            path: path.to_owned(),
            news: headers.contains_key(NEWS),
            has: text(header::IF_NONE_MATCH).map(str::to_owned),
            told: None,
        }
    }

    /// What their forms must say.
    pub fn word(&self) -> &str {
        self.known.as_ref().map_or("", |known| known.word.as_str())
    }
}

/// A place of ours that was named by somebody else: a path and nothing that leads elsewhere.
pub fn own_path(said: &str) -> Option<&str> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/?=&_-.".contains(&byte);
    let own = said.starts_with('/') && !said.starts_with("//") && said.len() <= 200;
    (own && said.bytes().all(plain)).then_some(said)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_elsewhere() {
        for right in [
            "/",
            "/orders?before=5",
            "/jobs/17",
            "/jobs?show=failed&before=3",
        ] {
            assert_eq!(own_path(right), Some(right));
        }
        for wrong in [
            "",
            "orders",
            "//evil",
            "/\\evil",
            "https://evil",
            "/a\r\nb",
            "/a:b",
            "/@a",
        ] {
            assert_eq!(own_path(wrong), None, "{wrong}");
        }
    }
}
