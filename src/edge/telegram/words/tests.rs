//! Words: every message in both languages, and its buttons.

use super::*;
use crate::rules::conversation::say::{Hint, Video};
use crate::rules::domain::alert::{Alert, Lack, Obstacle, Trouble};
use crate::rules::domain::failure::Kind;
use crate::rules::domain::failure::Source;
use crate::rules::domain::id::OrderId;
use crate::rules::domain::part::Part;
use crate::rules::domain::strange::Strange;

pub(super) fn words() -> Words {
    let titles = [(ModelName("sora".into()), "SORA 2".to_owned())].into();
    let templates = ["ugc", "ad"].map(|name| {
        let titles = Lang::ALL.map(|lang| (lang, "🎥 a template".to_owned()));
        (Template::parse(name).unwrap(), titles.into())
    });
    let templates = templates.into();
    let packages = Lang::ALL.map(|lang| (lang, "5 — 500".to_owned())).into();
    Words::new(
        RU,
        EN,
        Labels {
            support: "help".into(),
            packages,
            titles,
            templates,
        },
    )
    .unwrap()
}

/// The longest there is.
fn strange(request: bool) -> Alert {
    let text = "{\"quux\": \"the answer is quuxified\"} ".repeat(40);
    Alert::Strange(Strange::new(599, &text, request).short())
}

fn every_say() -> Vec<Say> {
    let (draft, order, job) = (DraftId(u64::MAX), OrderId(u64::MAX), JobId(7));
    let model = ModelName("sora".into());
    let video = Video {
        order,
        job,
        number: 2,
        count: 3,
        model: model.clone(),
        url: "https://example.org/v.mp4".into(),
        gift: false,
    };
    let gift = Video {
        gift: true,
        ..video.clone()
    };
    let mut says = vec![
        Say::Welcome {
            balance: Credits(2),
        },
        Say::Menu { hint: None },
        Say::Help,
        Say::Support,
        Say::TopUp,
        Say::TooFew {
            draft,
            need: Credits(5),
            balance: Credits(2),
        },
        Say::AlbumFirst,
        Say::Group,
        Say::Video(gift.clone()),
        Say::VideoLink(gift),
        Say::Video(video.clone()),
        Say::VideoLink(video),
        Say::Retrying,
        Say::RetryingJob { job },
        Say::Granted {
            credits: 3,
            balance: Credits(5),
        },
        Say::Granted {
            credits: -1,
            balance: Credits(0),
        },
    ];
    says.extend([0, 1, 2, 5, 11, 21].map(|n| Say::Cabinet {
        balance: Credits(n),
    }));
    says.extend([1, 3, 5].map(|count| Say::Accepted { count }));
    let balance = Credits(5);
    says.extend(Question::ALL.map(|question| Say::Ask {
        hint: None,
        question,
        draft,
        balance,
    }));
    says.extend(Hint::ALL.map(|hint| Say::Menu { hint: Some(hint) }));
    says.extend(Kind::ALL.map(|kind| Say::Refunded {
        job,
        kind,
        model: Some(model.clone()),
    }));
    says.push(Say::Refunded {
        job,
        kind: Kind::UserViolation,
        model: None,
    });
    says.extend(Lack::ALL.map(|lack| Say::Alert(Alert::NoResult { job, lack })));
    says.push(Say::Undelivered { job });
    let source = Source::Kie;
    says.extend(
        [
            Alert::Billing { source, key: None },
            Alert::Billing {
                source,
                key: Some("0011".into()),
            },
            Alert::NoModels,
            Alert::BillingOver { source },
            Alert::ModelOff {
                model: model.clone(),
                models_left: true,
            },
            Alert::ModelOff {
                model: model.clone(),
                models_left: false,
            },
            Alert::AnswersChanged {
                job,
                model: model.clone(),
                shape: "code 200: taskId".into(),
            },
            Alert::AnswersFine {
                model: model.clone(),
            },
            Alert::LateVideo { job },
            Alert::Doubled { job },
            Alert::ModelBack { model },
            Alert::AllKeysRest,
            Alert::KeysAwake,
            Alert::Panic { job },
            Alert::NoRoom { free_mb: 150 },
            Alert::RoomBack,
            Alert::Unwritable {
                why: "No space left on device".into(),
            },
            Alert::Writable,
            Alert::Breach {
                breaches: 2,
                first: "it moves 2 for a job [ledger.v2/7]".into(),
            },
            Alert::BooksFine,
            Alert::BackupBack,
            Alert::CopyBack,
            Alert::KeyRests {
                key: "0a1b".into(),
                minutes: 60,
            },
            Alert::KeyBack { key: "0a1b".into() },
            Alert::CreditsLow { left: 120 },
            Alert::CreditsBack { left: 9000 },
            Alert::Failing {
                failed: 5,
                ended: 8,
            },
            Alert::FailingOver,
            Alert::QueueLate { minutes: 16 },
            Alert::QueueMoves,
            Alert::Unsent {
                minutes: 11,
                waiting: 40,
            },
            Alert::SentAgain,
            Alert::Restarted {
                before: crate::base::time::Timestamp(1_769_083_200_000),
            },
            Alert::CertificateBack {
                host: "cards.example.org".into(),
            },
            Alert::CertificateUnkept {
                host: "cards.example.org".into(),
            },
            Alert::CertificateKept {
                host: "cards.example.org".into(),
            },
            strange(false),
            strange(true),
            Alert::StrangeOver {
                text: "quux ".repeat(40),
            },
            Alert::ClockAhead { minutes: 300 },
            Alert::ClockBack { minutes: 300 },
            Alert::ClockFine,
            Alert::Undelivered { job: JobId(17) },
            Alert::Rival,
            Alert::RivalGone,
        ]
        .map(Say::Alert),
    );
    for hours in [None, Some(0), Some(7)] {
        let why = String::from("there is no room on the disk");
        let fails = Alert::BackupFails {
            why: why.clone(),
            hours,
        };
        let copy = Alert::CopyFails { why, hours };
        says.extend([fails, Alert::BackupLate { hours }, copy].map(Say::Alert));
        let alert = Alert::AllKeysRest;
        says.push(Say::Held { alert, held: 3 });
    }
    says.extend(Trouble::ALL.map(|trouble| Say::Alert(Alert::Unwritten { trouble })));
    for part in Part::ALL {
        let why = String::from("a row is damaged");
        let alerts = [Alert::PartFails { part, why }, Alert::PartWorks { part }];
        says.extend(alerts.map(Say::Alert));
    }
    for obstacle in Obstacle::ALL {
        says.extend([None, Some(0), Some(5)].map(|days| {
            Say::Alert(Alert::CertificateFails {
                host: "cards.example.org".into(),
                days,
                obstacle,
            })
        }));
    }
    says
}

