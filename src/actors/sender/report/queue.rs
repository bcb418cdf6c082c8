//! What waits, and what stands in its way.

use super::asker::Asker;
use super::page::Page;
use crate::edge::telegram::words::Message;
use crate::operator::service::answer::Status;
use crate::operator::service::ask;
use crate::rules::conversation::office::knob::Knob;
use crate::store::StoreError;

/// Stages in the order in which a video goes through them.
const STAGES: [&str; 5] = ["queued", "preparing", "submitting", "rendering", "rendered"];
/// At most so many keys and models are named.
const NAMED: usize = 8;

pub(super) async fn page(
    mut page: Page<'_>,
    asker: &Asker<'_>,
) -> Result<Option<Message>, StoreError> {
    let Some(status) = asker.ask(ask::Status).await? else {
        return Ok(None);
    };
    let at = page.moment(page.now.0);
    page.line("queue-head", &[("at", at.into())]);
    page.gap();
    sales(&mut page, &status);
    let most = asker.store().shop().max_rendering;
    let places = [("places", status.places.into()), ("most", most.into())];
    page.line("queue-places", &places);
    for stage in STAGES {
        if let Some(count) = status.live.get(stage).filter(|count| **count > 0) {
            let named = page.get(&format!("stage-{stage}"), &[]);
            let args = [("stage", named.into()), ("count", (*count).into())];
            page.line("queue-stage", &args);
        }
    }
    if status.live.values().sum::<u64>() == 0 {
        page.line("queue-empty", &[]);
    }
    if let Some(seconds) = status.oldest_queued_s {
        let span = page.span(seconds);
        page.line("queue-oldest", &[("span", span.into())]);
    }
    page.gap();
    // This page is itself what its reader's chat waits for.
    let others = status.chats.saturating_sub(1);
    match status.oldest_note_s.filter(|_| others > 0) {
        Some(seconds) => {
            let span = page.span(seconds);
            let args = [("chats", others.into()), ("span", span.into())];
            page.line("queue-chats", &args);
        }
        None => page.line("queue-no-chats", &[]),
    }
    resting(&mut page, &status);
    page.gap();
    disk(&mut page, &status);
    let row = vec![
        page.button("button-desk-refresh", Knob::Queue),
        page.button("button-desk-keys", Knob::Keys),
    ];
    page.keyboard.push(row);
    Ok(Some(page.done()))
}

fn sales(page: &mut Page<'_>, status: &Status) {
    let closed = |cause: &str| status.closed.iter().any(|closed| closed == cause);
    match (closed("room"), closed("pause")) {
        (false, false) => page.line("queue-open", &[]),
        (true, _) => page.line("queue-no-room", &[]),
        (false, true) => page.line("queue-paused", &[]),
    }
}

fn resting(page: &mut Page<'_>, status: &Status) {
    if status.resting.is_empty() {
        return page.line("queue-awake", &[]);
    }
    page.line("queue-resting", &[]);
    for rest in status.resting.iter().take(NAMED) {
        let until = page.moment(rest.until);
        let args = [
            ("name", rest.name.as_str().into()),
            ("until", until.into()),
            ("why", rest.why.as_str().into()),
        ];
        page.line("queue-rest", &args);
    }
}

fn disk(page: &mut Page<'_>, status: &Status) {
    let since = status.since.unwrap_or(page.now.0);
    let up = page.span(page.now.0.saturating_sub(since) / 1000);
    let args = [
        ("version", status.version.as_str().into()),
        ("span", up.into()),
        ("file", (status.file_bytes >> 20).into()),
        ("free", (status.free_bytes.unwrap_or(0) >> 20).into()),
    ];
    page.line("queue-disk", &args);
    if let Some(fault) = &status.fault {
        page.line("queue-fault", &[("why", fault.as_str().into())]);
    }
}
