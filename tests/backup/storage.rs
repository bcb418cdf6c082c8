//! A stand-in for a storage that speaks S3: it checks every signature by its own means and keeps to S3's rules.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use ring::{digest, hmac};

pub const BUCKET: &str = "my-backups";
pub const REGION: &str = "eu-north-1";
pub const ID: &str = "AKIAEXAMPLE";
pub const SECRET: &str = "wJalr/XUtnFEMI+K7MDENG";
/// All parts but the last are at least so large.
const LEAST_PART: usize = 5 << 20;
/// A page of a list, so small that there are several.
const PAGE: usize = 2;

/// How a call goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// An answer with this status, and nothing done.
    Status(u16, &'static str),
    /// The connection breaks off amid the answer; what was asked is done.
    Cut,
    /// No answer for a while.
    Slow(Duration),
    /// 200, and then an error in the body; nothing done.
    Lies,
    /// A good answer that never ends.
    Endless,
    /// A page of a list that says that another one follows, for ever.
    AnotherPage,
}

#[derive(Default)]
pub struct Shelves {
    pub objects: BTreeMap<String, Bytes>,
    /// Parts by number, of uploads that are neither finished nor given up.
    pub uploads: HashMap<String, (String, BTreeMap<u16, Bytes>)>,
    pub faults: Vec<(&'static str, Fault)>,
    /// What was called, and how it was answered.
    pub calls: Vec<(&'static str, u16)>,
    begun: u32,
}

#[derive(Clone)]
pub struct Storage {
    pub shelves: Arc<Mutex<Shelves>>,
    pub port: u16,
}

impl Storage {
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let storage = Self {
            shelves: Arc::default(),
            port: listener.local_addr().unwrap().port(),
        };
        let router = Router::new()
            .fallback(answer)
            .layer(DefaultBodyLimit::disable())
            .with_state(storage.clone());
        tokio::spawn(async { axum::serve(listener, router).await });
        storage
    }

    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The next calls of a kind go wrong.
    pub fn fails(&self, call: &'static str, faults: &[Fault]) {
        let faults = faults.iter().map(|fault| (call, *fault));
        self.shelves.lock().unwrap().faults.extend(faults);
    }

    pub fn keys(&self) -> Vec<String> {
        self.shelves
            .lock()
            .unwrap()
            .objects
            .keys()
            .cloned()
            .collect()
    }

    pub fn object(&self, key: &str) -> Bytes {
        self.shelves.lock().unwrap().objects[key].clone()
    }

    /// Somebody else who can write there puts an object there.
    pub fn forges(&self, key: &str, object: impl Into<Bytes>) {
        let mut shelves = self.shelves.lock().unwrap();
        shelves.objects.insert(key.to_owned(), object.into());
    }

    pub fn calls(&self, call: &str) -> usize {
        let shelves = self.shelves.lock().unwrap();
        shelves
            .calls
            .iter()
            .filter(|(kind, _)| *kind == call)
            .count()
    }

    /// No upload was left half-done, and every fault was met.
    #[track_caller]
    pub fn is_tidy(&self) {
        let shelves = self.shelves.lock().unwrap();
        assert!(shelves.uploads.is_empty(), "an upload was left");
        assert!(shelves.faults.is_empty(), "{:?}", shelves.faults);
    }
}

type Query = BTreeMap<String, String>;

/// A request without its body.
pub struct Asked<'a> {
    pub method: &'a str,
    pub path: &'a str,
    pub query: &'a Query,
    pub host: &'a str,
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// As RFC 3986 wants it, which is as signatures want it.
fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    let letter = |byte: u8| match plain(byte) {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    };
    text.bytes().map(letter).collect()
}

