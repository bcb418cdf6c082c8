//! The bytes of this version. Before 1.0 a shape may change: `NEUROCARDS_GOLDEN=new` writes `golden.txt` anew.

mod office;

use std::collections::BTreeSet;
use std::time::Duration;

use super::{Sample, sample};
use crate::base::time::Timestamp;
use crate::rules::conversation::draft::{Draft, Question};
use crate::rules::conversation::office::line::Line;
use crate::rules::conversation::say::{Hint, Say, Video};
use crate::rules::conversation::session::Session;
use crate::rules::domain::act::{Act, Ban, Done, Who};
use crate::rules::domain::alert::{Alert, Lack, Obstacle, Trouble};
use crate::rules::domain::brief::{Brief, Count, Photo, Recipe, Text};
use crate::rules::domain::broadcast::{Letter, Segment};
use crate::rules::domain::credit::{Account, Credits, Entry, Reason, Seal};
use crate::rules::domain::deed::outlook::Came;
use crate::rules::domain::deed::{Deed, Resting};
use crate::rules::domain::failure::{Failure, Kind, Source};
use crate::rules::domain::id::{
    AlbumId, CallbackId, DraftId, EntryId, FileId, Fingerprint, JobId, MessageId, ModelName,
    OrderId, PhotoName, TaskId, TopicId, UserId,
};
use crate::rules::domain::job::{Job, Missed, Route, Stage};
use crate::rules::domain::keyring::Rest;
use crate::rules::domain::late::Late;
use crate::rules::domain::order::{Order, PhotoState};
use crate::rules::domain::part::Part;
use crate::rules::domain::retired::{End, Ended, Retired};
use crate::rules::domain::strange::Strange;
use crate::rules::domain::tally::{Moved, Sort, Tally};
use crate::rules::domain::template::Template;
use crate::rules::domain::user::{Lang, User};
use crate::store::record::{
    Closed, Counters, Failing, JobRow, Lane, Live, Note, Raised, Reading, UserRow,
};

const GOLDEN: &str = include_str!("golden.txt");

#[test]
fn a_stored_form_changes_only_on_purpose() {
    let samples = samples();
    let made: BTreeSet<_> = samples.iter().map(|s| line(&s.name, &s.bytes)).collect();
    if std::env::var("NEUROCARDS_GOLDEN").is_ok_and(|wish| wish == "new") {
        let to = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/src/store/record/tests/golden.txt"
        );
        let lines: String = made.iter().map(|line| format!("{line}\n")).collect();
        std::fs::write(to, lines).unwrap();
        return;
    }
    let kept: BTreeSet<_> = GOLDEN.lines().map(str::to_owned).collect();
    let lost: Vec<_> = kept.difference(&made).cloned().collect();
    assert!(
        lost.is_empty(),
        "a stored form has changed; if it was meant to, run this test with NEUROCARDS_GOLDEN=new\n{}",
        lost.join("\n")
    );
    let new: Vec<_> = made.difference(&kept).cloned().collect();
    assert!(new.is_empty(), "not in golden.txt:\n{}", new.join("\n"));
}

fn line(name: &str, bytes: &[u8]) -> String {
    let hex: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
    format!("{name} {hex}")
}

#[test]
fn variants_keep_their_numbers() {
    numbered(&says(), number_of_say);
    numbered(&Question::ALL, number_of_question);
    numbered(&alerts(), number_of_alert);
    numbered(&stages(), number_of_stage);
    numbered(&accounts(), number_of_account);
    numbered(&reasons(), number_of_reason);
    numbered(&sources(), number_of_source);
    numbered(&operators(), number_of_operator);
    numbered(&deeds(), number_of_deed);
}

fn numbered<T>(all: &[T], number: fn(&T) -> usize) {
    let numbers: Vec<_> = all.iter().map(number).collect();
    assert_eq!(numbers, (0..all.len()).collect::<Vec<_>>());
}

