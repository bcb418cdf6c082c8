//! How much was ordered, filmed and spent: a picture of bars, with the numbers below it.

use super::asker::Asker;
use super::page::{Made, Page};
use crate::base::aside;
use crate::base::charts::{
    Chart, HEIGHT, Look, Measure, Paint, Series, Slot, Stand, Tone, WIDTH, axis,
};
use crate::base::picture;
use crate::edge::telegram::words::Key;
use crate::operator::service::answer::{Counts, Stats, StatsBar, StatsOf};
use crate::operator::service::ask;
use crate::rules::conversation::event::Button;
use crate::rules::conversation::office::knob::Knob;
use crate::rules::domain::brief::Style;
use crate::rules::domain::id::ModelName;
use crate::rules::domain::span::Span;
use crate::store::StoreError;

/// UTF-16 units of a caption.
const CAPTION: usize = 1024;
/// At most so many models, templates and kinds of failure are named.
const NAMED: usize = 5;
/// The air around a chart that is painted, across and down.
const AIR: (f64, f64) = (32.0, 28.0);

pub(super) async fn page(
    mut page: Page<'_>,
    asker: &Asker<'_>,
    span: Span,
) -> Result<Made, StoreError> {
    let Some(stats) = asker.ask(ask::Stats { span }).await? else {
        page.line("report-none", &[]);
        let (message, picture) = (page.done(), None);
        return Ok(Made { message, picture });
    };
    numbers(&mut page, &stats);
    let row = Span::ALL.map(|other| switch(&page, other, span));
    page.keyboard.push(row.to_vec());
    let svg = drawing(&charts(&page, &stats));
    let mut message = page.done();
    fit(&mut message.text);
    let _place = asker.delivery.drawing.acquire().await;
    let drawn = aside::run(move || picture::png(&svg)).await;
    let picture = match drawn {
        Ok(Ok(png)) => Some(png),
        // The numbers are worth more than the bars.
        Ok(Err(error)) => {
            tracing::error!(%error, "a chart could not be drawn; the numbers go without it");
            None
        }
        Err(_) => {
            tracing::error!("drawing a chart panicked; the numbers go without it");
            None
        }
    };
    Ok(Made { message, picture })
}

/// The button of a span; the one that is shown is marked.
fn switch(page: &Page<'_>, to: Span, shown: Span) -> Key {
    let label = page.get(&format!("button-desk-{}", to.word()), &[]);
    let label = match to == shown {
        true => format!("• {label} •"),
        false => label,
    };
    Key::Press(label, Button::Desk(Knob::Stats(to)))
}

fn numbers(page: &mut Page<'_>, stats: &Stats) {
    let (from, until) = (page.moment(stats.from), page.moment(stats.until));
    let head = page.get(&format!("stats-{}", stats.span.word()), &[]);
    let args = [
        ("span", head.into()),
        ("from", from.into()),
        ("until", until.into()),
    ];
    page.line("stats-head", &args);
    page.gap();
    let all = &stats.total;
    let args = [
        ("orders", all.orders.into()),
        ("ordered", all.ordered.into()),
        ("newcomers", all.newcomers.into()),
    ];
    page.line("stats-orders", &args);
    let share = share(all.done, all.failed);
    let args = [
        ("done", all.done.into()),
        ("failed", all.failed.into()),
        ("share", share.unwrap_or(0).into()),
        ("any", u64::from(share.is_some()).into()),
    ];
    page.line("stats-videos", &args);
    if let (Some(median), Some(p90)) = (all.median_s, all.p90_s) {
        let args = [
            ("median", page.span(median).into()),
            ("p90", page.span(p90).into()),
        ];
        page.line("stats-waits", &args);
    }
    money(page, all);
    groups(page, stats);
}

fn money(page: &mut Page<'_>, all: &Counts) {
    page.gap();
    let args = [
        ("sold", all.sold.into()),
        ("granted", all.granted.into()),
        ("gifts", all.gifts.into()),
        ("taken", all.taken.into()),
    ];
    page.line("stats-credits", &args);
    let args = [
        ("earned", all.earned.into()),
        ("released", all.released.into()),
    ];
    page.line("stats-spent", &args);
    let burned = (all.burned * 10.0).round() / 10.0;
    page.line("stats-burned", &[("burned", burned.to_string().into())]);
}

