//! The audit: it finds each kind of breach, and nothing where there is none.

use super::*;
use crate::domain::credit::{Account, Entry, Reason};
use crate::domain::id::{EntryId, OrderId};
use crate::domain::job::Stage;
use crate::store::queue::{READY, TIMED};
use crate::store::record::{JobRow, Lane};

/// One order that runs, one that ended well and one that did not.
fn busy() -> (Ground, Vec<JobId>) {
    let ground = Ground::new();
    ground.turn(starts(BORIS, 1));
    let jobs = ground.orders(ANNA, Count::Five);
    ground.claims(4, NOW);
    ground.films(jobs[0]);
    ground.succeeds(jobs[0], 1, NOW).unwrap();
    ground.fails(jobs[1], 1, Kind::Unknown, NOW).unwrap();
    ground.fails(jobs[2], 1, Kind::Temporary, NOW).unwrap();
    ground.books_balance();
    (ground, jobs)
}

/// Plants a breach and asserts that the audit says something like `wanted`.
#[track_caller]
fn finds<F>(wanted: &str, plant: F)
where
    F: FnMut(&mut Txn<'_>) -> Result<(), StoreError> + Send + 'static,
{
    let (ground, _) = busy();
    ground.write(plant);
    let found = ground.breaches();
    assert!(
        found.iter().any(|breach| breach.contains(wanted)),
        "“{wanted}” is not among {found:#?}"
    );
}

/// Writes an entry as `ledger::post` would, without its checks and without the balances.
fn entry(
    txn: &mut Txn<'_>,
    from: Account,
    to: Account,
    amount: u32,
    reason: Reason,
) -> Result<(), StoreError> {
    txn.counters().entry += 1;
    let id = EntryId(txn.counted().entry);
    txn.put_entry(&Entry {
        id,
        at: NOW,
        from,
        to,
        amount: Credits(amount),
        reason,
        from_balance: 0,
        to_balance: 0,
    })
}

fn grant() -> Reason {
    Reason::Grant {
        why: "test".into(),
        key: None,
    }
}

#[test]
fn a_shop_at_work_has_no_breach() {
    let (ground, _) = busy();
    let report = crate::store::audit::audit(&ground.store.snapshot().unwrap()).unwrap();
    assert_eq!((report.users, report.jobs, report.orders), (2, 5, 1));
    assert_eq!(report.entries, 1 + 1 + 5 + 2);
    assert_eq!(report.breaches, [""; 0]);
}

#[test]
fn a_balance_without_entries_is_found() {
    finds("available 1 is stored as 101", |txn| {
        let mut row = txn.known_user(ANNA)?;
        row.user.available.0 += 100;
        txn.put_user(ANNA, &row)
    });
    finds("the sum of all accounts is 1, not 0", |txn| {
        txn.counters().revenue += 1;
        Ok(())
    });
}

#[test]
fn an_entry_without_a_balance_is_found() {
    finds("grants is stored as", |txn| {
        entry(txn, Account::Grants, Account::Available(ANNA), 1, grant())
    });
}

#[test]
fn a_gap_in_the_ledger_is_found() {
    finds("is missing", |txn| {
        txn.counters().entry += 1;
        entry(txn, Account::Gifts, Account::Grants, 1, grant())
    });
}

#[test]
fn a_user_below_zero_on_the_way_is_found() {
    finds("available 2 is below 0", |txn| {
        entry(txn, Account::Available(BORIS), Account::Grants, 5, grant())?;
        entry(txn, Account::Grants, Account::Available(BORIS), 5, grant())
    });
}

#[test]
fn an_account_of_nobody_is_found() {
    finds("available 404 has entries but no owner", |txn| {
        let nobody = Account::Available(UserId(404));
        entry(txn, Account::Gifts, nobody, 1, grant())
    });
}

#[test]
fn a_second_refund_is_found() {
    finds(
        "is failed with (holds, captures, releases) (1, 0, 2)",
        |txn| {
            let reason = Reason::Release { job: JobId(2) };
            entry(
                txn,
                Account::Held(ANNA),
                Account::Available(ANNA),
                1,
                reason,
            )
        },
    );
}

#[test]
fn a_refund_of_a_finished_video_is_found() {
    finds(
        "is done with (holds, captures, releases) (1, 1, 1)",
        |txn| {
            let reason = Reason::Release { job: JobId(1) };
            entry(
                txn,
                Account::Held(ANNA),
                Account::Available(ANNA),
                1,
                reason,
            )
        },
    );
}

#[test]
fn a_second_hold_is_found() {
    finds("is preparing with (holds, captures, releases) (2,", |txn| {
        let (order, job) = (OrderId(1), JobId(4));
        let reason = Reason::Hold { order, job };
        entry(
            txn,
            Account::Available(ANNA),
            Account::Held(ANNA),
            1,
            reason,
        )
    });
}

#[test]
fn a_wrong_price_is_found() {
    finds("moves 2 for a job", |txn| {
        let reason = Reason::Capture { job: JobId(1) };
        entry(txn, Account::Held(ANNA), Account::Revenue, 2, reason)
    });
}

fn staged(txn: &mut Txn<'_>, job: JobId, stage: Stage, lane: Lane) -> Result<(), StoreError> {
    let row = txn.job(job)?;
    txn.put_job(&JobRow {
        job: Job { stage, ..row.job },
        lane,
    })
}

#[test]
fn an_end_without_its_entry_is_found() {
    let failure = Failure::new(Kind::Unknown, Source::Shop);
    let failed = Stage::Failed { failure, at: NOW };
    finds("is failed with (holds, captures, releases) (1, 0, 0)", {
        let failed = failed.clone();
        move |txn| staged(txn, JobId(4), failed.clone(), Lane::None)
    });
    let done = Stage::Done {
        model: chain().remove(0),
        at: NOW,
        url: String::new(),
        task: None,
    };
    finds("job 2 is done with", move |txn| {
        staged(txn, JobId(2), done.clone(), Lane::None)
    });
    finds("job 1 is failed with", move |txn| {
        staged(txn, JobId(1), failed.clone(), Lane::None)
    });
}

#[test]
fn a_live_job_in_no_lane_is_found() {
    finds("job 4 is preparing in lane None", |txn| {
        staged(txn, JobId(4), Stage::Preparing, Lane::None)
    });
}

#[test]
fn an_ended_job_in_a_lane_is_found() {
    finds("job 2 is failed in lane Timed", |txn| {
        let stage = txn.job(JobId(2))?.job.stage;
        txn.put_due((TIMED, NOW.0, 2), false)?;
        staged(txn, JobId(2), stage, Lane::Timed(NOW))
    });
}

#[test]
fn a_job_missing_in_the_due_index_is_found() {
    finds("job 4 is not in the due index", |txn| {
        txn.strike_due((TIMED, NOW.0, 4))
    });
}

#[test]
fn a_row_of_no_job_in_the_due_index_is_found() {
    finds("the due index has 4 rows for 3 jobs", |txn| {
        txn.put_due((READY, 1, 404), true)
    });
}

#[test]
fn a_miscounted_place_is_found() {
    finds("2 places are counted, 1 are taken", |txn| {
        txn.counters().places += 1;
        Ok(())
    });
}

#[test]
fn an_order_without_its_press_or_its_jobs_is_found() {
    finds("order 1 is not known by its press", |txn| {
        let mut order = txn.order(OrderId(1))?;
        order.callback = CallbackId("another".into());
        txn.put_order(&order)
    });
    finds("order 1 has no job 6", |txn| {
        let mut order = txn.order(OrderId(1))?;
        order.first_job = JobId(2);
        txn.put_order(&order)
    });
}

#[test]
fn a_press_known_for_no_order_is_found() {
    finds("order 1 is not known by its press", |txn| {
        let order = txn.order(OrderId(1))?;
        txn.confirm(&order.callback, OrderId(404))
    });
}
