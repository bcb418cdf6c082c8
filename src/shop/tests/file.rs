//! The file: who may open it, and what is in it.

use redb::Database;

use super::*;
use crate::store::{migrate, tables};

#[derive(Default)]
struct Names(Vec<String>);

impl tables::Visitor for Names {
    fn visit<K: redb::Key + 'static, V: redb::Value + 'static>(
        &mut self,
        table: redb::TableDefinition<'static, K, V>,
    ) -> Result<(), StoreError> {
        use redb::TableHandle;
        self.0.push(table.name().to_owned());
        Ok(())
    }
}

#[test]
fn the_list_of_tables_is_the_file_s() {
    let ground = Ground::new();
    let mut names = Names::default();
    tables::each(&mut names).unwrap();
    names.0.sort();
    assert_eq!(ground.store.snapshot().unwrap().tables().unwrap(), names.0);
}

#[test]
fn a_first_start_that_was_cut_short_is_begun_again() {
    let dir = TempDir::new().unwrap();
    let (file, half) = (dir.path().join("new.redb"), dir.path().join("new.half"));
    std::fs::write(&half, [0; 9000]).unwrap();
    let store = Store::open(&file, Options::default(), shop()).unwrap();
    assert!(store.snapshot().unwrap().users().unwrap().is_empty());
    assert!(file.exists() && !half.exists());
}

#[test]
fn a_second_opening_is_refused() {
    let ground = Ground::new();
    let second = Store::open(&ground.file(), Options::default(), shop());
    assert!(matches!(second, Err(StoreError::InUse)));
}

#[test]
fn a_newer_schema_is_refused_with_what_to_do() {
    let dir = TempDir::new().unwrap();
    let file = dir.path().join("neurocards.redb");
    let newer = migrate::SCHEMA + 1;
    let db = Database::create(&file).unwrap();
    let transaction = db.begin_write().unwrap();
    transaction
        .open_table(tables::META)
        .unwrap()
        .insert("schema", newer.to_le_bytes().as_slice())
        .unwrap();
    transaction.commit().unwrap();
    drop(db);
    let refused = Store::open(&file, Options::default(), shop())
        .err()
        .unwrap();
    assert_eq!(
        refused.to_string(),
        format!(
            "the data file has schema {newer}, this program knows up to {}: start the newer \
             program, or restore a backup made by this one",
            migrate::SCHEMA
        )
    );
    let db = Database::create(&file).unwrap();
    let tables = redb::ReadableDatabase::begin_read(&db).unwrap();
    let tables: Vec<_> = tables.list_tables().unwrap().collect();
    assert_eq!(tables.len(), 1, "a refusal writes nothing");
}

#[test]
fn a_damaged_schema_row_is_told() {
    let dir = TempDir::new().unwrap();
    let file = dir.path().join("neurocards.redb");
    let db = Database::create(&file).unwrap();
    let transaction = db.begin_write().unwrap();
    transaction
        .open_table(tables::META)
        .unwrap()
        .insert("schema", [1].as_slice())
        .unwrap();
    transaction.commit().unwrap();
    drop(db);
    let refused = Store::open(&file, Options::default(), shop())
        .err()
        .unwrap();
    assert!(matches!(refused, StoreError::Corrupt { key, .. } if key == "schema"));
}

#[test]
fn what_was_answered_is_there_after_a_restart() {
    let ground = Ground::new();
    let jobs = ground.orders(ANNA, Count::Three);
    let ground = ground.reopened();
    assert_eq!(ground.balance(ANNA), (0, 3));
    assert_eq!(ground.job(jobs[2]).id, jobs[2]);
    let next = ground.orders(BORIS, Count::One)[0];
    assert_eq!(next.0, jobs[2].0 + 1, "numbers go on");
    ground.books_balance();
}

#[test]
fn old_updates_are_forgotten_and_young_ones_kept() {
    let ground = Ground::new();
    for number in 1..6 {
        ground.turn(starts(ANNA, number));
    }
    let old = |before, most: usize| {
        let snapshot = ground.store.snapshot().unwrap();
        let from = UpdateId(0);
        snapshot.old_updates(from, most, before).unwrap().0
    };
    assert_eq!(old(NOW, 100), []);
    let old = old(later(NOW, 1), 3);
    assert_eq!(old.len(), 3);
    ground.write(move |txn| txn.forget_updates(&old));
    assert_ne!(ground.turn(starts(ANNA, 3)), Turned::Before);
    assert_eq!(ground.turn(starts(ANNA, 4)), Turned::Before);
}

/// Makes the writer find the disk at fault: the file may not be read any more.
fn breaks(ground: &Ground) {
    let store = ground.store.clone();
    let faulty = ground.runtime.spawn(async move {
        let fault = || redb::StorageError::from(std::io::Error::other("as the test wants"));
        store.try_write(move |_| Err::<(), _>(fault().into())).await
    });
    let told = ground.runtime.block_on(faulty).unwrap();
    assert!(matches!(told, Err(StoreError::CommitUnknown)), "{told:?}");
}

#[test]
fn a_file_that_was_taken_away_is_waited_for() {
    let ground = Ground::new();
    ground.turn(starts(ANNA, 1));
    let away = ground.dir.path().join("away");
    std::fs::rename(ground.file(), &away).unwrap();
    breaks(&ground);
    let mut fault = ground.store.fault();
    ground.runtime.block_on(async {
        fault.wait_for(Option::is_some).await.unwrap();
        let refused = ground.store.try_write(|_| Ok(())).await;
        assert!(matches!(refused, Err(StoreError::Unwritable)));
        assert!(!ground.file().exists(), "no empty shop takes its place");
        std::fs::rename(&away, ground.file()).unwrap();
        fault.wait_for(Option::is_none).await.unwrap();
    });
    assert_eq!(ground.balance(ANNA), (2, 0));
    ground.books_balance();
}

#[test]
fn another_file_in_its_place_ends_the_process() {
    let ground = Ground::new();
    for number in 1..4 {
        ground.turn(starts(ANNA, number));
    }
    let other = Ground::new();
    let away = ground.dir.path().join("away");
    std::fs::rename(ground.file(), &away).unwrap();
    std::fs::copy(other.file(), ground.file()).unwrap();
    breaks(&ground);
    ground.runtime.block_on(ground.store.broken());
}
