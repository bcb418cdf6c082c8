//! What a conversation costs before anything is stored: its steps, and the words of its messages in both languages.

use std::hint::black_box;

use criterion::{Criterion, Throughput};
use neurocards::edge::telegram::words::{EN, Labels, Progress, RU, Words};
use neurocards::rules::conversation::event::{Button, Command, Event, Picture};
use neurocards::rules::conversation::say::{Hint, Say, Video};
use neurocards::rules::conversation::session::Session;
use neurocards::rules::conversation::{Effect, Facts, Sales, step};
use neurocards::rules::domain::brief::{Count, Photo, Style};
use neurocards::rules::domain::credit::Credits;
use neurocards::rules::domain::failure::Kind;
use neurocards::rules::domain::id::{DraftId, FileId, JobId, ModelName, OrderId};
use neurocards::rules::domain::template::Template;
use neurocards::rules::domain::user::Lang;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("conversation");
    group.throughput(Throughput::Elements(events().len() as u64));
    group.bench_function("from /start to an order", |b| {
        b.iter(|| black_box(conversation()).len());
    });
    group.finish();
    let (words, says) = (words(), says());
    let mut group = criterion.benchmark_group("words");
    group.throughput(Throughput::Elements(says.len() as u64));
    for lang in Lang::ALL {
        group.bench_function(format!("{} messages, {}", says.len(), lang.code()), |b| {
            b.iter(|| {
                let letters = says.iter().map(|say| words.message(lang, say).text.len());
                black_box(letters.sum::<usize>())
            });
        });
    }
    let model = ModelName("sora".into());
    let videos = [
        Progress::Queued,
        Progress::Rendering(model),
        Progress::Done,
        Progress::Failed(JobId(7)),
        Progress::Retrying(JobId(8)),
    ];
    group.throughput(Throughput::Elements(1));
    group.bench_function("a status of five videos, ru", |b| {
        b.iter(|| black_box(words.status(Lang::Ru, &videos)).text.len());
    });
    group.finish();
    criterion.final_summary();
}

/// What a seller does from the first word to an order.
fn events() -> Vec<Event> {
    let draft = DraftId(7);
    vec![
        Event::Command(Command::Start),
        Event::Press(Some(Button::Make)),
        Event::Picture(Picture {
            photo: Photo {
                file: FileId("AgACAgIAAxkBAAIBQ2Zc".into()),
            },
            album: None,
            caption: None,
            as_file: false,
        }),
        Event::Text("Ортопедическая подушка для сна, снимает напряжение".into()),
        Event::Press(Some(Button::Style {
            draft,
            style: Style::Template(ugc()),
        })),
        Event::Text("-".into()),
        Event::Press(Some(Button::Count {
            draft,
            count: Count::Three,
        })),
        Event::Press(Some(Button::Confirm { draft })),
    ]
}

fn ugc() -> Template {
    Template::parse("ugc").expect("it is a name")
}

fn conversation() -> Vec<Effect> {
    let facts = Facts {
        balance: Credits(5),
        fresh: DraftId(7),
        again: None,
        gone: false,
        sales: Sales::Open,
        templates: vec![ugc()],
        banned: false,
    };
    let mut session = Session::new();
    let mut done = Vec::new();
    for event in events() {
        let (next, effects) = step(session, event, &facts);
        session = next;
        done.extend(effects);
    }
    assert!(matches!(
        done.last(),
        Some(Effect::Toast(_) | Effect::Tell(_) | Effect::Order { .. })
    ));
    done
}

/// What the conversation says, and how its videos end in every way.
fn says() -> Vec<Say> {
    let mut says: Vec<_> = conversation()
        .into_iter()
        .filter_map(|effect| match effect {
            Effect::Tell(say) => Some(say),
            Effect::Toast(_) | Effect::Order { .. } | Effect::Reachable(_) => None,
        })
        .collect();
    let (order, job) = (OrderId(1), JobId(7));
    let model = ModelName("sora".into());
    says.extend(Hint::ALL.map(|hint| Say::Menu { hint: Some(hint) }));
    says.extend(Kind::ALL.map(|kind| Say::Refunded {
        job,
        kind,
        model: Some(model.clone()),
    }));
    says.extend([1, 3, 5].map(|count| Say::Accepted { count }));
    says.push(Say::Video(Video {
        order,
        job,
        number: 2,
        count: 3,
        model,
        url: "https://example.test/v.mp4".into(),
        gift: false,
    }));
    says.extend([
        Say::Help,
        Say::Support,
        Say::TopUp,
        Say::RetryingJob { job },
    ]);
    says
}

fn words() -> Words {
    let titles = [(ModelName("sora".into()), "SORA 2".to_owned())].into();
    let ugc_titles = Lang::ALL.map(|lang| (lang, "🎥 UGC".to_owned())).into();
    let labels = Labels {
        support: "help".into(),
        packages: Lang::ALL.map(|lang| (lang, "5 — 500".to_owned())).into(),
        titles,
        templates: vec![(ugc(), ugc_titles)],
    };
    Words::new(RU, EN, labels).expect("the shipped texts")
}
