//! Every line of the office has words that fit Telegram.

use super::super::tests::words;
use super::*;
use crate::base::time::Timestamp;
use crate::edge::telegram::words::Key;
use crate::rules::domain::credit::Credits;
use crate::rules::domain::deed::draft::Draft;
use crate::rules::domain::deed::outlook::{Came, Outcome, Person};
use crate::rules::domain::id::{DraftId, OrderId, UserId};

fn person(name: Option<&str>) -> Person {
    Person {
        user: UserId(42),
        name: name.map(str::to_owned),
        balance: Credits(3),
        seen: Timestamp(1_769_083_200_000),
    }
}

/// Every draft the chat can begin, each with less and with more filled in.
fn drafts() -> Vec<Draft> {
    let (user, why) = (Some(UserId(42)), Some("за оплату".to_owned()));
    let mut all = vec![Draft::new(DeedKind::Broadcast), Draft::new(DeedKind::Grant)];
    for why in [None, why] {
        for kind in Knob::BEGUN {
            all.push(Draft {
                why: why.clone(),
                ..Draft::about(kind, 42)
            });
        }
        for kind in [DeedKind::Pause, DeedKind::Resume] {
            let why = why.clone();
            all.push(Draft {
                why,
                ..Draft::new(kind)
            });
        }
        for credits in [-1, 5] {
            all.push(Draft {
                user,
                credits: Some(credits),
                why: why.clone(),
                ..Draft::new(DeedKind::Grant)
            });
        }
    }
    all
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
    all.extend([
        Line::Unusable(Refusal::Amount),
        Line::Refused(Refusal::OnItsWay(1)),
    ]);
    for draft in drafts() {
        let somebody = draft.user.is_some() || draft.job.is_some();
        for name in [None, Some("anna")] {
            let person = somebody.then(|| person(name));
            let form = Form {
                id: DraftId(u64::MAX),
                at: Timestamp(0),
                draft: draft.clone(),
            };
            let outlook = Outlook {
                person: person.clone(),
                change: 1,
            };
            all.push(Line::Form {
                refusal: Some(Refusal::Amount),
                form,
                outlook,
            });
            if let Ok(deed) = draft.deed() {
                let came = Came::Order(OrderId(9));
                let outcome = Outcome {
                    person,
                    came,
                    before: false,
                };
                all.push(Line::Done { deed, outcome });
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
    let draft = Draft {
        user: Some(UserId(42)),
        credits: Some(5),
        why: Some("за оплату".into()),
        ..Draft::new(DeedKind::Grant)
    };
    let form = Form {
        id: DraftId(7),
        at: Timestamp(0),
        draft,
    };
    let line = Line::Form {
        refusal: None,
        form,
        outlook: Outlook {
            person: Some(person(Some("anna"))),
            change: 5,
        },
    };
    assert_eq!(
        words().line(Lang::Ru, &line).text,
        "🎁 Начислить: 5 кредитов\n\nКому: @anna (42), последний раз писал 2026-01-22 12:00:00 UTC\n\
         Баланс: 3 → 8\nПричина: за оплату\n\nДелаем?"
    );
}
