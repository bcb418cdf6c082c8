//! What happened is counted where it happens, and no number is lost when rows are folded.

use super::*;
use crate::rules::domain::deed::refusal::Refusal;
use crate::rules::domain::failure::Kind;
use crate::rules::domain::tally::{DAY, HOUR, SLOT, Sort, Tally, begin};
use crate::shop::tally;

fn sum(ground: &Ground) -> Tally {
    let rows = ground.store.snapshot().unwrap().tallies(Timestamp(0));
    rows.unwrap()
        .iter()
        .fold(Tally::default(), |mut sum, (_, row)| {
            sum.add(row);
            sum
        })
}

fn of_first() -> Sort {
    Sort::new(Some(chain().remove(0)), &brief().recipe)
}

#[test]
fn a_life_is_counted() {
    let ground = Ground::new();
    ground.turn(starts(BORIS, 1));
    let jobs = ground.orders(ANNA, Count::Three);
    ground.claims(3, NOW);
    ground.films(jobs[0]);
    ground.succeeds(jobs[0], 1, later(NOW, 240)).unwrap();
    ground.submits(jobs[1], 1, NOW).unwrap();
    ground.accepted(jobs[1], 1, NOW).unwrap();
    let (id, url) = (jobs[1], "url");
    ground
        .write(move |txn| {
            verdict::rendered(txn, &Shop::default(), id, 1, vec![url.into()], 30.25, NOW)
        })
        .unwrap();
    ground.fails(id, 1, Kind::Temporary, NOW).unwrap();
    ground.fails(jobs[2], 1, Kind::UserViolation, NOW).unwrap();
    ground.grants(ANNA, -1, None);
    let all = sum(&ground);
    assert_eq!((all.newcomers, all.orders, all.ordered), (1, 1, 3));
    let credits = all.credits;
    assert_eq!((credits.gifts, credits.sold), (2, 0));
    assert_eq!((credits.granted, credits.taken), (3, 1));
    assert_eq!((credits.earned, credits.released), (1, 1));
    let filmed = &all.videos[&of_first()];
    assert_eq!(
        (filmed.done, filmed.failures(), filmed.burned),
        (1, 0, 30_250)
    );
    assert_eq!(filmed.missed[&Kind::Temporary], 1);
    let wait = filmed.waits.quantile(0.5).unwrap().as_secs();
    assert!((220..=260).contains(&wait), "{wait}");
    let unsent = &all.videos[&Sort {
        model: None,
        template: None,
    }];
    assert_eq!(unsent.failed[&Kind::UserViolation], 1);
}

#[test]
fn what_is_refused_is_not_counted() {
    let ground = Ground::new();
    ground.turn(starts(ANNA, 1));
    let before = sum(&ground);
    ground.turn(starts(ANNA, 1));
    assert_eq!(
        ground.grants(ANNA, -9, None),
        Granted::Not(Refusal::TooMuch {
            user: ANNA,
            balance: Credits(2)
        })
    );
    assert_eq!(sum(&ground), before);
}

#[test]
fn old_rows_become_hours_and_days_and_lose_nothing() {
    let ground = Ground::new();
    let hour = begin(NOW, HOUR);
    for slot in 0..12 {
        let at = hour.plus(SLOT * slot);
        let user = UserId(1 + u64::from(slot));
        ground.write(move |txn| {
            asks_to_confirm(txn, user, 0, Count::One)?;
            ledger::grant(txn, user, 1, "why", None, at)
        });
    }
    let before = sum(&ground);
    assert_eq!(before.credits.granted, 12);
    let rows = || ground.store.snapshot().unwrap().tallies(Timestamp(0));
    assert_eq!(rows().unwrap().len(), 12);
    let fold = |now| ground.write(move |txn| tally::fold(txn, now));
    assert_eq!(fold(hour.plus(HOUR * 6)), 0, "they are new");
    assert_eq!(fold(hour.plus(HOUR * 7)), 5, "the first hour is not");
    assert_eq!(fold(hour.plus(HOUR * 7)), 0, "once");
    assert_eq!(rows().unwrap().len(), 7);
    assert_eq!(fold(hour.plus(HOUR * 8)), 5);
    let begins: Vec<_> = rows().unwrap().iter().map(|(at, _)| *at).collect();
    assert_eq!(begins, [hour, hour.plus(HOUR)]);
    assert_eq!(sum(&ground), before);
    let late = ground.store.snapshot().unwrap();
    assert_eq!(late.tallies(hour.plus(HOUR)).unwrap().len(), 1);
    let day = begin(hour, DAY);
    assert!(day < hour, "they are of one day, and not its first");
    assert_eq!(fold(day.plus(DAY * 3 - HOUR)), 0, "the day is not old");
    assert_eq!(fold(day.plus(DAY * 3)), 2);
    let begins: Vec<_> = rows().unwrap().iter().map(|(at, _)| *at).collect();
    assert_eq!(begins, [day]);
    assert_eq!(sum(&ground), before);
}
