//! The files of a new connector, from `templates/`, and of the SDK, from its own folders.

macro_rules! connector {
    ($($path:literal = $template:literal,)+) => {
        /// Where each file goes, and its text with gaps for names.
        pub const CONNECTOR: &[(&str, &str)] = &[
            $(($path, include_str!(concat!("../../templates/connector/", $template))),)+
        ];
    };
}

connector! {
    "Cargo.toml" = "Cargo.toml.in",
    "connector.toml" = "connector.toml.in",
    "settings.schema.json" = "settings.schema.json.in",
    "src/lib.rs" = "src/lib.rs.in",
    "double.json" = "double.json.in",
    "exchanges/check.json" = "exchanges/check.json.in",
    "exchanges/deliver.json" = "exchanges/deliver.json.in",
    "exchanges/deliver-again.json" = "exchanges/deliver-again.json.in",
    "exchanges/deliver-must-wait.json" = "exchanges/deliver-must-wait.json.in",
    "README.md" = "README.md.in",
    ".gitignore" = "gitignore.in",
    ".github/workflows/connector.yml" = "ci.yml.in",
}

/// `Cargo.toml` of the SDK and of its macro, outside the gateway's own workspace.
pub const RUST_TOML: &str = include_str!("../../templates/sdk/rust.toml.in");
pub const MACROS_TOML: &str = include_str!("../../templates/sdk/macros.toml.in");

/// Sources of the SDK and the contract it is made from.
pub const SDK: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/sdk.rs"));
