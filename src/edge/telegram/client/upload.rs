//! Calls with a file: a form, and whether all of it has gone out.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::BytesMut;
use futures_util::stream::{self, Stream};
use reqwest::Body;
use reqwest::multipart::{Form, Part};
use serde::Serialize;
use serde_json::Value;
use teloxide::Bot;
use teloxide::requests::Payload;
use tokio::fs::File;
use tokio::io::AsyncReadExt;

use super::{address, read};
use crate::edge::telegram::reply::Reply;
use crate::edge::telegram::trouble::Trouble;

/// So much of a file is read at a time, in bytes.
const CHUNK: usize = 64 << 10;

/// A file that goes with a call.
pub struct Attached {
    /// The argument it is.
    field: &'static str,
    part: Part,
    /// Set when all of it has been read; until then nothing can have been done with it.
    ended: Arc<AtomicBool>,
}

impl Attached {
    /// One that is in memory.
    pub fn bytes(field: &'static str, bytes: Vec<u8>, name: &'static str) -> Self {
        Self {
            field,
            part: Part::bytes(bytes).file_name(name),
            ended: Arc::new(AtomicBool::new(true)),
        }
    }

    /// One on the disk.
    pub async fn file(field: &'static str, file: File, name: &'static str) -> io::Result<Self> {
        let length = file.metadata().await?.len();
        let ended = Arc::new(AtomicBool::new(length == 0));
        let body = Body::wrap_stream(chunks(file, length, Arc::clone(&ended)));
        Ok(Self {
            field,
            part: Part::stream_with_length(body, length).file_name(name),
            ended,
        })
    }
}

fn chunks(
    file: File,
    length: u64,
    ended: Arc<AtomicBool>,
) -> impl Stream<Item = io::Result<bytes::Bytes>> {
    stream::try_unfold((file, length), move |(mut file, left)| {
        let ended = Arc::clone(&ended);
        async move {
            if left == 0 {
                return Ok(None);
            }
            let mut chunk = BytesMut::with_capacity(CHUNK);
            let read = file.read_buf(&mut chunk).await?;
            if read == 0 {
                return Err(io::Error::from(io::ErrorKind::UnexpectedEof));
            }
            let left = left.saturating_sub(read as u64);
            ended.store(left == 0, Ordering::Relaxed);
            Ok(Some((chunk.freeze(), (file, left))))
        }
    })
}

/// Does a call with files.
pub async fn upload<P: Payload + Serialize>(
    bot: &Bot,
    asked: &P,
    files: Vec<Attached>,
) -> Result<Reply, Trouble> {
    let Ok(Value::Object(fields)) = serde_json::to_value(asked) else {
        return Err(Trouble::Refused);
    };
    let is_file = |name: &str| files.iter().any(|file| file.field == name);
    let fields = fields.into_iter().filter(|(name, _)| !is_file(name));
    let mut form = fields.fold(Form::new(), |form, (name, value)| match value {
        Value::String(text) => form.text(name, text),
        other => form.text(name, other.to_string()),
    });
    let mut ended = Vec::new();
    for file in files {
        form = form.text(file.field, format!("attach://{}_file", file.field));
        form = form.part(format!("{}_file", file.field), file.part);
        ended.push(file.ended);
    }
    let request = bot.client().post(address(bot, P::NAME)).multipart(form);
    match request.send().await {
        Ok(answer) => read(answer).await,
        // What has not gone out wholly is not done.
        Err(_) if !ended.iter().all(|ended| ended.load(Ordering::Relaxed)) => Err(Trouble::Passing),
        Err(error) => Err(Trouble::from(&error)),
    }
}