#[test]
fn both_languages_have_the_same_texts() {
    let (mut ru, mut en): (Vec<_>, Vec<_>) = (texts::keys(RU).collect(), texts::keys(EN).collect());
    ru.sort_unstable();
    en.sort_unstable();
    assert_eq!(ru, en);
}

#[test]
fn everything_that_can_be_said_has_words_that_fit_telegram() {
    let words = words();
    for lang in Lang::ALL {
        for say in every_say() {
            let message = words.message(lang, &say);
            assert!(
                !message.text.contains(['{', '}']),
                "{say:?}: {}",
                message.text
            );
            assert!(message.text.chars().count() <= 1024, "{say:?}");
            assert!(message.text.contains(' '), "{say:?}: {}", message.text);
            for key in message.keyboard.iter().flatten() {
                let (Key::Press(label, _) | Key::Open(label, _)) = key;
                assert!(label.contains(' '), "{label}");
            }
        }
        for toast in [
            Toast::Stale,
            Toast::Already,
            Toast::Launched,
            Toast::Stopping,
        ] {
            assert!(words.toast(lang, toast).unwrap().chars().count() <= 200);
        }
        assert!(
            words
                .commands(lang)
                .iter()
                .all(|(_, what)| !what.contains("command-"))
        );
    }
}

