//! Graphs: what happened of late, as charts and as the numbers they are drawn from.

use maud::{Markup, PreEscaped, html};

use super::marks;
use crate::base::charts::{Chart, Look, Measure, Series, Stand, Tone, axis};
use crate::edge::locale::Locale;
use crate::operator::service::answer::{Counts, Stats, StatsBar};
use crate::operator::service::ask::Span;

/// All charts of a span.
pub fn graphs(locale: Locale, stats: &Stats) -> Markup {
    let charts = [
        orders(locale, stats),
        videos(locale, stats),
        credits(locale, stats),
        burned(locale, stats),
        waits(locale, stats),
        newcomers(locale, stats),
    ];
    html! {
        div.charts {
            @for chart in &charts {
                figure.card { (PreEscaped(chart.svg(&Look::Styled))) }
            }
            (table(locale, stats))
        }
    }
}

fn chart(locale: Locale, stats: &Stats, key: &str, stand: Stand, series: Vec<Series>) -> Chart {
    let slots = match stats.span {
        Span::Day => axis::hours(stats.from, stats.bars.len()),
        Span::Week | Span::Month => axis::days(stats.from, stats.bars.len()),
    };
    Chart {
        title: locale.word("chart", key),
        slots,
        series,
        stand,
        measure: Measure::Count,
        empty: locale.say("chart-empty"),
    }
}

fn series(name: String, tone: Tone, stats: &Stats, value: fn(&Counts) -> f64) -> Series {
    let values = stats.bars.iter().map(|bar| value(&bar.counts));
    Series {
        name,
        tone,
        values: values.collect(),
    }
}

fn orders(locale: Locale, stats: &Stats) -> Chart {
    let name = locale.say("chart-orders");
    let one = series(name, Tone::First, stats, |of| of.orders as f64);
    chart(locale, stats, "orders", Stand::Stacked, vec![one])
}

fn newcomers(locale: Locale, stats: &Stats) -> Chart {
    let name = locale.say("chart-newcomers");
    let one = series(name, Tone::Good, stats, |of| of.newcomers as f64);
    chart(locale, stats, "newcomers", Stand::Stacked, vec![one])
}

fn videos(locale: Locale, stats: &Stats) -> Chart {
    let done = series(locale.say("chart-done"), Tone::Good, stats, |of| {
        of.done as f64
    });
    let failed = series(locale.say("chart-failed"), Tone::Bad, stats, |of| {
        of.failed as f64
    });
    chart(locale, stats, "videos", Stand::Stacked, vec![done, failed])
}

fn credits(locale: Locale, stats: &Stats) -> Chart {
    let sold = series(locale.say("chart-sold"), Tone::First, stats, |of| {
        (of.sold + of.granted) as f64
    });
    let gifts = series(locale.say("chart-gifts"), Tone::Second, stats, |of| {
        of.gifts as f64
    });
    chart(locale, stats, "credits", Stand::Stacked, vec![sold, gifts])
}

fn burned(locale: Locale, stats: &Stats) -> Chart {
    let one = series(locale.say("chart-burned"), Tone::Second, stats, |of| {
        of.burned
    });
    let chart = chart(locale, stats, "burned", Stand::Stacked, vec![one]);
    Chart {
        measure: Measure::Amount,
        ..chart
    }
}

fn waits(locale: Locale, stats: &Stats) -> Chart {
    let seconds = |seconds: Option<u64>| seconds.unwrap_or_default() as f64;
    let median = stats.bars.iter().map(|bar| seconds(bar.counts.median_s));
    let most = stats.bars.iter().map(|bar| seconds(bar.counts.p90_s));
    let both = vec![
        Series {
            name: locale.say("chart-median"),
            tone: Tone::First,
            values: median.collect(),
        },
        Series {
            name: locale.say("chart-p90"),
            tone: Tone::Second,
            values: most.collect(),
        },
    ];
    let chart = chart(locale, stats, "waits", Stand::Beside, both);
    Chart {
        measure: Measure::Seconds {
            second: locale.say("unit-s"),
            minute: locale.say("unit-min"),
            hour: locale.say("unit-h"),
        },
        ..chart
    }
}

/// The sums, said in a line.
pub fn sums(locale: Locale, of: &Counts) -> Markup {
    let wait = of.median_s.map(|median| marks::span(locale, median));
    let pairs = [
        (locale.say("sum-orders"), marks::count(of.orders)),
        (locale.say("sum-done"), marks::count(of.done)),
        (locale.say("sum-failed"), marks::count(of.failed)),
        (locale.say("sum-sold"), marks::count(of.sold + of.granted)),
        (locale.say("sum-gifts"), marks::count(of.gifts)),
        (locale.say("sum-burned"), marks::amount(of.burned)),
        (locale.say("sum-newcomers"), marks::count(of.newcomers)),
        (
            locale.say("sum-median"),
            wait.unwrap_or_else(|| "–".to_owned()),
        ),
    ];
    html! {
        dl.sums {
            @for (name, value) in &pairs { div { dt { (name) } dd { (value) } } }
        }
    }
}

/// The numbers behind the charts, for whoever does not see them. Bars in which nothing happened are left out.
fn table(locale: Locale, stats: &Stats) -> Markup {
    let keys = [
        "when", "orders", "done", "failed", "sold", "gifts", "burned", "median", "p90",
    ];
    let heads = marks::heads(locale, &keys);
    let busy = stats
        .bars
        .iter()
        .rev()
        .filter(|bar| bar.counts != Counts::default());
    let rows: Vec<_> = busy.map(|bar| row(locale, bar)).collect();
    let caption = locale.say("chart-table");
    html! {
        details.card.numbers data-keep=(stats.span.word()) {
            summary { (caption) }
            (marks::table(&caption, &heads, &rows, &locale.say("chart-empty")))
        }
    }
}

fn row(locale: Locale, bar: &StatsBar) -> Vec<Markup> {
    let n = |text: String| html! { span.n { (text) } };
    let span = |seconds: Option<u64>| match seconds {
        Some(seconds) => n(marks::span(locale, seconds)),
        None => marks::none(),
    };
    let of = &bar.counts;
    vec![
        marks::time(bar.at),
        n(marks::count(of.orders)),
        n(marks::count(of.done)),
        n(marks::count(of.failed)),
        n(marks::count(of.sold + of.granted)),
        n(marks::count(of.gifts)),
        n(marks::amount(of.burned)),
        span(of.median_s),
        span(of.p90_s),
    ]
}
