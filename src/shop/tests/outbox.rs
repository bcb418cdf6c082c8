//! The outbox: what stands aside, what is given up, and how much of one chat's waits.

use super::*;
use crate::rules::conversation::say::{Say, Worth};
use crate::shop::outbox::{self, Sent};
use crate::shop::undelivered;
use crate::store::record::Failing;
use crate::store::snapshot::notes::Next;

const CHAT: i64 = 1;

fn next(ground: &Ground, now: Timestamp) -> Next {
    let snapshot = ground.store.snapshot().unwrap();
    snapshot.next_note(CHAT, now).unwrap()
}

fn first(ground: &Ground, now: Timestamp) -> (NoteId, Note) {
    match next(ground, now) {
        Next::Note(id, note) => (id, *note),
        other => panic!("{other:?}"),
    }
}

/// A finished video whose note is the first of Anna's.
fn delivers(ground: &Ground) -> (JobId, NoteId, Note) {
    let job = ground.orders(ANNA, Count::One)[0];
    ground.claims(1, NOW);
    ground.films(job);
    ground.succeeds(job, 1, NOW).unwrap();
    loop {
        let (id, note) = first(ground, NOW);
        match note.say {
            Say::Video(_) => return (job, id, note),
            _ => ground.write(move |txn| outbox::strike(txn, CHAT, id, &Sent::Plainly)),
        }
    }
}

fn aside(until: Timestamp) -> Failing {
    Failing {
        since: NOW,
        times: 1,
        unsure: 0,
        again: until,
    }
}

#[test]
fn what_stands_aside_lets_others_go_first_and_comes_back() {
    let ground = Ground::new();
    let (_, id, note) = delivers(&ground);
    let soon = later(NOW, 60);
    let put = note.clone();
    ground.write(move |txn| outbox::put_aside(txn, CHAT, id, &put, aside(soon)));
    let (other, _) = first(&ground, NOW);
    assert_ne!(other, id);
    ground.write(move |txn| outbox::strike(txn, CHAT, other, &Sent::Plainly));
    assert_eq!(next(&ground, NOW), Next::Aside(soon));
    let snapshot = ground.store.snapshot().unwrap();
    assert_eq!(snapshot.oldest_note().unwrap(), None, "it alarms nobody");
    assert_eq!(first(&ground, soon).0, id);
    ground.books_balance();
    // What was struck meanwhile does not come back.
    ground.write(move |txn| outbox::strike(txn, CHAT, id, &Sent::Plainly));
    ground.write(move |txn| outbox::put_aside(txn, CHAT, id, &note, aside(soon)));
    assert_eq!(next(&ground, soon), Next::Nothing);
    ground.books_balance();
}

#[test]
fn a_video_that_is_given_up_is_paid_back_once_and_told() {
    let ground = Ground::new();
    let (job, id, note) = delivers(&ground);
    let before = ground.balance(ANNA);
    for _ in 0..2 {
        let (shop, say) = (ground.shop.clone(), note.say.clone());
        ground.write(move |txn| undelivered::give_up(txn, &shop, CHAT, id, &say, NOW));
    }
    assert_eq!(ground.balance(ANNA), (before.0 + 1, before.1));
    let told = ground.notes(ANNA).into_iter().map(|note| note.say);
    let told: Vec<_> = told.collect();
    assert!(told.contains(&Say::Undelivered { job }), "{told:?}");
    assert!(!told.iter().any(|say| matches!(say, Say::Granted { .. })));
    let alert = Say::Alert(crate::rules::domain::alert::Alert::Undelivered { job });
    let heard = ground.notes(ADMIN).into_iter().filter(|it| it.say == alert);
    assert_eq!(heard.count(), 1);
    ground.books_balance();
}

#[test]
fn what_an_operator_has_paid_back_is_not_paid_back_again() {
    let ground = Ground::new();
    let (job, id, note) = delivers(&ground);
    ground.grants(ANNA, 1, Some("refund:1"));
    assert_eq!(job, JobId(1));
    let before = ground.balance(ANNA);
    let shop = ground.shop.clone();
    ground.write(move |txn| undelivered::give_up(txn, &shop, CHAT, id, &note.say, NOW));
    assert_eq!(ground.balance(ANNA), before);
    ground.books_balance();
}

#[test]
fn an_answer_that_is_given_up_costs_nobody_anything() {
    let ground = Ground::new();
    ground.turn(starts(ANNA, 1));
    let before = ground.balance(ANNA);
    let (id, note) = first(&ground, NOW);
    let shop = ground.shop.clone();
    ground.write(move |txn| undelivered::give_up(txn, &shop, CHAT, id, &note.say, NOW));
    assert_eq!(
        (ground.balance(ANNA), next(&ground, NOW)),
        (before, Next::Nothing)
    );
    ground.books_balance();
}

#[test]
fn of_many_answers_the_newest_wait_and_nothing_else_is_lost() {
    let ground = Ground::new();
    let (_, id, _) = delivers(&ground);
    for number in 0..100 {
        ground.turn(starts(ANNA, 2_000_000 + number));
    }
    let notes = ground.notes(ANNA);
    assert_eq!(notes.len(), 20);
    assert_eq!(first(&ground, NOW).0, id, "the video");
    let answers = notes
        .iter()
        .filter(|note| note.say.worth() == Worth::Answer);
    assert_eq!(
        answers.count(),
        18,
        "the others are the video and its status"
    );
    ground.books_balance();
}

#[test]
fn a_topic_is_kept_until_the_seller_leaves_it_or_it_is_gone() {
    let ground = Ground::new();
    let (in_topic, elsewhere) = (TopicId(7), TopicId(8));
    let writes = |number, place| {
        let update = starts(ANNA, number);
        ground.turn(Update { place, ..update });
        ground.user(ANNA).topic
    };
    assert_eq!(writes(1, Place::Topic(in_topic)), Some(in_topic));
    assert_eq!(writes(2, Place::Unknown), Some(in_topic));
    ground.write(move |txn| outbox::forget_topic(txn, CHAT, elsewhere));
    assert_eq!(ground.user(ANNA).topic, Some(in_topic));
    ground.write(move |txn| outbox::forget_topic(txn, CHAT, in_topic));
    assert_eq!(ground.user(ANNA).topic, None);
    assert_eq!(writes(3, Place::Topic(in_topic)), Some(in_topic));
    assert_eq!(writes(4, Place::Chat), None);
}