#[test]
fn russian_counts_credits_as_russians_do() {
    let words = words();
    let said = |n| {
        words
            .message(
                Lang::Ru,
                &Say::Cabinet {
                    balance: Credits(n),
                },
            )
            .text
    };
    for (n, form) in [
        (0, "0 кредитов"),
        (1, "1 кредит\n"),
        (2, "2 кредита"),
        (5, "5 кредитов"),
        (11, "11 кредитов"),
        (21, "21 кредит\n"),
        (112, "112 кредитов"),
    ] {
        assert!(said(n).contains(form), "{n}: {}", said(n));
    }
}

#[test]
fn the_words_are_those_of_the_spec() {
    let words = words();
    let text = |say: &Say| words.message(Lang::Ru, say).text;
    let draft = DraftId(1);
    let ask = Say::Ask {
        hint: None,
        question: Question::Confirm(Count::Three),
        draft,
        balance: Credits(5),
    };
    assert_eq!(
        text(&ask),
        "🎬 Готовы запустить генерацию?\n\nКоличество видео: 3\nСтоимость: 3 кредита\n\
         Текущий баланс: 5\n\n⏱ Генерация займёт от 1 до 30 минут\n\nЗапускаем?"
    );
    assert_eq!(
        text(&Say::Accepted { count: 3 }),
        "✅ Принял!\n\n🎬 Генерация 3 видео запущена!\n\n\
         ⏱ Ожидайте — это может занять от 1 до 30 минут\n\n\
         Я пришлю результаты сюда по мере готовности."
    );
    let model = Some(ModelName("sora".into()));
    let violation = Say::Refunded {
        job: JobId(1),
        kind: Kind::UserViolation,
        model,
    };
    assert!(text(&violation).starts_with(
        "⚠️ Вы нарушили правила SORA 2\n\nВнимательно изучите требования к:\n\
         • фото (чаще всего проблема в фото)\n• промпту\n\n1 кредит вернули на баланс ✅"
    ));
    assert_eq!(
        text(&Say::RetryingJob { job: JobId(1) }),
        "⚠️ Временная ошибка генерации\n\nМы попробуем ещё раз автоматически.\n\
         Если не получится - вернём кредит.\n\nКод: J1"
    );
}

#[test]
fn whatever_tells_of_a_failure_has_a_code_that_can_be_looked_up() {
    let words = words();
    let (job, order) = (JobId(17), OrderId(3));
    let model = ModelName("sora".into());
    let url = "https://example.org/v.mp4".into();
    let (number, count) = (1, 1);
    let video = Video {
        order,
        job,
        number,
        count,
        model,
        url,
        gift: false,
    };
    let mut failures = vec![Say::RetryingJob { job }, Say::VideoLink(video)];
    failures.extend(Kind::ALL.map(|kind| Say::Refunded {
        job,
        kind,
        model: None,
    }));
    for lang in Lang::ALL {
        let said = failures.iter().map(|say| words.message(lang, say).text);
        let status = words.status(lang, &[Progress::Failed(job)]).text;
        let retrying = words
            .status(lang, &[Progress::Retrying(job), Progress::Queued])
            .text;
        for text in said.chain([status, retrying]) {
            let code = text
                .split([' ', '\n'])
                .find_map(|word| Code::job(word.trim_end_matches('.')).ok());
            assert!(text.contains("J17") && code.is_some(), "{text}");
        }
        let outage = words.outage(lang, UpdateId(5)).text;
        assert!(outage.contains("U5"), "{outage}");
    }
}

#[test]
fn a_file_with_a_missing_text_is_refused_by_name() {
    let broken = RU.replace("\nhelp =", "\nhalp =");
    let told = told(&broken, EN);
    assert_eq!(told, ["texts/ru.ftl: these texts are missing: help"]);
}

fn told(ru: &str, en: &str) -> Vec<String> {
    let errors = Words::new(ru, en, Labels::default()).err().unwrap();
    errors.iter().map(ToString::to_string).collect()
}

#[test]
fn every_mistake_in_both_files_is_told_with_its_line() {
    let broken = "a = b\n= c\nd = e\n= f\n";
    let told = told(broken, broken);
    assert_eq!(told.len(), 4, "{told:?}");
    assert!(told[0].starts_with("texts/ru.ftl: line 2: "), "{told:?}");
    assert!(told[3].starts_with("texts/en.ftl: line 4: "), "{told:?}");
}