/// The signature (version 4) that a request with its parameters in the query must have.
pub fn signature(asked: &Asked<'_>, secret: &str, region: &str) -> String {
    let signed = asked
        .query
        .iter()
        .filter(|(key, _)| *key != "X-Amz-Signature");
    let query: Vec<_> = signed
        .map(|(key, value)| format!("{}={}", encoded(key), encoded(value)))
        .collect();
    let canonical = format!(
        "{}\n{}\n{}\nhost:{}\n\nhost\nUNSIGNED-PAYLOAD",
        asked.method,
        asked.path,
        query.join("&"),
        asked.host
    );
    let (time, day) = (&asked.query["X-Amz-Date"], &asked.query["X-Amz-Date"][..8]);
    let hash = hex(digest::digest(&digest::SHA256, canonical.as_bytes()).as_ref());
    let text = format!("AWS4-HMAC-SHA256\n{time}\n{day}/{region}/s3/aws4_request\n{hash}");
    let mut key = format!("AWS4{secret}").into_bytes();
    for part in [day, region, "s3", "aws4_request", &text] {
        let by = hmac::Key::new(hmac::HMAC_SHA256, &key);
        key = hmac::sign(&by, part.as_bytes()).as_ref().to_vec();
    }
    hex(&key)
}

/// Amazon's own example, from its documentation of signatures in the query.
#[test]
fn the_stand_in_signs_as_amazon_does() {
    let query = [
        ("X-Amz-Algorithm", "AWS4-HMAC-SHA256"),
        (
            "X-Amz-Credential",
            "AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request",
        ),
        ("X-Amz-Date", "20130524T000000Z"),
        ("X-Amz-Expires", "86400"),
        ("X-Amz-SignedHeaders", "host"),
    ];
    let query = query
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into();
    let asked = Asked {
        method: "GET",
        path: "/test.txt",
        query: &query,
        host: "examplebucket.s3.amazonaws.com",
    };
    let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    assert_eq!(
        signature(&asked, secret, "us-east-1"),
        "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
    );
}

fn is_signed(asked: &Asked<'_>) -> Result<(), &'static str> {
    let get = |key: &str| asked.query.get(key).map(String::as_str).unwrap_or_default();
    let day = get("X-Amz-Date")
        .get(..8)
        .ok_or("AuthorizationQueryParametersError")?;
    if get("X-Amz-Credential") != format!("{ID}/{day}/{REGION}/s3/aws4_request") {
        return Err("InvalidAccessKeyId");
    }
    let expires: u64 = get("X-Amz-Expires")
        .parse()
        .map_err(|_| "AuthorizationQueryParametersError")?;
    if get("X-Amz-Algorithm") != "AWS4-HMAC-SHA256"
        || get("X-Amz-SignedHeaders") != "host"
        || !(1..=604_800).contains(&expires)
    {
        return Err("AuthorizationQueryParametersError");
    }
    match signature(asked, SECRET, REGION) == get("X-Amz-Signature") {
        true => Ok(()),
        false => Err("SignatureDoesNotMatch"),
    }
}

async fn answer(
    State(storage): State<Storage>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let query: Query = url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes())
        .into_owned()
        .collect();
    let host = headers["host"].to_str().unwrap();
    let asked = Asked {
        method: method.as_str(),
        path: uri.path(),
        query: &query,
        host,
    };
    let has = |key: &str| query.contains_key(key);
    let call = match method {
        Method::PUT if has("partNumber") => "part",
        Method::PUT => "put",
        Method::POST if has("uploads") => "begin",
        Method::POST if has("uploadId") => "complete",
        Method::GET if has("list-type") => "list",
        Method::GET => "get",
        Method::DELETE if has("uploadId") => "abort",
        Method::DELETE => "delete",
        _ => return refused(405, "MethodNotAllowed"),
    };
    let fault = {
        let mut shelves = storage.shelves.lock().unwrap();
        let at = shelves.faults.iter().position(|(kind, _)| *kind == call);
        at.map(|at| shelves.faults.remove(at).1)
    };
    let response = match (is_signed(&asked), fault) {
        (Err(why), _) => refused(403, why),
        (Ok(()), Some(Fault::Status(status, code))) => refused(status, code),
        (Ok(()), Some(Fault::Lies)) => error(200, "InternalError"),
        (Ok(()), Some(Fault::Slow(time))) => {
            tokio::time::sleep(time).await;
            refused(503, "SlowDown")
        }
        (Ok(()), Some(Fault::Endless)) => endless(),
        (Ok(()), Some(Fault::AnotherPage)) => {
            storage.fails("list", &[Fault::AnotherPage]);
            another_page()
        }
        (Ok(()), Some(Fault::Cut)) => cut(storage.does(call, &asked, &headers, body)).await,
        (Ok(()), None) => storage.does(call, &asked, &headers, body),
    };
    let status = response.status().as_u16();
    storage.shelves.lock().unwrap().calls.push((call, status));
    response
}

