//! The main job, once from end to end: credentials arrive with applications, are verified, scored against the job, and land
//! in an ATS through a sandboxed connector. The ATS is a double; everything else is what runs in earnest.

use std::{path::PathBuf, process::ExitCode};

use wellspring_tests::{
    Failure, browser,
    demo::{
        applicants,
        credentials::Issuer,
        explained,
        table::{Row, render},
        vendor,
    },
    world::{Application, World},
};

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let then = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => Then::Serve,
        ["--once"] => Then::End,
        ["--browser", script] => Then::Look(script.into()),
        _ => {
            eprintln!("usage: demo [--once | --browser SCRIPT]");
            return ExitCode::from(64);
        }
    };
    match run(&then).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("the demo failed: {failure}");
            ExitCode::FAILURE
        }
    }
}

/// The applicant whose result is corrected where pages are looked at: with badges of an issuer that is denied then.
const CORRECTED: usize = 1;
/// Who withdraws afterwards.
const WITHDRAWN: usize = 7;

enum Then {
    End,
    Serve,
    Look(PathBuf),
}

async fn run(then: &Then) -> Result<(), Failure> {
    let applicants = applicants::all()?;
    let further = explained::application();
    let seed = Application::seed(applicants.iter().map(|one| &one.application).chain([&further]));
    let mut world = World::start(seed.at("2026-11-23T09:00:00Z".parse()?), &[], |step| println!("· {step}")).await?;
    println!("· handing in {} applications with their credentials", applicants.len());
    let mut submissions = Vec::new();
    for applicant in &applicants {
        submissions.push(world.submit(&applicant.application, &applicant.credentials).await?);
    }
    println!("· verifying, scoring, delivering through the sandboxed connector");
    let mut rows = Vec::new();
    for (applicant, id) in applicants.iter().zip(&submissions) {
        let shown = world.delivered(id).await?;
        let notes = world.our_notes(applicant.application.id);
        let [note] = &notes[..] else {
            return Err(Failure::new(format!(
                "{}: {} notes in the ATS instead of one",
                applicant.application.name,
                notes.len()
            )));
        };
        let mut row = Row::new(&applicant.application.name, applicant.story, &shown);
        // As the ATS knows it; the receipt has to agree.
        if row.note != note.id.to_string() {
            return Err(Failure::new(format!("the receipt names note {}, the ATS has {}", row.note, note.id)));
        }
        row.note = note.id.to_string();
        rows.push(row);
    }
    println!("\n{}", render(&rows));
    match then {
        Then::End => Ok(()),
        Then::Serve => serve(&world).await,
        Then::Look(script) => {
            let explained = explained(&world).await?;
            println!("· one issuer is relied on no more, and a result is corrected");
            world.deny(Issuer::Training).await?;
            world.recheck(&submissions[CORRECTED]).await?;
            world.corrected(&submissions[CORRECTED]).await?;
            println!("· one applicant withdraws");
            world.withdrawn(&submissions[WITHDRAWN]).await?;
            let mut pages = pages(&world, &rows);
            pages.extend(explained);
            println!("· a vendor writes a connector, and looks at what it does");
            let vendor = vendor::pages().await?;
            pages.extend(vendor.list());
            browser::look(script, &pages)
        }
    }
}

async fn serve(world: &World) -> Result<(), Failure> {
    println!("What HR sees in the ATS:      {}", world.ats.hr_url());
    println!("Each report:                  the links in the table");
    println!("The gateway’s API document:   {}/openapi.json", world.gateway.url());
    println!("\nPress Ctrl-C to end.");
    tokio::signal::ctrl_c().await?;
    Ok(())
}

/// The reports of a job that asks for something in each way that there is an answer.
async fn explained(world: &World) -> Result<Vec<(String, String)>, Failure> {
    let bound = world.delivered(&explained::submit(world).await?).await?;
    let job = bound["job"].as_str().ok_or_else(|| Failure::new("the submission names no job"))?;
    let unbound = world.delivered(&explained::submit_unbound(world, job).await?).await?;
    let mut pages = Vec::new();
    for (name, shown) in [("explained", bound), ("unbound", unbound)] {
        let url = shown["report_url"].as_str().ok_or_else(|| Failure::new("the submission has no report"))?;
        pages.push((format!("report-{name}"), url.to_owned()));
        pages.push((format!("report-{name}-es"), format!("{url}?lang=es")));
    }
    Ok(pages)
}

/// What to look at, each with a name for its pictures.
fn pages(world: &World, rows: &[Row]) -> Vec<(String, String)> {
    let mut pages = vec![
        ("hr-list".to_owned(), world.ats.hr_url()),
        ("hr-candidate".to_owned(), world.ats.candidate_url(501)),
        ("hr-candidate-corrected".to_owned(), world.ats.candidate_url(502)),
        ("hr-candidate-withdrawn".to_owned(), world.ats.candidate_url(508)),
        ("link-unknown".to_owned(), format!("{}/r/nobody-was-given-this", world.gateway.url())),
        ("findings".to_owned(), format!("{}/findings", world.gateway.url())),
    ];
    for row in rows {
        let first = row.name.split(' ').next().unwrap_or(&row.name).to_lowercase();
        pages.push((format!("report-{first}"), row.report_url.clone()));
    }
    // The link of the one is still there, and says so.
    let withdrawn = &rows[WITHDRAWN].report_url;
    pages.retain(|(_, url)| url != withdrawn);
    pages.push(("report-withdrawn".to_owned(), withdrawn.clone()));
    pages.push(("report-withdrawn-es".to_owned(), format!("{withdrawn}?lang=es")));
    pages.push(("report-corrected-es".to_owned(), format!("{}?lang=es", rows[CORRECTED].report_url)));
    pages.push(("report-es".to_owned(), format!("{}?lang=es", rows[0].report_url)));
    pages
}
