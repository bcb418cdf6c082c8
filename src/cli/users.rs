//! `neurocards users` and `neurocards grant`: sellers and their credits.

use serde::Serialize;
use uuid::Uuid;

use super::place::{self, Place, json};
use super::table::{fields, moment, or_dash, table};
use crate::base::time::Timestamp;
use crate::operator::service::UserRef;
use crate::operator::service::answer::{EntryLine, Listed, OrderLine, UserCard, UserLine};
use crate::operator::service::ask::{User, Users};
use crate::operator::socket::ControlError;
use crate::rules::domain::deed::outlook::Outcome;
use crate::rules::domain::deed::{self, Deed};
use crate::rules::domain::id::UserId;
use crate::store::StoreError;

/// Look after sellers.
#[derive(Debug, clap::Args)]
pub struct UsersArgs {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// List them, the newest first.
    List {
        /// Only those whose name has this in it, or whose number begins with it.
        #[arg(long, value_name = "TEXT")]
        like: Option<String>,
        /// Only those who are shut out.
        #[arg(long)]
        banned: bool,
        /// At most so many.
        #[arg(long, value_name = "N", default_value_t = 50)]
        most: usize,
    },
    /// Show one with balance, newest entries and newest orders.
    Show {
        /// A Telegram number, or @name.
        #[arg(value_name = "ID|@NAME")]
        user: UserRef,
    },
    /// Shut one out. Videos already ordered still come.
    Ban {
        /// A Telegram number, or @name.
        #[arg(value_name = "ID|@NAME")]
        user: UserRef,
        /// Why; kept in the trail of acts.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Let one in again.
    Unban {
        /// A Telegram number, or @name.
        #[arg(value_name = "ID|@NAME")]
        user: UserRef,
    },
}

/// Give a seller credits, or take them back.
#[derive(Debug, clap::Args)]
pub struct GrantArgs {
    #[command(flatten)]
    place: Place,
    /// The seller: a Telegram number, or @name.
    #[arg(long, value_name = "ID|@NAME")]
    user: UserRef,
    /// How many; a negative number takes back. At most 100,000.
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    credits: i32,
    /// Why, in at most 200 characters; kept in the books.
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// A word of your own, without a colon: the same grant with the same word is made once, and another one is refused.
    #[arg(long, value_name = "WORD")]
    key: Option<String>,
}

pub fn users(args: UsersArgs) -> anyhow::Result<()> {
    let place = args.place;
    match args.what {
        What::List { like, banned, most } => {
            let users = place.ask(Users {
                like,
                banned,
                before: None,
                most,
            })?;
            listed(&place, &users, list)
        }
        What::Show { user } => place.show(User { whom: user }, show),
        What::Ban { user, reason } => {
            let user = shown(&place, user, "to be shut out")?;
            let ban = Deed::Ban { user, why: reason };
            place.does(ban, false, |_| format!("user {user} is shut out"))
        }
        What::Unban { user } => {
            let user = shown(&place, user, "to be let in again")?;
            let said = |_: &Outcome| format!("user {user} is let in again");
            place.does(Deed::Unban { user }, false, said)
        }
    }
}

pub fn grant(args: GrantArgs) -> anyhow::Result<()> {
    let credits = deed::amount(args.credits).map_err(place::refused)?;
    let user = shown(&args.place, args.user, &format!("{credits:+}"))?;
    // With a key a grant of which nobody knows whether it was made can be asked for again.
    let key = args.key.unwrap_or_else(|| Uuid::new_v4().to_string());
    let grant = Deed::Grant {
        user,
        credits,
        why: args.reason,
        key: Some(key.clone()),
    };
    let said = |outcome: &Outcome| {
        let done = match outcome.before {
            true => "granted before with this key",
            false => "granted",
        };
        format!("{done}; {}", balance(user, outcome))
    };
    args.place.does(grant, false, said).map_err(|error| {
        // A refusal is definite; an answer that was lost is not.
        match error.is::<ControlError>() || error.is::<StoreError>() {
            true => error.context(format!(
                "it is not sure whether the grant was made; asked again with --key {key} it is made once at most"
            )),
            false => error,
        }
    })
}

/// What somebody has after a deed.
pub fn balance(user: UserId, outcome: &Outcome) -> String {
    let balance = outcome.person.as_ref().map_or(0, |person| person.balance.0);
    format!("user {user} has {balance} credits")
}

/// Shows to whom something will be done; their number, for a name may pass on to somebody else in between.
fn shown(place: &Place, whom: UserRef, what: &str) -> anyhow::Result<UserId> {
    let user = place.ask_before(User { whom })?.user;
    let name = user.name.map(|name| format!(" @{name},"));
    eprintln!(
        "user {},{} last wrote {} UTC, {} credits: {what}",
        user.id,
        name.unwrap_or_default(),
        Timestamp(user.seen).utc(),
        user.available,
    );
    Ok(UserId(user.id))
}

fn list(users: &[UserLine]) {
    let rows = users.iter().map(|user| {
        [
            user.id.to_string(),
            or_dash(user.name.as_ref().map(|name| format!("@{name}"))),
            user.available.to_string(),
            user.held.to_string(),
            user.lang.clone(),
            moment(Some(user.since)),
            state(user).to_owned(),
        ]
    });
    let header = ["ID", "NAME", "CREDITS", "HELD", "LANG", "SINCE", "STATE"];
    table(header, rows.collect(), "nobody");
}

fn state(user: &UserLine) -> &'static str {
    match (user.banned, user.reachable) {
        (true, _) => "banned",
        (false, false) => "has blocked the bot",
        (false, true) => "",
    }
}