impl Storage {
    fn does(&self, call: &str, asked: &Asked<'_>, headers: &HeaderMap, body: Bytes) -> Response {
        let mut shelves = self.shelves.lock().unwrap();
        let Some(key) = asked.path.strip_prefix(&format!("/{BUCKET}/")) else {
            return refused(404, "NoSuchBucket");
        };
        let key = key.to_owned();
        let id = asked.query.get("uploadId").cloned().unwrap_or_default();
        match call {
            "put" => {
                shelves.objects.insert(key, body.clone());
                ([("etag", etag(&body))], "").into_response()
            }
            "begin" => {
                shelves.begun += 1;
                let id = format!("upload/{}", shelves.begun);
                shelves
                    .uploads
                    .insert(id.clone(), (key.clone(), BTreeMap::new()));
                xml(format!(
                    "<InitiateMultipartUploadResult xmlns=\"{XMLNS}\"><Bucket>{BUCKET}</Bucket>\
                     <Key>{key}</Key><UploadId>{id}</UploadId></InitiateMultipartUploadResult>"
                ))
            }
            "part" => {
                let number: u16 = asked.query["partNumber"].parse().unwrap();
                let Some((_, parts)) = shelves.uploads.get_mut(&id) else {
                    return refused(404, "NoSuchUpload");
                };
                let etag = etag(&body);
                parts.insert(number, body);
                ([("etag", etag)], "").into_response()
            }
            "complete" => complete(&mut shelves, &key, &id, &body),
            "abort" => match shelves.uploads.remove(&id) {
                Some(_) => StatusCode::NO_CONTENT.into_response(),
                None => refused(404, "NoSuchUpload"),
            },
            "list" => list(&shelves, asked.query),
            "delete" => {
                shelves.objects.remove(&key);
                StatusCode::NO_CONTENT.into_response()
            }
            _ => match shelves.objects.get(&key) {
                None => refused(404, "NoSuchKey"),
                Some(object) => {
                    let range = headers.get("range").map(|range| range.to_str().unwrap());
                    let from = range.map_or(0, |range| {
                        let from = range.strip_prefix("bytes=").unwrap().strip_suffix('-');
                        from.unwrap().parse().unwrap()
                    });
                    (StatusCode::PARTIAL_CONTENT, object.slice(from..)).into_response()
                }
            },
        }
    }
}

const XMLNS: &str = "http://s3.amazonaws.com/doc/2006-03-01/";