/// One of every record with every variant in it.
pub fn samples() -> Vec<Sample> {
    let mut all = vec![sample("counters", &counters())];
    all.extend(answers().into_iter().map(|answers| {
        let session = Session {
            draft: DraftId(3),
            answers,
            album: Some(AlbumId("al".into())),
            album_told: true,
        };
        sample(
            "user",
            &UserRow {
                session,
                last_order: Some(OrderId(6)),
                last_entry: Some(EntryId(7)),
                ..UserRow::new(user())
            },
        )
    }));
    let newcomer = UserRow::new(User {
        lang: Lang::En,
        username: None,
        reachable: false,
        topic: None,
        ..user()
    });
    all.push(sample("user", &newcomer));
    all.extend(orders().iter().map(|order| sample("order", order)));
    all.extend(stages().into_iter().map(|stage| {
        let job = job(stage);
        let lane = Lane::Timed(Timestamp(9));
        sample("job", &JobRow { job, lane })
    }));
    for lane in [Lane::None, Lane::Ready(4)] {
        let job = Job {
            script: None,
            missed: Vec::new(),
            ..job(Stage::Queued)
        };
        all.push(sample("job", &JobRow { job, lane }));
    }
    all.extend(accounts().into_iter().map(|from| {
        let to = Account::Revenue;
        sample("entry", &entry(from, to, Reason::Welcome))
    }));
    for before in [None, Some(EntryId(6))] {
        let welcome = entry(
            Account::Gifts,
            Account::Available(UserId(1)),
            Reason::Welcome,
        );
        all.push(sample("entry", &Entry { before, ..welcome }));
    }
    all.extend(reasons().into_iter().map(|reason| {
        let (from, to) = (Account::Gifts, Account::Available(UserId(1)));
        sample("entry", &entry(from, to, reason))
    }));
    all.extend(says().into_iter().map(noted));
    all.extend(Question::ALL.map(|question| noted(ask(None, question))));
    all.extend(Hint::ALL.into_iter().map(|hint| {
        let hint = Some(hint);
        noted(Say::Menu { hint })
    }));
    all.extend(alerts().into_iter().map(|alert| noted(Say::Alert(alert))));
    all.extend(Obstacle::ALL.map(|obstacle| {
        noted(Say::Alert(Alert::CertificateFails {
            host: "ho".into(),
            days: None,
            obstacle,
        }))
    }));
    all.extend(Trouble::ALL.map(|trouble| noted(Say::Alert(Alert::Unwritten { trouble }))));
    all.extend(Lack::ALL.map(|lack| {
        let job = JobId(1);
        noted(Say::Alert(Alert::NoResult { job, lack }))
    }));
    all.push(sample(
        "late",
        &Late {
            job: JobId(1),
            task: TaskId("ta".into()),
            route: route(),
            since: Timestamp(2),
            due: Timestamp(3),
            looks: 4,
        },
    ));
    all.extend(operators().into_iter().map(|who| {
        let (deed, came) = (Deed::Resume, Came::Nothing);
        let (at, done) = (Timestamp(9), Done::Deed { deed, came });
        sample("act", &Act { at, who, done })
    }));
    let mut done: Vec<_> = deeds()
        .into_iter()
        .map(|deed| {
            let came = Came::Broadcast(1);
            Done::Deed { deed, came }
        })
        .collect();
    done.push(Done::BroadcastEnded {
        broadcast: 1,
        delivered: 2,
        blocked: 3,
        failed: 4,
    });
    all.extend(done.into_iter().map(|done| {
        let (at, who) = (Timestamp(9), Who::Page);
        sample("act", &Act { at, who, done })
    }));
    let (since, why) = (Timestamp(9), "wh".into());
    all.push(sample("ban", &Ban { since, why }));
    let since = Timestamp(9);
    all.push(sample("closed", &Closed { since }));
    let (shown, wall) = (Timestamp(1), Timestamp(2));
    all.push(sample("reading", &Reading { shown, wall }));
    all.extend(Kind::ALL.into_iter().map(|why| {
        let until = Timestamp(9);
        sample("rest", &Rest { until, why })
    }));
    all.extend(sources().into_iter().map(|source| {
        let key = None;
        noted(Say::Alert(Alert::Billing { source, key }))
    }));
    all.extend(office::samples());
    let told = Timestamp(9);
    let (held, alert) = (2, Alert::AllKeysRest);
    all.push(sample("raised", &Raised { told, held, alert }));
    all.extend(tallies().iter().map(|tally| sample("tally", tally)));
    all.extend(retired().iter().map(|retired| sample("retired", retired)));
    all
}

