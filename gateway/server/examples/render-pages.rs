//! Writes every page in every state and language into a folder, with made-up people, to look at and to test:
//! `cargo run -p wellspring-server --example render-pages -- <folder>`.

use std::{error::Error, fs, path::Path};

use url::Url;
use uuid::Uuid;
use wellspring_model::{
    Timestamp,
    assessment::{
        Assessment, Coverage, EvidenceRef, Line, LineCode, LineLevel, Musts, NotCounted, PathStep, Percent, Ppm, Score,
    },
    competency::{FrameworkVersion, ItemId},
    credential::{Assurance, Binding, IssuerId, NotCountedReason},
    digest::Digest,
    finding::{Finding, FindingCode, Outcome},
    id::{AssessmentId, ConnectionId, ExternalId, PostingId, ProfileId, SubmissionId, TenantId},
    pointer::Pointer,
    posting::Posting,
    report::{Check, CheckName, CredentialReport, MaterialUsed, Trust, VerificationReport},
    submission::{Application, Assessed, Candidate, Language, Submission, SubmissionState},
};
use wellspring_server::pages::{self, ReportLinks, Site};

type Outcomes = Result<(), Box<dyn Error>>;

fn main() -> Outcomes {
    let folder = std::env::args().nth(1).ok_or("give a folder to write to")?;
    let folder = Path::new(&folder);
    let public_url = Url::parse("https://gateway.example")?;
    for language in Language::ALL {
        let into = folder.join(language.as_str());
        fs::create_dir_all(&into)?;
        write_all(&Site::new(&public_url, language), language, &into)?;
    }
    for name in ["style.css", "mark.svg"] {
        let assets = folder.join("assets");
        fs::create_dir_all(&assets)?;
        fs::write(assets.join(name), pages::asset(name).ok_or("an asset is gone")?.bytes)?;
    }
    println!("written to {}", folder.display());
    Ok(())
}

fn write_all(site: &Site, language: Language, into: &Path) -> Outcomes {
    let posting = posting()?;
    let links = ReportLinks { data: Some("report.json".into()), contact: Some("mailto:talent@example.com".into()) };
    let states = [
        ("report-mixed", SubmissionState::Assessed(Box::new(mixed()?))),
        ("report-strong", SubmissionState::Assessed(Box::new(strong()?))),
        ("report-empty", SubmissionState::Assessed(Box::new(empty()?))),
        ("report-many", SubmissionState::Assessed(Box::new(many()?))),
        ("report-pending", SubmissionState::Received),
        ("report-rejected", SubmissionState::Rejected { at: time()?, code: "FRAMEWORK_GONE".into() }),
    ];
    for (name, state) in states {
        let page = pages::submission_page(site, &submission(language, state)?, &posting, &links)?;
        fs::write(into.join(format!("{name}.html")), page)?;
    }
    let short = [
        ("home", pages::home_page(site)?),
        ("link-expired", pages::link_expired_page(site)?),
        ("link-unknown", pages::link_unknown_page(site)?),
        ("page-unknown", pages::page_unknown_page(site)?),
        ("page-failed", pages::page_failed_page(site)?),
        ("findings", pages::findings_page(site)?),
        ("problems", pages::problems_page(site)?),
        ("finding", pages::finding_page(site, "KEY_UNRESOLVED").ok_or("no such finding")??),
        ("problem", pages::problem_page(site, "duplicate-key").ok_or("no such problem")??),
    ];
    for (name, page) in short {
        fs::write(into.join(format!("{name}.html")), page)?;
    }
    Ok(())
}

fn time() -> Result<Timestamp, Box<dyn Error>> {
    Ok("2026-11-23T16:24:09Z".parse()?)
}

fn id(n: u128) -> Uuid {
    Uuid::from_u128(0x0193_5b1c_7a00_7000_8000_0000_0000_0000 + n)
}

