//! The operator's part of the golden bytes: forms, lines and looks.

use super::super::{Sample, sample};
use super::{noted, numbered};
use crate::domain::credit::Credits;
use crate::domain::id::{DraftId, JobId, MessageId, OrderId, UserId};
use crate::domain::span::Span;
use crate::domain::time::Timestamp;
use crate::flow::office::form::{Chore, Form};
use crate::flow::office::line::{Line, Look, Person, Slip, Topic};
use crate::flow::say::Say;

#[test]
fn variants_keep_their_numbers() {
    numbered(&chores(), number_of_chore);
    numbered(&lines(), number_of_line);
    numbered(&slips(), number_of_slip);
    numbered(&looks(), number_of_look);
}

pub fn samples() -> Vec<Sample> {
    let mut all: Vec<_> = chores()
        .into_iter()
        .map(|chore| sample("form", &form(chore)))
        .collect();
    all.extend(lines().into_iter().map(|line| noted(Say::Desk(line))));
    all.extend(Topic::ALL.map(|topic| noted(Say::Desk(Line::Usage(topic)))));
    all.extend(
        slips()
            .into_iter()
            .map(|slip| noted(Say::Desk(Line::Slip(slip)))),
    );
    all.extend(looks().into_iter().map(shown));
    all.extend(Span::ALL.map(|span| shown(Look::Stats(span))));
    all
}

fn shown(look: Look) -> Sample {
    noted(Say::Report { look, over: None })
}

pub fn report() -> Say {
    Say::Report {
        look: Look::Queue,
        over: Some(MessageId(-5)),
    }
}

fn form(chore: Chore) -> Form {
    Form {
        id: DraftId(1),
        at: Timestamp(2),
        chore,
    }
}

fn chores() -> Vec<Chore> {
    let (user, job) = (UserId(1), JobId(2));
    let why = || Some("wh".to_owned());
    vec![
        Chore::Grant {
            user: Some(user),
            credits: Some(-5),
            why: None,
        },
        Chore::Refund { job, why: why() },
        Chore::Cancel { job, why: why() },
        Chore::Reorder { job, why: why() },
        Chore::Hurry { job },
        Chore::Ban { user, why: why() },
        Chore::Unban { user },
        Chore::Pause { why: why() },
        Chore::Resume,
    ]
}

fn number_of_chore(chore: &Chore) -> usize {
    match chore {
        Chore::Grant { .. } => 0,
        Chore::Refund { .. } => 1,
        Chore::Cancel { .. } => 2,
        Chore::Reorder { .. } => 3,
        Chore::Hurry { .. } => 4,
        Chore::Ban { .. } => 5,
        Chore::Unban { .. } => 6,
        Chore::Pause { .. } => 7,
        Chore::Resume => 8,
    }
}

fn lines() -> Vec<Line> {
    let person = || {
        Some(Person {
            user: UserId(1),
            name: Some("an".into()),
            balance: Credits(3),
        })
    };
    vec![
        Line::Guide,
        Line::Usage(Topic::User),
        Line::Slip(Slip::Zero),
        Line::Form {
            slip: Some(Slip::Zero),
            form: form(Chore::Resume),
            person: person(),
        },
        Line::Done {
            chore: Chore::Resume,
            person: person(),
            order: Some(OrderId(4)),
        },
        Line::Refused { slip: Slip::Zero },
        Line::Dropped,
        Line::Late,
    ]
}

fn number_of_line(line: &Line) -> usize {
    match line {
        Line::Guide => 0,
        Line::Usage(_) => 1,
        Line::Slip(_) => 2,
        Line::Form { .. } => 3,
        Line::Done { .. } => 4,
        Line::Refused { .. } => 5,
        Line::Dropped => 6,
        Line::Late => 7,
    }
}

fn slips() -> Vec<Slip> {
    let (job, balance) = (JobId(2), Credits(3));
    vec![
        Slip::NotWhom,
        Slip::NoUser("an".into()),
        Slip::Many {
            name: "an".into(),
            users: vec![UserId(1), UserId(2)],
        },
        Slip::NotNumber,
        Slip::Zero,
        Slip::TooLarge,
        Slip::TooMuch(balance),
        Slip::Full(balance),
        Slip::Empty,
        Slip::TooLong,
        Slip::NeedButton,
        Slip::NeedText,
        Slip::Operator,
        Slip::Already,
        Slip::NoJob(job),
        Slip::Live(job),
        Slip::Done(job),
        Slip::Failed(job),
        Slip::Asked(job),
        Slip::Waits(job),
        Slip::Poor(job),
        Slip::Repaid(job),
        Slip::Reordered(job),
    ]
}

fn number_of_slip(slip: &Slip) -> usize {
    match slip {
        Slip::NotWhom => 0,
        Slip::NoUser(_) => 1,
        Slip::Many { .. } => 2,
        Slip::NotNumber => 3,
        Slip::Zero => 4,
        Slip::TooLarge => 5,
        Slip::TooMuch(_) => 6,
        Slip::Full(_) => 7,
        Slip::Empty => 8,
        Slip::TooLong => 9,
        Slip::NeedButton => 10,
        Slip::NeedText => 11,
        Slip::Operator => 12,
        Slip::Already => 13,
        Slip::NoJob(_) => 14,
        Slip::Live(_) => 15,
        Slip::Done(_) => 16,
        Slip::Failed(_) => 17,
        Slip::Asked(_) => 18,
        Slip::Waits(_) => 19,
        Slip::Poor(_) => 20,
        Slip::Repaid(_) => 21,
        Slip::Reordered(_) => 22,
    }
}

fn looks() -> Vec<Look> {
    let (user, before) = (UserId(1), 2);
    vec![
        Look::Queue,
        Look::User(user),
        Look::History { user, before },
        Look::Refunds(user),
        Look::Job(JobId(2)),
        Look::Keys,
        Look::Stats(Span::Day),
    ]
}

fn number_of_look(look: &Look) -> usize {
    match look {
        Look::Queue => 0,
        Look::User(_) => 1,
        Look::History { .. } => 2,
        Look::Refunds(_) => 3,
        Look::Job(_) => 4,
        Look::Keys => 5,
        Look::Stats(_) => 6,
    }
}