/// So many kinds of failures there were when these rows were written.
const KINDS: usize = 8;

/// One with every kind of failure, one of each template.
fn tallies() -> Vec<Tally> {
    let mut failed = Tally {
        newcomers: 1,
        orders: 2,
        ordered: 3,
        ..Tally::default()
    };
    failed.credits = Moved {
        gifts: 1,
        sold: 2,
        granted: 3,
        taken: 4,
        earned: 5,
        released: 6,
    };
    let of = |template| Sort {
        model: Some(ModelName("mo".into())),
        template,
    };
    let videos = failed.of(of(None));
    videos.done = 7;
    videos.burned = 8;
    videos.waits.count(std::time::Duration::from_secs(60));
    videos.failed = Kind::ALL[..KINDS].iter().map(|kind| (*kind, 1)).collect();
    videos.missed.insert(Kind::Temporary, 2);
    let mut made = Tally::default();
    for name in ["ugc", "ad"] {
        made.of(of(Some(template(name)))).done = 1;
    }
    vec![failed, made]
}

/// One of each template, with every way to end.
fn retired() -> Vec<Retired> {
    let done = End::Done {
        model: ModelName("mo".into()),
    };
    let failed = Kind::ALL[..KINDS].iter().map(|&kind| End::Failed {
        kind,
        model: (kind != Kind::Billing).then(|| ModelName("mo".into())),
    });
    let ends = std::iter::once(done).chain(failed).map(|end| Ended {
        attempt: 2,
        price: Credits(2),
        missed: 1,
        at: Timestamp(1_800_000_000_000),
        end,
    });
    let ends: Vec<_> = ends.collect();
    let templates = [None, Some(template("ugc")), Some(template("ad"))];
    let of = |template| Retired {
        order: OrderId(3),
        user: UserId(4),
        first_job: JobId(5),
        template,
        placed_at: Timestamp(6),
        before: template.is_some().then_some(OrderId(2)),
        since: Timestamp(7),
        ends: ends.clone(),
    };
    templates.map(of).to_vec()
}

fn noted(say: Say) -> Sample {
    let (lang, at) = (Lang::En, Timestamp(9));
    let failing = (say == Say::Help).then_some(Failing {
        since: Timestamp(1),
        times: 2,
        unsure: 3,
        again: Timestamp(4),
    });
    let note = Note {
        say,
        lang,
        at,
        failing,
    };
    sample("note", &note)
}

fn counters() -> Counters {
    Counters {
        order: 1,
        job: 2,
        entry: 3,
        note: 4,
        draft: 5,
        fair: 6,
        places: 7,
        gifts: -8,
        sales: 9,
        grants: -10,
        revenue: 11,
        seal: Seal([12; 32]),
        commit: 13,
        adopted: 14,
        orphans: 15,
        doubled: 16,
        late: 23,
        live: Live {
            queued: 17,
            preparing: 18,
            submitting: 19,
            rendering: 20,
            rendered: 21,
        },
        chats: 22,
    }
}

fn user() -> User {
    User {
        lang: Lang::Ru,
        username: Some("an".into()),
        reachable: true,
        available: Credits(2),
        held: Credits(1),
        last_tag: 5,
        since: Timestamp(1_800_000_000_000),
        topic: Some(TopicId(8)),
    }
}

fn text(text: &str) -> Text {
    Text::parse(text).unwrap()
}

fn photo() -> Photo {
    let file = FileId("fi".into());
    Photo { file }
}

