//! Trust policies, and which is in force. A policy is never changed; what is in force is.

use wellspring_model::{
    Timestamp,
    id::{PostingId, SubmissionId, TenantId, TrustPolicyId},
    report::VerificationReport,
    trust::TrustPolicy,
};

use crate::{
    Action, AuditNote, Page, Store, StoreError, detail_of,
    row::{Read, json, micros},
    sql::query,
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
        let row = query("SELECT id, policy FROM trust_policies WHERE id = $1 AND tenant = $2")
            .bind(id.to_string())
            .bind(tenant.to_string())
            .fetch_optional(&self.read)
            .await?;
        row.map(|row| Read::new(&row, "trust_policies").json("policy")).transpose()
    }

    pub async fn trust_policies(
        &self,
        tenant: TenantId,
        page: Page<TrustPolicyId>,
    ) -> Result<(Vec<TrustPolicy>, Option<TrustPolicyId>), StoreError> {
        let rows = query("SELECT id, policy FROM trust_policies WHERE tenant = $1 AND id > $2 ORDER BY id LIMIT $3")
            .bind(tenant.to_string())
            .bind(page.after())
            .bind(page.rows())
            .fetch_all(&self.read)
            .await?;
        let policies = rows.iter().map(|row| Read::new(row, "trust_policies").json("policy"));
        Ok(page.cut(policies.collect::<Result<Vec<TrustPolicy>, _>>()?, |policy| policy.id))
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
        let actor = actor.to_owned();
        self.writer
            .write(move |tx| {
                Box::pin(async move {
                    let policy = policy.map(|id| id.to_string());
                    let (update, subject) = match posting {
                        Some(posting) => {
                            ("UPDATE postings SET trust_policy = $1 WHERE id = $2 AND tenant = $3", posting.to_string())
                        }
                        None => ("UPDATE tenants SET trust_policy = $1 WHERE id = $2 AND id = $3", tenant.to_string()),
                    };
                    let update = query(update).bind(&policy).bind(&subject).bind(tenant.to_string());
                    let done = update.execute(&mut *tx);
                    if done.await? == 0 {
                        return Ok(false);
                    }
                    let note = match &policy {
                        Some(policy) => {
                            let text = "SELECT policy FROM trust_policies WHERE id = $1";
                            let row = query(text).bind(policy).fetch_optional(&mut *tx).await?;
                            let text = row.ok_or(StoreError::Dangling)?;
                            let detail = detail_of(Read::new(&text, "trust_policies").text("policy")?);
                            AuditNote::new(tenant, now, &actor, Action::TrustPolicyInForce, subject).with(detail)
                        }
                        None => AuditNote::new(tenant, now, &actor, Action::TrustPolicyWithdrawn, subject),
                    };
                    tx.note(note);
                    Ok(true)
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
        let row = query(
            "SELECT p.id, p.policy FROM trust_policies p JOIN tenants t ON t.id = p.tenant \
             WHERE t.id = $1 AND p.id = coalesce( \
                (SELECT trust_policy FROM postings WHERE id = $2 AND tenant = $1), t.trust_policy)",
        )
        .bind(tenant.to_string())
        .bind(posting.map(|id| id.to_string()))
        .fetch_optional(&self.read)
        .await?;
        row.map(|row| Read::new(&row, "trust_policies").json("policy")).transpose()
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
