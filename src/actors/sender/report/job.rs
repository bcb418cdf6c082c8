//! A job: every attempt, every entry, and what can be done to it.

use super::asker::Asker;
use super::page::{Page, code};
use super::people;
use crate::edge::telegram::words::Message;
use crate::operator::service::answer::{JobCard, MissedLine};
use crate::operator::service::ask::Job;
use crate::rules::conversation::office::knob::Knob;
use crate::rules::domain::deed::DeedKind;
use crate::rules::domain::id::{JobId, ModelName, UserId};
use crate::store::StoreError;

/// At most so many failed attempts are told, the last ones.
const MISSED: usize = 12;

pub(super) async fn page(
    mut page: Page<'_>,
    asker: &Asker<'_>,
    id: JobId,
) -> Result<Option<Message>, StoreError> {
    let Some(card) = asker.ask(Job { job: id }).await? else {
        return Ok(None);
    };
    let seller = UserId(card.job.seller);
    let name = match people::known(asker, seller).await? {
        Some(known) => known.user.name,
        None => None,
    };
    let named = page.words.person(page.lang, name.as_deref(), seller.0);
    head(&mut page, &card, named);
    if let Some(since) = card.retired {
        page.gap();
        let at = page.moment(since);
        page.line("job-retired", &[("at", at.into())]);
    }
    if !card.missed.is_empty() {
        page.gap();
        page.line("job-missed", &[]);
        let first = card.missed.len().saturating_sub(MISSED);
        for missed in &card.missed[first..] {
            let line = failed(&page, missed);
            page.push(&line);
        }
    }
    if !card.entries.is_empty() {
        page.gap();
        page.line("job-entries", &[]);
        for entry in card.entries.iter().rev() {
            let line = people::moved(&page, seller, entry);
            page.push(&line);
        }
    }
    buttons(&mut page, &card, id, seller);
    Ok(Some(page.done()))
}

fn head(page: &mut Page<'_>, card: &JobCard, seller: String) {
    let job = &card.job;
    let stage = page.get(&format!("stage-{}", job.stage), &[]);
    let args = [("job", code(job.id).into()), ("stage", stage.into())];
    page.line("job-head", &args);
    if let Some(why) = &job.failure {
        page.line("job-failure", &[("why", why.as_str().into())]);
    }
    page.gap();
    page.line("job-seller", &[("person", seller.into())]);
    let at = page.moment(job.at);
    page.line(
        "job-order",
        &[("order", job.order.into()), ("at", at.into())],
    );
    if let Some(ended) = job.ended {
        let (at, span) = (
            page.moment(ended),
            page.span(ended.saturating_sub(job.at) / 1000),
        );
        page.line("job-ended", &[("at", at.into()), ("span", span.into())]);
    }
    page.line("job-attempt", &[("attempt", job.attempt.into())]);
    if let Some(due) = job.due.filter(|due| *due > page.now.0) {
        let span = page.span((due - page.now.0) / 1000);
        page.line("job-due", &[("span", span.into())]);
    }
    if let Some(model) = &job.model {
        let title = page.words.title(page.lang, Some(&ModelName(model.clone())));
        page.line("job-model", &[("model", title.into())]);
    }
    if let Some(key) = &card.key {
        page.line("job-key", &[("key", key.as_str().into())]);
    }
    if let Some(task) = &card.task {
        page.line("job-task", &[("task", task.as_str().into())]);
    }
}

/// A failed attempt's line.
fn failed(page: &Page<'_>, missed: &MissedLine) -> String {
    let (attempt, at) = (missed.attempt, page.moment(missed.at));
    let source = missed.source.to_uppercase();
    let mut line = format!("{attempt}. {at} · {} · {source}", missed.failure);
    for more in [&missed.model, &missed.task].into_iter().flatten() {
        line.push_str(" · ");
        line.push_str(more);
    }
    line
}

/// What the state of a job allows.
fn buttons(page: &mut Page<'_>, card: &JobCard, id: JobId, seller: UserId) {
    let row = match card.job.stage.as_str() {
        "done" => vec![page.button("button-desk-refund", Knob::Begin(DeedKind::Refund, id.0))],
        "failed" if card.retired.is_some() => Vec::new(),
        "failed" => vec![page.button("button-desk-reorder", Knob::Begin(DeedKind::Reorder, id.0))],
        stage => {
            let mut row =
                vec![page.button("button-desk-cancel", Knob::Begin(DeedKind::Cancel, id.0))];
            let waits = card.job.due.is_some_and(|due| due > page.now.0);
            if waits && stage != "submitting" {
                row.insert(
                    0,
                    page.button("button-desk-hurry", Knob::Begin(DeedKind::Hurry, id.0)),
                );
            }
            row
        }
    };
    if !row.is_empty() {
        page.keyboard.push(row);
    }
    let seller = page.button("button-desk-seller", Knob::Card(seller));
    page.keyboard.push(vec![seller]);
}
