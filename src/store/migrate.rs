//! The schema's version: written into a new file, checked in an old one.

use redb::{Database, ReadableTable};

use super::{StoreError, tables};

/// The schema this program writes.
pub const SCHEMA: u32 = 1;

/// Makes every table of a new file, refuses a newer one.
pub fn migrate(db: &Database) -> Result<(), StoreError> {
    let transaction = db.begin_write()?;
    {
        let mut meta = transaction.open_table(tables::META)?;
        let found = match meta.get("schema")? {
            Some(row) => Some(u32::from_le_bytes(row.value().try_into().map_err(
                |_| StoreError::Corrupt {
                    table: "meta.v1",
                    key: "schema".into(),
                    what: "is damaged",
                },
            )?)),
            None => None,
        };
        match found {
            Some(found) if found > SCHEMA => {
                return Err(StoreError::TooNew {
                    found,
                    known: SCHEMA,
                });
            }
            Some(_) => {}
            None => {
                meta.insert("schema", SCHEMA.to_le_bytes().as_slice())?;
            }
        }
    }
    create_tables(&transaction)?;
    transaction.commit()?;
    Ok(())
}

fn create_tables(transaction: &redb::WriteTransaction) -> Result<(), StoreError> {
    transaction.open_table(tables::USERS)?;
    transaction.open_table(tables::UPDATES)?;
    transaction.open_table(tables::ORDERS)?;
    transaction.open_table(tables::CALLBACKS)?;
    transaction.open_table(tables::JOBS)?;
    transaction.open_table(tables::DUE)?;
    transaction.open_table(tables::LEDGER)?;
    transaction.open_table(tables::OUTBOX)?;
    transaction.open_table(tables::RESTS)?;
    transaction.open_table(tables::ALERTS)?;
    transaction.open_table(tables::GRANTS)?;
    transaction.open_table(tables::VIDEOS)?;
    Ok(())
}