fn template(name: &str) -> Template {
    Template::parse(name).unwrap()
}

fn recipes() -> Vec<Recipe> {
    vec![
        Recipe::Template {
            template: template("ugc"),
            wishes: None,
        },
        Recipe::Template {
            template: template("ad"),
            wishes: Some(text("w")),
        },
        Recipe::Own { prompt: text("ю") },
    ]
}

fn brief(recipe: Recipe) -> Brief {
    Brief {
        photo: photo(),
        product: text("p"),
        recipe,
    }
}

fn orders() -> Vec<Order> {
    let states = [
        PhotoState::Wanted,
        PhotoState::Framing(1),
        PhotoState::Ready,
        PhotoState::Refused,
    ];
    let parts = recipes().into_iter().zip(Count::ALL).zip(states);
    parts
        .map(|((recipe, count), photo)| Order {
            id: OrderId(1),
            user: UserId(2),
            brief: brief(recipe),
            count,
            first_job: JobId(3),
            placed_at: Timestamp(4),
            callback: CallbackId("cb".into()),
            photo,
            status: (photo == PhotoState::Ready).then_some(MessageId(-5)),
            before: (photo == PhotoState::Refused).then_some(OrderId(6)),
        })
        .collect()
}

fn route() -> Route {
    Route {
        model: ModelName("mo".into()),
        key: Fingerprint([1, 2, 3, 4, 5, 6, 7, 8]),
    }
}

fn failure() -> Failure {
    Failure {
        kind: Kind::RateLimit,
        source: Source::Kie,
        retry_after: Some(Duration::new(7, 8)),
    }
}

fn job(stage: Stage) -> Job {
    let missed = |model, task| Missed {
        attempt: 1,
        at: Timestamp(6),
        failure: failure(),
        model,
        key: Some(Fingerprint([3; 8])),
        task,
    };
    let (model, task) = (ModelName("mo".into()), TaskId("ta".into()));
    Job {
        id: JobId(1),
        order: OrderId(2),
        user: UserId(3),
        price: Credits(2),
        photo: PhotoName::new(JobId(1), [0xab; 16]),
        nonce: 0xfedc_ba98_7654_3210,
        attempt: 2,
        script: Some("sc".into()),
        stage,
        due: Timestamp(4),
        placed_at: Timestamp(5),
        missed: vec![missed(None, None), missed(Some(model), Some(task))],
    }
}

fn entry(from: Account, to: Account, reason: Reason) -> Entry {
    Entry {
        id: EntryId(1),
        at: Timestamp(2),
        from,
        to,
        amount: Credits(3),
        reason,
        from_balance: -4,
        to_balance: 5,
        before: Some(EntryId(6)),
    }
}

fn accounts() -> Vec<Account> {
    vec![
        Account::Available(UserId(1)),
        Account::Held(UserId(2)),
        Account::Gifts,
        Account::Sales,
        Account::Grants,
        Account::Revenue,
    ]
}

fn number_of_account(account: &Account) -> usize {
    match account {
        Account::Available(_) => 0,
        Account::Held(_) => 1,
        Account::Gifts => 2,
        Account::Sales => 3,
        Account::Grants => 4,
        Account::Revenue => 5,
    }
}

fn reasons() -> Vec<Reason> {
    let (order, job) = (OrderId(1), JobId(2));
    vec![
        Reason::Welcome,
        Reason::Hold { order, job },
        Reason::Capture { job },
        Reason::Release { job },
        Reason::Grant {
            why: "wh".into(),
            key: Some("ke".into()),
        },
    ]
}

fn number_of_reason(reason: &Reason) -> usize {
    match reason {
        Reason::Welcome => 0,
        Reason::Hold { .. } => 1,
        Reason::Capture { .. } => 2,
        Reason::Release { .. } => 3,
        Reason::Grant { .. } => 4,
    }
}

