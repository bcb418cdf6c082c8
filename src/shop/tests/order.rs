//! Turns and orders: all or nothing, and once.

use super::*;
use crate::rules::conversation::say::{Say, Toast};

#[test]
fn an_order_is_all_its_jobs_and_credits() {
    let ground = Ground::new();
    ground.asks_to_confirm(ANNA, 4, Count::Three);
    let turned = ground.turn(confirms(ANNA, 1, "press"));
    assert!(matches!(
        turned,
        Turned::Done {
            toast: Some(Toast::Launched),
            order: Some(_),
            ..
        }
    ));
    assert_eq!(ground.balance(ANNA), (1, 3));
    let snapshot = ground.store.snapshot().unwrap();
    let order = snapshot.orders().unwrap().remove(0);
    let keys: Vec<_> = (0..3).map(|index| order.key(index)).collect();
    assert_eq!(keys, ["press_0", "press_1", "press_2"]);
    assert_eq!(snapshot.jobs().unwrap().len(), 3);
    let photos: std::collections::HashSet<_> = order
        .jobs()
        .map(|job| snapshot.job(job).unwrap().photo)
        .collect();
    assert_eq!(photos.len(), 3, "every job has a photo name of its own");
    let accepted = ground.notes(ANNA);
    assert!(
        accepted
            .iter()
            .any(|note| note.say == Say::Accepted { count: 3 })
    );
    ground.books_balance();
}

#[test]
fn an_order_that_is_not_covered_leaves_nothing() {
    let ground = Ground::new();
    ground.asks_to_confirm(ANNA, 2, Count::Three);
    let turned = ground.turn(confirms(ANNA, 1, "press"));
    assert!(matches!(turned, Turned::Done { order: None, .. }));
    let snapshot = ground.store.snapshot().unwrap();
    assert_eq!(ground.balance(ANNA), (2, 0));
    assert!(snapshot.orders().unwrap().is_empty());
    assert!(snapshot.jobs().unwrap().is_empty());
    assert!(snapshot.due().unwrap().is_empty());
    let presses = snapshot.rows(crate::store::tables::CALLBACKS).unwrap();
    assert_eq!(presses.count(), 0);
    ground.books_balance();
}

#[test]
fn an_order_that_breaks_in_the_middle_leaves_nothing() {
    let ground = Ground::new();
    ground.asks_to_confirm(ANNA, 3, Count::Three);
    let shop = ground.shop.clone();
    let broken: Result<(), _> = ground.try_write(move |txn| {
        turn(txn, &shop, &confirms(ANNA, 1, "press"), &[7; 32], NOW)?;
        Err(crate::store::row::missing("orders.v1", 0))
    });
    assert!(matches!(broken, Err(StoreError::Corrupt { .. })));
    assert_eq!(ground.balance(ANNA), (3, 0));
    assert!(ground.store.snapshot().unwrap().jobs().unwrap().is_empty());
    ground.books_balance();
    let turned = ground.turn(confirms(ANNA, 1, "press"));
    assert!(matches!(turned, Turned::Done { order: Some(_), .. }));
}

#[test]
fn an_update_is_handled_once() {
    let ground = Ground::new();
    ground.turn(starts(ANNA, 5));
    let notes = ground.notes(ANNA);
    assert_eq!(ground.turn(starts(ANNA, 5)), Turned::Before);
    assert_eq!(ground.notes(ANNA), notes);
    ground.books_balance();
}

#[test]
fn a_newcomer_is_given_the_welcome_once() {
    let ground = Ground::new();
    for number in 1..4 {
        ground.turn(starts(ANNA, number));
    }
    assert_eq!(ground.balance(ANNA), (2, 0));
    let snapshot = ground.store.snapshot().unwrap();
    assert_eq!(snapshot.counters().unwrap().gifts, -2);
    ground.books_balance();
}

#[test]
fn one_press_makes_one_order_even_as_another_update() {
    let ground = Ground::new();
    ground.orders(ANNA, Count::One);
    ground.asks_to_confirm(ANNA, 1, Count::One);
    ground.turn(confirms(ANNA, 1, "same"));
    ground.asks_to_confirm(ANNA, 1, Count::One);
    let turned = ground.turn(confirms(ANNA, 2, "same"));
    assert!(matches!(turned, Turned::Done { order: None, .. }));
    assert_eq!(ground.store.snapshot().unwrap().orders().unwrap().len(), 2);
    assert_eq!(ground.balance(ANNA), (1, 2));
    ground.books_balance();
}

#[test]
fn two_presses_of_one_confirmation_make_one_order() {
    let ground = Ground::new();
    ground.asks_to_confirm(ANNA, 5, Count::One);
    ground.turn(confirms(ANNA, 1, "first"));
    let turned = ground.turn(confirms(ANNA, 2, "second"));
    assert!(matches!(turned, Turned::Done { order: None, .. }));
    assert_eq!(ground.balance(ANNA), (4, 1));
}

#[test]
fn a_group_leaves_nothing_behind_and_nobody_becomes_a_user() {
    let ground = Ground::new();
    let spoken = Update {
        chat: -100,
        ..update(ANNA, 1, Event::Group)
    };
    ground.turn(spoken);
    let snapshot = ground.store.snapshot().unwrap();
    assert!(snapshot.users().unwrap().is_empty());
    assert!(snapshot.chats().unwrap().is_empty());
}
