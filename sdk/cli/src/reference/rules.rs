//! The rules of the conformance kit as a page.

use std::fmt::Write as _;

use wellspring_testkit::conformance::RULES;

pub fn page() -> String {
    let mut page = "# Rules of the conformance kit\n\nMade by `wellspring-connector reference`. `wellspring-connector check` tries each.\n\n\
                    | level | means |\n| --- | --- |\n\
                    | Declared | the package is what its manifest says, and can be installed |\n\
                    | Tested | every rule that applies is kept to, on a stateful double and in the connector's own exchanges |\n\n\
                    | rule | for | |\n| --- | --- | --- |\n"
        .to_owned();
    for rule in RULES {
        // Writing into a text cannot fail.
        let _written = writeln!(page, "| `{}` | {} | {} |", rule.name, rule.level, rule.title);
    }
    page.push_str(
        "\nRules about what goes wrong (`lost-answer`, `waits`, `outage`, `deadline`, `oversize`, `not-data`) are tried at each request of a \
         delivery in turn. Afterwards the delivery is repeated, and what is at the ATS is compared with what a delivery without \
         trouble leaves there.\n",
    );
    page
}