fn stages() -> Vec<Stage> {
    let (task, url) = (TaskId("ta".into()), "ur".to_owned());
    let (since, at) = (Timestamp(8), Timestamp(9));
    vec![
        Stage::Queued,
        Stage::Preparing,
        Stage::Submitting {
            route: route(),
            since,
        },
        Stage::Rendering {
            route: route(),
            task: task.clone(),
            since,
        },
        Stage::Rendered {
            route: route(),
            task,
            urls: vec![url.clone(), "wr".into()],
            since,
            misses: 2,
        },
        Stage::Done {
            model: route().model,
            at,
            url,
            task: TaskId("ta".into()),
        },
        Stage::Failed {
            failure: failure(),
            at,
        },
    ]
}

fn number_of_stage(stage: &Stage) -> usize {
    match stage {
        Stage::Queued => 0,
        Stage::Preparing => 1,
        Stage::Submitting { .. } => 2,
        Stage::Rendering { .. } => 3,
        Stage::Rendered { .. } => 4,
        Stage::Done { .. } => 5,
        Stage::Failed { .. } => 6,
    }
}

fn answers() -> Vec<Option<Draft>> {
    let some = recipes().into_iter().map(|recipe| {
        let count = Some(Count::Five);
        let again = Draft::again(brief(recipe));
        Some(Draft { count, ..again })
    });
    [None, Some(Draft::default())]
        .into_iter()
        .chain(some)
        .collect()
}

fn ask(hint: Option<Hint>, question: Question) -> Say {
    Say::Ask {
        hint,
        question,
        draft: DraftId(1),
        balance: Credits(4),
    }
}

fn says() -> Vec<Say> {
    let balance = Credits(1);
    let video = Video {
        order: OrderId(1),
        job: JobId(2),
        number: 3,
        count: 5,
        model: ModelName("mo".into()),
        url: "ur".into(),
        gift: true,
    };
    vec![
        Say::Welcome { balance },
        Say::Menu { hint: None },
        ask(Some(Hint::TooLong), Question::Photo),
        Say::Help,
        Say::Support,
        Say::Cabinet { balance },
        Say::TopUp,
        Say::TooFew {
            draft: DraftId(1),
            need: Credits(2),
            balance,
        },
        Say::Accepted { count: 3 },
        Say::AlbumFirst,
        Say::Group,
        Say::Status { order: OrderId(1) },
        Say::Video(video.clone()),
        Say::VideoLink(video),
        Say::Retrying,
        Say::Refunded {
            job: JobId(1),
            kind: Kind::ModelOff,
            model: Some(ModelName("mo".into())),
        },
        Say::Granted {
            credits: -1,
            balance,
        },
        Say::Alert(Alert::AllKeysRest),
        Say::Banned,
        Say::RetryingJob { job: JobId(1) },
        Say::Desk(Box::new(Line::Dropped)),
        office::report(),
        Say::Letter(office::letter()),
        Say::Progress { broadcast: 1 },
        Say::Held {
            alert: Alert::AllKeysRest,
            held: 2,
        },
        Say::Undelivered { job: JobId(1) },
    ]
}

fn number_of_say(say: &Say) -> usize {
    match say {
        Say::Welcome { .. } => 0,
        Say::Menu { .. } => 1,
        Say::Ask { .. } => 2,
        Say::Help => 3,
        Say::Support => 4,
        Say::Cabinet { .. } => 5,
        Say::TopUp => 6,
        Say::TooFew { .. } => 7,
        Say::Accepted { .. } => 8,
        Say::AlbumFirst => 9,
        Say::Group => 10,
        Say::Status { .. } => 11,
        Say::Video(_) => 12,
        Say::VideoLink(_) => 13,
        Say::Retrying => 14,
        Say::Refunded { .. } => 15,
        Say::Granted { .. } => 16,
        Say::Alert(_) => 17,
        Say::Banned => 18,
        Say::RetryingJob { .. } => 19,
        Say::Desk(_) => 20,
        Say::Report { .. } => 21,
        Say::Letter(_) => 22,
        Say::Progress { .. } => 23,
        Say::Held { .. } => 24,
        Say::Undelivered { .. } => 25,
    }
}