fn complete(shelves: &mut Shelves, key: &str, id: &str, body: &[u8]) -> Response {
    let Some((begun, parts)) = shelves.uploads.get(id) else {
        return refused(404, "NoSuchUpload");
    };
    assert_eq!(begun, key);
    let body = String::from_utf8(body.to_vec()).unwrap();
    let told = body.split("<Part>").skip(1).map(|part| {
        let between = |start: &str, end: &str| {
            let (_, rest) = part.split_once(start).unwrap();
            rest.split_once(end).unwrap().0.replace("&quot;", "\"")
        };
        let number: u16 = between("<PartNumber>", "</PartNumber>").parse().unwrap();
        (number, between("<ETag>", "</ETag>"))
    });
    let told: Vec<_> = told.collect();
    let kept: Vec<_> = parts
        .iter()
        .map(|(number, part)| (*number, etag(part)))
        .collect();
    if told != kept {
        return refused(400, "InvalidPart");
    }
    let sizes: Vec<_> = parts.values().map(Bytes::len).collect();
    if sizes[..sizes.len() - 1]
        .iter()
        .any(|size| *size < LEAST_PART)
    {
        return refused(400, "EntityTooSmall");
    }
    let whole = parts.values().flatten().copied().collect();
    shelves.objects.insert(key.to_owned(), whole);
    shelves.uploads.remove(id);
    xml(format!(
        "<CompleteMultipartUploadResult xmlns=\"{XMLNS}\"><Location>x</Location><Bucket>{BUCKET}</Bucket>\
         <Key>{key}</Key><ETag>&quot;whole&quot;</ETag></CompleteMultipartUploadResult>"
    ))
}

fn list(shelves: &Shelves, query: &Query) -> Response {
    let prefix = &query["prefix"];
    let after = query.get("continuation-token").cloned().unwrap_or_default();
    let found = shelves.objects.iter();
    let mut found = found.filter(|(key, _)| key.starts_with(prefix) && **key > after);
    let page: Vec<_> = found.by_ref().take(PAGE).collect();
    let more = found.next().is_some();
    let contents: String = page
        .iter()
        .map(|(key, object)| {
            format!(
                "<Contents><Key>{key}</Key><LastModified>2026-11-23T05:37:49.000Z</LastModified>\
                 <ETag>&quot;x&quot;</ETag><Size>{}</Size><StorageClass>STANDARD</StorageClass></Contents>",
                object.len()
            )
        })
        .collect();
    let next = match page.last() {
        Some((last, _)) if more => format!("<NextContinuationToken>{last}</NextContinuationToken>"),
        _ => String::new(),
    };
    xml(format!(
        "<ListBucketResult xmlns=\"{XMLNS}\"><Name>{BUCKET}</Name><Prefix>{prefix}</Prefix>\
         <KeyCount>{}</KeyCount><MaxKeys>1000</MaxKeys><IsTruncated>{more}</IsTruncated>{contents}{next}</ListBucketResult>",
        page.len()
    ))
}

fn another_page() -> Response {
    xml(format!(
        "<ListBucketResult xmlns=\"{XMLNS}\"><Name>{BUCKET}</Name><KeyCount>0</KeyCount><MaxKeys>1000</MaxKeys>\
         <IsTruncated>true</IsTruncated><NextContinuationToken>again</NextContinuationToken></ListBucketResult>"
    ))
}

fn endless() -> Response {
    let piece = Bytes::from_static(&[b' '; 64 << 10]);
    let pieces = std::iter::repeat_with(move || Ok::<_, std::io::Error>(piece.clone()));
    Body::from_stream(futures_util::stream::iter(pieces)).into_response()
}

/// Half of an answer.
async fn cut(response: Response) -> Response {
    let (parts, body) = response.into_parts();
    let whole = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    let half = whole.slice(..whole.len() / 2);
    let pieces = [Ok(half), Err(std::io::Error::other("cut"))];
    let mut cut =
        Response::from_parts(parts, Body::from_stream(futures_util::stream::iter(pieces)));
    let length = whole.len().max(1).to_string().parse().unwrap();
    cut.headers_mut().insert("content-length", length);
    cut
}

fn etag(part: &Bytes) -> String {
    format!(
        "\"{}\"",
        &hex(digest::digest(&digest::SHA256, part).as_ref())[..32]
    )
}

fn xml(text: String) -> Response {
    let text = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{text}");
    ([("content-type", "application/xml")], text).into_response()
}

fn refused(status: u16, code: &str) -> Response {
    error(status, code)
}

fn error(status: u16, code: &str) -> Response {
    let mut response = xml(format!(
        "<Error><Code>{code}</Code><Message>no</Message></Error>"
    ));
    *response.status_mut() = StatusCode::from_u16(status).unwrap();
    response
}