fn show(card: &UserCard) {
    let user = &card.user;
    let mut lines = vec![
        ("user", user.id.to_string()),
        ("name", or_dash(user.name.as_ref().map(|n| format!("@{n}")))),
        (
            "credits",
            format!("{} (and {} held)", user.available, user.held),
        ),
        ("language", user.lang.clone()),
        ("since", moment(Some(user.since))),
        ("last wrote", moment(Some(user.seen))),
        ("open question", card.step.clone()),
        ("unsaid messages", card.notes.to_string()),
    ];
    if !user.reachable {
        lines.push(("reachable", "no: has blocked the bot".to_owned()));
    }
    if let Some((since, why)) = &card.ban {
        lines.push(("banned", format!("{}: {why}", moment(Some(*since)))));
    }
    fields(&lines);
    say!("\nNewest orders:");
    orders(&card.orders);
    say!("\nNewest entries:");
    entries(&card.entries);
}

/// Prints orders.
pub fn orders(orders: &[OrderLine]) {
    let rows = orders.iter().map(|order| {
        [
            order.id.to_string(),
            order.seller.to_string(),
            moment(Some(order.at)),
            order.template.clone(),
            order.jobs.join(", "),
        ]
    });
    let header = ["ORDER", "USER", "PLACED", "TEMPLATE", "VIDEOS"];
    table(header, rows.collect(), "none");
}

/// Prints entries of the ledger.
pub fn entries(entries: &[EntryLine]) {
    let rows = entries.iter().map(|entry| {
        let what = match (&entry.why, entry.job) {
            (Some(why), _) => why.clone(),
            (None, Some(job)) => format!("job {job}"),
            (None, None) => String::new(),
        };
        [
            entry.n.to_string(),
            moment(Some(entry.at)),
            entry.reason.clone(),
            entry.amount.to_string(),
            format!("{} → {}", entry.from, entry.to),
            what,
        ]
    });
    let header = ["ENTRY", "AT", "WHAT", "CREDITS", "FROM → TO", "WHY"];
    table(header, rows.collect(), "none");
}

/// Prints a list, and says on standard error if older lines may be missing.
pub fn listed<T: Serialize>(
    place: &Place,
    listed: &Listed<T>,
    print: fn(&[T]),
) -> anyhow::Result<()> {
    match place.json {
        true => json(&listed.lines)?,
        false => print(&listed.lines),
    }
    if let Some(looked) = listed.looked {
        eprintln!("there may be others: {looked} rows were looked at, and no more");
    }
    Ok(())
}
