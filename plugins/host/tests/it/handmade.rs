//! Guests written by hand, for what no compiler would do: a core module in text, with the contract's exports around it.
//!
//! Below 1024 nothing lies; from 1024 on what `describe` says; from 4096 on there is room for a test's own data; from 65536 on
//! memory is handed out.

use std::path::Path;

use serde_json::json;
use wellspring_host::pack;
use wit_component::{StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

/// The manifest's and the code's id.
pub const ID: &str = "handmade";

const HOOK: &str =
    "[credentials.hook]\ntype = \"shared-secret\"\n[webhooks]\ncredential = \"hook\"\ncheck = \"guest\"\n";
/// Where `describe`'s answer lies.
const DESCRIPTION: usize = 1024;
/// Where an export puts its result.
pub const RESULT: usize = 3072;

/// What is particular to a guest; the rest is as it should be.
#[derive(Clone)]
pub struct Handmade {
    pub encoding: StringEncoding,
    /// Functions it imports.
    pub imports: &'static str,
    /// More fields of the module: data, functions, globals.
    pub fields: String,
    /// The limits of its memory, in pages.
    pub pages: &'static str,
    /// What `cabi_realloc` does with `$old`, `$size`, `$align` and `$new`.
    pub realloc: &'static str,
    /// What `deliver` does; `$json` and `$json_len` are the work, `$key` and `$key_len` the idempotency key.
    pub deliver: &'static str,
    /// What `receive` does. It then has to find out itself whether a request is genuine,
    /// with the credential `hook`.
    pub receive: Option<&'static str>,
    /// A world of its own, in WIT, in place of the contract's.
    pub world: Option<&'static str>,
}

impl Default for Handmade {
    fn default() -> Self {
        Self {
            encoding: StringEncoding::UTF8,
            imports: "",
            fields: String::new(),
            pages: "4",
            realloc: "(call $bump (local.get $old) (local.get $size) (local.get $align) (local.get $new))",
            deliver: "(call $receipt (i32.const 0) (i32.const 0))",
            receive: None,
            world: None,
        }
    }
}

impl Handmade {
    /// The core module.
    pub fn module(&self) -> Vec<u8> {
        let description = Description::new(self.encoding, self.receive.is_some());
        let (empty_ptr, empty_len) = description.braces;
        let flat = |count: usize| "i32 ".repeat(count);
        let text = format!(
            r#"(module
            {imports}
            (memory (export "memory") {pages})
            (global $next (mut i32) (i32.const 65536))
            (data (i32.const {DESCRIPTION}) "{data}")
            {fields}
            (func $bump (param $old i32) (param $size i32) (param $align i32) (param $new i32) (result i32)
              (local $at i32)
              (local.set $at (i32.and
                (i32.add (global.get $next) (i32.sub (local.get $align) (i32.const 1)))
                (i32.sub (i32.const 0) (local.get $align))))
              (global.set $next (i32.add (local.get $at) (local.get $new)))
              (memory.copy (local.get $at) (local.get $old)
                (select (local.get $size) (local.get $new) (i32.lt_u (local.get $size) (local.get $new))))
              (local.get $at))
            (func $realloc (export "cabi_realloc")
              (param $old i32) (param $size i32) (param $align i32) (param $new i32) (result i32)
              {realloc})
            ;; A success with this text as the id of what was written.
            (func $receipt (param $text i32) (param $length i32) (result i32)
              (i32.store8 (i32.const {RESULT}) (i32.const 0))
              (i32.store8 offset=8 (i32.const {RESULT}) (i32.const 1))
              (i32.store offset=12 (i32.const {RESULT}) (local.get $text))
              (i32.store offset=16 (i32.const {RESULT}) (local.get $length))
              (i32.store8 offset=20 (i32.const {RESULT}) (i32.const 1))
              (i32.store offset=24 (i32.const {RESULT}) (i32.const {empty_ptr}))
              (i32.store offset=28 (i32.const {RESULT}) (i32.const {empty_len}))
              (i32.const {RESULT}))
            ;; An internal error with this message.
            (func $failed (param $text i32) (param $length i32) (result i32)
              (i32.store8 (i32.const {RESULT}) (i32.const 1))
              (i32.store8 offset=8 (i32.const {RESULT}) (i32.const 9))
              (i32.store offset=12 (i32.const {RESULT}) (local.get $text))
              (i32.store offset=16 (i32.const {RESULT}) (local.get $length))
              (i32.store8 offset=24 (i32.const {RESULT}) (i32.const 0))
              (i32.store8 offset=40 (i32.const {RESULT}) (i32.const 0))
              (i32.const {RESULT}))
            (func (export "describe") (result i32) (i32.const {DESCRIPTION}))
            (func (export "deliver")
              (param i32 i32 i32 i32 i32 i32) (param $key i32) (param $key_len i32) (param i32 i32 i32 i32)
              (param $json i32) (param $json_len i32) (result i32)
              {deliver})
            (func (export "check") (param {check}) (result i32) unreachable)
            (func (export "correct") (param {work}) (result i32) unreachable)
            (func (export "withdraw") (param {work}) (result i32) unreachable)
            (func (export "receive") (param i32) (result i32) {receive})
            (func (export "partner") (param i32) (result i32) unreachable)
            (func (export "list-jobs") (param {jobs}) (result i32) unreachable)
            )"#,
            imports = self.imports,
            pages = self.pages,
            data = description.escaped(),
            fields = self.fields,
            realloc = self.realloc,
            deliver = self.deliver,
            receive = self.receive.unwrap_or("unreachable"),
            check = flat(10),
            work = flat(14),
            jobs = flat(13),
        );
        wat::parse_str(&text).unwrap_or_else(|error| panic!("{error}"))
    }

    /// The package.
    pub fn package(&self) -> Vec<u8> {
        let mut module = self.module();
        let mut wit = Resolve::default();
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../wit/0.1");
        let (contract, _) = wit.push_dir(folder).expect("the contract parses");
        let package = self.world.map_or(contract, |text| wit.push_str("own.wit", text).expect("the world parses"));
        let world = wit.select_world(&[package], None).expect("there is one world");
        embed_component_metadata(&mut module, &wit, world, self.encoding).expect("the world encodes");
        let (events, hook) = match self.receive {
            Some(_) => (r#""deliver", "receive""#, HOOK),
            None => (r#""deliver""#, ""),
        };
        let manifest = format!(
            "id = \"{ID}\"\nversion = \"0.1.0\"\ncontract = \"0.1\"\ndisplay-level = \"note\"\nserialize-by = \"application\"\n\
             events = [{events}]\n{hook}[bases.api]\nurl = \"https://ats.example/v1\"\n"
        );
        pack(&module, &manifest, &json!({"type": "object"})).expect("it packs")
    }
}

/// What `describe` answers, as it lies in memory.
struct Description {
    bytes: Vec<u8>,
    encoding: StringEncoding,
    /// The text `{}`.
    braces: (usize, usize),
}

impl Description {
    fn new(encoding: StringEncoding, receives: bool) -> Self {
        // Eight pairs of address and length come first, then what they point to.
        let mut description = Self { bytes: vec![0; 64], encoding, braces: (0, 0) };
        let [id, version, contract] = [ID, "0.1.0", "0.1"].map(|text| description.text(text));
        let events = description.list(if receives { &["deliver", "receive"] } else { &["deliver"] });
        let level = description.text("note");
        let bases = description.list(&["api"]);
        let credentials = if receives { description.list(&["hook"]) } else { (0, 0) };
        let schema = description.text(r#"{"type":"object"}"#);
        description.braces = description.text("{}");
        for (n, pair) in [id, version, contract, events, level, bases, credentials, schema].into_iter().enumerate() {
            description.put(n * 8, pair);
        }
        description
    }

    /// Appends a text and says where it is and how long, in the units of its encoding.
    fn text(&mut self, text: &str) -> (usize, usize) {
        self.bytes.resize(self.bytes.len().next_multiple_of(4), 0);
        let at = DESCRIPTION + self.bytes.len();
        match self.encoding {
            // ASCII is Latin-1 too.
            StringEncoding::UTF8 | StringEncoding::CompactUTF16 => self.bytes.extend(text.bytes()),
            StringEncoding::UTF16 => self.bytes.extend(text.encode_utf16().flat_map(u16::to_le_bytes)),
        }
        (at, text.len())
    }

    /// A list of texts.
    fn list(&mut self, texts: &[&str]) -> (usize, usize) {
        let pairs: Vec<_> = texts.iter().map(|text| self.text(text)).collect();
        self.bytes.resize(self.bytes.len().next_multiple_of(4), 0);
        let at = self.bytes.len();
        self.bytes.resize(at + pairs.len() * 8, 0);
        for (n, pair) in pairs.into_iter().enumerate() {
            self.put(at + n * 8, pair);
        }
        (DESCRIPTION + at, texts.len())
    }

    fn put(&mut self, at: usize, (ptr, len): (usize, usize)) {
        for (offset, value) in [(0, ptr), (4, len)] {
            let value = u32::try_from(value).expect("fits");
            self.bytes[at + offset..at + offset + 4].copy_from_slice(&value.to_le_bytes());
        }
    }

    fn escaped(&self) -> String {
        self.bytes.iter().map(|byte| format!("\\{byte:02x}")).collect()
    }
}
