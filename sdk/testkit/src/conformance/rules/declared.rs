//! What can be said of a package that was installed.

use wellspring_host::Inspection;

use super::{DESCRIBE, PACKAGE, Ruling, SETTINGS, Verdict};

/// It is here that all three are kept to: a package that is not, is not installed.
pub(super) fn all(inspection: &Inspection) -> Vec<Ruling> {
    let size = format!(
        "{} bytes, contract {}, imports {}",
        inspection.size,
        inspection.contract,
        inspection.imports.join(", ")
    );
    vec![
        Ruling::new(&PACKAGE, Verdict::Passed, size),
        Ruling::new(&DESCRIBE, Verdict::Passed, "`describe` fits the manifest"),
        Ruling::new(&SETTINGS, Verdict::Passed, "the double's settings fit the schema"),
    ]
}
