//! Marks: how a moment, a span, a size, a stage or a person is written on the page.

use jiff::Timestamp as Moment;
use maud::{Markup, html};

use crate::edge::locale::Locale;
use crate::operator::service::answer::JobLine;

/// A moment, in UTC; the script turns it to the reader's own time.
pub fn time(at: u64) -> Markup {
    let moment = i64::try_from(at).ok();
    let moment = moment.and_then(|at| Moment::from_millisecond(at).ok());
    let moment = moment.unwrap_or(Moment::MAX);
    let machine = moment.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let person = moment.strftime("%Y-%m-%d %H:%M").to_string();
    html! { time datetime=(machine) { (person) } }
}

/// A moment, or a dash.
pub fn maybe_time(at: Option<u64>) -> Markup {
    match at {
        Some(at) => time(at),
        None => none(),
    }
}

/// Nothing.
pub fn none() -> Markup {
    html! { span.none { "–" } }
}

/// A span of time, to two units.
pub fn span(locale: Locale, seconds: u64) -> String {
    let units = [
        (86400, "unit-d"),
        (3600, "unit-h"),
        (60, "unit-min"),
        (1, "unit-s"),
    ];
    let mut parts = Vec::new();
    let mut left = seconds;
    for (size, unit) in units {
        let many = left / size;
        left %= size;
        if many > 0 {
            parts.push(format!("{many}\u{a0}{}", locale.say(unit)));
        } else if !parts.is_empty() {
            break;
        }
        if parts.len() == 2 {
            break;
        }
    }
    match parts.is_empty() {
        true => format!("0\u{a0}{}", locale.say("unit-s")),
        false => parts.join(" "),
    }
}

/// Bytes, in the largest unit of which there is one.
pub fn size(locale: Locale, bytes: u64) -> String {
    let units = [(30, "unit-gb"), (20, "unit-mb"), (10, "unit-kb")];
    for (power, unit) in units {
        if bytes >= 1 << power {
            let many = bytes as f64 / f64::from(1_u32 << power);
            let text = if many < 10.0 {
                format!("{many:.1}")
            } else {
                format!("{many:.0}")
            };
            return format!("{text}\u{a0}{}", locale.say(unit));
        }
    }
    format!("{bytes}\u{a0}{}", locale.say("unit-b"))
}

/// A number with its thousands apart.
pub fn number(value: i64) -> String {
    let digits = value.unsigned_abs().to_string();
    let mut out = String::from(if value < 0 { "−" } else { "" });
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push('\u{a0}');
        }
        out.push(digit);
    }
    out
}

/// A count with its thousands apart.
pub fn count(value: u64) -> String {
    number(i64::try_from(value).unwrap_or(i64::MAX))
}

/// A number that may have a fraction.
pub fn amount(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A stage.
pub fn stage(locale: Locale, stage: &str) -> Markup {
    let tone = match stage {
        "done" => "good",
        "failed" => "bad",
        "queued" => "calm",
        _ => "busy",
    };
    badge(tone, &locale.word("stage", stage))
}

/// A word with a colour.
pub fn badge(tone: &str, text: &str) -> Markup {
    html! { span class=(format!("badge {tone}")) { (text) } }
}

/// The way to a job.
pub fn job(id: u64) -> Markup {
    html! { a href=(format!("/jobs/{id}")) { "J" (id) } }
}

/// The way to an order.
pub fn order(id: u64) -> Markup {
    html! { a href=(format!("/orders/{id}")) { "№\u{a0}" (id) } }
}

/// The way to a user.
pub fn user(id: u64) -> Markup {
    html! { a.id href=(format!("/users/{id}")) { (id) } }
}

/// A table that becomes cards on a narrow screen; the heads are each cell's label then.
pub fn table(caption: &str, heads: &[String], rows: &[Vec<Markup>], empty: &str) -> Markup {
    html! {
        @if rows.is_empty() {
            p.empty { (empty) }
        } @else {
            div.scroll tabindex="0" role="region" aria-label=(caption) {
                table {
                    caption.hidden { (caption) }
                    thead { tr { @for head in heads { th scope="col" { (head) } } } }
                    tbody {
                        @for row in rows {
                            tr {
                                @for (head, cell) in heads.iter().zip(row) {
                                    td data-label=(head) { (cell) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The heads of a table.
pub fn heads(locale: Locale, keys: &[&str]) -> Vec<String> {
    keys.iter().map(|key| locale.word("head", key)).collect()
}

/// Pairs of a name and what belongs to it.
pub fn facts(pairs: &[(String, Markup)]) -> Markup {
    html! {
        dl.facts {
            @for (name, value) in pairs {
                div { dt { (name) } dd { (value) } }
            }
        }
    }
}

/// Says that there was more, if there was.
pub fn no_more(locale: Locale, retired: Option<u64>) -> Markup {
    html! {
        @if let Some(since) = retired {
            p.means { (locale.say("no-more")) " " (time(since)) }
        }
    }
}

/// The rows of a list of jobs.
pub fn jobs(locale: Locale, caption: &str, jobs: &[JobLine], empty: &str) -> Markup {
    let heads = heads(
        locale,
        &[
            "job", "order", "seller", "placed", "stage", "attempt", "model", "why",
        ],
    );
    let rows: Vec<_> = jobs.iter().map(|line| row(locale, line)).collect();
    table(caption, &heads, &rows, empty)
}

fn row(locale: Locale, line: &JobLine) -> Vec<Markup> {
    vec![
        job(line.id),
        order(line.order),
        user(line.seller),
        time(line.at),
        stage(locale, &line.stage),
        html! { span.n { (line.attempt) } },
        match &line.model {
            Some(model) => html! { span.model { (model) } },
            None => none(),
        },
        match &line.failure {
            Some(kind) => html! { (locale.word("kind", kind)) },
            None => none(),
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::domain::user::Lang;

    const EN: Locale = Locale(Lang::En);

    #[test]
    fn spans_and_sizes_are_said_in_few_words() {
        for (seconds, text) in [
            (0, "0\u{a0}s"),
            (59, "59\u{a0}s"),
            (61, "1\u{a0}min 1\u{a0}s"),
            (3600, "1\u{a0}h"),
            (90061, "1\u{a0}d 1\u{a0}h"),
            (86405, "1\u{a0}d"),
        ] {
            assert_eq!(span(EN, seconds), text);
        }
        assert_eq!(size(EN, 1023), "1023\u{a0}B");
        assert_eq!(size(EN, 1536), "1.5\u{a0}KB");
        assert_eq!(size(EN, 20 << 30), "20\u{a0}GB");
        assert_eq!(number(-1_234_567), "−1\u{a0}234\u{a0}567");
        assert_eq!((amount(20.0), amount(0.25)), ("20".into(), "0.25".into()));
    }

    #[test]
    fn what_comes_from_outside_stays_text() {
        let cell = html! { (voice_of("<b>")) };
        let drawn = table("<i>", &["<u>".into()], &[vec![cell]], "").0;
        assert!(!drawn.contains("<b>") && !drawn.contains("<i>") && !drawn.contains("<u>"));
        assert!(drawn.contains("&lt;b&gt;"));
    }

    fn voice_of(word: &str) -> String {
        EN.word("kind", word)
    }
}
