//! Rows as PostgreSQL's COPY takes them in its binary form.

use crate::Failure;
use half::f16;
use sqlx::PgConnection;
use time::OffsetDateTime;
use time::macros::datetime;
use uuid::Uuid;

/// What comes before all rows: the signature, no flags, no extension.
const HEAD: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// The types of an array's elements, by their numbers in the catalogue.
const INT2: u32 = 21;
const INT4: u32 = 23;
const INT8: u32 = 20;
const TEXT: u32 = 25;

/// Rows in the making.
pub struct Rows(Vec<u8>);

impl Rows {
    pub fn new() -> Self {
        Self(HEAD.to_vec())
    }

    /// Puts them into a table, of which these are the columns.
    pub async fn copy(mut self, db: &mut PgConnection, columns: &str) -> Result<(), Failure> {
        self.0.extend((-1_i16).to_be_bytes());
        let mut copy = db.copy_in_raw(&format!("copy {columns} from stdin (format binary)")).await?;
        copy.send(self.0).await?;
        copy.finish().await?;
        Ok(())
    }

    /// Begins a row of so many fields.
    pub fn row(&mut self, fields: i16) -> &mut Self {
        self.0.extend(fields.to_be_bytes());
        self
    }

    pub fn bytes(&mut self, field: &[u8]) -> &mut Self {
        self.0.extend((field.len() as i32).to_be_bytes());
        self.0.extend(field);
        self
    }

    pub fn uuid(&mut self, field: Uuid) -> &mut Self {
        self.bytes(field.as_bytes())
    }

    pub fn big(&mut self, field: i64) -> &mut Self {
        self.bytes(&field.to_be_bytes())
    }

    pub fn int(&mut self, field: i32) -> &mut Self {
        self.bytes(&field.to_be_bytes())
    }

    pub fn time(&mut self, field: OffsetDateTime) -> &mut Self {
        let since = field - datetime!(2000-01-01 0:00 UTC);
        self.big(since.whole_microseconds() as i64)
    }

    fn array(&mut self, kind: u32, elements: Vec<Vec<u8>>) -> &mut Self {
        let mut field = Vec::new();
        if elements.is_empty() {
            for number in [0, 0, kind] {
                field.extend(number.to_be_bytes());
            }
            return self.bytes(&field);
        }
        for number in [1, 0, kind, elements.len() as u32, 1] {
            field.extend(number.to_be_bytes());
        }
        for element in elements {
            field.extend((element.len() as i32).to_be_bytes());
            field.extend(element);
        }
        self.bytes(&field)
    }

    pub fn ints(&mut self, field: &[i32]) -> &mut Self {
        self.array(INT4, field.iter().map(|one| one.to_be_bytes().to_vec()).collect())
    }

    pub fn smalls(&mut self, field: &[i16]) -> &mut Self {
        self.array(INT2, field.iter().map(|one| one.to_be_bytes().to_vec()).collect())
    }

    pub fn texts(&mut self, field: &[&str]) -> &mut Self {
        self.array(TEXT, field.iter().map(|one| one.as_bytes().to_vec()).collect())
    }

    pub fn bigs(&mut self, field: &[i64]) -> &mut Self {
        self.array(INT8, field.iter().map(|one| one.to_be_bytes().to_vec()).collect())
    }

    /// A vector in half precision, as pgvector takes it.
    pub fn halfvec(&mut self, field: &[f32]) -> &mut Self {
        let mut bytes = Vec::with_capacity(4 + field.len() * 2);
        bytes.extend((field.len() as i16).to_be_bytes());
        bytes.extend(0_i16.to_be_bytes());
        for number in field {
            bytes.extend(f16::from_f32(*number).to_be_bytes());
        }
        self.bytes(&bytes)
    }
}
