//! A call in the terminal.

use wellspring_testkit::live::Run;

/// Lines of a body that are shown.
const LINES: usize = 12;

pub fn print(run: &Run) {
    println!("\n{} #{}", run.export, run.number);
    for one in &run.exchanges {
        let fault = one.fault.map(|fault| format!("  [{fault}]")).unwrap_or_default();
        println!("  {} -> {}  {} ms  {}{fault}", one.line, one.status, one.took_ms, one.credential);
        body(">", &one.asked);
        body("<", &one.answered);
    }
    for line in &run.logs {
        println!("  log {}: {}", line.level, line.message);
    }
    if run.missed {
        println!("  what was to go wrong did not: no request came to it");
    }
    println!("  {} {}", if run.is_good { "ok" } else { "FAILED" }, run.outcome);
}

fn body(mark: &str, text: &str) {
    for line in text.lines().take(LINES) {
        println!("    {mark} {line}");
    }
    let more = text.lines().count().saturating_sub(LINES);
    if more > 0 {
        println!("    {mark} … {more} more lines, on the page");
    }
}
