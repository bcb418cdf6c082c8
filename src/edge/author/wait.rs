//! How long an author asks us to wait, in whichever of the ways there are.

use std::time::Duration;

use reqwest::header::HeaderMap;
use serde_json::Value;

use crate::base::time::Timestamp;
use crate::rules::domain::failure::LONGEST_DELAY;

/// A number beyond this is a moment in seconds since 1970, not a span.
const MOMENT: f64 = 1e9;
/// And beyond this in milliseconds.
const MOMENT_MS: f64 = 1e12;

/// The wait that an answer asks for, never longer than [`LONGEST_DELAY`]; `now` is when it was asked.
pub(super) fn asked(headers: &HeaderMap, body: &Value, now: Timestamp) -> Option<Duration> {
    let header = |name: &str| headers.get(name)?.to_str().ok().map(str::trim);
    let wait = header("retry-after-ms")
        .and_then(|told| Some(told.parse::<f64>().ok()? / 1000.0))
        .or_else(|| after(header("retry-after")?, header("date"), now))
        .or_else(|| resets(headers, now))
        .or_else(|| in_body(body, now))?;
    let wait = wait.clamp(0.0, LONGEST_DELAY.as_secs_f64());
    Some(Duration::from_secs_f64(wait))
}

/// `Retry-After`: seconds, or a date, which is one of the author's clock and not of ours.
fn after(told: &str, date: Option<&str>, now: Timestamp) -> Option<f64> {
    if let Some(wait) = span(told, now) {
        return Some(wait);
    }
    let at = moment(told)?;
    let since = |then: Timestamp| (at.0 as f64 - then.0 as f64) / 1000.0;
    let by_theirs = date.and_then(moment).map(since);
    let likely = |wait: &f64| (0.0..=LONGEST_DELAY.as_secs_f64()).contains(wait);
    Some(by_theirs.filter(likely).unwrap_or_else(|| since(now)))
}

fn moment(date: &str) -> Option<Timestamp> {
    let zoned = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(date);
    let ms = zoned.ok()?.as_millisecond();
    Some(Timestamp(u64::try_from(ms).ok()?))
}

/// `x-ratelimit-reset…`: of what is used up, or else the longest.
fn resets(headers: &HeaderMap, now: Timestamp) -> Option<f64> {
    let told = headers.iter().filter_map(|(name, value)| {
        let of = name.as_str().strip_prefix("x-ratelimit-reset")?;
        let left = headers.get(format!("x-ratelimit-remaining{of}"));
        let wait = span(value.to_str().ok()?.trim(), now)?;
        Some((left.is_some_and(|left| left == "0"), wait))
    });
    let told: Vec<_> = told.collect();
    let used_up = told.iter().any(|(used_up, _)| *used_up);
    let of = told.into_iter().filter(|(is, _)| *is || !used_up);
    of.map(|(_, wait)| wait).reduce(f64::max)
}

