//! The machine and the file: room, backups, the certificate.

use maud::{Markup, html};

use super::marks;
use super::means::Page;
use crate::base::time::Timestamp;
use crate::edge::locale::Locale;
use crate::operator::service::answer::Status;
use crate::shop::backup::front::Standing;

/// The machine and the file.
pub fn house(page: &Page, locale: Locale, status: &Status) -> Markup {
    let now = page.desk.clock.now();
    let backups = page.desk.backups.status();
    let free = status.free_bytes.map(|free| marks::size(locale, free));
    let mut pairs = vec![
        (
            locale.say("house-free"),
            html! { (free.unwrap_or_else(|| "–".to_owned())) },
        ),
        (
            locale.say("house-file"),
            html! { (marks::size(locale, status.file_bytes)) ", " (locale.say("house-schema")) " " (status.schema) },
        ),
        (locale.say("house-backup"), backup(locale, &backups.here)),
    ];
    if let Some(elsewhere) = &backups.elsewhere {
        pairs.push((locale.say("house-elsewhere"), backup(locale, elsewhere)));
    }
    pairs.push((
        locale.say("house-certificate"),
        certificate(page, locale, now),
    ));
    if let Some(since) = status.since {
        pairs.push((locale.say("house-since"), marks::time(since)));
    }
    pairs.push((locale.say("house-version"), html! { (status.version) }));
    marks::facts(&pairs)
}

fn backup(locale: Locale, standing: &Standing) -> Markup {
    html! {
        @match standing.newest {
            Some(name) => (marks::time(name.at().0)),
            None => (locale.say("house-backup-none")),
        }
        @if standing.last_error.is_some() {
            " " (marks::badge("bad", &locale.say("house-backup-failed")))
        }
    }
}

fn certificate(page: &Page, locale: Locale, now: Timestamp) -> Markup {
    let Some(door) = &page.door else {
        return html! { (locale.say("house-certificate-none")) };
    };
    match door.shown() {
        None => marks::badge("bad", &locale.say("house-certificate-missing")),
        Some(pair) => {
            let life = pair.life();
            let tone = if now >= life.worry_at() {
                "bad"
            } else {
                "good"
            };
            let left = life.days_left(now);
            html! {
                (marks::badge(tone, &locale.fill("house-certificate-left", &[("n", left.into())])))
                " " (marks::time(life.until.0))
            }
        }
    }
}
