//! Graphs: what happened of late, as charts and as the numbers they are drawn from.

use maud::{Markup, PreEscaped, html};

use super::marks;
use super::voice::Voice;
use crate::base::charts::{Chart, Look, Measure, Series, Stand, Tone, axis};
use crate::operator::service::answer::{Counts, Stats, StatsBar};
use crate::operator::service::ask::Span;

/// All charts of a span.
pub fn graphs(voice: Voice, stats: &Stats) -> Markup {
    let charts = [
        orders(voice, stats),
        videos(voice, stats),
        credits(voice, stats),
        burned(voice, stats),
        waits(voice, stats),
        newcomers(voice, stats),
    ];
    html! {
        div.charts {
            @for chart in &charts {
                figure.card { (PreEscaped(chart.svg(&Look::Styled))) }
            }
            (table(voice, stats))
        }
    }
}

fn chart(voice: Voice, stats: &Stats, key: &str, stand: Stand, series: Vec<Series>) -> Chart {
    let slots = match stats.span {
        Span::Day => axis::hours(stats.from, stats.bars.len()),
        Span::Week | Span::Month => axis::days(stats.from, stats.bars.len()),
    };
    Chart {
        title: voice.word("chart", key),
        slots,
        series,
        stand,
        measure: Measure::Count,
        empty: voice.say("chart-empty"),
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

fn orders(voice: Voice, stats: &Stats) -> Chart {
    let name = voice.say("chart-orders");
    let one = series(name, Tone::First, stats, |of| of.orders as f64);
    chart(voice, stats, "orders", Stand::Stacked, vec![one])
}

fn newcomers(voice: Voice, stats: &Stats) -> Chart {
    let name = voice.say("chart-newcomers");
    let one = series(name, Tone::Good, stats, |of| of.newcomers as f64);
    chart(voice, stats, "newcomers", Stand::Stacked, vec![one])
}

fn videos(voice: Voice, stats: &Stats) -> Chart {
    let done = series(voice.say("chart-done"), Tone::Good, stats, |of| {
        of.done as f64
    });
    let failed = series(voice.say("chart-failed"), Tone::Bad, stats, |of| {
        of.failed as f64
    });
    chart(voice, stats, "videos", Stand::Stacked, vec![done, failed])
}

fn credits(voice: Voice, stats: &Stats) -> Chart {
    let sold = series(voice.say("chart-sold"), Tone::First, stats, |of| {
        (of.sold + of.granted) as f64
    });
    let gifts = series(voice.say("chart-gifts"), Tone::Second, stats, |of| {
        of.gifts as f64
    });
    chart(voice, stats, "credits", Stand::Stacked, vec![sold, gifts])
}

fn burned(voice: Voice, stats: &Stats) -> Chart {
    let one = series(voice.say("chart-burned"), Tone::Second, stats, |of| {
        of.burned
    });
    let chart = chart(voice, stats, "burned", Stand::Stacked, vec![one]);
    Chart {
        measure: Measure::Amount,
        ..chart
    }
}

fn waits(voice: Voice, stats: &Stats) -> Chart {
    let seconds = |seconds: Option<u64>| seconds.unwrap_or_default() as f64;
    let median = stats.bars.iter().map(|bar| seconds(bar.counts.median_s));
    let most = stats.bars.iter().map(|bar| seconds(bar.counts.p90_s));
    let both = vec![
        Series {
            name: voice.say("chart-median"),
            tone: Tone::First,
            values: median.collect(),
        },
        Series {
            name: voice.say("chart-p90"),
            tone: Tone::Second,
            values: most.collect(),
        },
    ];
    let chart = chart(voice, stats, "waits", Stand::Beside, both);
    Chart {
        measure: Measure::Seconds {
            second: voice.say("unit-s"),
            minute: voice.say("unit-min"),
            hour: voice.say("unit-h"),
        },
        ..chart
    }
}

/// The sums, said in a line.
pub fn sums(voice: Voice, of: &Counts) -> Markup {
    let wait = of.median_s.map(|median| marks::span(voice, median));
    let pairs = [
        (voice.say("sum-orders"), marks::count(of.orders)),
        (voice.say("sum-done"), marks::count(of.done)),
        (voice.say("sum-failed"), marks::count(of.failed)),
        (voice.say("sum-sold"), marks::count(of.sold + of.granted)),
        (voice.say("sum-gifts"), marks::count(of.gifts)),
        (voice.say("sum-burned"), marks::amount(of.burned)),
        (voice.say("sum-newcomers"), marks::count(of.newcomers)),
        (
            voice.say("sum-median"),
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
fn table(voice: Voice, stats: &Stats) -> Markup {
    let keys = [
        "when", "orders", "done", "failed", "sold", "gifts", "burned", "median", "p90",
    ];
    let heads = marks::heads(voice, &keys);
    let busy = stats
        .bars
        .iter()
        .rev()
        .filter(|bar| bar.counts != Counts::default());
    let rows: Vec<_> = busy.map(|bar| row(voice, bar)).collect();
    let caption = voice.say("chart-table");
    html! {
        details.card.numbers data-keep=(stats.span.word()) {
            summary { (caption) }
            (marks::table(&caption, &heads, &rows, &voice.say("chart-empty")))
        }
    }
}

fn row(voice: Voice, bar: &StatsBar) -> Vec<Markup> {
    let n = |text: String| html! { span.n { (text) } };
    let span = |seconds: Option<u64>| match seconds {
        Some(seconds) => n(marks::span(voice, seconds)),
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
