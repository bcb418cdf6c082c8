//! One user's rows, from each to the one before.

use redb::{Database, ReadableTable};

use super::*;
use crate::domain::credit::{Before, Entry};
use crate::domain::id::{EntryId, OrderId};
use crate::store::record::{Counters, encode, encode_fixed, seal, unsealed};
use crate::store::snapshot::LOOKED;
use crate::store::tables;

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
    let sight = ground.store.snapshot().unwrap();
    let orders = sight.orders_of(ANNA, None, 10).unwrap();
    let orders: Vec<_> = orders.iter().map(|order| order.id().0).collect();
    assert_eq!(orders, [5, 3, 1]);
    let jobs = sight.jobs_of(ANNA, None, 10, |_| true).unwrap();
    let jobs: Vec<_> = jobs.iter().map(|job| job.id().0).collect();
    assert_eq!(jobs, [11, 10, 9, 7, 6, 5, 3, 2, 1]);
    for user in [ANNA, BORIS] {
        let found = sight.entries_of_user(user, None, 100).unwrap();
        assert_eq!(numbers(&found.rows), own(&ground, user));
        assert!(!found.cut);
    }
    assert_eq!(sight.orders_of(ADMIN, None, 10).unwrap(), []);
    let nobodys = sight.entries_of_user(ADMIN, None, 10).unwrap();
    assert_eq!((nobodys.rows, nobodys.cut), (vec![], false));
}

#[test]
fn a_page_goes_on_where_the_last_one_ended() {
    let ground = mixed();
    let sight = ground.store.snapshot().unwrap();
    let (mut orders, mut jobs, mut entries) = (Vec::new(), Vec::new(), Vec::new());
    while let [order] = &sight.orders_of(ANNA, orders.last().copied(), 1).unwrap()[..] {
        orders.push(order.id().0);
    }
    assert_eq!(orders, [5, 3, 1]);
    loop {
        let page = sight.jobs_of(ANNA, jobs.last().copied(), 2, |_| true);
        let page = page.unwrap();
        if page.is_empty() {
            break;
        }
        jobs.extend(page.iter().map(|job| job.id().0));
    }
    assert_eq!(jobs, [11, 10, 9, 7, 6, 5, 3, 2, 1]);
    loop {
        let page = sight.entries_of_user(ANNA, entries.last().copied(), 2);
        let page = page.unwrap();
        if page.rows.is_empty() {
            break;
        }
        entries.extend(numbers(&page.rows));
    }
    assert_eq!(entries, own(&ground, ANNA));
    // A number of somebody else's says where to begin as well.
    let from = sight.orders_of(ANNA, Some(4), 10).unwrap();
    assert_eq!(from.len(), 2);
    let from = sight.jobs_of(ANNA, Some(8), 10, |_| true).unwrap();
    assert_eq!(from[0].id(), JobId(7));
    let theirs = own(&ground, BORIS)[2];
    let from = sight.entries_of_user(ANNA, Some(theirs), 100).unwrap();
    let below: Vec<_> = own(&ground, ANNA)
        .into_iter()
        .filter(|id| *id < theirs)
        .collect();
    assert_eq!(numbers(&from.rows), below);
}

/// An entry as schema 3 wrote it: the same bytes under version 2 without the link at their end.
fn aged(entry: &Entry) -> Vec<u8> {
    let mut bytes = encode_fixed(&Entry {
        before: Before::First,
        ..entry.clone()
    });
    bytes.truncate(bytes.len() - 4);
    bytes[1] = 2;
    bytes
}

