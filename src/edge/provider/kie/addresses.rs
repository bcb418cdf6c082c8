//! Where a finished task's video may lie: every address of its record, the likeliest first.

use serde_json::{Map, Value};

use super::wire::web_address;

/// More addresses of one record are not tried.
const MOST: usize = 4;
/// Results lie no deeper in their record.
const DEPTH: u8 = 12;
/// Fields that name a result's address, best first; as [`plain`] writes them.
const KEYS: [(&str, u16); 29] = [
    ("resulturls", 0),
    ("resulturl", 0),
    ("videourls", 0),
    ("videourl", 0),
    ("nowatermarkurl", 0),
    ("videos", 1),
    ("video", 1),
    ("urls", 1),
    ("url", 1),
    ("uri", 1),
    ("downloadurl", 1),
    ("fileurl", 1),
    ("outputurls", 1),
    ("outputurl", 1),
    ("mediaurl", 1),
    ("mp4url", 1),
    ("mp4", 1),
    ("src", 1),
    ("href", 1),
    ("output", 1),
    ("outputs", 1),
    ("result", 1),
    ("results", 1),
    ("resultjson", 1),
    ("resultinfojson", 1),
    ("data", 1),
    ("response", 1),
    ("originurl", 2),
    ("originurls", 2),
];
/// With a watermark: only if there is nothing else.
const WATERMARK: u16 = 20;
/// Under a name we do not know.
const STRANGE: u16 = 40;
/// By its ending it is a picture, a sound or a text.
const OTHER: u16 = 100;
/// Parts of names under which lies what went in, or what is no video.
const ASIDE: [&str; 20] = [
    "param",
    "input",
    "request",
    "callback",
    "webhook",
    "prompt",
    "reference",
    "firstframe",
    "lastframe",
    "image",
    "cover",
    "thumb",
    "poster",
    "preview",
    "avatar",
    "audio",
    "subtitle",
    "document",
    "link",
    "error",
];
const VIDEOS: [&str; 4] = ["mp4", "mov", "m4v", "webm"];
const OTHERS: [&str; 17] = [
    "jpg", "jpeg", "png", "webp", "gif", "avif", "heic", "bmp", "svg", "mp3", "wav", "m4a", "aac",
    "json", "txt", "srt", "html",
];

/// The addresses in a record, at most [`MOST`], likeliest first.
pub(super) fn of(record: &Map<String, Value>) -> Vec<String> {
    let mut found = Vec::new();
    for (key, value) in record {
        field(key, value, 0, DEPTH, &mut found);
    }
    best(found)
}

/// The addresses in what stands where a record should.
pub(super) fn anywhere(data: &Value) -> Vec<String> {
    let mut found = Vec::new();
    walk(data, 0, true, DEPTH, &mut found);
    best(found)
}

fn best(mut found: Vec<(u16, String)>) -> Vec<String> {
    // Stable: among equals the first stays first.
    found.sort_by_key(|(rank, _)| *rank);
    let mut best: Vec<String> = Vec::new();
    for (_, url) in found {
        if best.len() < MOST && !best.contains(&url) {
            best.push(url);
        }
    }
    best
}

fn field(key: &str, value: &Value, above: u16, depth: u8, found: &mut Vec<(u16, String)>) {
    let key = plain(key);
    let known = KEYS.iter().find(|(name, _)| *name == key);
    let (rank, known) = match known {
        Some((_, rank)) => (*rank, true),
        None if key.contains("watermark") => (WATERMARK, true),
        None if ASIDE.iter().any(|part| key.contains(part)) => return,
        None => (STRANGE, false),
    };
    walk(value, above.max(rank), known, depth, found);
}

