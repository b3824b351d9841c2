//! Everything that is noted in the audit trail. A closed list: `docs/operations/audit.md` has it as a table, which a test
//! compares with this one.

macro_rules! actions {
    ($($name:ident = $text:literal, $when:literal, $detail:literal;)+) => {
        /// What was done.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Action {$(#[doc = $when] $name,)+}

        impl Action {
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// As it stands in the trail.
            pub const fn as_str(self) -> &'static str {
                match self {$(Self::$name => $text,)+}
            }

            /// When it is noted.
            pub const fn when(self) -> &'static str {
                match self {$(Self::$name => $when,)+}
            }

            /// What `detail` is the digest of; empty where there is none.
            pub const fn detail(self) -> &'static str {
                match self {$(Self::$name => $detail,)+}
            }
        }
    };
}

actions! {
    TenantCreated = "tenant.created", "the operator made the tenant", "";
    KeyCreated = "key.created", "the operator made an API key", "";
    KeyRevoked = "key.revoked", "the operator revoked an API key", "";
    KeyRefused = "key.refused", "a revoked key was shown: one row a minute, with how often", "";
    ConnectorInstalled = "connector.installed", "the operator installed a connector, or a version of it", "the package";
    ConnectorInstalledUnsigned = "connector.installed_unsigned", "the operator installed a connector that nobody signed", "the package";
    ConnectorApproved = "connector.approved", "the operator accepted the rights of a version of a connector, which runs from then on", "the change of rights";
    ConnectorRevoked = "connector.revoked", "the operator took a connector out of use", "the package";
    ConnectionAdded = "connection.added", "a connection was made", "settings and addresses, without secrets";
    ConnectionOriginGranted = "connection.origin_granted", "the operator let a connection reach an origin on a private network", "the origin";
    ConnectionChecked = "connection.checked", "a connection was tried at its ATS", "what the connector found";
    ConnectionResumed = "connection.resumed", "deliveries through a connection were let through again", "";
    ConnectionRemoved = "connection.removed", "a connection was taken out of use", "";
    AtsEventReceived = "ats_event.received", "an ATS told something; the actor is the connection", "what it told";
    OrderPlaced = "order.placed", "an ATS ordered an assessment; the actor is the connection", "";
    OrderCompleted = "order.completed", "an ATS was brought the result of an assessment that it had ordered", "";
    OrderCancelled = "order.cancelled", "an ATS wants an assessment no longer that it had ordered, or was told that the application is withdrawn", "";
    OrdersListed = "orders.listed", "assessments that ATSs have ordered were listed over HTTP", "the ids that were shown, a line each";
    JobsOfAtsListed = "jobs_of_ats.listed", "the jobs of an ATS were asked for through a connection", "";
    EndpointAdded = "endpoint.added", "an endpoint for events was made", "";
    EndpointOriginGranted = "endpoint.origin_granted", "the operator let an endpoint be at an origin on a private network", "the origin";
    EndpointRotated = "endpoint.rotated", "an endpoint was given new signing keys", "";
    EndpointTested = "endpoint.tested", "a test event was sent to an endpoint", "";
    EndpointShut = "endpoint.shut", "nothing is sent to an endpoint any more: it is gone, or has failed for days", "";
    EndpointResumed = "endpoint.resumed", "events to an endpoint were let through again", "";
    EndpointRemoved = "endpoint.removed", "an endpoint was taken out of use", "";
    FrameworkImported = "framework.imported", "a framework was imported", "the package as received";
    FrameworkPublished = "framework.published", "a framework was published: anybody may read it", "";
    FrameworkWithdrawn = "framework.withdrawn", "a framework is not public any more", "";
    CrosswalkAdded = "crosswalk.added", "a crosswalk was made", "the crosswalk";
    CrosswalkSuggested = "crosswalk.suggested", "associations were suggested for a crosswalk", "the ids of the new ones, a line each";
    CrosswalkEditionMade = "crosswalk.edition_made", "an edition of a crosswalk was made, which scoring follows from then on", "the package";
    AssociationDecided = "association.decided", "an association of a crosswalk was approved or rejected", "the association with who decided and why";
    UnmappedResolved = "unmapped.resolved", "what credentials name was given an association", "the association with who decided and why";
    UnmappedDismissed = "unmapped.dismissed", "somebody decided that what credentials name leads nowhere", "the decision";
    ProfileAdded = "profile.added", "a profile was made", "the profile";
    JobAdded = "job.added", "a job was made", "the job";
    TrustPolicyAdded = "trust_policy.added", "a trust policy was made", "the policy";
    TrustPolicyInForce = "trust_policy.in_force", "a trust policy was put in force, for the tenant or for a job", "the policy";
    TrustPolicyWithdrawn = "trust_policy.withdrawn", "the trust policy of the tenant or of a job was taken back", "";
    TrustPolicyPreviewed = "trust_policy.previewed", "other rules were tried on credentials already received", "the rules";
    ScoringPolicyAdded = "scoring_policy.added", "a scoring policy was made", "the policy";
    ScoringPolicyInForce = "scoring_policy.in_force", "a scoring policy was put in force, for the tenant or for a job", "the policy";
    ScoringPolicyWithdrawn = "scoring_policy.withdrawn", "the scoring policy of the tenant or of a job was taken back", "";
    ScoringPolicyCompared = "scoring_policy.compared", "what two scoring policies make of a job's candidates was shown", "the ids of the applications, a line each";
    VerificationMade = "verification.made", "credentials were verified on the spot; nothing of them is kept", "";
    SubmissionAccepted = "submission.accepted", "an application was taken in", "the digests and file names of its credentials";
    SubmissionAssessed = "submission.assessed", "an application was verified and scored", "the report, then the assessment";
    SubmissionRejected = "submission.rejected", "an application was given up, since it could not be processed", "";
    SubmissionRecheckAsked = "submission.recheck_asked", "somebody asked for another look at an application", "";
    SubmissionCorrected = "submission.corrected", "another look came to something else than was said", "the report, then the assessment";
    SubmissionWithdrawn = "submission.withdrawn", "an application was withdrawn: nothing is told of it any more", "who withdrew it: `applicant` or `employer`";
    SubmissionRescored = "submission.rescored", "an application was assessed by another scoring policy, and came to the same", "the report, then the assessment";
    SubmissionViewed = "submission.viewed", "an application was shown over HTTP, with its report", "";
    ExplanationViewed = "explanation.viewed", "why an application got what it got was shown over HTTP", "";
    AssessmentReplayed = "assessment.replayed", "an assessment was computed again from what is kept", "";
    ChartViewed = "chart.viewed", "the picture of a result was shown over HTTP", "";
    SubmissionsListed = "submissions.listed", "applications were listed", "the ids that were shown, a line each";
    ReportViewed = "report.viewed", "a report was opened by its link, as a page, as data or as a picture; the actor is the link's id", "";
    DeliveryAttempted = "delivery.attempted", "an attempt at a delivery begins", "what is pushed to the ATS";
    DeliveryDelivered = "delivery.delivered", "the ATS has it", "the receipt";
    DeliveryFailed = "delivery.failed", "an attempt failed, and another one follows", "the failure";
    DeliveryExhausted = "delivery.exhausted", "an attempt failed, and none follows", "the failure";
    DeliveryReplayed = "delivery.replayed", "a delivery that had ended was taken up again", "";
    DeliveryCancelled = "delivery.cancelled", "a delivery was taken back: by somebody, or since its connection was removed, its application withdrawn or its candidate deleted", "";
    CredentialsRetired = "credentials.retired", "an application lost its right to the bytes of its credentials: past their time", "";
    SubmissionRetired = "submission.retired", "an application was retired, with its report and applicant: past its time", "";
    DeliveryRetired = "delivery.retired", "a delivery that had ended was deleted, with its attempts: past its time", "";
    DeliveryViewed = "delivery.viewed", "a delivery was shown, with its attempts", "";
    DeliveriesListed = "deliveries.listed", "deliveries were listed, over HTTP or by the operator", "the ids that were shown, a line each";
    AuditViewed = "audit.viewed", "this trail was read over HTTP", "";
    AuditExported = "audit.exported", "the operator exported this trail", "";
    AuditKeyRotated = "audit.key_rotated", "the operator made a new key for signing heads; the subject is the new key", "";
}

impl std::fmt::Display for Action {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_in_the_docs_is_this_one() {
        let page = include_str!("../../../../docs/operations/audit.md");
        let lines = page.lines().skip_while(|line| !line.starts_with("| action | when ")).skip(2);
        let table: Vec<&str> = lines.take_while(|line| line.starts_with('|')).collect();
        let row = |action: &Action| format!("| `{action}` | {} | {} |", action.when(), action.detail());
        let expected: Vec<String> = Action::ALL.iter().map(row).collect();
        assert_eq!(table, expected, "docs/operations/audit.md should have:\n{}", expected.join("\n"));
    }
}