fn groups(page: &mut Page<'_>, stats: &Stats) {
    let known = |name: &Option<String>| name.clone().map(ModelName);
    if !stats.models.is_empty() {
        page.gap();
        page.line("stats-models", &[]);
    }
    for of in stats.models.iter().take(NAMED) {
        let title = match known(&of.name) {
            Some(model) => page.words.title(page.lang, Some(&model)),
            None => page.get("stats-no-model", &[]),
        };
        group(page, &title, of);
    }
    if !stats.templates.is_empty() {
        page.gap();
        page.line("stats-templates", &[]);
    }
    for of in stats.templates.iter().take(NAMED) {
        let name = of.name.as_deref().unwrap_or_default();
        let style = Style::named(name);
        let title = match style {
            Some(style) => page.words.style(page.lang, style),
            None => name.to_owned(),
        };
        group(page, &title, of);
    }
    let mut failures: Vec<_> = stats.failures.iter().collect();
    failures.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    if !failures.is_empty() {
        let named = failures.iter().take(NAMED);
        let named: Vec<_> = named
            .map(|(kind, count)| format!("{kind} {count}"))
            .collect();
        page.gap();
        page.line("stats-failures", &[("kinds", named.join(", ").into())]);
    }
}

/// One model's or template's line.
fn group(page: &mut Page<'_>, title: &str, of: &StatsOf) {
    let args = [
        ("title", title.into()),
        ("done", of.done.into()),
        ("all", (of.done + of.failed).into()),
        ("share", share(of.done, of.failed).unwrap_or(0).into()),
    ];
    page.line("stats-group", &args);
}

/// How many of a hundred were made.
fn share(done: u64, failed: u64) -> Option<u64> {
    (done * 100 + (done + failed) / 2).checked_div(done + failed)
}

fn charts(page: &Page<'_>, stats: &Stats) -> [Chart; 3] {
    let first = stats.bars.first().map_or(stats.from, |bar| bar.at);
    let slots = match stats.span {
        Span::Day => axis::hours(first, stats.bars.len()),
        Span::Week | Span::Month => axis::days(first, stats.bars.len()),
    };
    let series = |key: &str, tone, value: fn(&Counts) -> u64| Series {
        name: page.get(key, &[]),
        tone,
        values: stats.bars.iter().map(|bar| number(bar, value)).collect(),
    };
    let chart = |key: &str, slots: &[Slot], stand, measure, series| Chart {
        title: page.get(key, &[]),
        slots: slots.to_vec(),
        series,
        stand,
        measure,
        empty: page.get("chart-empty", &[]),
    };
    let unit = |key| page.get(key, &[]);
    let seconds = Measure::Seconds {
        second: unit("unit-second"),
        minute: unit("unit-minute"),
        hour: unit("unit-hour"),
    };
    let videos = vec![
        series("chart-done", Tone::Good, |counts| counts.done),
        series("chart-failed", Tone::Bad, |counts| counts.failed),
    ];
    let credits = vec![
        series("chart-given", Tone::First, |counts| {
            counts.sold + counts.granted
        }),
        series("chart-gifts", Tone::Second, |counts| counts.gifts),
    ];
    let waits = vec![
        series("chart-median", Tone::First, |counts| {
            counts.median_s.unwrap_or(0)
        }),
        series("chart-p90", Tone::Second, |counts| {
            counts.p90_s.unwrap_or(0)
        }),
    ];
    [
        chart(
            "chart-videos",
            &slots,
            Stand::Stacked,
            Measure::Count,
            videos,
        ),
        chart(
            "chart-credits",
            &slots,
            Stand::Stacked,
            Measure::Count,
            credits,
        ),
        chart("chart-waits", &slots, Stand::Beside, seconds, waits),
    ]
}

fn number(bar: &StatsBar, value: fn(&Counts) -> u64) -> f64 {
    value(&bar.counts) as f64
}

/// The charts, one below the other.
fn drawing(charts: &[Chart]) -> String {
    let look = Look::Painted(Box::new(Paint {
        font: picture::family().to_owned(),
        ..Paint::default()
    }));
    let (width, height) = (WIDTH + AIR.0, HEIGHT + AIR.1);
    let parts = charts.iter().zip(0u32..).map(|(chart, number)| {
        let down = f64::from(number) * height;
        let svg = chart.svg(&look);
        format!("<g transform=\"translate(0,{down})\">{svg}</g>")
    });
    let parts: String = parts.collect();
    let height = height * charts.len() as f64;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\">{parts}</svg>"
    )
}

/// Takes lines from the end until the text is no longer than a caption may be.
fn fit(text: &mut String) {
    while text.encode_utf16().count() > CAPTION {
        let cut = text.rfind('\n').unwrap_or(0);
        text.truncate(cut);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_rounded_and_of_nothing_there_is_none() {
        let shares =
            [(0, 0), (1, 0), (0, 3), (2, 1), (1, 2)].map(|(done, failed)| share(done, failed));
        assert_eq!(shares, [None, Some(100), Some(0), Some(67), Some(33)]);
    }

    #[test]
    fn a_caption_that_is_too_long_loses_whole_lines() {
        let mut text = format!("голова\n{}\n{}", "а".repeat(1000), "б".repeat(1000));
        fit(&mut text);
        assert_eq!(text, format!("голова\n{}", "а".repeat(1000)));
    }
}