fn digest(n: u8) -> Digest {
    Digest::from_bytes(std::array::from_fn(|i| n.wrapping_mul(31).wrapping_add(i as u8 * 7)))
}

fn posting() -> Result<Posting, Box<dyn Error>> {
    Ok(Posting {
        id: PostingId::from_uuid(id(1)),
        title: "Junior Data Analyst, Community Health".into(),
        profile: ProfileId::from_uuid(id(2)),
        connection: ConnectionId::from_uuid(id(3)),
        external_id: None,
        created_at: time()?,
    })
}

fn submission(language: Language, state: SubmissionState) -> Result<Submission, Box<dyn Error>> {
    Ok(Submission {
        id: SubmissionId::from_uuid(id(4)),
        tenant: TenantId::from_uuid(id(5)),
        connection: ConnectionId::from_uuid(id(3)),
        posting: PostingId::from_uuid(id(1)),
        application: Application {
            id: ExternalId("48151623".into()),
            candidate: Candidate { id: None, name: Some("Amina Okonkwo-Reyes".into()), email: None },
        },
        language,
        payloads: Vec::new(),
        received_at: time()?,
        state,
    })
}

/// What the role asks for: statement, must, weight, required level.
const ASKED: [(&str, bool, u32, Option<&str>); 8] = [
    ("Queries relational databases with SQL, including joins and aggregates", true, 3, None),
    ("Cleans and documents a data set so that others can repeat the work", true, 3, None),
    ("Explains statistical uncertainty to people who are not analysts", true, 2, Some("Proficient")),
    ("Builds dashboards that answer a stated question", false, 2, Some("Proficient")),
    ("Protects personal health data (HIPAA)", false, 2, None),
    ("Programs in Python with version control", false, 2, None),
    ("Plans and runs interviews with users of a service", false, 1, None),
    ("Writes for the public in plain language", false, 1, None),
];

fn place(credential: usize) -> Pointer {
    Pointer::root().key("credentials").index(credential)
}

fn line(index: usize, code: LineCode, credential: usize, evidence: &str) -> Line {
    let (statement, must, weight, level) = ASKED[index % ASKED.len()];
    let found = code != LineCode::NoEvidence;
    let item = |n: usize| ItemId::parse(&format!("8d9f4b5e-0a43-4a0e-9d57-2f3f1e6a7b{n:02}"));
    Line {
        item: item(index % 50),
        statement: statement.into(),
        weight,
        must,
        code,
        score: if found { Ppm::ONE } else { Ppm::ZERO },
        evidence: found.then(|| EvidenceRef {
            credential: place(credential),
            pointer: place(credential).key("credentialSubject").key("achievement").key("alignment").index(0),
            achievement: format!("urn:uuid:{}", id(90 + credential as u128)),
            name: evidence.into(),
        }),
        path: (code == LineCode::ExactMatch)
            .then(|| PathStep { from: item(77), kind: "exactMatchOf".into(), to: item(index % 50) })
            .into_iter()
            .collect(),
        factor: Ppm::ONE,
        level: level.map(|required| LineLevel {
            scale: "4-step".into(),
            required: required.into(),
            shown: (code != LineCode::LevelUnknown && found).then(|| "Advanced".into()),
        }),
        assurance: found.then_some(Assurance::A),
    }
}

