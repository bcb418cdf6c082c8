//! The report of all benches: what they have kept, as one page with tables and charts. It measures nothing itself.
//!
//! `scripts/bench.sh` runs it last. What it finds in the directory of figures: `NAME.json` of our own benches,
//! `NAME.out`, what a bench has printed, and `NAME.md` of the scripts that measure others. `facts` and `commands`,
//! which the script writes, say of what machine and by which commands.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use neurocards::base::charts::look::{Look, Paint};
use neurocards::base::charts::{Chart, Measure, Series, Slot, Stand, Tone};
use serde_json::Value;

#[allow(dead_code, reason = "shared with the other benches")]
mod figures;

fn main() {
    let out = figures::out();
    let report = report(&out);
    let file = out.join("report.md");
    fs::write(&file, report).expect("the report");
    println!("{}", file.display());
}

fn report(out: &Path) -> String {
    let read = |name: &str| fs::read_to_string(out.join(name)).unwrap_or_default();
    let kept: Vec<Value> = with(out, ".json")
        .iter()
        .filter_map(|name| serde_json::from_str(&read(&format!("{name}.json"))).ok())
        .collect();
    let mut page = String::from("# Measured\n\n");
    page.push_str(read("facts").trim());
    page.push_str("\n\n## Goals\n\n| what | measured | goal |  |\n|---|---|---|---|\n");
    for row in kept.iter().flat_map(|kept| array(&kept["rows"])) {
        if !row["goal"].is_null() {
            page.push_str(&figures::line(row));
            page.push('\n');
        }
    }
    for kept in &kept {
        for (number, chart) in (1..).zip(array(&kept["charts"])) {
            let name = format!("{}-{number}.svg", text(&kept["bench"]));
            fs::write(out.join(&name), drawn(chart)).expect("a chart");
            page.push_str(&format!("\n![{}]({name})\n", text(&chart["title"])));
        }
    }
    let commands = read("commands");
    for name in with(out, ".out") {
        let said = read(&format!("{name}.out"));
        let tables = tables(&said);
        if tables.is_empty() {
            continue;
        }
        page.push_str(&format!("\n## {name}\n\n"));
        let command = commands
            .lines()
            .filter_map(|line| line.split_once('\t'))
            .find(|(of, _)| *of == name);
        if let Some((_, command)) = command {
            page.push_str(&format!("`{command}`\n\n"));
        }
        page.push_str(&tables);
    }
    for name in with(out, ".md").iter().filter(|name| *name != "report") {
        page.push('\n');
        page.push_str(read(&format!("{name}.md")).trim());
        page.push('\n');
    }
    page
}

/// The files of a kind, without their ends, in order.
fn with(out: &Path, end: &str) -> BTreeSet<String> {
    let entries = fs::read_dir(out).into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    let names = names.filter_map(|name| Some(name.strip_suffix(end)?.to_owned()));
    names.collect()
}

/// The tables of what a bench has printed, each with an empty line behind it; and criterion's lines, which leave a long
/// name on the line before.
fn tables(said: &str) -> String {
    let mut tables = String::new();
    let (mut inside, mut before) = (false, "");
    for line in said.lines() {
        let (table, timed) = (line.starts_with('|'), line.contains("time:   ["));
        if inside && !table {
            tables.push('\n');
        }
        if table {
            tables.push_str(line);
            tables.push('\n');
        }
        // Against an earlier run, of which nobody knows.
        if timed && before != "change:" {
            let name = match line.trim_start().starts_with("time:") {
                true => format!("{before} "),
                false => String::new(),
            };
            tables.push_str(&format!("    {name}{}\n", line.trim()));
        }
        (inside, before) = (table, line.trim());
    }
    tables
}

fn drawn(chart: &Value) -> String {
    let tones = [Tone::First, Tone::Second, Tone::Good, Tone::Bad];
    let slots = array(&chart["slots"]).iter().map(|slot| Slot {
        name: text(slot),
        tick: Some(text(slot)),
    });
    let series = array(&chart["series"]).iter().zip(tones.iter().cycle());
    let series = series.map(|(series, tone)| Series {
        name: text(&series["name"]),
        tone: *tone,
        values: array(&series["values"])
            .iter()
            .filter_map(Value::as_f64)
            .collect(),
    });
    let chart = Chart {
        title: text(&chart["title"]),
        slots: slots.collect(),
        series: series.collect(),
        stand: Stand::Beside,
        measure: Measure::Amount,
        empty: "nothing".into(),
    };
    chart.svg(&Look::Painted(Box::<Paint>::default()))
}

fn array(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
