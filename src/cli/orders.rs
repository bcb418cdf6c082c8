//! `neurocards orders` and `neurocards jobs`: what was ordered, and what became of it.

use super::place::{Place, json, senseless};
use super::table::{fields, moment, or_dash, table};
use super::users;
use crate::operator::service::answer::{JobCard, JobLine, OrderCard};
use crate::operator::service::ask::Wanted;
use crate::operator::service::{Answer, Ask, Whom};
use crate::rules::domain::id::{Code, NoCode};

/// Look at orders.
#[derive(Debug, clap::Args)]
pub struct OrdersArgs {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    what: Orders,
}

#[derive(Debug, clap::Subcommand)]
enum Orders {
    /// List them, the newest first.
    List {
        /// Only this seller's: a Telegram number, or @name.
        #[arg(long, value_name = "ID|@NAME")]
        user: Option<Whom>,
        /// At most so many.
        #[arg(long, value_name = "N", default_value_t = 50)]
        most: usize,
    },
    /// Show one with its videos.
    Show {
        /// Its number.
        #[arg(value_name = "ORDER")]
        order: u64,
    },
}

/// Look after jobs: each is one video.
#[derive(Debug, clap::Args)]
pub struct JobsArgs {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    what: Jobs,
}

#[derive(Debug, clap::Subcommand)]
enum Jobs {
    /// List them, the newest first.
    List {
        /// Only this seller's: a Telegram number, or @name.
        #[arg(long, value_name = "ID|@NAME")]
        user: Option<Whom>,
        /// Only those that have not ended.
        #[arg(long, group = "wanted")]
        live: bool,
        /// Only those that ended without a video.
        #[arg(long, group = "wanted")]
        failed: bool,
        /// Only those that ended with a video.
        #[arg(long, group = "wanted")]
        done: bool,
        /// At most so many.
        #[arg(long, value_name = "N", default_value_t = 50)]
        most: usize,
    },
    /// Show one with every attempt. A seller's reference code J12 is job 12.
    Show(Which),
    /// Try one again: a waiting one at once, a failed one as a new order of the seller's, for one credit.
    Retry(Which),
    /// End a live one: its credit goes back, and the seller is told.
    Cancel {
        #[command(flatten)]
        which: Which,
        /// Why; kept in the trail of acts.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Give the credit of a finished video back, once; the seller is told.
    Refund {
        #[command(flatten)]
        which: Which,
        /// Why; kept in the books.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
}

#[derive(Debug, clap::Args)]
struct Which {
    /// Its number, or a seller's reference code.
    #[arg(value_name = "JOB", value_parser = number)]
    job: u64,
}

fn number(said: &str) -> Result<u64, NoCode> {
    Code::job(said).map(|job| job.0)
}

pub fn orders(args: OrdersArgs) -> anyhow::Result<()> {
    let place = args.place;
    match args.what {
        Orders::List { user, most } => match place.ask(Ask::Orders {
            whom: user,
            before: None,
            most,
        })? {
            Answer::Orders(orders) if place.json => json(&orders),
            Answer::Orders(orders) => {
                users::orders(&orders);
                Ok(())
            }
            other => Err(senseless(&other)),
        },
        Orders::Show { order } => match place.ask(Ask::Order { order })? {
            Answer::Order(card) if place.json => json(&card),
            Answer::Order(card) => {
                show_order(&card);
                Ok(())
            }
            other => Err(senseless(&other)),
        },
    }
}

pub fn jobs(args: JobsArgs) -> anyhow::Result<()> {
    let place = args.place;
    match args.what {
        Jobs::List {
            user,
            live,
            failed,
            done,
            most,
        } => {
            let wanted = match (live, failed, done) {
                (true, _, _) => Wanted::Live,
                (_, true, _) => Wanted::Failed,
                (_, _, true) => Wanted::Done,
                (false, false, false) => Wanted::All,
            };
            let ask = Ask::Jobs {
                wanted,
                whom: user,
                before: None,
                most,
            };
            match place.ask(ask)? {
                Answer::Jobs(jobs) => users::listed(&place, &jobs, list),
                other => Err(senseless(&other)),
            }
        }
        Jobs::Show(Which { job }) => match place.ask(Ask::Job { job })? {
            Answer::Job(card) if place.json => json(&card),
            Answer::Job(card) => {
                show_job(&card);
                Ok(())
            }
            other => Err(senseless(&other)),
        },
        Jobs::Retry(Which { job }) => match place.ask(Ask::Retry { job })? {
            answer @ Answer::Retried { .. } if place.json => json(&answer),
            Answer::Retried { order, repeated } => {
                match (order, repeated) {
                    (None, _) => say!("job {job} is due at once"),
                    (Some(order), false) => say!("job {job} is ordered again: order {order}"),
                    (Some(order), true) => {
                        say!("job {job} was ordered again before: order {order}");
                    }
                }
                Ok(())
            }
            other => Err(senseless(&other)),
        },
        Jobs::Cancel { which, reason } => {
            let job = which.job;
            super::place::changed(&place, Ask::Cancel { job, why: reason }, |_| {
                format!("job {job} is cancelled, and its credit is back")
            })
        }
        Jobs::Refund { which, reason } => {
            let job = which.job;
            match place.ask(Ask::Refund { job, why: reason })? {
                answer @ Answer::Granted { .. } if place.json => json(&answer),
                Answer::Granted {
                    user,
                    balance,
                    repeated,
                } => {
                    let done = match repeated {
                        true => "was refunded before",
                        false => "is refunded",
                    };
                    say!("job {job} {done}; user {user} has {balance} credits");
                    Ok(())
                }
                other => Err(senseless(&other)),
            }
        }
    }
}

fn show_order(card: &OrderCard) {
    fields(&[
        ("order", card.order.id.to_string()),
        ("user", card.order.seller.to_string()),
        ("placed", moment(Some(card.order.at))),
        ("template", card.order.template.clone()),
        ("photo", or_dash(card.photo.as_ref())),
    ]);
    no_more(card.retired);
    say!("");
    list(&card.jobs);
}

/// Says that there was more.
fn no_more(retired: Option<u64>) {
    if retired.is_some() {
        let since = moment(retired);
        say!(
            "\nIts details are no longer kept since {since}: see retention.details in the configuration."
        );
    }
}

fn list(jobs: &[JobLine]) {
    let rows = jobs.iter().map(|job| {
        [
            job.id.to_string(),
            job.order.to_string(),
            job.seller.to_string(),
            moment(Some(job.at)),
            job.stage.clone(),
            job.attempt.to_string(),
            or_dash(job.model.as_ref()),
            or_dash(job.failure.as_ref()),
            moment(job.due),
            moment(job.ended),
        ]
    });
    let header = [
        "JOB", "ORDER", "USER", "ORDERED", "STAGE", "ATTEMPT", "MODEL", "FAILURE", "DUE", "ENDED",
    ];
    table(header, rows.collect(), "none");
}

fn show_job(card: &JobCard) {
    let job = &card.job;
    fields(&[
        ("job", job.id.to_string()),
        ("order", job.order.to_string()),
        ("user", job.seller.to_string()),
        ("ordered", moment(Some(job.at))),
        ("stage", job.stage.clone()),
        ("failure", or_dash(job.failure.as_ref())),
        ("attempt", job.attempt.to_string()),
        ("model", or_dash(job.model.as_ref())),
        ("key", or_dash(card.key.as_ref())),
        ("task", or_dash(card.task.as_ref())),
        (
            "script",
            if card.scripted { "written" } else { "-" }.to_owned(),
        ),
        ("due", moment(job.due)),
        ("ended", moment(job.ended)),
    ]);
    no_more(card.retired);
    say!("\nFailed submissions:");
    let rows = card.missed.iter().map(|missed| {
        [
            missed.attempt.to_string(),
            moment(Some(missed.at)),
            missed.failure.clone(),
            missed.source.clone(),
            or_dash(missed.model.as_ref()),
            or_dash(missed.task.as_ref()),
        ]
    });
    let header = ["ATTEMPT", "AT", "FAILURE", "SAID BY", "MODEL", "TASK"];
    table(header, rows.collect(), "none");
    say!("\nEntries:");
    users::entries(&card.entries);
}
