//! Who hands credentials in (VC Data Integrity 1.0 §4.2 with challenge and domain; OpenID4VP 1.0 §14.1.2 for tokens): a
//! presentation that its holder signed for us, now, is the strongest sign that a credential is the applicant's own.

use wellspring_model::{
    finding::{Finding, FindingCode, Outcome},
    pointer::Pointer,
};

use crate::{
    around::Around,
    did::controller_of,
    document::{each, id_of, text},
    policy::Challenge,
    proof::Judged,
    secured::Secured,
};

/// What a presentation came to.
pub(crate) struct Presented {
    pub(crate) proof: Option<(Outcome, Finding)>,
    /// Left out where nobody asked for it.
    pub(crate) holder: Option<(Outcome, Finding)>,
    pub(crate) notices: Vec<Finding>,
    /// Who it was, where that was shown.
    pub(crate) shown: Option<String>,
}

pub(crate) fn judge(presentation: &Secured<'_>, around: &Around<'_>) -> Presented {
    let asked = around.policy.challenge.as_ref();
    if !presentation.is_secured() {
        let missing = || (Outcome::Failed, Finding::new(FindingCode::HolderProofMissing, Pointer::root()));
        return Presented { proof: None, holder: asked.map(|_| missing()), notices: Vec::new(), shown: None };
    }
    let holder = holder(presentation);
    let judged = presentation.judge(holder.as_deref(), &around.authentication());
    let answer = asked.map(|asked| answer(presentation, &judged, asked));
    let shown = answer.as_ref().is_some_and(|(outcome, _)| *outcome == Outcome::Passed);
    Presented { holder: answer, shown: holder.filter(|_| shown), proof: Some(judged.proof), notices: judged.notices }
}

/// The holder by name, or else whose key it was.
fn holder(presentation: &Secured<'_>) -> Option<String> {
    let by_key = || {
        let proof = each(presentation.content, "proof").first()?.1.as_object()?;
        text(proof, "verificationMethod").map(|method| controller_of(method).to_owned())
    };
    let by_token = || presentation.jwt?.claim("iss").map(str::to_owned);
    id_of(presentation.content, "holder").map(str::to_owned).or_else(by_token).or_else(by_key)
}

fn answer(presentation: &Secured<'_>, judged: &Judged, asked: &Challenge) -> (Outcome, Finding) {
    let says = |outcome, code| (outcome, Finding::new(code, judged.at.clone()));
    let at_fault = [Some(&judged.proof), judged.issuer_key.as_ref()].into_iter().flatten();
    if let Some((outcome, finding)) =
        at_fault.max_by_key(|(outcome, _)| *outcome).filter(|(o, _)| *o != Outcome::Passed)
    {
        return (*outcome, finding.clone());
    }
    let proofs = each(presentation.content, "proof");
    let proof = proofs.iter().find(|(at, _)| *at == judged.at).and_then(|(_, proof)| proof.as_object());
    let (challenge, is_for) = match presentation.jwt {
        Some(jwt) => (jwt.claim("nonce"), jwt.is_for(&asked.domain)),
        None => {
            let domains = proof.map(|proof| each(proof, "domain")).unwrap_or_default();
            let is_for = domains.iter().any(|(_, domain)| domain.as_str() == Some(asked.domain.as_str()));
            (proof.and_then(|proof| text(proof, "challenge")), is_for)
        }
    };
    if challenge != Some(asked.challenge.as_str()) {
        return says(Outcome::Failed, FindingCode::ChallengeMismatch);
    }
    if !is_for {
        return says(Outcome::Failed, FindingCode::DomainMismatch);
    }
    says(Outcome::Passed, FindingCode::HolderOk)
}
