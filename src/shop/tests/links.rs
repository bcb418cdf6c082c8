//! One user's rows, from each to the one before.

use super::*;
use crate::rules::domain::credit::Entry;
use crate::rules::domain::id::OrderId;

/// Two users whose orders and entries lie between each other's.
fn mixed() -> Ground {
    let ground = Ground::new();
    ground.turn(starts(ANNA, 1));
    ground.turn(starts(BORIS, 2));
    for _ in 0..3 {
        ground.orders(ANNA, Count::Three);
        ground.orders(BORIS, Count::One);
    }
    ground.books_balance();
    ground
}

fn numbers(entries: &[Entry]) -> Vec<u64> {
    entries.iter().map(|entry| entry.id.0).collect()
}

fn own(ground: &Ground, user: UserId) -> Vec<u64> {
    let all = ground.store.snapshot().unwrap();
    let mut all = all.newest_entries(usize::MAX).unwrap();
    all.retain(|entry| entry.user() == Some(user));
    numbers(&all)
}

#[test]
fn orders_jobs_and_entries_of_one_user_are_all_found_and_no_others() {
    let ground = mixed();
    let snapshot = ground.store.snapshot().unwrap();
    let orders = snapshot.orders_of(ANNA, None, 10).unwrap();
    let orders: Vec<_> = orders.iter().map(|order| order.id().0).collect();
    assert_eq!(orders, [5, 3, 1]);
    let jobs = snapshot.jobs_of(ANNA, None, 10, |_| true).unwrap();
    let jobs: Vec<_> = jobs.iter().map(|job| job.id().0).collect();
    assert_eq!(jobs, [11, 10, 9, 7, 6, 5, 3, 2, 1]);
    for user in [ANNA, BORIS] {
        let found = snapshot.entries_of_user(user, None, 100).unwrap();
        assert_eq!(numbers(&found), own(&ground, user));
    }
    assert_eq!(snapshot.orders_of(ADMIN, None, 10).unwrap(), []);
    let nobodys = snapshot.entries_of_user(ADMIN, None, 10).unwrap();
    assert_eq!(nobodys, []);
}

#[test]
fn a_page_goes_on_where_the_last_one_ended() {
    let ground = mixed();
    let snapshot = ground.store.snapshot().unwrap();
    let (mut orders, mut jobs, mut entries) = (Vec::new(), Vec::new(), Vec::new());
    while let [order] = &snapshot.orders_of(ANNA, orders.last().copied(), 1).unwrap()[..] {
        orders.push(order.id().0);
    }
    assert_eq!(orders, [5, 3, 1]);
    loop {
        let page = snapshot.jobs_of(ANNA, jobs.last().copied(), 2, |_| true);
        let page = page.unwrap();
        if page.is_empty() {
            break;
        }
        jobs.extend(page.iter().map(|job| job.id().0));
    }
    assert_eq!(jobs, [11, 10, 9, 7, 6, 5, 3, 2, 1]);
    loop {
        let page = snapshot.entries_of_user(ANNA, entries.last().copied(), 2);
        let page = page.unwrap();
        if page.is_empty() {
            break;
        }
        entries.extend(numbers(&page));
    }
    assert_eq!(entries, own(&ground, ANNA));
    // A number of somebody else's says where to begin as well.
    let from = snapshot.orders_of(ANNA, Some(4), 10).unwrap();
    assert_eq!(from.len(), 2);
    let from = snapshot.jobs_of(ANNA, Some(8), 10, |_| true).unwrap();
    assert_eq!(from[0].id(), JobId(7));
    let theirs = own(&ground, BORIS)[2];
    let from = snapshot.entries_of_user(ANNA, Some(theirs), 100).unwrap();
    let below: Vec<_> = own(&ground, ANNA)
        .into_iter()
        .filter(|id| *id < theirs)
        .collect();
    assert_eq!(numbers(&from), below);
}

#[test]
fn a_row_that_leads_in_a_circle_ends_the_search() {
    let ground = mixed();
    ground.write(|txn| {
        let mut order = txn.order(OrderId(3))?;
        order.before = Some(OrderId(5));
        txn.put_order(&order)
    });
    let snapshot = ground.store.snapshot().unwrap();
    let astray = snapshot.orders_of(ANNA, None, 10).unwrap_err();
    let said = astray.to_string();
    assert!(
        said.contains("row 3 of table orders.v1 leads to one"),
        "{said}"
    );
}
