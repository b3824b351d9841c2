//! Arguments of statements: text, numbers and bytes are all that both databases hold alike.

/// One argument. `None` is NULL, of the type it would have.
pub(crate) enum Arg {
    Text(Option<String>),
    Number(Option<i64>),
    Bytes(Option<Vec<u8>>),
}

impl Arg {
    pub fn holds_nul(&self) -> bool {
        matches!(self, Self::Text(Some(text)) if text.contains('\0'))
    }
}

/// One column of many rows, for PostgreSQL, which has arrays.
pub(crate) enum Column {
    Text(Vec<Option<String>>),
    Number(Vec<Option<i64>>),
    Bytes(Vec<Option<Vec<u8>>>),
}

impl Column {
    /// A column that begins with `first`.
    pub fn of(first: Arg) -> Self {
        match first {
            Arg::Text(text) => Self::Text(vec![text]),
            Arg::Number(number) => Self::Number(vec![number]),
            Arg::Bytes(bytes) => Self::Bytes(vec![bytes]),
        }
    }

    /// Adds the next row's. One of another type would be a mistake of ours, and is NULL.
    pub fn push(&mut self, arg: Arg) {
        match (self, arg) {
            (Self::Text(column), Arg::Text(text)) => column.push(text),
            (Self::Number(column), Arg::Number(number)) => column.push(number),
            (Self::Bytes(column), Arg::Bytes(bytes)) => column.push(bytes),
            (Self::Text(column), _) => column.push(None),
            (Self::Number(column), _) => column.push(None),
            (Self::Bytes(column), _) => column.push(None),
        }
    }

    /// The type of its rows in SQL.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "TEXT",
            Self::Number(_) => "BIGINT",
            Self::Bytes(_) => "BYTEA",
        }
    }

    pub fn holds_nul(&self) -> bool {
        matches!(self, Self::Text(column) if column.iter().flatten().any(|text| text.contains('\0')))
    }
}

impl From<String> for Arg {
    fn from(text: String) -> Self {
        Self::Text(Some(text))
    }
}

impl From<&String> for Arg {
    fn from(text: &String) -> Self {
        Self::Text(Some(text.clone()))
    }
}

impl From<&str> for Arg {
    fn from(text: &str) -> Self {
        Self::Text(Some(text.to_owned()))
    }
}

impl From<Option<String>> for Arg {
    fn from(text: Option<String>) -> Self {
        Self::Text(text)
    }
}

impl From<&Option<String>> for Arg {
    fn from(text: &Option<String>) -> Self {
        Self::Text(text.clone())
    }
}

impl From<Option<&str>> for Arg {
    fn from(text: Option<&str>) -> Self {
        Self::Text(text.map(str::to_owned))
    }
}

impl From<i64> for Arg {
    fn from(number: i64) -> Self {
        Self::Number(Some(number))
    }
}

impl From<Option<i64>> for Arg {
    fn from(number: Option<i64>) -> Self {
        Self::Number(number)
    }
}

impl From<Vec<u8>> for Arg {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(Some(bytes))
    }
}

impl From<&Vec<u8>> for Arg {
    fn from(bytes: &Vec<u8>) -> Self {
        Self::Bytes(Some(bytes.clone()))
    }
}

impl From<&[u8]> for Arg {
    fn from(bytes: &[u8]) -> Self {
        Self::Bytes(Some(bytes.to_vec()))
    }
}

impl From<Option<Vec<u8>>> for Arg {
    fn from(bytes: Option<Vec<u8>>) -> Self {
        Self::Bytes(bytes)
    }
}
