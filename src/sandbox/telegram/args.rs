//! The arguments of one method call, taken one by one until nothing unknown may be left.

use std::collections::HashMap;

use axum::{
    RequestExt,
    extract::{Multipart, Request},
    http::header,
};
use bytes::Bytes;
use serde_json::{Map, Value};

/// Larger than any upload Telegram takes, so that the refusal is ours to word.
const BODY_LIMIT: usize = 80 << 20;

/// Why a call is not done.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) code: u16,
    pub(super) description: String,
    pub(super) retry_after: Option<u32>,
    /// No real caller should ever have asked this.
    pub(super) wrong: bool,
}

impl Refusal {
    /// Of a bot that its reader has blocked.
    pub(super) fn blocked() -> Refusal {
        Refusal::plain(403, "Forbidden: bot was blocked by the user")
    }

    /// An ordinary refusal that any bot must live with.
    pub(super) fn plain(code: u16, description: &str) -> Refusal {
        Refusal {
            code,
            description: description.to_owned(),
            retry_after: None,
            wrong: false,
        }
    }

    /// A refusal that shows a fault in the caller.
    pub(super) fn wrong(description: impl AsRef<str>) -> Refusal {
        Refusal {
            wrong: true,
            ..Refusal::plain(400, &format!("Bad Request: {}", description.as_ref()))
        }
    }
}

/// A file that came with the call.
pub(super) struct Upload {
    pub(super) name: Option<String>,
    pub(super) mime: Option<String>,
    pub(super) bytes: Bytes,
}

/// A file argument.
pub(super) enum FileArg {
    Uploaded(Upload),
    Named(String),
}

pub(super) struct Args {
    values: Map<String, Value>,
    uploads: HashMap<String, Upload>,
    form: bool,
}

impl Args {
    pub(super) async fn read(request: Request) -> Result<Args, Refusal> {
        let kind = request.headers().get(header::CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok());
        let kind = kind.unwrap_or_default().to_owned();
        if kind.starts_with("multipart/form-data") {
            return Args::read_form(request).await;
        }
        let json = kind.starts_with("application/json");
        let body = axum::body::to_bytes(request.into_body(), BODY_LIMIT)
            .await
            .map_err(|_| Refusal::plain(413, "Request Entity Too Large"))?;
        let values = match body.is_empty() {
            true => Map::new(),
            false if !json => return Err(Refusal::wrong(format!("unknown content type {kind:?}"))),
            false => match serde_json::from_slice(&body) {
                Ok(Value::Object(values)) => values,
                Ok(Value::Null) => Map::new(),
                _ => return Err(Refusal::wrong("can't parse JSON object")),
            },
        };
        Ok(Args {
            values,
            uploads: HashMap::new(),
            form: false,
        })
    }

    async fn read_form(request: Request) -> Result<Args, Refusal> {
        let broken = |_| Refusal::wrong("can't parse multipart");
        let mut args = Args {
            values: Map::new(),
            uploads: HashMap::new(),
            form: true,
        };
        let mut form: Multipart = request
            .extract()
            .await
            .map_err(|_| Refusal::wrong("can't parse multipart"))?;
        while let Some(field) = form.next_field().await.map_err(broken)? {
            let name = field.name().unwrap_or_default().to_owned();
            let file = field.file_name().map(str::to_owned);
            let mime = field.content_type().map(str::to_owned);
            let bytes = field.bytes().await.map_err(broken)?;
            if file.is_some() || mime.as_deref().is_some_and(is_binary) {
                let upload = Upload {
                    name: file,
                    mime,
                    bytes,
                };
                args.uploads.insert(name, upload);
                continue;
            }
            let text = String::from_utf8(bytes.to_vec())
                .map_err(|_| Refusal::wrong(format!("field {name:?} is not UTF-8")))?;
            if args.values.insert(name.clone(), text.into()).is_some() {
                return Err(Refusal::wrong(format!("field {name:?} came twice")));
            }
        }
        Ok(args)
    }

    fn take(&mut self, name: &str) -> Option<Value> {
        self.values.remove(name).filter(|value| !value.is_null())
    }

    /// A text, if it is there.
    pub(super) fn text(&mut self, name: &str) -> Result<Option<String>, Refusal> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(mistyped(name, "a string")),
        }
    }

    /// A whole number, if it is there.
    pub(super) fn int(&mut self, name: &str) -> Result<Option<i64>, Refusal> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::String(text)) if self.form => {
                let parsed = text.parse().map(Some);
                parsed.map_err(|_| mistyped(name, "an integer"))
            }
            Some(Value::Number(number)) if number.is_i64() => Ok(number.as_i64()),
            Some(_) => Err(mistyped(name, "an integer")),
        }
    }

    /// A whole number that must be there.
    pub(super) fn need_int(&mut self, name: &str) -> Result<i64, Refusal> {
        let found = self.int(name)?;
        found.ok_or_else(|| Refusal::wrong(format!("{name} is empty")))
    }

    /// A yes or no; no if absent.
    pub(super) fn flag(&mut self, name: &str) -> Result<bool, Refusal> {
        match self.take(name) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(flag),
            Some(Value::String(text)) if self.form && text == "true" => Ok(true),
            Some(Value::String(text)) if self.form && text == "false" => Ok(false),
            Some(_) => Err(mistyped(name, "a boolean")),
        }
    }

    /// An object or array, if it is there: in a form it is a string of JSON.
    pub(super) fn json(&mut self, name: &str) -> Result<Option<Value>, Refusal> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::String(text)) if self.form => {
                let parsed = serde_json::from_str(&text).map(Some);
                parsed.map_err(|_| mistyped(name, "JSON"))
            }
            Some(value @ (Value::Object(_) | Value::Array(_))) => Ok(Some(value)),
            Some(_) => Err(mistyped(name, "an object")),
        }
    }

    /// A file: uploaded under its own name, attached, or named by id or address.
    pub(super) fn file(&mut self, name: &str) -> Result<Option<FileArg>, Refusal> {
        if let Some(upload) = self.uploads.remove(name) {
            return Ok(Some(FileArg::Uploaded(upload)));
        }
        let Some(text) = self.text(name)? else {
            return Ok(None);
        };
        let Some(part) = text.strip_prefix("attach://") else {
            return Ok(Some(FileArg::Named(text)));
        };
        match self.uploads.remove(part) {
            Some(upload) => Ok(Some(FileArg::Uploaded(upload))),
            None => Err(Refusal::wrong(format!("no part is named {part:?}"))),
        }
    }

    /// Arguments that exist but change nothing here.
    pub(super) fn ignore(&mut self, names: &[&str]) {
        for name in names {
            self.values.remove(*name);
        }
    }

    /// A field as text, for the journal.
    pub(super) fn peek(&self, name: &str) -> Option<String> {
        match self.values.get(name)? {
            Value::String(text) => Some(text.clone()),
            Value::Null => None,
            other => Some(other.to_string()),
        }
    }

    /// Nothing may be left that nobody took.
    pub(super) fn finish(self) -> Result<(), Refusal> {
        let unknown = self.values.keys().chain(self.uploads.keys()).next();
        match unknown {
            Some(name) => Err(Refusal::wrong(format!("unknown parameter {name:?}"))),
            None => Ok(()),
        }
    }
}

fn mistyped(name: &str, kind: &str) -> Refusal {
    Refusal::wrong(format!("{name} must be {kind}"))
}

fn is_binary(mime: &str) -> bool {
    !mime.starts_with("text/plain")
}
