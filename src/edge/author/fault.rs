//! What it means that an author answers something else than a script: whose business it is, and whether to ask again.
//!
//! By words before numbers, for the same number means one thing here and another there; and never by the words of
//! a page of HTML, which is not the author's.

use serde_json::Value;

use super::words::Words;
use crate::rules::domain::alert::Trouble;
use crate::rules::domain::failure::Kind;

/// Longer plain texts are no errors of an author's.
const PLAIN: usize = 2000;
/// How deep an error is read.
const DEPTH: usize = 6;

/// The author, or who stands before it, blames the seller's texts or photo.
const MODERATION: Words = Words(
    "content_policy|content policy|content_filter|content filter|contentfilter|content management policy|\
    content moderation|moderation|responsibleai|responsible ai|data_inspection_failed|\
    datainspectionfailed|inappropriate content|invalid_prompt|safety|flagged|usage polic|\
    prohibited_content|guardrail|sensitive|敏感|не соответствует правилам",
);
/// The author's makers do not work for us, here or in this way.
const TERMS: Words = Words(
    "terms of service|terms of use|terms_of_service|country|territory|region|location is not supported|\
    location not supported|sanction|prohibited due to",
);
/// There is no money, whatever else is said.
const BROKE: Words = Words(
    "insufficient_quota|insufficient quota|insufficient_balance|insufficient balance|insufficient credit|\
    insufficient_credit|insufficient fund|insufficient user quota|credits insufficient|\
    credits are insufficient|balance is insufficient|balance is not enough|balance is too low|\
    not enough credit|not enough balance|out of credits|exceeded_current_quota|billing_hard_limit|\
    billing_not_active|account_deactivated|arrear|overdue|in good standing|余额|欠费|недостаточно средств|\
    пополните",
);
/// There may be no money, unless it is about too many requests.
const MONEY: Words = Words(
    "billing|payment|current quota|credit|top up|top-up|recharge|spend limit|spending limit|\
    key limit exceeded|usage limit|account is not active|suspended",
);
/// The key is not taken.
const KEY: Words = Words(
    "api key|api_key|api-key|apikey|invalid key|access token|invalid token|token expired|authentication|\
    authenticate|unauthorized|unauthenticated|unauthorised|credential|permission|ip not allowed",
);
/// The model is not there, or no longer.
const MODEL: Words = Words(
    "model_not_found|model not found|model not exist|model does not exist|model doesn't exist|\
    access to model|access to this model|access to the model|not a valid model|invalid model|\
    invalid_model|no such model|unknown model|unsupported model|unsupported_model|\
    model is not available|no endpoints found|no allowed providers|decommissioned|deprecated|\
    page does not exist|unknown_model",
);
/// Too many requests.
const RATE: Words = Words(
    "rate limit|rate_limit|rate-limit|ratelimit|too many requests|too_many_requests|per minute|per day|\
    per second|requests per|tokens per|resource_exhausted|concurren|throttl",
);
/// It passes.
const PASSING: Words = Words(
    "overloaded|temporarily|try again later|timeout|timed out|unavailable|internal error|server error",
);
/// The names of the longest answer, in requests and complaints.
const LIMITS: Words =
    Words("max_tokens|max_completion_tokens|max_output_tokens|in the completion|completion tokens");
/// That the longest answer is too short.
const TOO_SMALL: Words = Words("could not finish|higher max_tokens|output limit was reached");
/// That it is too long, and not that its name is wrong.
const TOO_LARGE: Words =
    Words("too large|too big|too high|exceed|at most|maximum|less than|greater than|<=|between");

/// What it means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// The job fails, or is tried again later.
    Failure(Kind),
    /// The operator must mend something; it is no seller's business.
    Trouble(Trouble),
    /// The request says the longest answer in a way that does not do.
    Limit(Limit),
}

/// What does not do about the longest answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Limit {
    /// It has another name here.
    Name,
    /// It must be less.
    Large,
    /// It was too little for this author, who thinks first.
    Small,
}

/// Judges an answer with `status` that holds no script; `body` is its JSON, if it is any, and `text` what it is read as.
pub(super) fn fault(status: u16, body: &Value, text: &str) -> Fault {
    let is_page = body.is_null() && text.trim_start().starts_with('<');
    let mut told = String::new();
    match body {
        Value::Null if is_page || text.len() > PLAIN => {}
        Value::Null => told.push_str(&text.to_lowercase()),
        body => tell(body, DEPTH, &mut told),
    }
    by_words(inner(status, body), &told).unwrap_or_else(|| by_number(inner(status, body), is_page))
}

