//! The audit: it finds each kind of breach, and nothing where there is none.

use super::*;
use crate::rules::domain::credit::{Account, Entry, Reason};
use crate::rules::domain::id::{EntryId, OrderId};
use crate::rules::domain::job::Stage;
use crate::rules::domain::late::Late;
use crate::shop::late;
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
    ground.grants(BORIS, 1, Some("invoice"));
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
    let user = from.user().or(to.user());
    let mut before = None;
    if let Some(user) = user
        && let Some(mut row) = txn.user(user)?
    {
        before = row.last_entry.replace(id);
        txn.put_user(user, &row)?;
    }
    txn.put_entry(&Entry {
        id,
        at: NOW,
        from,
        to,
        amount: Credits(amount),
        reason,
        from_balance: 0,
        to_balance: 0,
        before,
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
    let (ground, jobs) = busy();
    let task = TaskId("late".into());
    let late = Late::new(jobs[1], task, route(), NOW);
    ground.write(move |txn| late::keep(txn, &late).map(|_| ()));
    let report = crate::shop::audit::audit(&ground.store.snapshot().unwrap()).unwrap();
    assert_eq!((report.users, report.jobs, report.orders), (2, 5, 1));
    assert_eq!(report.entries, 1 + 1 + 5 + 2 + 1);
    assert_eq!(report.breaches, []);
    assert!(
        report.checks.iter().all(|check| check.rows > 0),
        "{:#?}",
        report.checks
    );
    let glance = crate::shop::audit::glance(&ground.store.snapshot().unwrap()).unwrap();
    assert_eq!(glance.breaches, []);
    assert_eq!((glance.entries, glance.jobs), (report.entries, 3));
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
    finds("entries 11 to 11 are missing", |txn| {
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
fn an_order_that_leads_astray_is_found() {
    finds(
        "it leads to order none, the same user's before is 1",
        |txn| {
            let mut order = txn.order(OrderId(1))?;
            (order.id, order.before) = (OrderId(2), None);
            txn.put_order(&order)
        },
    );
    finds("user 1 leads to order none, their last is 1", |txn| {
        let mut row = txn.known_user(ANNA)?;
        row.last_order = None;
        txn.put_user(ANNA, &row)
    });
}

#[test]
fn an_entry_that_leads_astray_is_found() {
    let wanted = "it leads to entry 1, the same user's before is";
    finds(wanted, |txn| {
        let mut row = txn.known_user(ANNA)?;
        row.last_entry = Some(EntryId(1));
        txn.put_user(ANNA, &row)?;
        entry(txn, Account::Grants, Account::Available(ANNA), 1, grant())
    });
}

#[test]
fn a_user_that_does_not_lead_to_their_last_entry_is_found() {
    let wanted = "user 1 leads to entry 1, their last is 9";
    let plant = |txn: &mut Txn<'_>| {
        let mut row = txn.known_user(ANNA)?;
        row.last_entry = Some(EntryId(1));
        txn.put_user(ANNA, &row)
    };
    finds(wanted, plant);
    let (ground, _) = busy();
    ground.write(plant);
    let glance = crate::shop::audit::glance(&ground.store.snapshot().unwrap()).unwrap();
    let found: Vec<_> = glance.breaches.iter().map(|breach| &breach.what).collect();
    assert_eq!(found, [wanted]);
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
        task: TaskId("a task".into()),
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
        txn.put_due(Lane::Timed(NOW).key(JobId(2)).unwrap(), false)?;
        staged(txn, JobId(2), stage, Lane::Timed(NOW))
    });
}

#[test]
fn a_job_missing_in_the_due_index_is_found() {
    finds("job 4 is not in the due index", |txn| {
        txn.strike_due(Lane::Timed(NOW).key(JobId(4)).unwrap())
    });
}

#[test]
fn a_row_of_no_job_in_the_due_index_is_found() {
    finds("the due index has a row that is no job", |txn| {
        txn.put_due(Lane::Ready(1).key(JobId(404)).unwrap(), true)
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
fn miscounted_stages_and_chats_are_found() {
    finds("3 jobs are counted as queued, there are 2", |txn| {
        txn.counters().live.queued += 1;
        Ok(())
    });
    finds("chats with notes are counted, there are", |txn| {
        txn.counters().chats += 1;
        Ok(())
    });
}

#[test]
fn notes_in_the_wrong_place_are_found() {
    finds("chat 1 cannot be written to, its notes are sent", |txn| {
        let mut row = txn.known_user(ANNA)?;
        row.user.reachable = false;
        txn.put_user(ANNA, &row)
    });
    finds("chat 1 can be written to, its notes are kept", |txn| {
        txn.put_away(1)
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

#[test]
fn a_press_of_no_order_is_found() {
    finds(
        "a press points to order 404, which it did not place",
        |txn| txn.confirm(&CallbackId("nobody's".into()), OrderId(404)),
    );
    finds("a press points to order 1, which it did not place", |txn| {
        txn.confirm(&CallbackId("another".into()), OrderId(1))
    });
}

#[test]
fn a_job_of_no_order_is_found() {
    finds("no order has job 6", |txn| {
        let row = txn.job(JobId(1))?;
        txn.counters().job += 1;
        let job = Job {
            id: JobId(6),
            ..row.job
        };
        txn.put_job(&JobRow {
            job,
            lane: Lane::None,
        })
    });
}

#[test]
fn entries_of_a_job_without_a_row_are_found() {
    let hold = |job| {
        let (order, job) = (OrderId(1), JobId(job));
        Reason::Hold { order, job }
    };
    finds("job 6 has entries and no row", move |txn| {
        txn.counters().job += 1;
        entry(
            txn,
            Account::Available(ANNA),
            Account::Held(ANNA),
            1,
            hold(6),
        )
    });
    finds("belongs to job 404, which there is not", move |txn| {
        entry(
            txn,
            Account::Available(ANNA),
            Account::Held(ANNA),
            1,
            hold(404),
        )
    });
}

#[test]
fn a_key_that_leads_elsewhere_is_found() {
    finds("a key of a grant leads to another entry", |txn| {
        txn.put_granted("forged", EntryId(1))
    });
    // Boris was granted a credit with that key.
    finds("two grants have the same key", |txn| {
        let reason = Reason::Grant {
            why: "test".into(),
            key: Some("invoice".into()),
        };
        entry(txn, Account::Grants, Account::Available(ANNA), 1, reason)
    });
    finds("the key of a grant is not known", |txn| {
        let reason = Reason::Grant {
            why: "test".into(),
            key: Some("twice".into()),
        };
        entry(txn, Account::Grants, Account::Available(ANNA), 1, reason)
    });
}

#[test]
fn credits_held_for_nothing_are_found() {
    finds("user 1 holds 4 credits for live jobs of 3", |txn| {
        let mut row = txn.known_user(ANNA)?;
        row.user.held.0 += 1;
        txn.put_user(ANNA, &row)
    });
}

/// Changes an entry's row as somebody with a text editor would, seals and all.
fn forge(txn: &mut Txn<'_>, number: u64, change: fn(&mut Entry)) -> Result<(), StoreError> {
    let kept = txn.counted().seal;
    let mut forged = None;
    txn.entry_row(number, |row| {
        let (mut entry, _) = crate::store::row::entry(number, row)?;
        change(&mut entry);
        forged = Some(entry);
        Ok(())
    })?;
    txn.put_entry(&forged.unwrap())?;
    txn.counters().seal = kept;
    Ok(())
}

#[test]
fn a_changed_past_is_found_even_if_it_adds_up() {
    finds(
        "the seal is broken: this entry or one before was changed",
        |txn| {
            forge(txn, 2, |entry| {
                entry.reason = Reason::Grant {
                    why: "nothing to see here".into(),
                    key: None,
                };
            })
        },
    );
    finds("after it, it says", |txn| {
        forge(txn, 2, |entry| entry.to_balance += 1)
    });
}

#[test]
fn a_ledger_cut_short_is_found() {
    finds("the ledger ends with", |txn| {
        txn.counters().entry += 1;
        Ok(())
    });
    finds("the ledger ends with", |txn| {
        txn.counters().seal = crate::rules::domain::credit::Seal([7; 32]);
        Ok(())
    });
}

#[test]
fn a_breach_names_the_rows() {
    let (ground, _) = busy();
    ground.write(|txn| {
        let reason = Reason::Release { job: JobId(2) };
        let (from, to) = (Account::Held(ANNA), Account::Available(ANNA));
        entry(txn, from, to, 1, reason)
    });
    let found = ground.breaches();
    let twice = found
        .iter()
        .find(|breach| breach.contains("(1, 0, 2)"))
        .unwrap();
    // The hold, the release and the second release.
    assert!(
        twice.ends_with("[jobs.v1/2 ledger.v2/4 ledger.v2/9 ledger.v2/11]"),
        "{twice}"
    );
}

#[test]
fn a_damaged_row_is_a_breach_and_not_the_end() {
    finds("a row has an unknown version [users.v1/2]", |txn| {
        txn.damage_user(BORIS)
    });
}

#[test]
fn a_glance_finds_what_is_wrong_with_what_lives() {
    let sees = |wanted: &str, plant: fn(&mut Txn<'_>) -> Result<(), StoreError>| {
        let (ground, _) = busy();
        ground.write(plant);
        let report = crate::shop::audit::glance(&ground.store.snapshot().unwrap()).unwrap();
        let found: Vec<_> = report.breaches.iter().map(ToString::to_string).collect();
        assert!(
            found.iter().any(|f| f.contains(wanted)),
            "{wanted}: {found:#?}"
        );
    };
    sees("is stored as Some(100)", |txn| {
        let mut row = txn.known_user(ANNA)?;
        row.user.available.0 = 100;
        txn.put_user(ANNA, &row)
    });
    sees("user 1 holds", |txn| {
        let mut row = txn.known_user(ANNA)?;
        row.user.held.0 += 1;
        txn.put_user(ANNA, &row)
    });
    sees("the seal is broken", |txn| {
        forge(txn, 3, |entry| entry.at = Timestamp(1))
    });
    sees("the ledger ends with", |txn| {
        txn.counters().entry += 1;
        Ok(())
    });
    sees("places are counted", |txn| {
        txn.counters().places += 1;
        Ok(())
    });
    sees("is due and there is not", |txn| {
        txn.put_due(Lane::Timed(Timestamp(5)).key(JobId(404)).unwrap(), false)
    });
}

#[test]
fn a_move_between_the_wrong_accounts_is_found_even_if_it_adds_up() {
    finds("a release from held 1 to revenue", |txn| {
        let reason = Reason::Release { job: JobId(4) };
        entry(txn, Account::Held(ANNA), Account::Revenue, 1, reason)
    });
    finds("a release from held 1 to available 2", |txn| {
        let reason = Reason::Release { job: JobId(4) };
        entry(
            txn,
            Account::Held(ANNA),
            Account::Available(BORIS),
            1,
            reason,
        )
    });
    finds("it moves credits of user 2 for a job of user 1", |txn| {
        let reason = Reason::Release { job: JobId(4) };
        entry(
            txn,
            Account::Held(BORIS),
            Account::Available(BORIS),
            1,
            reason,
        )
    });
    finds("a welcome from grants to available 1", |txn| {
        entry(
            txn,
            Account::Grants,
            Account::Available(ANNA),
            1,
            Reason::Welcome,
        )
    });
    finds("user 2 is welcomed again", |txn| {
        entry(
            txn,
            Account::Gifts,
            Account::Available(BORIS),
            1,
            Reason::Welcome,
        )
    });
}

#[test]
fn a_job_paid_for_another_order_is_found() {
    finds(
        "job 4 of user 1 and order 404 is paid by user 1 for order 1",
        |txn| {
            let row = txn.job(JobId(4))?;
            let order = OrderId(404);
            txn.put_job(&JobRow {
                job: Job { order, ..row.job },
                lane: row.lane,
            })
        },
    );
}

#[test]
fn a_number_that_was_not_given_is_found() {
    finds("numbers are given up to 4, a row has 5 [jobs.v1/5", |txn| {
        txn.counters().job = 4;
        Ok(())
    });
    finds(
        "numbers are given up to 0, a row has 1 [orders.v1/1",
        |txn| {
            txn.counters().order = 0;
            Ok(())
        },
    );
}

/// One retired order of three videos, of which the second failed, and one that is kept.
fn retired() -> Ground {
    let ground = Ground::new();
    let jobs = ground.orders(ANNA, Count::Three);
    ground.claims(3, NOW);
    for job in [jobs[0], jobs[2]] {
        ground.films(job);
        ground.succeeds(job, 1, NOW).unwrap();
    }
    ground.fails(jobs[1], 1, Kind::Unknown, NOW).unwrap();
    ground.retires_all();
    ground.orders(BORIS, Count::One);
    ground.books_balance();
    ground
}

/// As [`finds`], in a shop with an archive.
#[track_caller]
fn finds_in_archive<F>(wanted: &str, mut forge: F)
where
    F: FnMut(&mut Txn<'_>, crate::rules::domain::retired::Retired) -> Result<(), StoreError>
        + Send
        + 'static,
{
    let ground = retired();
    ground.write(move |txn| {
        let retired = txn.retired_with(JobId(1))?.expect("it is retired");
        forge(txn, retired)
    });
    let found = ground.breaches();
    assert!(
        found.iter().any(|breach| breach.contains(wanted)),
        "“{wanted}” is not among {found:#?}"
    );
}

#[test]
fn a_shop_with_an_archive_has_no_breach() {
    let ground = retired();
    let report = crate::shop::audit::audit(&ground.store.snapshot().unwrap()).unwrap();
    assert_eq!((report.jobs, report.orders), (4, 2));
    assert_eq!(report.breaches, []);
}

#[test]
fn an_end_in_the_archive_that_its_entries_do_not_tell_is_found() {
    finds_in_archive(
        "job 1 is failed with (holds, captures, releases) (1, 1, 0), not (1, 0, 1) [archive.v1/1 ledger.v2/2",
        |txn, mut retired| {
            retired.ends.swap(0, 1);
            txn.put_retired(&retired)
        },
    );
    finds_in_archive("job 3 has entries and no row", |txn, mut retired| {
        retired.ends.pop();
        txn.put_retired(&retired)
    });
    finds_in_archive("is paid by user 1 for order 1", |txn, mut retired| {
        retired.user = BORIS;
        txn.put_retired(&retired)
    });
    finds_in_archive("is paid by user 1 for order 1", |txn, mut retired| {
        retired.order = OrderId(404);
        txn.put_retired(&retired)
    });
    finds_in_archive(
        "job 5 is done with (holds, captures, releases) (0, 0, 0)",
        |txn, mut retired| {
            txn.counters().job += 1;
            (retired.first_job, retired.order) = (JobId(5), OrderId(3));
            retired.ends.truncate(1);
            txn.counters().order += 1;
            txn.put_retired(&retired)
        },
    );
}

#[test]
fn an_archive_that_does_not_go_with_the_rest_of_the_file_is_found() {
    finds_in_archive("job 4 is retired and kept", |txn, mut retired| {
        let more = retired.ends[0].clone();
        retired.ends.push(more);
        txn.put_retired(&retired)
    });
    finds_in_archive("order 2 is retired and kept", |txn, mut retired| {
        retired.order = OrderId(2);
        txn.put_retired(&retired)
    });
    finds_in_archive(
        "numbers are given up to 2, a row has 3",
        |txn, mut retired| {
            retired.order = OrderId(3);
            txn.put_retired(&retired)
        },
    );
    finds_in_archive(
        "numbers are given up to 4, a row has 9",
        |txn, mut retired| {
            retired.first_job = JobId(9);
            txn.put_retired(&retired)
        },
    );
    finds_in_archive(
        "retired order 1 has a job of order 1",
        |txn, mut retired| {
            retired.first_job = JobId(2);
            txn.put_retired(&retired)
        },
    );
    finds_in_archive(
        "retired order 1 is under the job of another",
        |txn, mut retired| {
            retired.ends.clear();
            txn.put_retired(&retired)
        },
    );
}

#[test]
fn a_glance_at_very_many_live_jobs_has_an_end() {
    let ground = Ground::new();
    let shop = ground.shop.clone();
    ground.write(move |txn| {
        (1..=2001).try_for_each(|user| {
            asks_to_confirm(txn, UserId(user), 5, Count::Five)?;
            let press = format!("press {user}");
            turn(
                txn,
                &shop,
                &confirms(UserId(user), user, &press),
                &[7; 32],
                NOW,
            )
            .map(drop)
        })
    });
    let glance = crate::shop::audit::glance(&ground.store.snapshot().unwrap()).unwrap();
    assert_eq!(glance.breaches, []);
    assert_eq!((glance.entries, glance.jobs), (1000, 10_000));
}