/// `known` says that an address here counts whatever it ends in.
fn walk(value: &Value, rank: u16, known: bool, depth: u8, found: &mut Vec<(u16, String)>) {
    if depth == 0 {
        return;
    }
    match value {
        Value::String(text) => {
            for url in several(text) {
                match ending(&url) {
                    Ending::Video => found.push((rank, url)),
                    Ending::None if known => found.push((rank, url)),
                    Ending::Other if known => found.push((rank + OTHER, url)),
                    Ending::None | Ending::Other => {}
                }
            }
        }
        Value::Array(items) => {
            for item in items {
                walk(item, rank, known, depth - 1, found);
            }
        }
        Value::Object(fields) => {
            for (key, value) in fields {
                field(key, value, rank, depth - 1, found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The addresses of a text: one, or several with commas between them.
fn several(text: &str) -> Vec<String> {
    let parts: Option<Vec<_>> = text.split(',').map(web_address).collect();
    match parts {
        Some(parts) if parts.len() > 1 => parts,
        Some(_) | None => web_address(text).into_iter().collect(),
    }
}

enum Ending {
    Video,
    Other,
    None,
}

fn ending(url: &str) -> Ending {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let name = path.rsplit('/').next().unwrap_or_default();
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    let is = |known: &&str| known.eq_ignore_ascii_case(ending);
    match () {
        () if VIDEOS.iter().any(is) => Ending::Video,
        () if OTHERS.iter().any(is) => Ending::Other,
        () => Ending::None,
    }
}

/// A name in small letters and nothing but letters and digits.
fn plain(key: &str) -> String {
    let letters = key.chars().filter(char::is_ascii_alphanumeric);
    letters.map(|c| c.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn found(record: Value) -> Vec<String> {
        of(record.as_object().unwrap())
    }

    #[test]
    fn a_result_is_found_in_each_of_its_forms() {
        let v = "https://r/v.mp4";
        for record in [
            json!({"resultJson": {"resultUrls": [v]}}),
            json!({"resultJson": {"result_urls": v}}),
            json!({"resultJson": {"resultWaterMarkUrls": ["https://r/mark"], "origin_urls": [v]}}),
            json!({"resultJson": {"resultUrls": [], "videoUrl": v}}),
            json!({"resultJson": {"resultUrls": [{"url": v}]}}),
            json!({"resultJson": [v]}),
            json!({"resultJson": v}),
            json!({"resultJson": {"created": 5, "data": [{"url": v}]}}),
            json!({"resultInfoJson": {"resultUrls": [v]}}),
            json!({"response": {"taskId": "t", "resultUrls": [v], "originUrls": null}}),
            json!({"info": {"resultUrls": [v]}}),
            json!({"outputs": [v]}),
            json!({"output": v}),
            json!({"output": {"video": {"url": v}}}),
            json!({"video": {"url": v, "content_type": "video/mp4"}}),
            json!({"videos": [{"video_url": v, "cover_url": "https://r/c.jpg"}]}),
            json!({"task_result": {"videos": [{"id": "x", "url": v, "duration": "5"}]}}),
            json!({"works": [{"resource": {"resource": v}}]}),
            json!({"generatedSamples": [{"video": {"uri": v}}]}),
            json!({"resultJson": {"clip": v}}),
            json!({"resultUrls": "https://r/v.mp4,https://r/w.mp4"}),
        ] {
            let first = found(record.clone()).into_iter().next();
            assert_eq!(first.as_deref(), Some(v), "{record}");
        }
    }

    #[test]
    fn a_cover_stands_behind_the_video_and_a_watermark_last() {
        assert_eq!(
            found(json!({"resultUrls": ["https://r/c.jpg", "https://r/v.mp4"]})),
            ["https://r/v.mp4", "https://r/c.jpg"]
        );
        let record = json!({"resultUrls": ["https://r/v"], "resultWaterMarkUrls": ["https://r/w.mp4"],
            "originUrls": ["https://r/o"]});
        assert_eq!(
            found(record),
            ["https://r/v", "https://r/o", "https://r/w.mp4"]
        );
    }

    #[test]
    fn what_is_no_result_is_none() {
        for record in [
            json!({}),
            json!({"resultJson": ""}),
            json!({"resultJson": {"resultUrls": ["ftp://r/v.mp4", 5, null]}}),
            json!({"note": "https://r/page"}),
            json!({"param": {"input": {"video_url": "https://r/v.mp4"}}}),
            json!({"callBackUrl": "https://shop/v.mp4"}),
            json!({"input": {"image_urls": ["https://r/p.jpg"]}}),
            json!({"resultUrls": [format!("https://r/{}", "v".repeat(2048))]}),
            json!({"imageUrl": "https://r/p.jpg", "coverUrl": "https://r/c.jpg"}),
        ] {
            assert_eq!(found(record.clone()), [""; 0], "{record}");
        }
    }

    #[test]
    fn there_are_never_many() {
        let many: Vec<_> = (0..100).map(|n| format!("https://r/{n}.mp4")).collect();
        assert_eq!(found(json!({"resultUrls": many})).len(), MOST);
    }
}
