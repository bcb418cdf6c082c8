//! The machine and the file: room, backups, the certificate.

use maud::{Markup, html};

use super::marks;
use super::means::Page;
use super::voice::Voice;
use crate::base::time::Timestamp;
use crate::operator::service::answer::Status;
use crate::shop::backup::front::Standing;

/// The machine and the file.
pub fn house(page: &Page, voice: Voice, status: &Status) -> Markup {
    let now = page.desk.clock.now();
    let backups = page.desk.backups.status();
    let free = status.free_bytes.map(|free| marks::size(voice, free));
    let mut pairs = vec![
        (
            voice.say("house-free"),
            html! { (free.unwrap_or_else(|| "–".to_owned())) },
        ),
        (
            voice.say("house-file"),
            html! { (marks::size(voice, status.file_bytes)) ", " (voice.say("house-schema")) " " (status.schema) },
        ),
        (voice.say("house-backup"), backup(voice, &backups.here)),
    ];
    if let Some(elsewhere) = &backups.elsewhere {
        pairs.push((voice.say("house-elsewhere"), backup(voice, elsewhere)));
    }
    pairs.push((
        voice.say("house-certificate"),
        certificate(page, voice, now),
    ));
    if let Some(since) = status.since {
        pairs.push((voice.say("house-since"), marks::time(since)));
    }
    pairs.push((voice.say("house-version"), html! { (status.version) }));
    marks::facts(&pairs)
}

fn backup(voice: Voice, standing: &Standing) -> Markup {
    html! {
        @match standing.newest {
            Some(name) => (marks::time(name.at().0)),
            None => (voice.say("house-backup-none")),
        }
        @if standing.last_error.is_some() {
            " " (marks::badge("bad", &voice.say("house-backup-failed")))
        }
    }
}

fn certificate(page: &Page, voice: Voice, now: Timestamp) -> Markup {
    let Some(door) = &page.door else {
        return html! { (voice.say("house-certificate-none")) };
    };
    match door.shown() {
        None => marks::badge("bad", &voice.say("house-certificate-missing")),
        Some(pair) => {
            let life = pair.life();
            let tone = if now >= life.worry_at() {
                "bad"
            } else {
                "good"
            };
            let left = life.days_left(now);
            html! {
                (marks::badge(tone, &voice.fill("house-certificate-left", &[("n", left.into())])))
                " " (marks::time(life.until.0))
            }
        }
    }
}