fn operators() -> Vec<Who> {
    vec![Who::Shell { uid: 1000 }, Who::Chat(UserId(1)), Who::Page]
}

fn number_of_operator(who: &Who) -> usize {
    match who {
        Who::Shell { .. } => 0,
        Who::Chat(_) => 1,
        Who::Page => 2,
    }
}

fn deeds() -> Vec<Deed> {
    let (user, job) = (UserId(1), JobId(2));
    let (key, model) = (
        Resting::Key(Fingerprint([3; 8])),
        Resting::Model(ModelName("mo".into())),
    );
    let why = || "wh".to_owned();
    vec![
        Deed::Grant {
            user,
            credits: -5,
            why: why(),
            key: Some("ke".into()),
        },
        Deed::Ban { user, why: why() },
        Deed::Unban { user },
        Deed::Refund { job, why: why() },
        Deed::Cancel { job, why: why() },
        Deed::Reorder {
            job,
            why: Some(why()),
        },
        Deed::Hurry { job },
        Deed::Pause { why: why() },
        Deed::Resume,
        Deed::Rest {
            what: key,
            seconds: 9,
        },
        Deed::Wake { what: model },
        Deed::Broadcast {
            letter: Letter::default(),
            segment: Segment::All,
        },
        Deed::Stop { broadcast: 1 },
    ]
}

fn number_of_deed(deed: &Deed) -> usize {
    match deed {
        Deed::Grant { .. } => 0,
        Deed::Ban { .. } => 1,
        Deed::Unban { .. } => 2,
        Deed::Refund { .. } => 3,
        Deed::Cancel { .. } => 4,
        Deed::Reorder { .. } => 5,
        Deed::Hurry { .. } => 6,
        Deed::Pause { .. } => 7,
        Deed::Resume => 8,
        Deed::Rest { .. } => 9,
        Deed::Wake { .. } => 10,
        Deed::Broadcast { .. } => 11,
        Deed::Stop { .. } => 12,
    }
}

fn number_of_question(question: &Question) -> usize {
    match question {
        Question::Photo => 0,
        Question::Text => 1,
        Question::Template => 2,
        Question::Prompt => 3,
        Question::Wishes => 4,
        Question::Count => 5,
        Question::Confirm(_) => 6,
    }
}

fn alerts() -> Vec<Alert> {
    let model = ModelName("mo".into());
    vec![
        Alert::Billing {
            source: Source::Kie,
            key: Some("ke".into()),
        },
        Alert::BillingOver {
            source: Source::Gpt,
        },
        Alert::ModelOff {
            model: model.clone(),
            models_left: true,
        },
        Alert::ModelBack { model },
        Alert::AllKeysRest,
        Alert::KeysAwake,
        Alert::Panic { job: JobId(1) },
        Alert::NoModels,
        Alert::NoRoom { free_mb: 2 },
        Alert::RoomBack,
        Alert::Unwritable { why: "wh".into() },
        Alert::Writable,
        Alert::Breach {
            breaches: 3,
            first: "fi".into(),
        },
        Alert::BooksFine,
        Alert::CertificateFails {
            host: "ho".into(),
            days: Some(14),
            obstacle: Obstacle::Silent,
        },
        Alert::CertificateBack { host: "ho".into() },
        Alert::BackupFails {
            why: "wh".into(),
            hours: Some(5),
        },
        Alert::BackupLate { hours: None },
        Alert::BackupBack,
        Alert::CopyFails {
            why: "wh".into(),
            hours: None,
        },
        Alert::CopyBack,
        Alert::KeyRests {
            key: "ke".into(),
            minutes: 60,
        },
        Alert::KeyBack { key: "ke".into() },
        Alert::CreditsLow { left: 1 },
        Alert::CreditsBack { left: 2 },
        Alert::Failing {
            failed: 3,
            ended: 4,
        },
        Alert::FailingOver,
        Alert::QueueLate { minutes: 5 },
        Alert::QueueMoves,
        Alert::Unsent {
            minutes: 6,
            waiting: 7,
        },
        Alert::SentAgain,
        Alert::Restarted {
            before: Timestamp(8),
        },
        Alert::Unwritten {
            trouble: Trouble::Unfound,
        },
        Alert::AnswersChanged {
            job: JobId(1),
            model: ModelName("mo".into()),
            shape: "sh".into(),
        },
        Alert::AnswersFine {
            model: ModelName("mo".into()),
        },
        Alert::NoResult {
            job: JobId(1),
            lack: Lack::Gone,
        },
        Alert::LateVideo { job: JobId(1) },
        Alert::Doubled { job: JobId(1) },
        Alert::Strange(Strange::new(599, "a quux", true)),
        Alert::StrangeOver { text: "qu".into() },
        Alert::ClockAhead { minutes: 9 },
        Alert::ClockBack { minutes: 9 },
        Alert::ClockFine,
        Alert::PartFails {
            part: Part::Janitor,
            why: "wh".into(),
        },
        Alert::PartWorks {
            part: Part::Control,
        },
        Alert::Undelivered { job: JobId(9) },
        Alert::Rival,
        Alert::RivalGone,
        Alert::CertificateUnkept { host: "ho".into() },
        Alert::CertificateKept { host: "ho".into() },
    ]
}

