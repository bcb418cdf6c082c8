//! The calls to the storage: signed, bounded in time, and tried again while that can help.

use std::io::Write;
use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt;
use jiff::Timestamp;
use reqwest::header::{ETAG, RANGE};
use reqwest::{Method, Response, StatusCode, Url};
use rusty_s3::actions::{
    CompleteMultipartUploadResponse, CreateMultipartUpload, ListObjectsV2, S3Action,
};
use rusty_s3::{Credentials, UrlStyle};
use secrecy::ExposeSecret;

use super::error::{VaultError, at};
use super::patience::Patience;
use crate::base::clock::Clock;
use crate::base::private;
use crate::edge::config::S3;

/// A signature is good for so long; a slow part must arrive within it.
const SIGNED_FOR: Duration = Duration::from_secs(3600);
/// No pause between two tries is longer.
const LONGEST: Duration = Duration::from_secs(60);
/// No answer is longer, in bytes: a page of a list names 1,000 objects with keys of 1,024 bytes.
const ANSWER: usize = 4 << 20;
/// No list has more pages: a hundred thousand copies.
const PAGES: usize = 100;
/// S3 takes no more parts of one object.
const PARTS: usize = 10_000;

/// A bucket, and who we are there.
pub struct Bucket {
    http: reqwest::Client,
    bucket: rusty_s3::Bucket,
    keys: Credentials,
    clock: Clock,
    patience: Patience,
}

/// An object that is sent part by part.
pub struct Upload<'b> {
    bucket: &'b Bucket,
    key: String,
    id: String,
    etags: Vec<String>,
    bytes: u64,
}

/// What came back from a call that succeeded.
struct Answer {
    etag: Option<String>,
    body: String,
}

/// How one try failed.
enum Failed {
    /// For good.
    Refused(VaultError),
    /// It may go better the next time.
    Passing(String),
}

impl Bucket {
    /// The bucket that the operator chose.
    pub fn new(
        http: reqwest::Client,
        chosen: &S3,
        clock: Clock,
        patience: Patience,
    ) -> Result<Self, VaultError> {
        let style = match chosen.path_style {
            true => UrlStyle::Path,
            false => UrlStyle::VirtualHost,
        };
        let wrong =
            |error: &dyn std::fmt::Display| VaultError::Choice(format!("endpoint: {error}"));
        let endpoint: Url = chosen.endpoint.parse().map_err(|error| wrong(&error))?;
        let (name, region) = (chosen.bucket.clone(), chosen.region.clone());
        let bucket = rusty_s3::Bucket::new(endpoint, style, name, region);
        let (id, secret) = (&chosen.access_key_id, &chosen.secret_access_key);
        Ok(Self {
            http,
            bucket: bucket.map_err(|error| wrong(&error))?,
            keys: Credentials::new(id.expose_secret(), secret.expose_secret()),
            clock,
            patience,
        })
    }

    /// Stores a small object whole.
    pub async fn put(&self, key: &str, body: Bytes) -> Result<(), VaultError> {
        let sign = || self.sign(&self.bucket.put_object(Some(&self.keys), key));
        let time = self.patience.part;
        self.call(Method::PUT, &sign, body, time).await.map(drop)
    }