/// In the error itself: a field, a header that a mediator passed on, or "try again in 7.5s".
fn in_body(body: &Value, now: Timestamp) -> Option<f64> {
    match body {
        Value::Object(fields) => fields.iter().find_map(|(name, value)| {
            let name = name.to_lowercase().replace(['-', '_'], "");
            let named = ["retryafter", "retrydelay", "xratelimitreset"].contains(&name.as_str());
            let told = match value {
                Value::String(told) if named => span(told, now),
                Value::Number(told) if named => span(&told.to_string(), now),
                other => in_body(other, now),
            };
            told.or_else(|| in_body(value, now))
        }),
        Value::Array(items) => items.iter().find_map(|item| in_body(item, now)),
        Value::String(text) => {
            let (_, told) = text.split_once("try again in ")?;
            span(told.split_whitespace().next()?.trim_end_matches('.'), now)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

/// Seconds of "30", "1.5", "20ms", "6m0s" or a moment in numbers.
fn span(told: &str, now: Timestamp) -> Option<f64> {
    let (mut seconds, mut rest) = (0.0, told);
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.');
        let (number, behind) = rest.split_at(digits.unwrap_or(rest.len()));
        let number: f64 = number.parse().ok()?;
        let unit = behind.find(|c: char| c.is_ascii_digit());
        let (unit, behind) = behind.split_at(unit.unwrap_or(behind.len()));
        seconds += match unit {
            "" if number >= MOMENT_MS => (number - now.0 as f64) / 1000.0,
            "" if number >= MOMENT => number - now.0 as f64 / 1000.0,
            "" | "s" => number,
            "ms" => number / 1000.0,
            "m" => number * 60.0,
            "h" => number * 3600.0,
            "d" => number * 86_400.0,
            _ => return None,
        };
        rest = behind;
    }
    (!told.is_empty()).then_some(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-12-02 10:00:00 UTC.
    const NOW: Timestamp = Timestamp(1_796_205_600_000);

    #[track_caller]
    fn waits(headers: &[(&'static str, &str)], body: &str, wanted: Option<f64>) {
        let headers = headers.iter().map(|(name, value)| {
            let name = reqwest::header::HeaderName::from_static(name);
            (name, value.parse().unwrap())
        });
        let headers: HeaderMap = headers.collect();
        let body = serde_json::from_str(body).unwrap();
        let told = asked(&headers, &body, NOW).map(|wait| wait.as_secs_f64());
        assert_eq!(told, wanted, "{headers:?} {body}");
    }

    #[test]
    fn a_wait_is_understood_however_it_is_said() {
        const DATE: &str = "Wed, 02 Dec 2026 10:00:30 GMT";
        waits(&[("retry-after", "7")], "null", Some(7.0));
        waits(&[("retry-after", "1.5")], "null", Some(1.5));
        waits(
            &[("retry-after", "20"), ("retry-after-ms", "1500")],
            "null",
            Some(1.5),
        );
        waits(&[("retry-after", DATE)], "null", Some(30.0));
        let theirs = [
            ("retry-after", DATE),
            ("date", "Wed, 02 Dec 2026 10:00:10 GMT"),
        ];
        waits(&theirs, "null", Some(20.0));
        let odd = [
            ("retry-after", DATE),
            ("date", "Thu, 22 Jan 2026 12:00:00 GMT"),
        ];
        waits(&odd, "null", Some(30.0));
        waits(
            &[("retry-after", "Thu, 22 Jan 2026 12:00:00 GMT")],
            "null",
            Some(0.0),
        );
        waits(&[("retry-after", "99999999")], "null", Some(3600.0));
        waits(&[("retry-after", "-5")], "null", None);
        waits(&[("retry-after", "soon")], "null", None);
        waits(&[], r#"{"choices": [{"text": "again"}]}"#, None);
    }

    #[test]
    fn a_reset_of_what_is_used_up_is_waited_for() {
        let both = [
            ("x-ratelimit-reset-requests", "1s"),
            ("x-ratelimit-reset-tokens", "6m0s"),
        ];
        waits(&both, "null", Some(360.0));
        let left = [
            ("x-ratelimit-remaining-requests", "0"),
            ("x-ratelimit-remaining-tokens", "9"),
        ];
        waits(&[both, left].concat(), "null", Some(1.0));
        waits(&[("x-ratelimit-reset", "1796205645")], "null", Some(45.0));
        waits(
            &[("x-ratelimit-reset", "1796205645500")],
            "null",
            Some(45.5),
        );
        waits(&[("x-ratelimit-reset", "20ms")], "null", Some(0.02));
    }

    #[test]
    fn a_wait_inside_an_error_is_found() {
        waits(
            &[],
            r#"{"error": {"message": "Please try again in 7.66s. Visit"}}"#,
            Some(7.66),
        );
        waits(
            &[],
            r#"{"error": {"message": "Please try again in 1m30s."}}"#,
            Some(90.0),
        );
        waits(
            &[],
            r#"{"error": {"details": [{"retryDelay": "29s"}]}}"#,
            Some(29.0),
        );
        waits(
            &[],
            r#"{"error": {"metadata": {"headers": {"X-RateLimit-Reset": "1796205660000"}}}}"#,
            Some(60.0),
        );
        waits(&[], r#"{"retry_after": 12}"#, Some(12.0));
    }
}
