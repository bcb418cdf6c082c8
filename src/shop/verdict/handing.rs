//! A video that is handed over to its seller.

use crate::rules::conversation::say::{Say, Video};
use crate::rules::domain::id::{JobId, ModelName};
use crate::rules::domain::order::Order;

/// What brings a video to its seller.
pub(super) fn handed_over(
    order: &Order,
    job: JobId,
    model: ModelName,
    url: &str,
    large: bool,
    gift: bool,
) -> Say {
    let video = Video {
        order: order.id,
        job,
        number: number(order, job),
        count: order.count.number(),
        model,
        url: url.to_owned(),
        gift,
    };
    match large {
        true => Say::VideoLink(video),
        false => Say::Video(video),
    }
}

/// Its number in the order, from 1.
fn number(order: &Order, job: JobId) -> u8 {
    u8::try_from(job.0 - order.first_job.0 + 1).unwrap_or(u8::MAX)
}