    /// Begins an object that comes part by part.
    pub async fn begin(&self, key: &str) -> Result<Upload<'_>, VaultError> {
        let sign = || self.sign(&self.bucket.create_multipart_upload(Some(&self.keys), key));
        let time = self.patience.call;
        let answer = self.call(Method::POST, &sign, Bytes::new(), time).await?;
        let begun = CreateMultipartUpload::parse_response(&answer.body);
        let begun = begun.map_err(|_| VaultError::Senseless("it names no upload"))?;
        Ok(Upload {
            bucket: self,
            key: key.to_owned(),
            id: begun.upload_id().to_owned(),
            etags: Vec::new(),
            bytes: 0,
        })
    }

    /// Every object whose key begins with `prefix`, with its size.
    pub async fn list(&self, prefix: &str) -> Result<Vec<(String, u64)>, VaultError> {
        let (mut found, mut next) = (Vec::new(), None::<String>);
        for _ in 0..PAGES {
            let sign = || {
                let mut list = self.bucket.list_objects_v2(Some(&self.keys));
                list.with_prefix(prefix);
                if let Some(next) = &next {
                    list.with_continuation_token(next.as_str());
                }
                self.sign(&list)
            };
            let time = self.patience.call;
            let answer = self.call(Method::GET, &sign, Bytes::new(), time).await?;
            let page = ListObjectsV2::parse_response(&answer.body);
            let page = page.map_err(|_| VaultError::Senseless("it is no list"))?;
            let objects = page.contents.into_iter();
            found.extend(objects.map(|object| (object.key, object.size.unwrap_or_default())));
            next = page.next_continuation_token;
            if next.is_none() {
                return Ok(found);
            }
        }
        Err(VaultError::Senseless("its list has no end"))
    }

    /// Removes an object; one that is gone already is fine.
    pub async fn remove(&self, key: &str) -> Result<(), VaultError> {
        let sign = || self.sign(&self.bucket.delete_object(Some(&self.keys), key));
        let time = self.patience.call;
        match self.call(Method::DELETE, &sign, Bytes::new(), time).await {
            Err(VaultError::Refused { status: 404, .. }) => Ok(()),
            done => done.map(drop),
        }
    }

    /// Writes an object of a known size into a new file. Where it breaks off it is gone on with.
    pub async fn get(&self, key: &str, bytes: u64, to: &Path) -> Result<(), VaultError> {
        let mut file = at(to, private::create_new(to))?;
        let (mut have, mut failed) = (0, 0);
        while have < bytes {
            let before = have;
            match self.get_from(key, bytes, &mut have, (&mut file, to)).await {
                Ok(()) if have == bytes => break,
                Err(Failed::Refused(error)) => return Err(error),
                // What moves on does so as often as it needs.
                Ok(()) | Err(Failed::Passing(_)) if have > before => failed = 0,
                Ok(()) => failed = self.breathe(failed, "it breaks off").await?,
                Err(Failed::Passing(why)) => failed = self.breathe(failed, &why).await?,
            }
        }
        at(to, file.sync_all())
    }

    async fn get_from(
        &self,
        key: &str,
        bytes: u64,
        have: &mut u64,
        (file, to): (&mut std::fs::File, &Path),
    ) -> Result<(), Failed> {
        let url = self.sign(&self.bucket.get_object(Some(&self.keys), key));
        let asked = self.http.get(url).header(RANGE, format!("bytes={have}-"));
        let asked = tokio::time::timeout(self.patience.call, asked.send()).await;
        let response = judged(asked.map_err(|_| slow())?.map_err(passing)?).await?;
        // Who does not know ranges sends all of it again.
        if response.status() == StatusCode::OK && *have > 0 {
            let why = VaultError::Senseless("it does not go on where it broke off");
            return Err(Failed::Refused(why));
        }
        let mut pieces = response.bytes_stream();
        loop {
            let piece = tokio::time::timeout(self.patience.call, pieces.next()).await;
            let Some(piece) = piece.map_err(|_| slow())? else {
                return Ok(());
            };
            let piece = piece.map_err(passing)?;
            if *have + piece.len() as u64 > bytes {
                let why = VaultError::Senseless("it is too long");
                return Err(Failed::Refused(why));
            }
            at(to, file.write_all(&piece)).map_err(Failed::Refused)?;
            *have += piece.len() as u64;
        }
    }

    fn sign<'a>(&self, action: &impl S3Action<'a>) -> Url {
        let now = i64::try_from(self.clock.wall().0).unwrap_or(i64::MAX);
        let now = Timestamp::from_millisecond(now).unwrap_or(Timestamp::MAX);
        action.sign_with_time(SIGNED_FOR, &now)
    }

    /// Calls until it succeeds, is refused, or has been tried often enough.
    async fn call(
        &self,
        method: Method,
        sign: &(dyn Fn() -> Url + Sync),
        body: Bytes,
        time: Duration,
    ) -> Result<Answer, VaultError> {
        let mut failed = 0;
        loop {
            // Each try is signed anew: the pauses may outlast a signature.
            let asked = self.http.request(method.clone(), sign()).timeout(time);
            match answered(asked.body(body.clone())).await {
                Ok(answer) => return Ok(answer),
                Err(Failed::Refused(error)) => return Err(error),
                Err(Failed::Passing(why)) => failed = self.breathe(failed, &why).await?,
            }
        }
    }

    /// Waits before the next try, if there is to be one; how many have failed now.
    async fn breathe(&self, failed: u32, why: &str) -> Result<u32, VaultError> {
        let failed = failed + 1;
        if failed >= self.patience.tries {
            return Err(VaultError::Unavailable(why.to_owned()));
        }
        tracing::debug!(failed, why, "the storage is asked again");
        let pause = self.patience.pause * (1 << (failed - 1).min(16));
        tokio::time::sleep(pause.min(LONGEST)).await;
        Ok(failed)
    }
}

