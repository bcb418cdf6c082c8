//! What operators want with what they write and press.

use super::*;
use crate::rules::domain::broadcast::Segment;
use crate::rules::domain::id::JobId;

const NOW: Timestamp = Timestamp(1_000_000_000);
const ANNA: UserId = UserId(42);

fn facts(found: Found) -> Facts {
    Facts {
        now: NOW,
        fresh: DraftId(7),
        found,
        marks: Vec::new(),
    }
}

fn order(text: &str) -> Event {
    let (name, rest) = cut(text);
    let order = Order::named(name).unwrap();
    Event::Desk(Request {
        order,
        rest: rest.into(),
    })
}

fn anna() -> Found {
    Found::One(ANNA)
}

fn form(draft: Draft) -> Form {
    Form {
        id: DraftId(7),
        at: NOW,
        draft,
    }
}

fn grant(user: Option<UserId>, credits: Option<i32>, why: Option<&str>) -> Draft {
    Draft {
        user,
        credits,
        why: why.map(str::to_owned),
        ..Draft::new(DeedKind::Grant)
    }
}

fn pause(why: Option<&str>) -> Draft {
    Draft {
        why: why.map(str::to_owned),
        ..Draft::new(DeedKind::Pause)
    }
}

fn text(raw: &str) -> Event {
    Event::Text(raw.into())
}

fn press(knob: Knob) -> Event {
    Event::Press(Some(Button::Desk(knob)))
}

#[test]
fn a_whole_grant_in_one_line_asks_for_nothing_but_a_yes() {
    let taken = take(None, &order("grant @anna 5 за  оплату "), &facts(anna()));
    let whole = form(grant(Some(ANNA), Some(5), Some("за  оплату")));
    assert_eq!(whole.draft.blank(), None);
    assert_eq!(taken, Taken::Fill(whole, None));
}

#[test]
fn what_is_wrong_in_the_line_is_told_and_the_rest_is_kept() {
    let nobody = || Found::Nobody("@ana".into());
    let no_user = || Refusal::NoUser("@ana".into());
    for (said, found, user, credits, why, slip) in [
        ("grant", Found::Unnamed, None, None, None, None),
        (
            "grant anna",
            Found::Unnamed,
            None,
            None,
            None,
            Some(Refusal::NotWhom),
        ),
        (
            "grant @ana 5 gift",
            nobody(),
            None,
            Some(5),
            Some("gift"),
            Some(no_user()),
        ),
        (
            "grant @anna 0",
            anna(),
            Some(ANNA),
            None,
            None,
            Some(Refusal::Amount),
        ),
        ("grant @anna −3", anna(), Some(ANNA), Some(-3), None, None),
        (
            "grant @anna x y",
            anna(),
            Some(ANNA),
            None,
            Some("y"),
            Some(Refusal::Amount),
        ),
        (
            "grant @anna 100001",
            anna(),
            Some(ANNA),
            None,
            None,
            Some(Refusal::Amount),
        ),
        (
            "grant @anna 99999999999",
            anna(),
            Some(ANNA),
            None,
            None,
            Some(Refusal::Amount),
        ),
    ] {
        let taken = take(None, &order(said), &facts(found));
        let draft = grant(user, credits, why);
        assert_eq!(taken, Taken::Fill(form(draft), slip), "{said}");
    }
}

#[test]
fn missing_pieces_are_asked_for_one_at_a_time() {
    let mut open = form(grant(None, None, None));
    for (said, found, blank) in [
        ("@anna", anna(), Some(Field::Credits)),
        ("5", Found::Nobody("5".into()), Some(Field::Why)),
        ("за оплату", Found::Unnamed, None),
    ] {
        let Taken::Fill(next, None) = take(Some(open), &text(said), &facts(found)) else {
            panic!("{said}");
        };
        assert_eq!(next.draft.blank(), blank);
        open = next;
    }
    assert_eq!(open.draft, grant(Some(ANNA), Some(5), Some("за оплату")));
    let yes = press(Knob::Confirm(DraftId(7)));
    let done = take(Some(open.clone()), &yes, &facts(Found::Unnamed));
    assert_eq!(done, Taken::Do(open.draft.deed().unwrap()));
}

#[test]
fn a_wrong_answer_leaves_the_question_open() {
    let open = form(grant(Some(ANNA), Some(5), None));
    let long = "я".repeat(deed::LONGEST_WHY + 1);
    for (said, slip) in [("  ", Refusal::Reason), (long.as_str(), Refusal::Reason)] {
        let taken = take(Some(open.clone()), &text(said), &facts(Found::Unnamed));
        assert_eq!(taken, Taken::Fill(open.clone(), Some(slip)));
    }
    let whole = form(grant(Some(ANNA), Some(5), Some("y")));
    let taken = take(Some(whole.clone()), &text("да"), &facts(Found::Unnamed));
    assert_eq!(taken, Taken::Fill(whole, Some(Refusal::NeedButton)));
}

