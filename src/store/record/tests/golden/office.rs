//! The operator's part of the golden bytes: forms, lines and looks.

use super::super::{Sample, sample};
use super::{noted, numbered};
use crate::base::time::Timestamp;
use crate::rules::conversation::office::form::{Chore, Form};
use crate::rules::conversation::office::line::{Line, Look, Person, Slip, Topic};
use crate::rules::conversation::say::Say;
use crate::rules::domain::broadcast::{Broadcast, Course, Letter, Mark, Segment, Style};
use crate::rules::domain::credit::Credits;
use crate::rules::domain::id::{DraftId, JobId, MessageId, OrderId, UserId};
use crate::rules::domain::span::Span;
use crate::rules::domain::user::Lang;
use crate::rules::domain::whom::Bearer;

#[test]
fn variants_keep_their_numbers() {
    numbered(&chores(), number_of_chore);
    numbered(&lines(), number_of_line);
    numbered(&slips(), number_of_slip);
    numbered(&looks(), number_of_look);
    numbered(&courses(), number_of_course);
    numbered(&styles(), number_of_style);
    numbered(&segments(), number_of_segment);
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
    all.push(noted(Say::Letter(letter())));
    all.extend(courses().into_iter().map(broadcast));
    all.extend(Segment::ALL.map(|segment| {
        sample(
            "broadcast",
            &Broadcast {
                segment,
                ..record(Course::Running)
            },
        )
    }));
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

pub fn letter() -> Letter {
    let marks = styles().into_iter().map(|style| Mark {
        style,
        offset: 1,
        length: 2,
    });
    Letter {
        text: "te".into(),
        marks: marks.collect(),
    }
}

fn styles() -> Vec<Style> {
    vec![
        Style::Bold,
        Style::Italic,
        Style::Underline,
        Style::Strike,
        Style::Spoiler,
        Style::Code,
        Style::Pre,
        Style::Quote,
        Style::Link("ur".into()),
    ]
}

fn number_of_style(style: &Style) -> usize {
    match style {
        Style::Bold => 0,
        Style::Italic => 1,
        Style::Underline => 2,
        Style::Strike => 3,
        Style::Spoiler => 4,
        Style::Code => 5,
        Style::Pre => 6,
        Style::Quote => 7,
        Style::Link(_) => 8,
    }
}

fn segments() -> Vec<Segment> {
    let lang = Segment::Lang(Lang::Ru);
    vec![
        Segment::All,
        lang,
        Segment::Ordered,
        Segment::Recent,
        Segment::Never,
        Segment::Me,
    ]
}

fn number_of_segment(segment: &Segment) -> usize {
    match segment {
        Segment::All => 0,
        Segment::Lang(_) => 1,
        Segment::Ordered => 2,
        Segment::Recent => 3,
        Segment::Never => 4,
        Segment::Me => 5,
    }
}

fn courses() -> Vec<Course> {
    vec![
        Course::Running,
        Course::Stopping,
        Course::Done,
        Course::Stopped,
    ]
}

fn number_of_course(course: &Course) -> usize {
    match course {
        Course::Running => 0,
        Course::Stopping => 1,
        Course::Done => 2,
        Course::Stopped => 3,
    }
}

fn broadcast(course: Course) -> Sample {
    sample("broadcast", &record(course))
}

fn record(course: Course) -> Broadcast {
    Broadcast {
        by: UserId(1),
        lang: Lang::Ru,
        at: Timestamp(2),
        letter: letter(),
        segment: Segment::All,
        course,
        total: Some(3),
        last: Some(UserId(4)),
        delivered: 5,
        blocked: 6,
        failed: 7,
        told: Timestamp(8),
        message: Some(MessageId(-9)),
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
        Chore::Broadcast {
            letter: Some(letter()),
            segment: Some(Segment::All),
        },
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
        Chore::Broadcast { .. } => 9,
    }
}

fn lines() -> Vec<Line> {
    let person = || {
        Some(Person {
            user: UserId(1),
            name: Some("an".into()),
            balance: Credits(3),
            seen: Timestamp(5),
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
        Line::Sent {
            stopped: true,
            delivered: 1,
            blocked: 2,
            failed: 3,
        },
        Line::Preview,
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
        Line::Sent { .. } => 8,
        Line::Preview => 9,
    }
}

fn slips() -> Vec<Slip> {
    let (job, balance) = (JobId(2), Credits(3));
    vec![
        Slip::NotWhom,
        Slip::NoUser("an".into()),
        Slip::Many {
            name: "an".into(),
            bearers: vec![Bearer {
                user: UserId(1),
                seen: Timestamp(2),
                has: true,
            }],
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
        Slip::Broadcasting,
        Slip::OnItsWay(5),
        Slip::Retired(job),
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
        Slip::Broadcasting => 23,
        Slip::OnItsWay(_) => 24,
        Slip::Retired(_) => 25,
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
        Look::Segments(DraftId(1)),
        Look::Launch(DraftId(1)),
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
        Look::Segments(_) => 7,
        Look::Launch(_) => 8,
    }
}