/// Gives the ledger the entries of an older version, sealed as they are.
fn age(ground: Ground, extra: u64) -> Ground {
    let file = ground.file();
    let Ground { store, dir, .. } = ground;
    drop(store);
    let db = (0..1000).find_map(|_| match Database::open(&file) {
        Ok(db) => Some(db),
        Err(_) => {
            std::thread::sleep(Duration::from_millis(2));
            None
        }
    });
    let db = db.unwrap();
    let transaction = db.begin_write().unwrap();
    {
        let mut ledger = transaction.open_table(tables::LEDGER).unwrap();
        let mut meta = transaction.open_table(tables::META).unwrap();
        let mut counters: Counters = {
            let row = meta.get("counters").unwrap().unwrap();
            crate::store::record::decode(row.value()).unwrap()
        };
        let mut entries = Vec::new();
        for row in ledger.iter().unwrap() {
            let (number, row) = row.unwrap();
            entries.push(
                crate::store::row::entry(number.value(), row.value())
                    .unwrap()
                    .0,
            );
        }
        let between = entries
            .iter()
            .position(|entry| entry.user() == Some(BORIS))
            .unwrap();
        let between = entries[between].clone();
        let at = entries.len() - 3;
        let many = std::iter::repeat_n(between, extra as usize);
        entries.splice(at..at, many);
        let mut last = crate::domain::credit::Seal::default();
        for (mut entry, number) in entries.into_iter().zip(1..) {
            entry.id = EntryId(number);
            let mut row = aged(&entry);
            last = seal(last, &row);
            row.extend(last.0);
            assert!(unsealed(&row).is_ok());
            ledger.insert(number, row.as_slice()).unwrap();
            counters.entry = number;
        }
        counters.seal = last;
        meta.insert("counters", encode(&counters).as_slice())
            .unwrap();
        let mut users = transaction.open_table(tables::USERS).unwrap();
        for user in [ANNA, BORIS] {
            let mut row: UserRow = {
                let row = users.get(user.0).unwrap().unwrap();
                crate::store::record::decode(row.value()).unwrap()
            };
            row.last_entry = row.last_entry.map(|id| EntryId(id.0 + extra));
            users.insert(user.0, encode(&row).as_slice()).unwrap();
        }
    }
    transaction.commit().unwrap();
    drop(db);
    let store = patiently(|| Store::open(&file, Options::default(), shop()));
    Ground {
        dir,
        ..Ground::over(store, shop())
    }
}

#[test]
fn entries_of_an_older_version_are_looked_for() {
    let ground = age(mixed(), 0);
    ground.grants(ANNA, 1, None);
    ground.books_balance();
    let sight = ground.store.snapshot().unwrap();
    let found = sight.entries_of_user(ANNA, None, 100).unwrap();
    assert_eq!(numbers(&found.rows), own(&ground, ANNA));
    assert!(!found.cut);
    let old = found.rows[1].clone();
    assert_eq!(old.before, Before::Unknown);
    assert_eq!(found.rows[0].before, Before::Entry(old.id));
    for job in [JobId(1), JobId(9)] {
        let job = sight.known_job(job).unwrap().unwrap();
        assert_eq!(sight.entries_of(&job).unwrap().len(), 1);
    }
}

#[test]
fn a_search_among_entries_of_an_older_version_has_an_end_and_says_so() {
    let ground = age(mixed(), LOOKED as u64 + 1);
    ground.grants(ANNA, 1, None);
    let sight = ground.store.snapshot().unwrap();
    let found = sight.entries_of_user(ANNA, None, 100).unwrap();
    assert!(found.cut);
    assert!(!found.rows.is_empty() && found.rows.len() < own(&ground, ANNA).len());
    let few = sight.entries_of_user(ANNA, None, 1).unwrap();
    assert!(!few.cut);
}

#[test]
fn a_row_that_leads_in_a_circle_ends_the_search() {
    let ground = mixed();
    ground.write(|txn| {
        let mut order = txn.order(OrderId(3))?;
        order.before = Some(OrderId(5));
        txn.put_order(&order)
    });
    let sight = ground.store.snapshot().unwrap();
    let astray = sight.orders_of(ANNA, None, 10).unwrap_err();
    let said = astray.to_string();
    assert!(
        said.contains("row 3 of table orders.v1 leads to one"),
        "{said}"
    );
}
