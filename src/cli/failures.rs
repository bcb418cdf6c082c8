//! `neurocards failures`: what texts of the provider's mean, by the table in force. Nobody is asked.

use anyhow::Context;
use serde_json::json;

use super::place::{self, Place};
use super::table::{fields, table};
use crate::daemon::made;
use crate::daemon::shipped::Files;
use crate::edge::config::Mistakes;
use crate::rules::domain::failure::Kind;
use crate::rules::failures::{Failures, Reading, SHIPPED, Why};

/// Say what the provider's refusals and failures mean, by the table in failures.toml.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "The table is failures.toml of the data directory, else the shipped one; `list --raw` \
                  prints it, to be edited. Nobody is asked, no daemon need run."
)]
pub struct FailuresArgs {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Say what a text would mean for the order, the key, the model and the seller, and which row says so.
    Try {
        /// The text, as the provider said it.
        #[arg(value_name = "TEXT")]
        text: String,
        /// The code it came with.
        #[arg(long, value_name = "N")]
        code: Option<i64>,
    },
    /// Show every row.
    List {
        /// Print the file itself.
        #[arg(long)]
        raw: bool,
    },
}

pub fn failures(args: FailuresArgs) -> anyhow::Result<()> {
    let place = args.place;
    let data = place.data();
    let mut files = Files::new(&data);
    let failures = made::failures(&mut files);
    let own = files.text("failures.toml");
    let (_, mistakes) = files.finish();
    if !mistakes.is_empty() {
        return Err(Mistakes(mistakes)).context("the table cannot be used");
    }
    match args.what {
        What::Try { text, code } => tried(&place, &failures, &text, code),
        What::List { raw: true } => {
            say!("{}", own.as_deref().unwrap_or(SHIPPED).trim_end());
            Ok(())
        }
        What::List { raw: false } => listed(&place, &failures),
    }
}

fn tried(place: &Place, failures: &Failures, text: &str, code: Option<i64>) -> anyhow::Result<()> {
    let reading = failures.read(code, text);
    let means = reading.meaning.map_or("unknown", |means| means.word());
    let kind = reading.kind();
    let told = effects(kind);
    if place.json {
        let why = why(&reading);
        let [job, key, model, seller] = told;
        return place::json(&json!({
            "means": means, "kind": kind.name(), "why": why,
            "job": job, "key": key, "model": model, "seller": seller,
        }));
    }
    let [job, key, model, seller] = told.map(str::to_owned);
    fields(&[
        ("means", format!("{means} ({})", kind.name())),
        ("why", why(&reading)),
        ("job", job),
        ("key", key),
        ("model", model),
        ("seller", seller),
    ]);
    Ok(())
}

fn why(reading: &Reading<'_>) -> String {
    match reading.why {
        Why::Rule(rule) => format!("row {}: {}", rule.number, rule.why),
        Why::Code(code) => format!("no row knows the text; code {code} decides"),
        Why::Nobody => "no row knows the text, nor does the code say anything".to_owned(),
    }
}

/// What a kind means for the job, the key, the model, and what the seller reads in the end.
fn effects(kind: Kind) -> [&'static str; 4] {
    let (no_key, no_model) = ("nothing", "nothing");
    let refunded = "ends; the credit goes back";
    match kind {
        Kind::UserViolation => [
            refunded,
            no_key,
            no_model,
            "the photo or the text breaks the model's rules",
        ],
        Kind::OutputRefused => [
            "is tried again after 10 s, unless it was billed; in the end the credit goes back",
            no_key,
            no_model,
            "the model held its own video back; the photo is fine",
        ],
        Kind::Billing => [
            refunded,
            "rests 24 hours; operators are told",
            no_model,
            "technical trouble",
        ],
        Kind::RateLimit => [
            "is tried again after a minute, with the next key",
            "rests an hour; operators are told",
            no_model,
            "the service is overloaded",
        ],
        Kind::Temporary => [
            "is tried again after 10 s; in the end the credit goes back",
            no_key,
            no_model,
            "a temporary error; then: it did not work out",
        ],
        Kind::ModelOff => [
            "goes on at once with the next model of the chain",
            no_key,
            "rests 24 hours; operators are told",
            "nothing, while another model is left",
        ],
        Kind::BadPhoto => [refunded, no_key, no_model, "the photo cannot be used"],
        Kind::Unknown => [
            "ends; the credit goes back; operators are told of the text, once",
            no_key,
            no_model,
            "it did not work out",
        ],
        Kind::Cancelled => [refunded, no_key, no_model, "the video was cancelled"],
    }
}

fn listed(place: &Place, failures: &Failures) -> anyhow::Result<()> {
    let rules = failures.rules();
    let codes = failures.codes();
    if place.json {
        let rules: Vec<_> = rules
            .iter()
            .map(|rule| {
                let means = rule.means.word();
                json!({"row": rule.number, "means": means, "weak": rule.weak, "why": rule.why})
            })
            .collect();
        let codes: Vec<_> = codes
            .iter()
            .map(|(code, means)| json!({"code": code, "means": means.word()}))
            .collect();
        return place::json(&json!({"rules": rules, "codes": codes}));
    }
    let rows = rules.iter().map(|rule| {
        let weak = if rule.weak {
            " (if no code says anything)"
        } else {
            ""
        };
        let why = format!("{}{weak}", rule.why);
        [rule.number.to_string(), rule.means.word().to_owned(), why]
    });
    table(["ROW", "MEANS", "WHY"], rows.collect(), "no rows");
    say!("");
    let rows = codes.iter();
    let rows = rows.map(|(code, means)| [code.to_string(), means.word().to_owned()]);
    table(["CODE", "MEANS"], rows.collect(), "no codes");
    Ok(())
}
