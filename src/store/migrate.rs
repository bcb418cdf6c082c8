//! The schema's version: written into a new file, raised step by step in an old one, refused in a newer one.
//!
//! All steps are one transaction: a file is of the old schema or of the new one. Before the first step the old
//! file is kept as a backup.

use std::path::{Path, PathBuf};

use redb::{
    Database, Key, ReadTransaction, ReadableDatabase, ReadableTable, TableDefinition, Value,
    WriteTransaction,
};

use super::{StoreError, disk, tables};
use crate::base::{failpoints, private};

/// The schema this program writes.
///
/// Before 1.0 shapes change under the same number: no released program wrote another.
pub const SCHEMA: u32 = 1;

/// Brings a file from one schema to the next.
type Step = fn(&WriteTransaction) -> Result<(), StoreError>;

/// The step at index `n` leads from schema `n` to `n + 1`.
const STEPS: [Step; SCHEMA as usize] = [only_new_tables];

/// From schema 0, which nothing but the tests of this way up has ever written: tables that are not there are made.
fn only_new_tables(_: &WriteTransaction) -> Result<(), StoreError> {
    Ok(())
}

/// The schema of a file; nothing for a new one.
pub fn schema_of(transaction: &ReadTransaction) -> Result<Option<u32>, StoreError> {
    match transaction.open_table(tables::META) {
        Ok(meta) => read(&meta),
        Err(redb::TableError::TableDoesNotExist(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The older schema that a file must be brought up from, if it must.
pub fn pending(db: &Database) -> Result<Option<u32>, StoreError> {
    let found = schema_of(&db.begin_read()?)?;
    Ok(found.filter(|found| *found < SCHEMA))
}

/// Makes every table of a new file, brings an older one up to date, refuses a newer one.
pub fn migrate(db: &Database) -> Result<(), StoreError> {
    let found = schema_of(&db.begin_read()?)?;
    match found {
        None if db.begin_read()?.list_tables()?.next().is_some() => {
            return Err(StoreError::NotOurs);
        }
        Some(SCHEMA) => return Ok(()),
        Some(found) if found > SCHEMA => {
            return Err(StoreError::TooNew {
                found,
                known: SCHEMA,
            });
        }
        Some(_) | None => {}
    }
    let transaction = disk::begin(db)?;
    for step in &STEPS[found.map_or(STEPS.len(), |found| found as usize)..] {
        step(&transaction)?;
    }
    transaction
        .open_table(tables::META)?
        .insert("schema", SCHEMA.to_le_bytes().as_slice())?;
    tables::each(&mut Maker(&transaction))?;
    failpoints::reach("migrate.before");
    transaction.commit()?;
    failpoints::reach("migrate.after");
    Ok(())
}

/// Keeps a copy of a file of an older schema in `backups` beside it. Nobody may have the file open.
pub fn keep(path: &Path, schema: u32) -> Result<PathBuf, StoreError> {
    let dir = path.with_file_name("backups");
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    let mut copies = (1..).map(|copy| match copy {
        1 => dir.join(format!("{name}-schema-{schema}.redb")),
        _ => dir.join(format!("{name}-schema-{schema}-{copy}.redb")),
    });
    let to = copies
        .find(|copy| !copy.exists())
        .expect("there is always another number");
    let half = to.with_extension("half");
    copy(path, &half, &to).map_err(|why| {
        // Half a copy would take the very room that is wanted.
        let _ = std::fs::remove_file(&half);
        let to = to.display().to_string();
        StoreError::NotKept { to, why }
    })?;
    Ok(to)
}

fn copy(from: &Path, half: &Path, to: &Path) -> std::io::Result<()> {
    let dir = to.parent().unwrap_or(Path::new("."));
    private::dir(dir)?;
    disk::sync_dir(from.parent().unwrap_or(Path::new(".")))?;
    std::fs::copy(from, half)?;
    failpoints::reach("backup.written");
    std::fs::File::open(half)?.sync_all()?;
    failpoints::reach("backup.synced");
    std::fs::rename(half, to)?;
    failpoints::reach("backup.renamed");
    disk::sync_dir(dir)
}

fn read(meta: &impl ReadableTable<&'static str, tables::Row>) -> Result<Option<u32>, StoreError> {
    let Some(row) = meta.get("schema")? else {
        return Ok(None);
    };
    let schema = row.value().try_into().map(u32::from_le_bytes);
    match schema {
        Ok(schema) => Ok(Some(schema)),
        Err(_) => Err(StoreError::Corrupt {
            table: "meta.v1",
            key: "schema".into(),
            what: "is damaged",
        }),
    }
}

/// Makes the tables that are not there.
struct Maker<'t>(&'t WriteTransaction);

impl tables::Visitor for Maker<'_> {
    fn visit<K: Key + 'static, V: Value + 'static>(
        &mut self,
        table: TableDefinition<'static, K, V>,
    ) -> Result<(), StoreError> {
        self.0.open_table(table)?;
        Ok(())
    }
}
