//! What meets the public side: every parser of what a stranger may send, and what must be true of its answer.

use std::io::Cursor;

use http::{HeaderMap, HeaderValue};
use neurocards::base::time::Timestamp;
use neurocards::door::range::Wanted;
use neurocards::door::{callback, limiter, peers, photo, range};
use neurocards::edge::config::Network;
use neurocards::edge::files::colour::{Colours, Mixing};
use neurocards::edge::files::decoded::{Goal, SHORTEST};
use neurocards::edge::files::raster::Raster;
use neurocards::edge::files::{exif, frame};
use neurocards::edge::provider::Look;
use neurocards::edge::provider::kie;
use neurocards::edge::telegram::reply::Reply;
use neurocards::edge::telegram::trouble::{LONGEST_WAIT, Trouble};
use neurocards::edge::telegram::update;
use neurocards::rules::domain::id::TaskId;
use neurocards::rules::failures::Failures;

/// Takes what a stranger sent, and panics if anything about the answer is not as it must be.
pub type Target = fn(&[u8]);

/// Each target, by name; `corpus/` has a directory for each.
pub const TARGETS: [(&str, Target); 13] = [
    ("webhook", webhook),
    ("reply", reply),
    ("callback", called_back),
    ("signed", signed),
    ("address", address),
    ("photo", photo_path),
    ("range", ranges),
    ("forwarded", forwarded),
    ("look", look),
    ("mp4", movie),
    ("picture", picture),
    ("exif", turned),
    ("colours", colours),
];

/// An update as Telegram posts it, and what it means to us.
fn webhook(body: &[u8]) {
    let body = String::from_utf8_lossy(body);
    let Some(wire) = update::read(&body) else {
        return;
    };
    for me in [None, Some("neurocards_bot")] {
        if let Some(update) = update::parse(&wire, me) {
            assert_eq!(update.id, wire.id);
            // Whoever is answered has a private chat.
            assert!((1..1 << 52).contains(&update.user.0));
        }
    }
}

/// What answers a call to Telegram, or stands in its way: the status in two bytes, then the body.
fn reply(bytes: &[u8]) {
    let Some((status, body)) = bytes.split_first_chunk() else {
        return;
    };
    let body = String::from_utf8_lossy(body).into_owned();
    match Reply::read(u16::from_le_bytes(*status), None, body) {
        Ok(reply) => {
            let told = (reply.message(), reply.video(), reply.photo());
            assert!(reply.fields().is_some() || told == (None, None, None));
        }
        // Nobody is believed to want a longer wait.
        Err(Trouble::Wait(span)) => assert!(span <= LONGEST_WAIT && !span.is_zero()),
        Err(_) => {}
    }
}

/// The provider's callback.
fn called_back(body: &[u8]) {
    if let Some(task) = kie::parse_callback(body) {
        assert!(!task.0.is_empty() && task.0.len() <= 256);
    }
}

/// The headers of a signed callback, a line each: timestamp and signature, of a task that is always the same.
fn signed(headers: &[u8]) {
    let Some((timestamp, signature)) = std::str::from_utf8(headers)
        .ok()
        .and_then(|headers| headers.split_once('\n'))
    else {
        return;
    };
    let task = TaskId("task".to_owned());
    let made = timestamp.parse::<u64>().unwrap_or_default();
    let now = Timestamp(made.saturating_mul(1000));
    // Whatever is found, it is not found with another key.
    let keys = ["key", "another"].map(|key| kie::Seal::new(&key.into()));
    let holds = keys.map(|seal| seal.holds(&task, timestamp, signature, now));
    assert_ne!(holds, [true, true]);
}

/// A callback's address: the job with its number, and the submission.
fn address(path: &[u8]) {
    let Some((job, submission)) = std::str::from_utf8(path)
        .ok()
        .and_then(|path| path.split_once('/'))
    else {
        return;
    };
    if let Some((id, nonce, submission)) = callback::read(job, submission) {
        let again = callback::read(
            &format!("{id}-{nonce:016x}", id = id.0),
            &submission.to_string(),
        );
        assert_eq!(again, Some((id, nonce, submission)));
    }
}

/// The path of a photo.
fn photo_path(path: &[u8]) {
    let Ok(path) = std::str::from_utf8(path) else {
        return;
    };
    if let Some(name) = photo::name(path) {
        // One photo, one address, and nothing in it that a file system could take amiss.
        assert_eq!(format!("/p/{name}.jpg"), path);
        assert!(limiter::plain(path));
    }
}

/// A length in eight bytes, and a `Range` header.
fn ranges(bytes: &[u8]) {
    let Some((length, value)) = bytes.split_first_chunk() else {
        return;
    };
    let length = u64::from_le_bytes(*length);
    if let Wanted::Part(part) = range::read(value, length) {
        assert!(part.start < part.end && part.end <= length);
    }
}

