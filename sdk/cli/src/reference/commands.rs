//! This tool's commands as a page, from their own help.

use std::fmt::Write as _;

use clap::CommandFactory as _;

use super::cell;
use crate::Cli;

pub fn page() -> String {
    let mut page = "# Commands\n\nMade by `wellspring-connector reference`; `wellspring-connector help COMMAND` says the same. Codes that \
                    commands end with: 0 done, 1 what was looked at is not as it should be, 64 usage, 66 not readable, 69 something is \
                    missing (the message says what to install), 70 a defect of ours, 73 not writable.\n"
        .to_owned();
    let cli = Cli::command();
    for command in cli.get_subcommands() {
        let about = command.get_long_about().or(command.get_about()).map(ToString::to_string).unwrap_or_default();
        // Writing into a text cannot fail, here and below.
        let _written = write!(page, "\n## `{}`\n\n{about}\n\n| argument | |\n| --- | --- |\n", command.get_name());
        for argument in command.get_arguments().filter(|one| one.get_id() != "help") {
            let said = argument.get_long_help().or(argument.get_help()).map(ToString::to_string).unwrap_or_default();
            let value = argument.get_value_names().and_then(|names| names.first()).map(ToString::to_string);
            let takes_value = argument.get_action().takes_values();
            let name = match (argument.get_long(), value) {
                (Some(long), Some(value)) if takes_value => format!("--{long} {value}"),
                (Some(long), _) => format!("--{long}"),
                (None, value) => value.unwrap_or_default(),
            };
            let choices: Vec<_> = argument.get_possible_values().iter().map(|one| one.get_name().to_owned()).collect();
            let choices = if choices.is_empty() || !takes_value {
                String::new()
            } else {
                format!(". One of {}", choices.join(", "))
            };
            let _written = writeln!(page, "| `{}` | {}{choices} |", cell(&name), cell(&said));
        }
    }
    page
}
