//! What the page shows, made from what happened.

use serde_json::Value;

use crate::{
    front::{Exchange, Front},
    generic::{Generic, Written},
    rig::{LogLine, Ran},
};

/// The most that is shown of a body.
const BODY: usize = 20_000;

/// Everything on the page.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    pub connector: String,
    pub version: String,
    pub built: Built,
    pub run: Option<Run>,
    pub hr: Option<Hr>,
    /// Exports besides `check` that the connector declares.
    pub events: Vec<String>,
}

impl Snapshot {
    pub(super) fn has(&self, event: &str) -> bool {
        self.events.iter().any(|known| known == event)
    }
}

/// How the code is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Built {
    #[default]
    Building,
    Ready {
        /// Milliseconds that building and installing took.
        took_ms: u64,
        bytes: usize,
    },
    Failed {
        message: String,
    },
}

/// A call.
#[derive(Debug, Clone)]
pub struct Run {
    pub number: u32,
    pub export: &'static str,
    pub outcome: String,
    pub is_good: bool,
    /// Something was to go wrong, and no request came to where.
    pub missed: bool,
    pub logs: Vec<LogLine>,
    pub exchanges: Vec<ExchangeShown>,
}

/// A request and its answer.
#[derive(Debug, Clone)]
pub struct ExchangeShown {
    pub line: String,
    /// `no answer` where there is none.
    pub status: String,
    pub is_good: bool,
    pub fault: Option<&'static str>,
    pub took_ms: u128,
    pub credential: String,
    pub asked: String,
    pub answered: String,
}

impl Run {
    /// A call as it is shown, without secrets.
    pub fn new(number: u32, export: &'static str, ran: &Ran, front: &Front) -> Self {
        Self {
            number,
            export,
            outcome: front.mask(&ran.outcome.line()),
            is_good: ran.outcome.failure().is_none(),
            missed: false,
            logs: ran.logs.clone(),
            exchanges: ran.exchanges.iter().map(|one| ExchangeShown::new(one, front)).collect(),
        }
    }
}

impl ExchangeShown {
    fn new(exchange: &Exchange, front: &Front) -> Self {
        let answer = exchange.answer.as_ref();
        let credential = exchange.asked.credential.as_ref();
        Self {
            line: front.mask(&exchange.line()),
            status: answer.map_or_else(|| "no answer".to_owned(), |one| one.status.to_string()),
            is_good: answer.is_some_and(|one| one.status < 400) && exchange.fault.is_none(),
            fault: exchange.fault,
            took_ms: exchange.took.as_millis(),
            credential: credential
                .map_or_else(|| "no credential".to_owned(), |name| format!("credential {name}: ••••••")),
            asked: front.mask(&body(&exchange.asked.body)),
            answered: answer.map(|one| front.mask(&body(&one.body))).unwrap_or_default(),
        }
    }
}

/// JSON set out in lines; other text as it is; of other bytes their number.
fn body(bytes: &[u8]) -> String {
    let text = match serde_json::from_slice::<Value>(bytes) {
        Ok(json) => serde_json::to_string_pretty(&json).unwrap_or_default(),
        Err(_) => match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => format!("{} bytes", bytes.len()),
        },
    };
    if text.chars().count() <= BODY { text } else { text.chars().take(BODY).chain(['…']).collect() }
}

/// What people at the ATS would see.
#[derive(Debug, Clone)]
pub struct Hr {
    pub title: String,
    pub name: String,
    pub email: String,
    pub groups: Vec<Group>,
    /// A page of the double's own, where it has one.
    pub address: Option<String>,
}

/// What was written to one collection.
#[derive(Debug, Clone)]
pub struct Group {
    pub title: String,
    pub records: Vec<RecordShown>,
}

/// A record that the connector has written or changed.
#[derive(Debug, Clone)]
pub struct RecordShown {
    pub id: String,
    pub was_there: bool,
    pub fields: Vec<Field>,
}

/// A member of it.
#[derive(Debug, Clone)]
pub struct Field {
    pub name: String,
    /// A line each.
    pub lines: Vec<String>,
    /// What was there before, where that was changed.
    pub before: Option<String>,
    pub is_link: bool,
}

impl Hr {
    /// What the generic double holds by now.
    pub fn of(generic: &Generic) -> Self {
        let applicant = &generic.seed().applicant;
        let mut groups: Vec<Group> = Vec::new();
        for written in generic.written() {
            let title = written.collection.rsplit('/').next().unwrap_or(&written.collection).replace(['_', '-'], " ");
            let record = RecordShown::new(&written);
            match groups.iter_mut().find(|group| group.title == title) {
                Some(group) => group.records.push(record),
                None => groups.push(Group { title, records: vec![record] }),
            }
        }
        Self {
            title: generic.seed().title.clone(),
            name: applicant.name.clone(),
            email: applicant.email.clone(),
            groups,
            address: None,
        }
    }
}

impl RecordShown {
    fn new(written: &Written) -> Self {
        let members = written.record.as_object().into_iter().flatten();
        let text = |value: &Value| match value {
            Value::String(text) => text.clone(),
            Value::Null => "nothing".to_owned(),
            other => other.to_string(),
        };
        let field = |(name, value): (&String, &Value)| {
            let whole = text(value);
            let is_link = whole.starts_with("https://") && !whole.contains(char::is_whitespace);
            let before = written.before.get(name).map(text);
            Field {
                name: name.replace(['_', '-'], " "),
                lines: whole.lines().map(str::to_owned).collect(),
                before,
                is_link,
            }
        };
        let id = written.record.get("id").map(text).unwrap_or_default();
        let fields = members.filter(|(name, _)| name.as_str() != "id").map(field).collect();
        Self { id, was_there: written.was_there, fields }
    }
}
