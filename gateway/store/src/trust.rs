//! Trust policies, and which is in force. A policy is never changed; what is in force is.

use wellspring_model::{
    Timestamp,
    id::{PostingId, SubmissionId, TenantId, TrustPolicyId},
    report::VerificationReport,
    trust::TrustPolicy,
};

use crate::{
    Action, AuditNote, Page, Store, StoreError, detail_of,
    policies::{Policies, Put},
    row::{Read, json, micros},
    sql::query,
};

const TRUST: Policies = Policies {
    table: "trust_policies",
    column: "trust_policy",
    in_force: Action::TrustPolicyInForce,
    withdrawn: Action::TrustPolicyWithdrawn,
};

impl Store {
    pub async fn add_trust_policy(
        &self,
        tenant: TenantId,
        policy: &TrustPolicy,
        actor: &str,
    ) -> Result<(), StoreError> {
        let (id, now, text, actor) = (policy.id.to_string(), policy.created_at, json(policy)?, actor.to_owned());
        let detail = detail_of(&text);
        self.writer
            .write(move |tx| {
                Box::pin(async move {
                    query("INSERT INTO trust_policies (id, tenant, policy, created_at) VALUES ($1, $2, $3, $4)")
                        .bind(&id)
                        .bind(tenant.to_string())
                        .bind(text)
                        .bind(micros(now))
                        .execute(&mut *tx)
                        .await?;
                    tx.note(AuditNote::new(tenant, now, &actor, Action::TrustPolicyAdded, &id).with(detail));
                    Ok(())
                })
            })
            .await
    }

    pub async fn trust_policy(&self, tenant: TenantId, id: TrustPolicyId) -> Result<Option<TrustPolicy>, StoreError> {
        TRUST.one(self, tenant, id.to_string()).await
    }

    pub async fn trust_policies(
        &self,
        tenant: TenantId,
        page: Page<TrustPolicyId>,
    ) -> Result<(Vec<TrustPolicy>, Option<TrustPolicyId>), StoreError> {
        TRUST.all(self, tenant, page, |policy: &TrustPolicy| policy.id).await
    }

    /// Puts a policy in force, for one job or for all that have none of their own; `None` takes it back. Says whether
    /// there is such a job.
    ///
    /// # Errors
    /// The store's. The policy is known to be this tenant's.
    pub async fn put_trust_policy_in_force(
        &self,
        tenant: TenantId,
        posting: Option<PostingId>,
        policy: Option<TrustPolicyId>,
        now: Timestamp,
        actor: &str,
    ) -> Result<bool, StoreError> {
        let (policy, actor) = (policy.map(|id| id.to_string()), actor.to_owned());
        self.writer
            .write(move |tx| {
                Box::pin(async move {
                    let put = Put { tenant, posting, now, actor: &actor };
                    TRUST.put(tx, &put, policy).await
                })
            })
            .await
    }

    /// The policy in force for a job: its own, or the one for all. `None`: the operator's rules.
    ///
    /// # Errors
    /// The store's.
    pub async fn trust_policy_in_force(
        &self,
        tenant: TenantId,
        posting: Option<PostingId>,
    ) -> Result<Option<TrustPolicy>, StoreError> {
        TRUST.in_force(self, tenant, posting).await
    }

    /// Reports of assessed submissions, newest first, from `before` on: of one job, or of all jobs that have no policy of
    /// their own.
    ///
    /// # Errors
    /// The store's.
    pub async fn recent_reports(
        &self,
        tenant: TenantId,
        posting: Option<PostingId>,
        before: Option<SubmissionId>,
        limit: u32,
    ) -> Result<Vec<(SubmissionId, VerificationReport)>, StoreError> {
        let rows = query(
            "SELECT s.id, s.report FROM submissions s JOIN postings p ON p.id = s.posting \
             WHERE s.tenant = $1 AND s.state = 'assessed' AND ($4 IS NULL OR s.id < $4) \
               AND (s.posting = $2 OR ($2 IS NULL AND p.trust_policy IS NULL)) \
             ORDER BY s.id DESC LIMIT $3",
        )
        .bind(tenant.to_string())
        .bind(posting.map(|id| id.to_string()))
        .bind(i64::from(limit))
        .bind(before.map(|id| id.to_string()))
        .fetch_all(&self.read)
        .await?;
        let reports = rows.iter().map(|row| Read::new(row, "submissions"));
        reports.map(|row| Ok((row.id("id")?, row.json("report")?))).collect()
    }
}
