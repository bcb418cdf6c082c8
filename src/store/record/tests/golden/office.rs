//! The operator's part of the golden bytes: forms, lines and looks.

use super::super::{Sample, sample};
use super::{noted, numbered};
use crate::base::time::Timestamp;
use crate::rules::conversation::office::form::Form;
use crate::rules::conversation::office::line::{Line, Look, Topic};
use crate::rules::conversation::say::Say;
use crate::rules::domain::broadcast::{Broadcast, Course, Letter, Mark, Segment, Style};
use crate::rules::domain::credit::Credits;
use crate::rules::domain::deed::draft::Draft;
use crate::rules::domain::deed::outlook::{Came, Outcome, Outlook, Person};
use crate::rules::domain::deed::refusal::Refusal;
use crate::rules::domain::deed::refusal::tests::every as refusals;
use crate::rules::domain::deed::{Deed, DeedKind, Resting};
use crate::rules::domain::id::{DraftId, JobId, MessageId, ModelName, OrderId, UserId};
use crate::rules::domain::span::Span;
use crate::rules::domain::user::Lang;

#[test]
fn variants_keep_their_numbers() {
    numbered(&DeedKind::ALL, number_of_kind);
    numbered(&lines(), number_of_line);
    numbered(&refusals(), number_of_refusal);
    numbered(&looks(), number_of_look);
    numbered(&courses(), number_of_course);
    numbered(&styles(), number_of_style);
    numbered(&segments(), number_of_segment);
}

pub fn samples() -> Vec<Sample> {
    let mut all: Vec<_> = drafts()
        .into_iter()
        .map(|draft| sample("form", &form(draft)))
        .collect();
    all.extend(
        lines()
            .into_iter()
            .map(|line| noted(Say::Desk(Box::new(line)))),
    );
    all.extend(Topic::ALL.map(|topic| noted(Say::Desk(Box::new(Line::Usage(topic))))));
    all.extend(
        refusals()
            .into_iter()
            .map(|refusal| noted(Say::Desk(Box::new(Line::Refused(refusal))))),
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

fn form(draft: Draft) -> Form {
    Form {
        id: DraftId(1),
        at: Timestamp(2),
        draft,
    }
}

fn drafts() -> Vec<Draft> {
    let whole = |kind| Draft {
        kind,
        user: Some(UserId(1)),
        job: Some(JobId(2)),
        credits: Some(-5),
        why: Some("wh".into()),
        key: Some("ke".into()),
        resting: Some(Resting::Model(ModelName("mo".into()))),
        hours: Some(6),
        letter: Some(letter()),
        segment: Some(Segment::All),
        broadcast: Some(7),
    };
    let mut all: Vec<_> = DeedKind::ALL.map(whole).into();
    all.push(Draft::new(DeedKind::Resume));
    all
}

fn number_of_kind(kind: &DeedKind) -> usize {
    match kind {
        DeedKind::Grant => 0,
        DeedKind::Ban => 1,
        DeedKind::Unban => 2,
        DeedKind::Refund => 3,
        DeedKind::Cancel => 4,
        DeedKind::Reorder => 5,
        DeedKind::Hurry => 6,
        DeedKind::Pause => 7,
        DeedKind::Resume => 8,
        DeedKind::Rest => 9,
        DeedKind::Wake => 10,
        DeedKind::Broadcast => 11,
        DeedKind::Stop => 12,
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
        Line::Unusable(Refusal::Amount),
        Line::Form {
            refusal: Some(Refusal::Amount),
            form: form(Draft::new(DeedKind::Resume)),
            outlook: Outlook {
                person: person(),
                change: -5,
            },
        },
        Line::Done {
            deed: Deed::Resume,
            outcome: Outcome {
                person: person(),
                came: Came::Order(OrderId(4)),
                before: true,
            },
        },
        Line::Refused(Refusal::Amount),
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
        Line::Unusable(_) => 2,
        Line::Form { .. } => 3,
        Line::Done { .. } => 4,
        Line::Refused(_) => 5,
        Line::Dropped => 6,
        Line::Late => 7,
        Line::Sent { .. } => 8,
        Line::Preview => 9,
    }
}

fn number_of_refusal(refusal: &Refusal) -> usize {
    match refusal {
        Refusal::NotWhom => 0,
        Refusal::NoUser(_) => 1,
        Refusal::Ambiguous { .. } => 2,
        Refusal::Amount => 3,
        Refusal::Reason => 4,
        Refusal::Key => 5,
        Refusal::Hours => 6,
        Refusal::NeedText => 7,
        Refusal::NeedButton => 8,
        Refusal::Foreign => 9,
        Refusal::Used { .. } => 10,
        Refusal::Already => 11,
        Refusal::TooMuch { .. } => 12,
        Refusal::Full { .. } => 13,
        Refusal::NoOrder(_) => 14,
        Refusal::NoJob(_) => 15,
        Refusal::Live(_) => 16,
        Refusal::Done(_) => 17,
        Refusal::Failed(_) => 18,
        Refusal::Retired(_) => 19,
        Refusal::Asked(_) => 20,
        Refusal::Waits(_) => 21,
        Refusal::Poor(_) => 22,
        Refusal::Repaid(_) => 23,
        Refusal::Reordered { .. } => 24,
        Refusal::Operator(_) => 25,
        Refusal::OnItsWay(_) => 26,
        Refusal::ChatOnly => 27,
        Refusal::NoKey(_) => 28,
        Refusal::ManyKeys(_) => 29,
        Refusal::NoModel { .. } => 30,
        Refusal::NoConfig => 31,
        Refusal::NotBackedUp(_) => 32,
        Refusal::Mistakes(_) => 33,
        Refusal::NoDaemon => 34,
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
