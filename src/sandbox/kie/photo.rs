//! Fetching the photo of a task, as the provider does: from outside, over real HTTP.

use bytes::Bytes;
use image::{ImageFormat, ImageReader};

use super::{door::Door, tasks::PhotoState};
use crate::sandbox::lock::lock;

const SIZE_LIMIT: usize = 10 << 20;
const LEAST_SIDE: u32 = 300;
const LONGEST_SIDE: u32 = 5760;
/// A fetch that could not connect is tried again once.
const TRIES: usize = 2;

/// Fetches the photo and tells the task; a photo the provider would not take is a complaint.
pub(super) async fn fetch(door: &Door, id: &str, url: &str) {
    let mut fetched = Err((0, String::new()));
    for _ in 0..TRIES {
        fetched = get(door, url).await;
        if fetched.is_ok() {
            break;
        }
    }
    let (status, note, photo, state) = match fetched {
        Err((status, why)) => (status, why.clone(), None, PhotoState::Bad(why)),
        Ok(bytes) => match check(&bytes) {
            Ok((width, height)) => {
                let note = format!("{width}x{height}, {} bytes", bytes.len());
                (200, note, Some(bytes), PhotoState::Good)
            }
            Err(why) => {
                door.complain("photo", &why);
                (200, why.clone(), Some(bytes), PhotoState::Bad(why))
            }
        },
    };
    if let Some(task) = lock(&door.inner.tasks).iter_mut().find(|it| it.id == id) {
        task.photo = photo;
        task.photo_state = state;
    }
    door.ground.record("photo", "GET", status, note);
}

async fn get(door: &Door, url: &str) -> Result<Bytes, (u16, String)> {
    let silent = |error: reqwest::Error| (0, format!("{error:?}"));
    let answer = door.inner.client.get(url).send().await.map_err(silent)?;
    let status = answer.status();
    match status.is_success() {
        true => answer.bytes().await.map_err(silent),
        false => Err((
            status.as_u16(),
            format!("the photo's host answers {status}"),
        )),
    }
}

fn check(bytes: &Bytes) -> Result<(u32, u32), String> {
    if bytes.len() > SIZE_LIMIT {
        return Err("the photo is larger than 10 MB".to_owned());
    }
    let reader = ImageReader::with_format(std::io::Cursor::new(bytes), ImageFormat::Jpeg);
    let (width, height) = reader
        .into_dimensions()
        .map_err(|_| "the photo is not a JPEG".to_owned())?;
    let allowed = LEAST_SIDE..=LONGEST_SIDE;
    match allowed.contains(&width) && allowed.contains(&height) {
        true => Ok((width, height)),
        false => Err(format!("a photo of {width}x{height} is out of bounds")),
    }
}