/// The status inside, where the outer one says nothing: an answer that had begun well, or a mediator's fault.
fn inner(status: u16, body: &Value) -> u16 {
    let first = &body["choices"][0];
    let places = [
        &body["error"]["code"],
        &body["error"]["status"],
        &body["error"]["status_code"],
        &first["error"]["code"],
        &body["errors"][0]["code"],
        &body["code"],
        &body["status"],
        &body["status_code"],
        &body["statusCode"],
    ];
    let number = |value: &Value| match value {
        Value::String(digits) => digits.parse().ok(),
        other => other.as_u64(),
    };
    let told = places.iter().filter_map(|place| number(place));
    let told = told.filter_map(|told| u16::try_from(told).ok());
    let mut told = told.filter(|told| (400..600).contains(told));
    match status {
        200..=299 => told.next().unwrap_or(status),
        500.. => told
            .find(|told| matches!(told, 402 | 429))
            .unwrap_or(status),
        _ => status,
    }
}

/// Every name and text of an error in lower case, but for what it repeats of the seller's.
fn tell(value: &Value, depth: usize, told: &mut String) {
    match value {
        Value::String(text) => {
            told.push_str(&text.to_lowercase());
            told.push('\n');
        }
        Value::Number(number) => told.push_str(&format!("{number}\n")),
        Value::Array(items) if depth > 0 => {
            items.iter().for_each(|item| tell(item, depth - 1, told));
        }
        Value::Object(fields) if depth > 0 => {
            for (name, value) in fields {
                match name.as_str() {
                    "flagged_input" => told.push_str("flagged\n"),
                    "input" | "choices" | "usage" | "headers" | "documentation_url" => {}
                    "content_filter_result" | "content_filter_results" => {
                        told.push_str("content_filter\n");
                    }
                    _ => tell(value, depth - 1, told),
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => {}
    }
}

fn by_words(status: u16, told: &str) -> Option<Fault> {
    let says = |words: Words| words.stand_in(told);
    let failure = |kind| Some(Fault::Failure(kind));
    let trouble = |trouble| Some(Fault::Trouble(trouble));
    let ours = !(500..600).contains(&status);
    let of_us = ours && status != 401;
    if of_us && says(MODERATION) && status != 429 {
        return failure(Kind::UserViolation);
    }
    let broke = says(BROKE) && (ours || !told.contains("upstream"));
    if broke || ours && says(MONEY) && !says(RATE) && status != 404 {
        return failure(Kind::Billing);
    }
    if matches!(status, 200 | 400 | 422) && says(LIMITS) {
        return Some(Fault::Limit(match () {
            () if says(TOO_SMALL) => Limit::Small,
            () if says(TOO_LARGE) => Limit::Large,
            () => Limit::Name,
        }));
    }
    if of_us && status != 429 && says(MODEL) {
        return trouble(Trouble::Unfound);
    }
    if of_us && status != 429 && says(TERMS) {
        return trouble(Trouble::Forbidden);
    }
    if matches!(status, 200..=400 | 403) && says(KEY) {
        return failure(Kind::Billing);
    }
    if matches!(status, 200 | 400 | 403 | 413) && says(RATE) {
        return failure(Kind::RateLimit);
    }
    if matches!(status, 200..=299 | 400 | 403) && says(PASSING) {
        return failure(Kind::Temporary);
    }
    None
}

fn by_number(status: u16, is_page: bool) -> Fault {
    match status {
        401 | 402 | 433 => Fault::Failure(Kind::Billing),
        300..=399 | 404 | 405 | 410 => Fault::Trouble(Trouble::Unfound),
        // A page of HTML is that of somebody who stands before the author.
        403 if is_page => Fault::Failure(Kind::Temporary),
        403 | 451 => Fault::Trouble(Trouble::Forbidden),
        429 => Fault::Failure(Kind::RateLimit),
        // 455 is KIE's word for maintenance.
        408 | 409 | 425 | 455 | 499 => Fault::Failure(Kind::Temporary),
        400..=499 => Fault::Trouble(Trouble::Request),
        _ => Fault::Failure(Kind::Temporary),
    }
}