#[test]
fn only_the_form_that_is_open_can_be_confirmed_and_once() {
    let whole = form(grant(Some(ANNA), Some(5), Some("y")));
    let facts = facts(Found::Unnamed);
    let other = press(Knob::Confirm(DraftId(6)));
    assert_eq!(take(Some(whole.clone()), &other, &facts), Taken::Stale);
    let yes = press(Knob::Confirm(DraftId(7)));
    assert_eq!(take(None, &yes, &facts), Taken::Stale);
    let half = form(grant(Some(ANNA), Some(5), None));
    assert_eq!(take(Some(half), &yes, &facts), Taken::Stale);
    let no = press(Knob::Drop(DraftId(7)));
    assert_eq!(take(Some(whole), &no, &facts), Taken::End(Line::Dropped));
    assert_eq!(take(None, &no, &facts), Taken::Stale);
}

#[test]
fn a_change_makes_the_buttons_below_what_was_before_old() {
    let later = Facts {
        fresh: DraftId(8),
        ..facts(Found::Unnamed)
    };
    let letter = Letter {
        text: "привет".into(),
        marks: Vec::new(),
    };
    let broadcast = Draft {
        letter: Some(letter),
        segment: Some(Segment::Me),
        ..Draft::new(DeedKind::Broadcast)
    };
    let to_all = press(Knob::To(DraftId(7), Segment::All));
    let amount = grant(Some(ANNA), None, Some("y"));
    for (draft, event) in [
        (broadcast.clone(), to_all),
        (broadcast, text("другое")),
        (amount, text("500")),
    ] {
        let Taken::Fill(next, None) = take(Some(form(draft)), &event, &later) else {
            panic!("{event:?}");
        };
        let old = press(Knob::Confirm(DraftId(7)));
        let new = press(Knob::Confirm(DraftId(8)));
        assert_eq!(take(Some(next.clone()), &old, &later), Taken::Stale);
        let taken = match next.draft.deed() {
            Ok(deed) => Taken::Do(deed),
            Err(_) => Taken::Stale,
        };
        assert_eq!(take(Some(next), &new, &later), taken);
    }
}

#[test]
fn a_form_left_alone_takes_nothing_any_more() {
    let whole = form(grant(Some(ANNA), Some(5), Some("y")));
    let late = Facts {
        now: NOW.plus(form::LIFE),
        ..facts(Found::Unnamed)
    };
    for event in [
        text("y"),
        press(Knob::Confirm(DraftId(7))),
        Event::Command(Command::Cancel),
    ] {
        let taken = take(Some(whole.clone()), &event, &late);
        assert_eq!(taken, Taken::End(Line::Late), "{event:?}");
    }
}

#[test]
fn what_is_no_business_of_the_office_passes() {
    let facts = facts(Found::Unnamed);
    for event in [
        text("подушка"),
        Event::Command(Command::Cancel),
        Event::Press(None),
    ] {
        assert_eq!(take(None, &event, &facts), Taken::Pass);
    }
    let open = || Some(form(pause(None)));
    for event in [
        Event::Command(Command::Start),
        Event::Press(Some(Button::Make)),
        Event::Edited,
    ] {
        assert_eq!(take(open(), &event, &facts), Taken::Pass);
    }
}

#[test]
fn looks_need_no_form_and_leave_it_alone() {
    let show = |look| Taken::Show(look, Place::Anew);
    for (said, found, taken) in [
        ("queue_stats", Found::Unnamed, show(Look::Queue)),
        ("keys", Found::Unnamed, show(Look::Keys)),
        ("stats", Found::Unnamed, show(Look::Stats(Span::Day))),
        ("stats week", Found::Unnamed, show(Look::Stats(Span::Week))),
        (
            "stats Месяц",
            Found::Unnamed,
            show(Look::Stats(Span::Month)),
        ),
        (
            "stats year",
            Found::Unnamed,
            Taken::Say(Line::Usage(Topic::Stats)),
        ),
        ("user 42", anna(), show(Look::User(ANNA))),
        ("user", Found::Unnamed, Taken::Say(Line::Usage(Topic::User))),
        (
            "user @who",
            Found::Nobody("@who".into()),
            Taken::Say(Line::Unusable(Refusal::NoUser("@who".into()))),
        ),
        ("job #j17", Found::Unnamed, show(Look::Job(JobId(17)))),
        (
            "job U5",
            Found::Unnamed,
            Taken::Say(Line::Usage(Topic::Job)),
        ),
        ("resume", Found::Unnamed, Taken::AtOnce(Deed::Resume)),
    ] {
        assert_eq!(take(None, &order(said), &facts(found)), taken, "{said}");
    }
}

#[test]
fn a_pause_with_its_reason_asks_for_a_yes() {
    let taken = take(
        None,
        &order("pause ремонт на сервере"),
        &facts(Found::Unnamed),
    );
    let draft = pause(Some("ремонт на сервере"));
    assert_eq!(taken, Taken::Fill(form(draft), None));
}
