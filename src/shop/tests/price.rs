//! A job's own price: what it holds, captures, gives back and is counted with, whatever videos cost today.

use super::*;
use crate::rules::domain::act::Who;
use crate::shop::place::{Wish, place};
use crate::store::record::JobRow;

impl Ground {
    /// An order at `NOW` whose videos cost that much each; its jobs.
    fn orders_at(&self, user: UserId, price: Credits) -> Vec<JobId> {
        let count = Count::Three;
        let credits = price.0 * u32::from(count.number());
        self.asks_to_confirm(user, credits, count);
        let order = self.write(move |txn| {
            let mut row = txn.known_user(user)?;
            let wish = Wish {
                user,
                brief: brief(),
                count,
                price,
                callback: CallbackId(format!("at {price}")),
                chance: &[7; 32],
            };
            let order = place(txn, &mut row, wish, NOW)?;
            txn.put_user(user, &row)?;
            Ok(order)
        });
        let order = self
            .store
            .snapshot()
            .unwrap()
            .order(order.unwrap())
            .unwrap();
        order.jobs().collect()
    }

    fn refunds(&self, job: JobId) -> Result<Credits, Refusal> {
        let by = By {
            who: Who::Page,
            at: NOW,
        };
        let why = "why".into();
        let refunded = self.does(by, Deed::Refund { job, why })?;
        Ok(refunded.person.unwrap().balance)
    }
}

#[test]
fn the_books_go_by_each_jobs_price() {
    for price in [1, 2, 7] {
        let ground = Ground::new();
        let jobs = ground.orders_at(ANNA, Credits(price));
        assert_eq!(ground.balance(ANNA), (0, 3 * price));
        ground.books_balance();
        ground.claims(3, NOW);
        ground.films(jobs[0]);
        ground.succeeds(jobs[0], 1, NOW).unwrap();
        assert_eq!(ground.balance(ANNA), (0, 2 * price));
        ground.fails(jobs[1], 1, Kind::UserViolation, NOW).unwrap();
        assert_eq!(ground.balance(ANNA), (price, price));
        ground.books_balance();
        ground.fails(jobs[2], 1, Kind::UserViolation, NOW).unwrap();
        assert_eq!(ground.balance(ANNA), (2 * price, 0));
        let snapshot = ground.store.snapshot().unwrap();
        assert_eq!(snapshot.counters().unwrap().revenue, i64::from(price));
        let credits = snapshot
            .tallies(NOW.minus(Duration::from_secs(3600)))
            .unwrap()[0]
            .1
            .credits;
        let price_64 = u64::from(price);
        assert_eq!((credits.earned, credits.released), (price_64, 2 * price_64));
        // What an operator gives back is what it cost.
        assert_eq!(ground.refunds(jobs[0]), Ok(Credits(3 * price)));
        assert_eq!(ground.refunds(jobs[0]), Err(Refusal::Repaid(jobs[0])));
        assert_eq!(ground.balance(ANNA).0, 3 * price);
        ground.books_balance();
    }
}

#[test]
fn a_price_that_is_not_what_was_held_is_found() {
    let ground = Ground::new();
    let jobs = ground.orders_at(ANNA, Credits(2));
    let job = jobs[0];
    ground.write(move |txn| {
        let row = txn.job(job)?;
        let job = Job {
            price: Credits(3),
            ..row.job
        };
        txn.put_job(&JobRow { job, ..row })
    });
    let breaches = ground.breaches();
    let found = |wanted: &str| breaches.iter().any(|breach| breach.contains(wanted));
    assert!(found("costs 3, its entries move 2"), "{breaches:#?}");
    assert!(found("holds 6 credits for live jobs of 7"), "{breaches:#?}");
}
