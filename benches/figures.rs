//! The figures of a bench: printed as a table for whoever runs it, and kept for the report of all of them.
//!
//! They are kept as `bench/NAME.json` in cargo's target directory; `NEUROCARDS_BENCH_OUT` names another one.

use std::path::PathBuf;

use serde_json::{Value, json};

/// What one bench has found.
pub struct Figures {
    bench: &'static str,
    rows: Vec<Value>,
    charts: Vec<Value>,
}

impl Figures {
    /// Nothing yet.
    pub fn of(bench: &'static str) -> Self {
        Self {
            bench,
            rows: Vec::new(),
            charts: Vec::new(),
        }
    }

    /// Something that should be `goal` at most.
    pub fn at_most(&mut self, what: &str, unit: &str, measured: f64, goal: f64) {
        self.row(what, unit, measured, Some(goal), measured <= goal);
    }

    /// Something that should be `goal` at least.
    #[allow(dead_code, reason = "not every bench wants more of something")]
    pub fn at_least(&mut self, what: &str, unit: &str, measured: f64, goal: f64) {
        self.row(what, unit, measured, Some(goal), measured >= goal);
    }

    /// Something good to know.
    #[allow(dead_code, reason = "not every bench has something beside its goals")]
    pub fn also(&mut self, what: &str, unit: &str, measured: f64) {
        self.row(what, unit, measured, None, true);
    }

    fn row(&mut self, what: &str, unit: &str, measured: f64, goal: Option<f64>, good: bool) {
        self.rows.push(json!({
            "what": what, "unit": unit, "measured": measured, "goal": goal, "good": good,
        }));
    }

    /// Bars side by side: what each stands for, and the numbers of each series.
    #[allow(dead_code, reason = "not every bench is drawn")]
    pub fn chart(&mut self, title: &str, slots: &[String], series: &[(&str, Vec<f64>)]) {
        let series = series.iter();
        let series = series.map(|(name, values)| json!({"name": name, "values": values}));
        let series: Vec<_> = series.collect();
        self.charts
            .push(json!({"title": title, "slots": slots, "series": series}));
    }

    /// Prints and keeps everything.
    pub fn tell(self) {
        println!("\n| {} | measured | goal |  |", self.bench);
        println!("|---|---|---|---|");
        for row in &self.rows {
            println!("{}", line(row));
        }
        let out = out();
        std::fs::create_dir_all(&out).expect("a directory");
        let kept = json!({"bench": self.bench, "rows": self.rows, "charts": self.charts});
        let file = out.join(format!("{}.json", self.bench));
        std::fs::write(&file, format!("{kept:#}\n")).expect("a file");
    }
}

/// A row of the table.
pub fn line(row: &Value) -> String {
    let text = |key: &str| row[key].as_str().unwrap_or_default().to_owned();
    let unit = text("unit");
    let goal = row["goal"].as_f64();
    let told = goal.map_or_else(String::new, |goal| format!("{} {unit}", short(goal)));
    let verdict = match (goal, row["good"].as_bool()) {
        (Some(_), Some(true)) => "reached",
        (Some(_), _) => "missed",
        (None, _) => "",
    };
    let measured = short(row["measured"].as_f64().unwrap_or(f64::NAN));
    format!(
        "| {} | {measured} {unit} | {told} | {verdict} |",
        text("what")
    )
}

/// Where figures are kept.
pub fn out() -> PathBuf {
    let target = || std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    let named = std::env::var_os("NEUROCARDS_BENCH_OUT").map(PathBuf::from);
    named.unwrap_or_else(|| target().unwrap_or_else(|| "target".into()).join("bench"))
}

/// Three digits that count.
fn short(number: f64) -> String {
    match number.abs() {
        whole if whole >= 100.0 => format!("{number:.0}"),
        tens if tens >= 10.0 => format!("{number:.1}"),
        _ => format!("{number:.2}"),
    }
}
