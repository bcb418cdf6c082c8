//! Backups while sellers order.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use neurocards::base::time::Timestamp;
use neurocards::shop::backup::directory::Source;
use neurocards::shop::backup::retention::Keep;
use neurocards::shop::backup::verify::verify;

use crate::ground::{Ground, SELLERS, place};
use crate::shop;

/// Backups when nobody says how many; `NEUROCARDS_BACKUPS=100` makes ten thousand orders of it.
const BACKUPS: u64 = 20;
/// Orders placed while each is made.
const ORDERS: u64 = 100;
/// Sellers who order at once.
const AT_ONCE: u64 = 4;

#[tokio::test(flavor = "multi_thread")]
async fn backups_made_while_sellers_order_all_pass_their_audit() {
    let said = std::env::var("NEUROCARDS_BACKUPS").ok();
    let backups = said.map_or(BACKUPS, |said| said.parse().unwrap());
    let ground = Arc::new(Ground::new());
    let store = ground.store();
    shop::seed(&store, SELLERS).await.unwrap();
    let (mut names, mut during) = (BTreeSet::new(), 0);
    let begun = Instant::now();
    for round in 0..backups {
        let first = round * ORDERS;
        let lanes = (0..AT_ONCE).map(|lane| {
            let store = store.clone();
            tokio::spawn(async move {
                for number in (first + lane..first + ORDERS).step_by(AT_ONCE as usize) {
                    place(&store, number..number + 1).await;
                }
            })
        });
        let lanes: Vec<_> = lanes.collect();
        let (made_of, of) = (store.clone(), Arc::clone(&ground));
        let backup = tokio::task::spawn_blocking(move || {
            std::thread::sleep(Duration::from_millis(round % 10 * 3));
            let now = Timestamp(1_795_412_269_789 + round * 1000);
            of.backs_up_at(now, Some(&made_of))
        });
        for lane in lanes {
            lane.await.unwrap();
        }
        let manifest = backup.await.unwrap().unwrap();
        let orders = manifest.jobs / 3;
        // An order is in a backup with all its jobs and holds, or not at all.
        assert_eq!(manifest.jobs % 3, 0);
        assert_eq!(manifest.entries, SELLERS + manifest.jobs);
        assert!((first..=first + ORDERS).contains(&orders));
        during += u64::from(orders % ORDERS != 0);
        // Made and audited; some once more with the eyes of a restore.
        if round % 10 == 9 {
            verify(&Source::Whole(ground.backup_dir().path(manifest.name))).unwrap();
        }
        assert!(names.insert(manifest.name), "{}", manifest.name);
        let few = Keep {
            hours: 1,
            days: 0,
            weeks: 0,
        };
        ground.backup_dir().prune(few).unwrap();
    }
    let took = begun.elapsed().as_secs_f64();
    println!("{backups} backups, {during} amid their hundred orders, in {took:.1} s");
    assert!(during > backups / 4, "only {during} were made amid orders");
}
