//! The files Telegram keeps, by id.

use std::collections::HashMap;

use bytes::Bytes;
use serde_json::{Value, json};

/// What a file is; an id cannot be used as another kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sandbox) enum Kind {
    Photo,
    Video,
    Document,
    Sticker,
    Voice,
}

impl Kind {
    fn folder(self) -> &'static str {
        match self {
            Kind::Photo => "photos",
            Kind::Video => "videos",
            Kind::Document => "documents",
            Kind::Sticker => "stickers",
            Kind::Voice => "voice",
        }
    }

    fn ending(self) -> &'static str {
        match self {
            Kind::Photo => "jpg",
            Kind::Video => "mp4",
            Kind::Document => "bin",
            Kind::Sticker => "webp",
            Kind::Voice => "oga",
        }
    }
}

/// A kept file.
#[derive(Debug, Clone)]
pub(in crate::sandbox) struct Stored {
    pub(in crate::sandbox) id: String,
    pub(in crate::sandbox) path: String,
    pub(in crate::sandbox) kind: Kind,
    pub(in crate::sandbox) bytes: Bytes,
    pub(in crate::sandbox) name: Option<String>,
    pub(in crate::sandbox) mime: String,
    pub(in crate::sandbox) width: u32,
    pub(in crate::sandbox) height: u32,
    pub(in crate::sandbox) seconds: u32,
    pub(in crate::sandbox) thumbnail: Option<Bytes>,
}

impl Stored {
    /// The fields every kind of file has.
    pub(super) fn meta(&self) -> Value {
        json!({
            "file_id": self.id,
            "file_unique_id": format!("AQAD{}", &self.id[self.id.len() - 8..]),
            "file_size": self.bytes.len(),
        })
    }

    /// A photo size, a video, a document and so on, as inside a message.
    pub(super) fn describe(&self) -> Value {
        let mut told = self.meta();
        let add = match self.kind {
            Kind::Photo => json!({"width": self.width, "height": self.height}),
            Kind::Video => json!({
                "width": self.width, "height": self.height, "duration": self.seconds,
                "mime_type": self.mime, "file_name": self.name,
            }),
            Kind::Document => json!({"mime_type": self.mime, "file_name": self.name}),
            Kind::Sticker => json!({
                "width": 512, "height": 512, "type": "regular",
                "is_animated": false, "is_video": false, "emoji": "👍",
            }),
            Kind::Voice => json!({"duration": self.seconds, "mime_type": self.mime}),
        };
        if let (Value::Object(told), Value::Object(add)) = (&mut told, add) {
            told.extend(add.into_iter().filter(|(_, value)| !value.is_null()));
        }
        told
    }
}

/// What is said about a file when it is put away.
pub(super) struct Details {
    pub(super) kind: Kind,
    pub(super) bytes: Bytes,
    pub(super) name: Option<String>,
    pub(super) mime: String,
    pub(super) size: (u32, u32),
    pub(super) seconds: u32,
    pub(super) thumbnail: Option<Bytes>,
}

impl Details {
    pub(super) fn new(kind: Kind, bytes: Bytes, mime: &str) -> Details {
        Details {
            kind,
            bytes,
            name: None,
            mime: mime.to_owned(),
            size: (0, 0),
            seconds: 0,
            thumbnail: None,
        }
    }
}

#[derive(Default)]
pub(super) struct Files {
    by_id: HashMap<String, Stored>,
}

impl Files {
    pub(super) fn keep(&mut self, details: Details) -> String {
        let n = self.by_id.len() + 1;
        let kind = details.kind;
        let ending = details
            .name
            .as_deref()
            .and_then(|name| name.rsplit_once('.'))
            .map_or(kind.ending(), |(_, ending)| ending);
        let (width, height) = details.size;
        let stored = Stored {
            id: format!("SANDBOX{kind:?}AgACAgIAAxkB{n:08}"),
            path: format!("{}/file_{n}.{ending}", kind.folder()),
            kind,
            bytes: details.bytes,
            name: details.name,
            mime: details.mime,
            width,
            height,
            seconds: details.seconds,
            thumbnail: details.thumbnail,
        };
        let id = stored.id.clone();
        self.by_id.insert(id.clone(), stored);
        id
    }

    pub(super) fn get(&self, id: &str) -> Option<&Stored> {
        self.by_id.get(id)
    }

    pub(super) fn at(&self, path: &str) -> Option<&Stored> {
        self.by_id.values().find(|file| file.path == path)
    }
}
