//! How far a task is, in the many words and numbers that have been seen for it.

use serde_json::{Map, Value};

use super::wire::whole;

/// How far a task is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum State {
    Runs,
    Done,
    Failed(Option<String>),
    /// A word we do not know.
    Strange,
    /// Nothing is said.
    Silent,
}

/// Fields that say a state, in the order in which they are asked.
pub(super) const FIELDS: [&str; 9] = [
    "state",
    "status",
    "taskStatus",
    "task_status",
    "taskState",
    "task_state",
    "jobStatus",
    "successFlag",
    "success_flag",
];
/// Those that are numbers: 0 runs, 1 is done, 2 and 3 failed.
const FLAGS: [&str; 2] = ["successFlag", "success_flag"];
/// What may stand before a state's word.
const PREFIXES: [&str; 6] = [
    "task_status_",
    "job_state_",
    "task_",
    "job_",
    "state_",
    "status_",
];
const DONE: [&str; 13] = [
    "success",
    "succeed",
    "succeeded",
    "successful",
    "successed",
    "complete",
    "completed",
    "done",
    "finish",
    "finished",
    "ready",
    "generated",
    "ok",
];
const RUNS: [&str; 30] = [
    "wait",
    "waiting",
    "queue",
    "queued",
    "queuing",
    "queueing",
    "in_queue",
    "generating",
    "generate",
    "pending",
    "process",
    "processing",
    "running",
    "in_progress",
    "inprogress",
    "progress",
    "submitted",
    "submitting",
    "created",
    "creating",
    "start",
    "started",
    "starting",
    "not_start",
    "not_started",
    "preparing",
    "prepared",
    "rendering",
    "scheduled",
    "init",
];
const OVER: [&str; 16] = [
    "cancel",
    "cancelled",
    "canceled",
    "rejected",
    "reject",
    "blocked",
    "moderated",
    "banned",
    "filtered",
    "denied",
    "refused",
    "expired",
    "timeout",
    "timed_out",
    "aborted",
    "terminated",
];
/// Words that have one of these in them are failures: `CREATE_TASK_FAILED`, `SENSITIVE_WORD_ERROR`.
const FAULTS: [&str; 3] = ["fail", "error", "violat"];

/// How far a task is, by its record.
pub(super) fn of(record: &Map<String, Value>) -> State {
    let mut found = State::Silent;
    for key in FIELDS {
        let Some(value) = record.get(key).filter(|value| !value.is_null()) else {
            continue;
        };
        let state = match (FLAGS.contains(&key), value) {
            (true, Value::Bool(true)) => State::Done,
            (true, value) => match whole(value) {
                Some(0) => State::Runs,
                Some(1) => State::Done,
                Some(2 | 3) => State::Failed(None),
                Some(_) | None => State::Strange,
            },
            (false, Value::String(word)) if !word.trim().is_empty() => read_word(word),
            (false, _) => State::Strange,
        };
        match state {
            State::Strange => found = State::Strange,
            State::Silent => {}
            State::Runs | State::Done | State::Failed(_) => return state,
        }
    }
    found
}

/// The state a word stands for; a failure's word is kept if it may say why.
fn read_word(word: &str) -> State {
    let word = word.trim().to_lowercase().replace(['-', ' '], "_");
    let bare = PREFIXES
        .iter()
        .find_map(|prefix| word.strip_prefix(prefix))
        .unwrap_or(&word);
    match bare {
        "fail" | "failed" | "failure" | "error" | "errored" => State::Failed(None),
        bare if DONE.contains(&bare) => State::Done,
        bare if RUNS.contains(&bare) => State::Runs,
        bare if OVER.contains(&bare) || FAULTS.iter().any(|fault| bare.contains(fault)) => {
            State::Failed(Some(word))
        }
        _ => State::Strange,
    }
}