fn number_of_alert(alert: &Alert) -> usize {
    match alert {
        Alert::Billing { .. } => 0,
        Alert::BillingOver { .. } => 1,
        Alert::ModelOff { .. } => 2,
        Alert::ModelBack { .. } => 3,
        Alert::AllKeysRest => 4,
        Alert::KeysAwake => 5,
        Alert::Panic { .. } => 6,
        Alert::NoModels => 7,
        Alert::NoRoom { .. } => 8,
        Alert::RoomBack => 9,
        Alert::Unwritable { .. } => 10,
        Alert::Writable => 11,
        Alert::Breach { .. } => 12,
        Alert::BooksFine => 13,
        Alert::CertificateFails { .. } => 14,
        Alert::CertificateBack { .. } => 15,
        Alert::BackupFails { .. } => 16,
        Alert::BackupLate { .. } => 17,
        Alert::BackupBack => 18,
        Alert::CopyFails { .. } => 19,
        Alert::CopyBack => 20,
        Alert::KeyRests { .. } => 21,
        Alert::KeyBack { .. } => 22,
        Alert::CreditsLow { .. } => 23,
        Alert::CreditsBack { .. } => 24,
        Alert::Failing { .. } => 25,
        Alert::FailingOver => 26,
        Alert::QueueLate { .. } => 27,
        Alert::QueueMoves => 28,
        Alert::Unsent { .. } => 29,
        Alert::SentAgain => 30,
        Alert::Restarted { .. } => 31,
        Alert::Unwritten { .. } => 32,
        Alert::AnswersChanged { .. } => 33,
        Alert::AnswersFine { .. } => 34,
        Alert::NoResult { .. } => 35,
        Alert::LateVideo { .. } => 36,
        Alert::Doubled { .. } => 37,
        Alert::Strange(_) => 38,
        Alert::StrangeOver { .. } => 39,
        Alert::ClockAhead { .. } => 40,
        Alert::ClockBack { .. } => 41,
        Alert::ClockFine => 42,
        Alert::PartFails { .. } => 43,
        Alert::PartWorks { .. } => 44,
        Alert::Undelivered { .. } => 45,
        Alert::Rival => 46,
        Alert::RivalGone => 47,
        Alert::CertificateUnkept { .. } => 48,
        Alert::CertificateKept { .. } => 49,
    }
}

fn sources() -> Vec<Source> {
    vec![Source::Telegram, Source::Gpt, Source::Kie, Source::Shop]
}

fn number_of_source(source: &Source) -> usize {
    match source {
        Source::Telegram => 0,
        Source::Gpt => 1,
        Source::Kie => 2,
        Source::Shop => 3,
    }
}
