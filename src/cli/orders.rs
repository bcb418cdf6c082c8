//! `neurocards orders` and `neurocards jobs`: what was ordered, and what became of it.

use super::place::Place;
use super::table::{fields, moment, or_dash, table};
use super::users;
use crate::operator::service::UserRef;
use crate::operator::service::answer::{JobCard, JobLine, OrderCard};
use crate::operator::service::ask::{self, Wanted};
use crate::rules::domain::deed::Deed;
use crate::rules::domain::id::{Code, JobId, NoCode, OrderId};

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
        user: Option<UserRef>,
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
        user: Option<UserRef>,
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
    job: JobId,
}

fn number(said: &str) -> Result<JobId, NoCode> {
    Code::job(said)
}

pub fn orders(args: OrdersArgs) -> anyhow::Result<()> {
    let place = args.place;
    match args.what {
        Orders::List { user, most } => {
            let orders = ask::Orders {
                whom: user,
                before: None,
                most,
            };
            place.show(orders, |orders| users::orders(orders))
        }
        Orders::Show { order } => {
            let order = OrderId(order);
            place.show(ask::Order { order }, show_order)
        }
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
            let jobs = place.ask(ask::Jobs {
                wanted,
                whom: user,
                before: None,
                most,
            })?;
            users::listed(&place, &jobs, list)
        }
        Jobs::Show(Which { job }) => place.show(ask::Job { job }, show_job),
        Jobs::Retry(Which { job }) => retry(&place, job),
        Jobs::Cancel { which, reason } => {
            let job = which.job;
            place.does(Deed::Cancel { job, why: reason }, true, |_| {
                format!("job {job} is cancelled, and its credit is back")
            })
        }
        Jobs::Refund { which, reason } => {
            let job = which.job;
            place.does(Deed::Refund { job, why: reason }, true, |outcome| {
                let seller = outcome.person.as_ref().map(|person| person.user);
                let balance = seller.map(|seller| users::balance(seller, outcome));
                format!("job {job} is refunded; {}", balance.unwrap_or_default())
            })
        }
    }
}

/// A waiting job is tried at once, a failed one becomes an order anew.
fn retry(place: &Place, job: JobId) -> anyhow::Result<()> {
    let failed = place.ask_before(ask::Job { job })?.job.failure.is_some();
    let deed = match failed {
        true => Deed::Reorder { job, why: None },
        false => Deed::Hurry { job },
    };
    place.does(deed, false, |outcome| match outcome.came.order() {
        Some(order) => format!("job {job} is ordered again: order {order}"),
        None => format!("job {job} is due at once"),
    })
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
