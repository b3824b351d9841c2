//! Reading columns into domain types. What does not fit names its table, column and row.

use std::str::FromStr;

use serde::{Serialize, de::DeserializeOwned};
use sqlx::{ColumnIndex, Decode, Postgres, Row as _, Sqlite, Type, postgres::PgRow, sqlite::SqliteRow};
use wellspring_model::{
    Timestamp,
    crosswalk::{Decision, Stated},
    digest::Digest,
};

use crate::StoreError;

/// A row of either database.
pub(crate) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

impl Row {
    fn get<T, C>(&self, column: C) -> Result<T, sqlx::Error>
    where
        T: for<'r> Decode<'r, Sqlite> + Type<Sqlite> + for<'r> Decode<'r, Postgres> + Type<Postgres>,
        C: ColumnIndex<SqliteRow> + ColumnIndex<PgRow>,
    {
        match self {
            Self::Sqlite(row) => row.try_get(column),
            Self::Postgres(row) => row.try_get(column),
        }
    }

    /// The number in the first column.
    pub fn first(&self) -> Result<i64, sqlx::Error> {
        self.get(0)
    }
}

/// A row with the name of its table.
pub(crate) struct Read<'r> {
    row: &'r Row,
    table: &'static str,
}

impl<'r> Read<'r> {
    pub fn new(row: &'r Row, table: &'static str) -> Self {
        Self { row, table }
    }

    pub fn text(&self, column: &'static str) -> Result<String, StoreError> {
        Ok(self.row.get(column)?)
    }

    pub fn bytes(&self, column: &'static str) -> Result<Vec<u8>, StoreError> {
        Ok(self.row.get(column)?)
    }

    pub fn id<Id: FromStr>(&self, column: &'static str) -> Result<Id, StoreError> {
        self.text(column)?.parse().map_err(|_| self.corrupt(column))
    }

    pub fn time(&self, column: &'static str) -> Result<Timestamp, StoreError> {
        Timestamp::from_microsecond(self.row.get(column)?).map_err(|_| self.corrupt(column))
    }

    pub fn optional_time(&self, column: &'static str) -> Result<Option<Timestamp>, StoreError> {
        let micros = self.optional_number(column)?;
        micros.map(|micros| Timestamp::from_microsecond(micros).map_err(|_| self.corrupt(column))).transpose()
    }

    /// A number that may be larger than what [`Self::number`] gives.
    pub fn count(&self, column: &'static str) -> Result<i64, StoreError> {
        Ok(self.row.get(column)?)
    }

    pub fn number(&self, column: &'static str) -> Result<u32, StoreError> {
        u32::try_from(self.count(column)?).map_err(|_| self.corrupt(column))
    }

    pub fn digest(&self, column: &'static str) -> Result<Digest, StoreError> {
        let bytes: [u8; 32] = self.bytes(column)?.try_into().map_err(|_| self.corrupt(column))?;
        Ok(Digest::from_bytes(bytes))
    }

    pub fn optional_digest(&self, column: &'static str) -> Result<Option<Digest>, StoreError> {
        let bytes: Option<Vec<u8>> = self.row.get(column)?;
        let digest = |bytes: Vec<u8>| bytes.try_into().map(Digest::from_bytes).map_err(|_| self.corrupt(column));
        bytes.map(digest).transpose()
    }

    pub fn json<T: DeserializeOwned>(&self, column: &'static str) -> Result<T, StoreError> {
        serde_json::from_str(&self.text(column)?).map_err(|_| self.corrupt(column))
    }

    pub fn optional_text(&self, column: &'static str) -> Result<Option<String>, StoreError> {
        Ok(self.row.get(column)?)
    }

    pub fn optional_bytes(&self, column: &'static str) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.row.get(column)?)
    }

    pub fn optional_number(&self, column: &'static str) -> Result<Option<i64>, StoreError> {
        Ok(self.row.get(column)?)
    }

    pub fn optional_id<Id: FromStr>(&self, column: &'static str) -> Result<Option<Id>, StoreError> {
        let text = self.optional_text(column)?;
        text.map(|text| text.parse().map_err(|_| self.corrupt(column))).transpose()
    }

    pub fn optional_json<T: DeserializeOwned>(&self, column: &'static str) -> Result<Option<T>, StoreError> {
        let text = self.optional_text(column)?;
        text.map(|text| serde_json::from_str(&text).map_err(|_| self.corrupt(column))).transpose()
    }

    pub fn stated<const MOST: usize>(&self, column: &'static str) -> Result<Stated<MOST>, StoreError> {
        self.text(column)?.try_into().map_err(|_| self.corrupt(column))
    }

    /// Who decided, when and why, where a decision stands in columns.
    pub fn decision(&self) -> Result<Decision, StoreError> {
        Ok(Decision { by: self.stated("decided_by")?, at: self.time("decided_at")?, reason: self.stated("reason")? })
    }

    /// The error for a column that cannot be read. The row is named by its id where it has one.
    pub fn corrupt(&self, column: &'static str) -> StoreError {
        let row = self.row.get("id").unwrap_or_else(|_| "a row".to_owned());
        StoreError::Corrupt { table: self.table, column, row }
    }
}

/// A document as the text that is stored.
pub(crate) fn json<T: Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Database(sqlx::Error::Encode(Box::new(error))))
}

/// A time as it is stored.
pub(crate) fn micros(at: Timestamp) -> i64 {
    at.as_microsecond()
}