fn assessment(lines: Vec<Line>, not_counted: Vec<NotCounted>) -> Assessment {
    let count = |test: &dyn Fn(&Line) -> bool| lines.iter().filter(|line| test(line)).count() as u32;
    let weight = |test: &dyn Fn(&Line) -> bool| {
        lines.iter().filter(|line| test(line)).map(|line| u128::from(line.weight)).sum::<u128>()
    };
    let all = weight(&|_| true);
    let shown = weight(&|line| line.evidence.is_some());
    let unknown = weight(&|line| line.code == LineCode::LevelUnknown);
    let met = |line: &Line| matches!(line.code, LineCode::SameItem | LineCode::ExactMatch);
    Assessment {
        id: AssessmentId::from_uuid(id(6)),
        policy: "exact@1".into(),
        profile: ProfileId::from_uuid(id(2)),
        frameworks: vec![FrameworkVersion {
            id: "3f1e6a7b-0a43-4a0e-9d57-8d9f4b5e0a43".into(),
            title: "Data practice in public health".into(),
            version: Some("2.1".into()),
            digest: digest(1),
        }],
        score: Score {
            value: Percent::of(shown, all),
            low: Percent::of(shown - unknown, all),
            high: Percent::of(shown, all),
        },
        coverage: Coverage { with_evidence: count(&|line| line.evidence.is_some()), of: count(&|_| true) },
        musts: Musts { met: count(&|line| line.must && met(line)), of: count(&|line| line.must) },
        lines,
        not_counted,
        inputs_digest: digest(2),
    }
}

fn passed(bound: bool) -> Vec<Check> {
    let ok = |check, code| Check { check, outcome: Outcome::Passed, finding: Finding::new(code, Pointer::root()) };
    let mut checks = vec![
        ok(CheckName::Structure, FindingCode::StructureOk),
        ok(CheckName::Schema, FindingCode::SchemaOk),
        ok(CheckName::Proof, FindingCode::SignatureOk),
        ok(CheckName::IssuerKey, FindingCode::IssuerKeyOk),
        ok(CheckName::Validity, FindingCode::ValidityOk),
    ];
    if bound {
        checks.push(ok(CheckName::Subject, FindingCode::SubjectOk));
    }
    checks
}

/// Replaces the check of the same name.
fn but(mut checks: Vec<Check>, check: CheckName, outcome: Outcome, finding: Finding) -> Vec<Check> {
    checks.retain(|one| one.check != check);
    checks.push(Check { check, outcome, finding });
    checks.sort_by_key(|one| one.check);
    checks
}

fn credential(index: usize, name: &str, issuer: &str, trust: Trust, checks: Vec<Check>) -> CredentialReport {
    CredentialReport {
        path: place(index),
        id: Some(format!("urn:uuid:{}", id(60 + index as u128))),
        types: vec!["VerifiableCredential".into(), "OpenBadgeCredential".into()],
        name: Some(name.into()),
        issuer: Some(IssuerId(format!("did:web:{}.example", issuer.to_lowercase().replace(' ', "-")))),
        issuer_name: Some(issuer.into()),
        outcome: CredentialReport::outcome_of(&checks),
        trust: Some(trust),
        binding: Some(Binding::HashedIdentifier),
        checks,
        notices: Vec::new(),
    }
}

fn left_out(credential: usize, reason: NotCountedReason) -> NotCounted {
    NotCounted { credential: place(credential), achievement: None, reason }
}

fn material() -> Result<Vec<MaterialUsed>, Box<dyn Error>> {
    let url = "https://river-valley-college.example/.well-known/did.json".to_owned();
    Ok(vec![MaterialUsed { url, digest: digest(3), fetched_at: time()? }])
}

