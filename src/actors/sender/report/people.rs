//! A seller: their card, their entries, and what they could be paid back.

use super::asker::{Asker, whom};
use super::page::{Page, code};
use crate::edge::telegram::words::{Key, Message};
use crate::operator::service::answer::{EntryLine, JobLine, UserCard};
use crate::operator::service::ask::{History, Jobs, User, Wanted};
use crate::rules::conversation::event::Button;
use crate::rules::conversation::office::knob::Knob;
use crate::rules::domain::deed::DeedKind;
use crate::rules::domain::id::{JobId, UserId};
use crate::store::StoreError;

/// A card shows so many of the newest videos.
const VIDEOS: usize = 8;
/// A page of the history has so many entries.
const ENTRIES: usize = 12;
/// So many finished videos are offered to be paid back.
const REFUNDS: usize = 8;

pub(super) async fn card(
    mut page: Page<'_>,
    asker: &Asker<'_>,
    user: UserId,
) -> Result<Option<Message>, StoreError> {
    let Some(card) = known(asker, user).await? else {
        return Ok(None);
    };
    let jobs = jobs(asker, user, Wanted::All, VIDEOS).await?;
    head(&mut page, &card);
    page.gap();
    match jobs.is_empty() {
        true => page.line("card-no-videos", &[]),
        false => page.line("card-videos", &[]),
    }
    for job in &jobs {
        let line = video(&page, job);
        page.push(&line);
    }
    let shut = match card.user.banned {
        true => page.button("button-desk-unban", Knob::Begin(DeedKind::Unban, user.0)),
        false => page.button("button-desk-ban", Knob::Begin(DeedKind::Ban, user.0)),
    };
    let rows = [
        vec![
            page.button("button-desk-grant", Knob::Begin(DeedKind::Grant, user.0)),
            page.button("button-desk-refunds", Knob::Refunds(user)),
        ],
        vec![
            page.button("button-desk-history", Knob::History(user, 0)),
            shut,
        ],
    ];
    page.keyboard.extend(rows);
    let videos: Vec<_> = jobs.iter().take(4).map(|job| open(job.id)).collect();
    if !videos.is_empty() {
        page.keyboard.push(videos);
    }
    Ok(Some(page.done()))
}

pub(super) async fn history(
    mut page: Page<'_>,
    asker: &Asker<'_>,
    user: UserId,
    before: u64,
) -> Result<Option<Message>, StoreError> {
    let Some(card) = known(asker, user).await? else {
        return Ok(None);
    };
    let ask = History {
        whom: whom(user),
        before: (before > 0).then_some(before),
        most: ENTRIES + 1,
    };
    let Some(mut entries) = asker.ask(ask).await? else {
        return Ok(None);
    };
    let more = entries.lines.len() > ENTRIES;
    entries.lines.truncate(ENTRIES);
    let named = page
        .words
        .person(page.lang, card.user.name.as_deref(), card.user.id);
    page.line("history-head", &[("person", named.into())]);
    page.gap();
    if entries.lines.is_empty() {
        page.line("history-empty", &[]);
    }
    for entry in &entries.lines {
        let line = moved(&page, user, entry);
        page.push(&line);
    }
    if let Some(looked) = entries.looked {
        page.line("history-unseen", &[("looked", looked.into())]);
    }
    let mut row = vec![page.button("button-desk-card", Knob::User(user))];
    if before > 0 {
        row.push(page.button("button-desk-newest", Knob::History(user, 0)));
    }
    if let Some(last) = entries.lines.last().filter(|_| more) {
        row.push(page.button("button-desk-older", Knob::History(user, last.n)));
    }
    page.keyboard.push(row);
    Ok(Some(page.done()))
}

pub(super) async fn refunds(
    mut page: Page<'_>,
    asker: &Asker<'_>,
    user: UserId,
) -> Result<Option<Message>, StoreError> {
    let Some(card) = known(asker, user).await? else {
        return Ok(None);
    };
    let jobs = jobs(asker, user, Wanted::Done, REFUNDS).await?;
    let named = page
        .words
        .person(page.lang, card.user.name.as_deref(), card.user.id);
    page.line("refunds-head", &[("person", named.into())]);
    page.gap();
    match jobs.is_empty() {
        true => page.line("refunds-empty", &[]),
        false => page.line("refunds-choose", &[]),
    }
    for job in &jobs {
        let at = page.moment(job.ended.unwrap_or(job.at));
        let label = page.get(
            "button-desk-refund-of",
            &[("job", code(job.id).into()), ("at", at.into())],
        );
        let knob = Button::Desk(Knob::Begin(DeedKind::Refund, job.id));
        page.keyboard.push(vec![Key::Press(label, knob)]);
    }
    let back = page.button("button-desk-card", Knob::User(user));
    page.keyboard.push(vec![back]);
    Ok(Some(page.done()))
}

pub(super) async fn known(asker: &Asker<'_>, user: UserId) -> Result<Option<UserCard>, StoreError> {
    asker.ask(User { whom: whom(user) }).await
}

async fn jobs(
    asker: &Asker<'_>,
    user: UserId,
    wanted: Wanted,
    most: usize,
) -> Result<Vec<JobLine>, StoreError> {
    let whom = Some(whom(user));
    let ask = Jobs {
        wanted,
        whom,
        before: None,
        most,
    };
    let jobs = asker.ask(ask).await?;
    Ok(jobs.map_or_else(Vec::new, |jobs| jobs.lines))
}

fn head(page: &mut Page<'_>, card: &UserCard) {
    let user = &card.user;
    let named = page.words.person(page.lang, user.name.as_deref(), user.id);
    page.line("card-head", &[("person", named.into())]);
    let args = [
        ("balance", user.available.into()),
        ("held", user.held.into()),
    ];
    page.line("card-balance", &args);
    let since = page.moment(user.since);
    let args = [("since", since.into()), ("lang", user.lang.as_str().into())];
    page.line("card-since", &args);
    if let Some((since, why)) = &card.ban {
        let since = page.moment(*since);
        page.line(
            "card-banned",
            &[("since", since.into()), ("why", why.as_str().into())],
        );
    }
    if !user.reachable {
        page.line("card-unreachable", &[]);
    }
    if card.notes > 0 {
        page.line("card-notes", &[("notes", card.notes.into())]);
    }
}

/// A video's line.
fn video(page: &Page<'_>, job: &JobLine) -> String {
    let stage = page.get(&format!("stage-{}", job.stage), &[]);
    let why = job.failure.as_ref().map(|why| format!(" · {why}"));
    format!(
        "{} · {} · {stage}{}",
        code(job.id),
        page.moment(job.at),
        why.unwrap_or_default()
    )
}

fn open(job: u64) -> Key {
    let label = format!("🎬 {}", code(job));
    Key::Press(label, Button::Desk(Knob::Job(JobId(job))))
}

/// An entry as the user's own account sees it.
pub(super) fn moved(page: &Page<'_>, user: UserId, entry: &EntryLine) -> String {
    let own = format!("available {user}");
    let sign = match (entry.from == own, entry.to == own) {
        (true, false) => "−",
        (false, true) => "+",
        (true, true) | (false, false) => "✔️ ",
    };
    let what = page.get(&format!("entry-{}", entry.reason), &[]);
    let job = entry.job.map(|job| format!(" {}", code(job)));
    let why = entry.why.as_ref().map(|why| format!(": {why}"));
    format!(
        "{} · {sign}{} · {what}{}{}",
        page.moment(entry.at),
        entry.amount,
        job.unwrap_or_default(),
        why.unwrap_or_default()
    )
}