/// The provider's answer to a look at a task: a byte that stands for a status, then the body.
fn look(bytes: &[u8]) {
    let Some((status, body)) = bytes.split_first() else {
        return;
    };
    let status = [200, 200, 200, 404, 422, 429, 500, 502][usize::from(*status % 8)];
    let ear = kie::Ear::new(Failures::shipped());
    match kie::read_look(&ear, status, body) {
        Ok(Look::Ready { urls, credits }) => {
            assert!((1..=4).contains(&urls.len()));
            assert!(
                urls.iter()
                    .all(|url| url.starts_with("http") && url.len() <= 2048)
            );
            assert!(credits.is_none_or(|credits| credits >= 0.0 && credits.is_finite()));
        }
        Ok(Look::Unread { shape }) => {
            let plain = |c: char| c.is_ascii_alphanumeric() || " _:=-".contains(c);
            assert!(shape.len() < 256 && shape.chars().all(plain), "{shape}");
        }
        Ok(Look::NotYet | Look::Running | Look::NoVideo { .. } | Look::Failed { .. }) | Err(_) => {}
    }
}

/// A result as it lies on our disk.
fn movie(bytes: &[u8]) {
    let Ok(movie) = neurocards::edge::provider::mp4::read(&mut Cursor::new(bytes)) else {
        return;
    };
    // Whoever is shown a video is shown one that can be.
    assert!(neurocards::edge::provider::mp4::begins(
        &bytes[..neurocards::edge::provider::mp4::HEAD]
    ));
    assert!(
        movie
            .size
            .is_none_or(|(width, height)| width > 0 && height > 0)
    );
    assert!(movie.length.is_none_or(|length| !length.is_zero()));
}

/// A picture as a seller sends it, made into a small one so that many can be tried.
fn picture(bytes: &[u8]) {
    const GOAL: Goal = Goal {
        width: 72,
        height: 128,
        most: 200_000,
    };
    let Ok(decoded) = frame::decode(bytes, &GOAL) else {
        return;
    };
    let stored = &decoded.raster;
    let (width, height) = decoded.orientation.upright(stored.width, stored.height);
    assert!(width.min(height) > 0 && width.max(height) >= GOAL.width);
    assert_eq!(stored.rgb.len(), width as usize * height as usize * 3);
    // Whole, and as large as the goal allows.
    let whole = decoded.fitted(&GOAL);
    assert!(whole.width == GOAL.width || whole.height == GOAL.height);
    assert!(whole.width <= GOAL.width && whole.height <= GOAL.height);
    assert_eq!(
        whole.rgb.len(),
        whole.width as usize * whole.height as usize * 3
    );
}

/// An Exif block, which may say how a picture is to be turned.
fn turned(block: &[u8]) {
    let found = exif::orientation(block);
    if !block.starts_with(b"Exif\0\0") {
        let named = [b"Exif\0\0", block].concat();
        assert_eq!(exif::orientation(&named), found);
    }
    if let Some(found) = found {
        let (width, height) = found.upright(SHORTEST, 2);
        assert_eq!(found.upright(width, height), (SHORTEST, 2));
    }
}

/// What a picture says of its colours: a byte that stands for the way it is said, then a profile, or numbers.
fn colours(bytes: &[u8]) {
    let Some((way, said)) = bytes.split_first() else {
        return;
    };
    let numbers: Vec<f32> = said
        .chunks_exact(4)
        .map(|four| u32::from_be_bytes([four[0], four[1], four[2], four[3]]) as f32 / 100_000.0)
        .collect();
    let colours = match way % 5 {
        0 => Colours::of_profile(said, false),
        1 => Colours::of_profile(said, true),
        2 => match said {
            [primaries, transfer, ..] => Colours::of_code_points(*primaries, *transfer),
            _ => return,
        },
        3 => match numbers[..] {
            [gamma, a, b, c, d, e, f, g, h, ..] => {
                Colours::of_gamma(gamma, Some([(a, b), (c, d), (e, f), (g, h)]))
            }
            [gamma, ..] => Colours::of_gamma(gamma, None),
            [] => return,
        },
        _ => {
            let mut mixed = [0; 9];
            Mixing::new(Some(said)).mix(&[255, 0, 9, 255, 8, 7, 6, 5, 0, 0, 0, 0], &mut mixed);
            return;
        }
    };
    let mut raster = Raster::new(5, 3);
    let stored = raster.rgb.iter_mut().zip((0..=255).step_by(5));
    stored.for_each(|(value, stored)| *value = stored);
    colours.settle(&mut raster);
    assert_eq!(
        (raster.width, raster.height, raster.rgb.len()),
        (5, 3, 5 * 3 * 3)
    );
}

/// What a proxy says in `X-Forwarded-For`, a header a line.
fn forwarded(bytes: &[u8]) {
    let proxies: [Network; 2] =
        ["127.0.0.0/8", "2001:db8::/32"].map(|text| text.parse().expect("a network"));
    let proxy = "127.0.0.1".parse().expect("an address");
    let mut headers = HeaderMap::new();
    for line in bytes.split(|byte| *byte == b'\n') {
        if let Ok(value) = HeaderValue::from_bytes(line) {
            headers.append("x-forwarded-for", value);
        }
    }
    let found = peers::asked_for(proxy, &headers, &proxies);
    // An address nobody named can only be the proxy's.
    assert!(!headers.is_empty() || found == proxy);
}