impl Upload<'_> {
    /// Sends the next part.
    pub async fn send(&mut self, part: Bytes) -> Result<(), VaultError> {
        if self.etags.len() == PARTS {
            return Err(VaultError::Senseless("the backup has too many parts"));
        }
        let (bucket, number) = (self.bucket, self.etags.len() as u16 + 1);
        let action = || {
            let keys = Some(&bucket.keys);
            bucket.sign(&bucket.bucket.upload_part(keys, &self.key, number, &self.id))
        };
        let length = part.len() as u64;
        let time = bucket.patience.part;
        let answer = bucket.call(Method::PUT, &action, part, time).await?;
        let etag = answer
            .etag
            .ok_or(VaultError::Senseless("a part has no ETag"))?;
        self.etags.push(etag);
        self.bytes += length;
        Ok(())
    }

    /// Makes an object of the parts; its size.
    pub async fn complete(self) -> Result<u64, VaultError> {
        let bucket = self.bucket;
        let action = || {
            let etags = self.etags.iter().map(String::as_str);
            let keys = Some(&bucket.keys);
            bucket
                .bucket
                .complete_multipart_upload(keys, &self.key, &self.id, etags)
        };
        let body = Bytes::from(action().body());
        let sign = || bucket.sign(&action());
        let time = bucket.patience.part;
        let mut failed = 0;
        loop {
            match bucket.call(Method::POST, &sign, body.clone(), time).await {
                // S3 may say 200 first and then that it failed.
                Ok(answer) if CompleteMultipartUploadResponse::parse(&answer.body).is_ok() => break,
                Ok(_) => {
                    let why = "it cannot put the parts together";
                    failed = bucket.breathe(failed, why).await?;
                }
                // The answer to an earlier try may have been lost.
                Err(VaultError::Refused { status: 404, .. }) if self.is_there().await => break,
                Err(error) => {
                    self.abort().await;
                    return Err(error);
                }
            }
        }
        Ok(self.bytes)
    }

    async fn is_there(&self) -> bool {
        let objects = self.bucket.list(&self.key).await.unwrap_or_default();
        objects.contains(&(self.key.clone(), self.bytes))
    }

    /// Gives the parts up, so that nobody pays for them.
    pub async fn abort(self) {
        let bucket = self.bucket;
        let sign = || {
            let keys = Some(&bucket.keys);
            bucket.sign(
                &bucket
                    .bucket
                    .abort_multipart_upload(keys, &self.key, &self.id),
            )
        };
        let time = bucket.patience.call;
        if let Err(error) = bucket.call(Method::DELETE, &sign, Bytes::new(), time).await {
            tracing::warn!(%error, "parts of a copy that was not finished stay in the storage");
        }
    }
}

async fn answered(asked: reqwest::RequestBuilder) -> Result<Answer, Failed> {
    let response = judged(asked.send().await.map_err(passing)?).await?;
    let etag = response.headers().get(ETAG);
    let etag = etag.and_then(|etag| etag.to_str().ok()).map(str::to_owned);
    let body = text(response).await?;
    Ok(Answer { etag, body })
}

/// What a response says, if that is no longer than an answer can be.
async fn text(response: Response) -> Result<String, Failed> {
    let (mut body, mut pieces) = (Vec::new(), response.bytes_stream());
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(passing)?;
        if body.len() + piece.len() > ANSWER {
            let why = VaultError::Senseless("it is too long");
            return Err(Failed::Refused(why));
        }
        body.extend_from_slice(&piece);
    }
    let senseless = |_| Failed::Refused(VaultError::Senseless("it is no text"));
    String::from_utf8(body).map_err(senseless)
}

/// The response, if it is a good one.
async fn judged(response: Response) -> Result<Response, Failed> {
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    let body = text(response).await.unwrap_or_default();
    let code = code_in(&body).to_owned();
    let again = status.is_server_error()
        || matches!(
            status,
            StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS
        );
    Err(match again {
        true => Failed::Passing(format!("{} {code}", status.as_u16())),
        false => Failed::Refused(VaultError::Refused {
            status: status.as_u16(),
            code,
        }),
    })
}

/// S3's own word for an error: one word, whatever the body is.
fn code_in(body: &str) -> &str {
    let code = body
        .split_once("<Code>")
        .and_then(|(_, rest)| rest.split_once("</Code>"));
    let code = code.map_or("", |(code, _)| code);
    let word =
        !code.is_empty() && code.len() <= 64 && code.bytes().all(|b| b.is_ascii_alphanumeric());
    if word { code } else { "(no reason given)" }
}

/// What went wrong on the way, without the address: a signature stands in it.
fn passing(error: reqwest::Error) -> Failed {
    let error = error.without_url();
    let mut told = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(inner) = source {
        told = format!("{told}: {inner}");
        source = inner.source();
    }
    Failed::Passing(told)
}

fn slow() -> Failed {
    Failed::Passing("it takes too long".to_owned())
}
