//! What came of everybody, as a table for the terminal.

use serde_json::Value;

/// One row.
pub struct Row {
    pub name: String,
    pub story: &'static str,
    pub outcome: String,
    pub score: String,
    pub note: String,
    pub report_url: String,
}

impl Row {
    /// Reads a submission as `GET /v1/submissions/{id}` shows it.
    pub fn new(name: &str, story: &'static str, submission: &Value) -> Self {
        let receipt = &submission["deliveries"][0]["receipt"];
        Self {
            name: name.to_owned(),
            story,
            outcome: submission["outcome"].as_str().unwrap_or("-").to_owned(),
            score: submission["assessment"]["score"]["value"].to_string(),
            note: receipt["remote_id"].as_str().or_else(|| receipt["id"].as_str()).unwrap_or("-").to_owned(),
            report_url: submission["report_url"].as_str().unwrap_or("-").to_owned(),
        }
    }
}

/// The table, ended by a line feed.
pub fn render(rows: &[Row]) -> String {
    let head = ["Candidate", "What they handed in", "Outcome", "Score", "ATS note", "Report"];
    let lines = rows.iter().map(|row| [&row.name, row.story, &row.outcome, &row.score, &row.note, &row.report_url]);
    let lines: Vec<[&str; 6]> = std::iter::once(head).chain(lines.map(|line| line.map(|cell| cell as &str))).collect();
    let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    let mut table = String::new();
    for (i, line) in lines.iter().enumerate() {
        let cells: Vec<String> = line.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        table.push_str(cells.join("  ").trim_end());
        table.push('\n');
        if i == 0 {
            let rules: Vec<String> = widths.iter().map(|width| "─".repeat(*width)).collect();
            table.push_str(&rules.join("  "));
            table.push('\n');
        }
    }
    table
}
