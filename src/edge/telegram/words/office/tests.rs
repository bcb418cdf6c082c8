//! Every line of the office has words that fit Telegram.

use super::super::tests::words;
use super::*;
use crate::base::time::Timestamp;
use crate::edge::telegram::words::Key;
use crate::rules::domain::credit::Credits;
use crate::rules::domain::id::{DraftId, OrderId, UserId};
use crate::rules::domain::whom::Bearer;

fn person(name: Option<&str>) -> Person {
    Person {
        user: UserId(42),
        name: name.map(str::to_owned),
        balance: Credits(3),
        seen: Timestamp(1_769_083_200_000),
    }
}

fn chores() -> Vec<Chore> {
    let (user, job) = (UserId(42), JobId(17));
    let grant = |user, credits, why| Chore::Grant { user, credits, why };
    let mut all = vec![
        grant(None, None, None),
        grant(Some(user), None, None),
        grant(Some(user), Some(5), None),
        Chore::Hurry { job },
        Chore::Unban { user },
        Chore::Resume,
        Chore::Broadcast {
            letter: None,
            segment: None,
        },
    ];
    for why in [None, Some("за оплату".to_owned())] {
        all.push(grant(Some(user), Some(-1), why.clone()));
        all.push(grant(Some(user), Some(5), why.clone()));
        all.push(Chore::Refund {
            job,
            why: why.clone(),
        });
        all.push(Chore::Cancel {
            job,
            why: why.clone(),
        });
        all.push(Chore::Reorder {
            job,
            why: why.clone(),
        });
        all.push(Chore::Ban {
            user,
            why: why.clone(),
        });
        all.push(Chore::Pause { why });
    }
    all
}

fn slips() -> Vec<Slip> {
    let job = JobId(17);
    vec![
        Slip::NotWhom,
        Slip::NoUser("@ana".into()),
        Slip::Many {
            name: "@ana".into(),
            bearers: [(1, true), (2, false)]
                .map(|(user, has)| Bearer {
                    user: UserId(user),
                    seen: Timestamp(1_769_083_200_000),
                    has,
                })
                .to_vec(),
        },
        Slip::NotNumber,
        Slip::Zero,
        Slip::TooLarge,
        Slip::TooMuch(Credits(2)),
        Slip::Full(Credits(u32::MAX)),
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
        Slip::OnItsWay(1),
        Slip::Retired(job),
    ]
}

fn every_line() -> Vec<Line> {
    let mut all = vec![Line::Guide, Line::Dropped, Line::Late, Line::Preview];
    all.extend([false, true].map(|stopped| Line::Sent {
        stopped,
        delivered: 118,
        blocked: 2,
        failed: 0,
    }));
    all.extend(Topic::ALL.map(Line::Usage));
    all.extend(slips().into_iter().map(Line::Slip));
    all.extend(slips().into_iter().map(|slip| Line::Refused { slip }));
    for chore in chores() {
        let nobody = chore.user().or(chore.job().map(|_| UserId(42))).is_none();
        let order = matches!(chore, Chore::Reorder { .. }).then_some(OrderId(9));
        for name in [None, Some("anna")] {
            let person = (!nobody).then(|| person(name));
            let form = Form {
                id: DraftId(u64::MAX),
                at: Timestamp(0),
                chore: chore.clone(),
            };
            let slip = Some(Slip::Zero);
            all.push(Line::Form {
                slip,
                form,
                person: person.clone(),
            });
            if chore.blank().is_none() {
                all.push(Line::Done {
                    chore: chore.clone(),
                    person,
                    order,
                });
            }
        }
    }
    all
}

#[test]
fn every_line_has_words_that_fit_telegram() {
    let words = words();
    for lang in Lang::ALL {
        for line in every_line() {
            let message = words.line(lang, &line);
            let text = &message.text;
            assert!(!text.contains(['{', '}']), "{line:?}: {text}");
            assert!(text.chars().count() <= 1024, "{line:?}");
            assert!(text.contains(' '), "{line:?}: {text}");
            for key in message.keyboard.iter().flatten() {
                let (Key::Press(label, _) | Key::Open(label, _)) = key;
                assert!(label.contains(' '), "{label}");
            }
        }
        let commands = words.desk_commands(lang);
        assert!(commands.iter().all(|(_, what)| !what.contains("command-")));
    }
}

#[test]
fn a_grant_shows_who_how_much_and_why_before_it_is_confirmed() {
    let chore = Chore::Grant {
        user: Some(UserId(42)),
        credits: Some(5),
        why: Some("за оплату".into()),
    };
    let form = Form {
        id: DraftId(7),
        at: Timestamp(0),
        chore,
    };
    let person = Some(person(Some("anna")));
    let line = Line::Form {
        slip: None,
        form,
        person,
    };
    assert_eq!(
        words().line(Lang::Ru, &line).text,
        "🎁 Начислить: 5 кредитов\n\nКому: @anna (42), последний раз писал 2026-01-22 12:00:00 UTC\n\
         Баланс: 3 → 8\nПричина: за оплату\n\nДелаем?"
    );
}