/// Everything that can happen, at once.
fn mixed() -> Result<Assessed, Box<dyn Error>> {
    let finding = |code| Finding::new(code, Pointer::root());
    let college = "River Valley College";
    let mut credentials = vec![
        credential(0, "Data Analysis Certificate", college, Trust::Trusted, passed(true)),
        credential(1, "Statistics in Practice", college, Trust::Trusted, passed(true)),
        credential(2, "Dashboards That Work", "Openlearn Studio", Trust::Trusted, passed(true)),
        credential(3, "First Aid at Work", "Harbor Red Cross", Trust::Trusted, passed(true)),
        credential(
            4,
            "Python Foundations",
            "Codehouse",
            Trust::Trusted,
            but(
                passed(true),
                CheckName::Validity,
                Outcome::Failed,
                finding(FindingCode::Expired).with("until", "2025-08-31T23:59:59Z"),
            ),
        ),
        credential(
            5,
            "Privacy in Health Care",
            "State Health Academy",
            Trust::Undetermined,
            but(
                passed(true),
                CheckName::IssuerKey,
                Outcome::Undetermined,
                finding(FindingCode::KeyUnresolved).with("host", "keys.state-health-academy.example"),
            ),
        ),
        credential(6, "Interviewing for Service Design", "Bright Path Online", Trust::NotListed, passed(true)),
        credential(
            7,
            "Plain Language Editor",
            "Degree Depot",
            Trust::Denied,
            but(passed(false), CheckName::Proof, Outcome::Failed, finding(FindingCode::SignatureInvalid)),
        ),
    ];
    credentials[1].path = place(0).key("credentialSubject").key("verifiableCredential").index(0);
    credentials[0].notices.push(finding(FindingCode::NotChecked));
    credentials[2].notices.push(finding(FindingCode::WeakHash));
    credentials[7].binding = None;
    let mut lines = vec![
        line(0, LineCode::SameItem, 0, "Data Analysis Certificate: relational databases"),
        line(1, LineCode::ExactMatch, 0, "Data Analysis Certificate: reproducible work"),
        line(2, LineCode::NoEvidence, 0, ""),
        line(3, LineCode::LevelUnknown, 2, "Dashboards That Work"),
        line(4, LineCode::NoEvidence, 0, ""),
        line(5, LineCode::NoEvidence, 0, ""),
        line(6, LineCode::NoEvidence, 0, ""),
        line(7, LineCode::SameItem, 0, "Capstone report"),
    ];
    if let Some(evidence) = &mut lines[7].evidence {
        evidence.credential = credentials[1].path.clone();
    }
    let not_counted = vec![
        left_out(3, NotCountedReason::NotAskedFor),
        left_out(4, NotCountedReason::VerificationFailed),
        left_out(5, NotCountedReason::VerificationUndetermined),
        left_out(6, NotCountedReason::IssuerNotTrusted),
        left_out(7, NotCountedReason::VerificationFailed),
    ];
    let report = VerificationReport { credentials, material: material()? };
    Ok(Assessed { at: time()?, report, assessment: assessment(lines, not_counted) })
}

/// Everything asked for is shown.
fn strong() -> Result<Assessed, Box<dyn Error>> {
    let name = "Community Health Data Fellowship";
    let credentials = vec![credential(0, name, "River Valley College", Trust::Trusted, passed(true))];
    let lines = (0..8).map(|index| line(index, LineCode::SameItem, 0, name)).collect();
    let report = VerificationReport { credentials, material: material()? };
    Ok(Assessed { at: time()?, report, assessment: assessment(lines, Vec::new()) })
}

/// Nothing was handed in.
fn empty() -> Result<Assessed, Box<dyn Error>> {
    let lines = (0..8).map(|index| line(index, LineCode::NoEvidence, 0, "")).collect();
    let report = VerificationReport { credentials: Vec::new(), material: Vec::new() };
    Ok(Assessed { at: time()?, report, assessment: assessment(lines, Vec::new()) })
}

/// A long transcript, with names made to break a page.
fn many() -> Result<Assessed, Box<dyn Error>> {
    let mut credentials: Vec<_> = (0..300)
        .map(|n| credential(n, &format!("Course {n}"), "River Valley College", Trust::Trusted, passed(true)))
        .collect();
    credentials[0].name = Some(format!("{}\u{202E}<script>alert(1)</script>", "Long".repeat(200)));
    credentials[0].issuer = Some(IssuerId(format!("did:key:z6Mk{}", "x".repeat(300))));
    credentials[1].name = None;
    let lines = (0..30).map(|index| line(index, LineCode::SameItem, index, &"Evidence".repeat(60))).collect();
    let not_counted = (100..300).map(|n| left_out(n, NotCountedReason::NotAskedFor)).collect();
    let report = VerificationReport { credentials, material: material()? };
    Ok(Assessed { at: time()?, report, assessment: assessment(lines, not_counted) })
}
