//! Answers that a test puts in place of the stand-in's own: what providers, and what stands before them, have sent.

use std::{
    collections::{HashMap, VecDeque},
    io,
};

use axum::{
    body::Body,
    http::{StatusCode, header},
    response::Response,
};
use bytes::Bytes;
use futures_util::{StreamExt, stream};

use crate::sandbox::movie;

/// Which call is answered so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Asked {
    /// `createTask`, of a request that is as it must be.
    Create,
    /// `recordInfo`, of a task that is over.
    Look,
    /// `credit`.
    Credit,
    /// A file of a result.
    File,
}

/// An answer, byte by byte.
///
/// In a text `{TASK_ID}`, `{VIDEO_URL}` and `{COVER_JPG_URL}` stand for the task's own, `{PAD_n}` for n letters.
#[derive(Debug, Clone)]
pub struct Raw {
    status: u16,
    headers: Vec<(String, String)>,
    body: Matter,
    task: Option<String>,
    calls_first: bool,
}

/// What is in an answer.
#[derive(Debug, Clone)]
enum Matter {
    Text(String),
    Bytes(Bytes),
    /// So much of the film, in percent; `broken` says that the line breaks then, as without a last chunk.
    Film {
        percent: usize,
        broken: bool,
    },
    /// The film and as much behind it as makes it so long.
    Long(usize),
}

impl Raw {
    /// A body with that status.
    pub fn new(status: u16, body: &str) -> Self {
        let json = body.trim_start().starts_with(['{', '[']);
        let kind = if json {
            "application/json"
        } else {
            "text/html"
        };
        Self {
            status,
            headers: vec![("content-type".to_owned(), kind.to_owned())],
            body: Matter::Text(body.to_owned()),
            task: None,
            calls_first: false,
        }
    }

    /// A file of those bytes.
    pub fn file(kind: &str, bytes: impl Into<Bytes>) -> Self {
        Self {
            body: Matter::Bytes(bytes.into()),
            ..Self::new(200, "").with("content-type", kind)
        }
    }

    /// So much of the film, in percent, and a good end without a length.
    pub fn film(percent: usize) -> Self {
        let broken = false;
        Self {
            body: Matter::Film { percent, broken },
            ..Self::new(200, "").with("content-type", "video/mp4")
        }
    }

    /// So much of the film, in percent, and then the line breaks.
    pub fn broken_film(percent: usize) -> Self {
        let broken = true;
        Self {
            body: Matter::Film { percent, broken },
            ..Self::film(percent)
        }
    }

    /// The film, made as long as that by what no player shows.
    pub fn long_film(bytes: usize) -> Self {
        Self {
            body: Matter::Long(bytes),
            ..Self::film(100)
        }
    }

    /// With that header instead of any other of its name.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(known, _)| known != name);
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// A task of that name is made all the same, and billed; an empty name is made up.
    pub fn making(self, task: &str) -> Self {
        let task = Some(task.to_owned());
        Self { task, ..self }
    }

    /// The task is called back for before the answer is given.
    pub fn calling_first(self) -> Self {
        let calls_first = true;
        Self {
            calls_first,
            ..self
        }
    }

    pub(super) fn calls_first(&self) -> bool {
        self.calls_first
    }

    pub(super) fn task(&self) -> Option<&str> {
        self.task.as_deref()
    }

    pub(super) fn status(&self) -> u16 {
        self.status
    }

    pub(super) fn answer(&self, task: &str, files: &str, film: &[u8]) -> Response {
        let body = match &self.body {
            Matter::Text(text) => Body::from(filled(text, task, files)),
            Matter::Bytes(bytes) => Body::from(bytes.clone()),
            Matter::Long(bytes) => Body::from(movie::padded(film, *bytes)),
            // A stream has no length that could be told.
            Matter::Film { percent, broken } => {
                let part = Bytes::copy_from_slice(&film[..film.len() * percent / 100]);
                let first = stream::once(async { Ok(part) });
                let end = broken.then(|| Err(io::Error::other("broken on purpose")));
                Body::from_stream(first.chain(stream::iter(end)))
            }
        };
        let mut answer = Response::new(body);
        *answer.status_mut() = StatusCode::from_u16(self.status).expect("a status");
        for (name, value) in &self.headers {
            let name = header::HeaderName::try_from(name).expect("a header's name");
            let value = filled(value, task, files);
            answer
                .headers_mut()
                .append(name, value.try_into().expect("a header's value"));
        }
        answer
    }
}

fn filled(text: &str, task: &str, files: &str) -> String {
    let mut text = text
        .replace("{TASK_ID}", task)
        .replace("{VIDEO_URL}", &format!("{files}/{task}.mp4"))
        .replace("{COVER_JPG_URL}", &format!("{files}/{task}.jpg"));
    while let Some(at) = text.find("{PAD_") {
        let end = at + text[at..].find('}').expect("a pad has an end");
        let letters = text[at + 5..end].parse().expect("a pad has a length");
        text.replace_range(at..=end, &"x".repeat(letters));
    }
    text
}

/// What is planned for each call.
#[derive(Default)]
pub(super) struct Shelf {
    once: HashMap<Asked, VecDeque<Raw>>,
    always: HashMap<Asked, Raw>,
}

impl Shelf {
    pub(super) fn once(&mut self, asked: Asked, raw: Raw) {
        self.once.entry(asked).or_default().push_back(raw);
    }

    pub(super) fn always(&mut self, asked: Asked, raw: Option<Raw>) {
        match raw {
            Some(raw) => self.always.insert(asked, raw),
            None => self.always.remove(&asked),
        };
    }

    pub(super) fn next(&mut self, asked: Asked) -> Option<Raw> {
        let planned = self.once.get_mut(&asked).and_then(VecDeque::pop_front);
        planned.or_else(|| self.always.get(&asked).cloned())
    }
}
