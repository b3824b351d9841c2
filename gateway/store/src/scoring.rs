//! Scoring policies, which is in force, and who is to be assessed anew when that is another one.

use wellspring_model::{
    Timestamp,
    id::{PostingId, ScoringPolicyId, SubmissionId, TaskId, TenantId},
    scoring::KeptScoringPolicy,
    submission::Submission,
};

use crate::{
    Action, AuditNote, Page, Store, StoreError, detail_of,
    policies::{Policies, Put},
    recheck::{self, ToRecheck},
    row::{Read, json, micros},
    sql::{Dialect, query},
    submission::submission,
    transaction::Transaction,
};

const SCORING: Policies = Policies {
    table: "scoring_policies",
    column: "scoring_policy",
    in_force: Action::ScoringPolicyInForce,
    withdrawn: Action::ScoringPolicyWithdrawn,
};

impl Store {
    /// Keeps a policy. Says whether it did: there may be one of this name and version.
    ///
    /// # Errors
    /// The store's.
    pub async fn add_scoring_policy(
        &self,
        tenant: TenantId,
        policy: &KeptScoringPolicy,
        actor: &str,
    ) -> Result<bool, StoreError> {
        let (new, text, actor) = (policy.clone(), json(policy)?, actor.to_owned());
        let detail = detail_of(&text);
        self.writer
            .write(move |tx| {
                Box::pin(async move {
                    let insert = query(
                        "INSERT INTO scoring_policies (id, tenant, name, version, policy, created_at) \
                         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (tenant, name, version) DO NOTHING",
                    );
                    let (id, now) = (new.id.to_string(), new.created_at);
                    let insert = insert.bind(&id).bind(tenant.to_string()).bind(&new.name).bind(&new.version);
                    if insert.bind(text).bind(micros(now)).execute(&mut *tx).await? == 0 {
                        return Ok(false);
                    }
                    tx.note(AuditNote::new(tenant, now, &actor, Action::ScoringPolicyAdded, &id).with(detail));
                    Ok(true)
                })
            })
            .await
    }

    pub async fn scoring_policy(
        &self,
        tenant: TenantId,
        id: ScoringPolicyId,
    ) -> Result<Option<KeptScoringPolicy>, StoreError> {
        SCORING.one(self, tenant, id.to_string()).await
    }

    /// The one that assessments call by this name and version.
    ///
    /// # Errors
    /// The store's.
    pub async fn scoring_policy_named(
        &self,
        tenant: TenantId,
        name: &str,
        version: &str,
    ) -> Result<Option<KeptScoringPolicy>, StoreError> {
        let row = query("SELECT id, policy FROM scoring_policies WHERE tenant = $1 AND name = $2 AND version = $3")
            .bind(tenant.to_string())
            .bind(name)
            .bind(version)
            .fetch_optional(&self.read)
            .await?;
        row.map(|row| Read::new(&row, "scoring_policies").json("policy")).transpose()
    }

    pub async fn scoring_policies(
        &self,
        tenant: TenantId,
        page: Page<ScoringPolicyId>,
    ) -> Result<(Vec<KeptScoringPolicy>, Option<ScoringPolicyId>), StoreError> {
        SCORING.all(self, tenant, page, |policy: &KeptScoringPolicy| policy.id).await
    }

    /// The policy in force for a job: its own, or the one for all. `None`: the one that the product ships.
    ///
    /// # Errors
    /// The store's.
    pub async fn scoring_policy_in_force(
        &self,
        tenant: TenantId,
        posting: Option<PostingId>,
    ) -> Result<Option<KeptScoringPolicy>, StoreError> {
        SCORING.in_force(self, tenant, posting).await
    }

    /// Puts a policy in force, for one job or for all that have none of their own; `None` takes it back. Where that is
    /// another one than before, those who were assessed will be so anew. Says whether there is such a job.
    ///
    /// # Errors
    /// The store's. The policy is known to be this tenant's.
    pub async fn put_scoring_policy_in_force(
        &self,
        tenant: TenantId,
        posting: Option<PostingId>,
        policy: Option<ScoringPolicyId>,
        now: Timestamp,
        actor: &str,
    ) -> Result<bool, StoreError> {
        let (policy, actor) = (policy.map(|id| id.to_string()), actor.to_owned());
        self.writer
            .write(move |tx| {
                Box::pin(async move {
                    let before = in_force(tx, tenant, posting).await?;
                    let put = Put { tenant, posting, now, actor: &actor };
                    if !SCORING.put(tx, &put, policy).await? {
                        return Ok(false);
                    }
                    if in_force(tx, tenant, posting).await? != before {
                        rescore(tx, tenant, posting).await?;
                    }
                    Ok(true)
                })
            })
            .await
    }

    /// Puts re-checks into the queue of candidates of one job for whom another scoring policy is in force by now, `most` at
    /// a time. Those received before `since` are left alone. `task` makes the ids. Says how many there were; `None`: there
    /// is no such job at the moment.
    ///
    /// # Errors
    /// The store's.
    pub async fn spread_scoring(
        &self,
        most: u32,
        since: Timestamp,
        mut task: impl FnMut() -> TaskId + Send + 'static,
    ) -> Result<Option<usize>, StoreError> {
        let any = "SELECT id FROM postings WHERE rescored_to IS NOT NULL LIMIT 1";
        // Looking costs no write.
        if query(any).fetch_optional(&self.read).await?.is_none() {
            return Ok(None);
        }
        self.writer
            .write_alone(move |tx| {
                Box::pin(async move {
                    let select = match tx.dialect() {
                        Dialect::Sqlite => {
                            "SELECT id, tenant, rescored_to FROM postings WHERE rescored_to IS NOT NULL \
                             ORDER BY id LIMIT 1"
                        }
                        // Somebody else's is left to them.
                        Dialect::Postgres => {
                            "SELECT id, tenant, rescored_to FROM postings WHERE rescored_to IS NOT NULL \
                             ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED"
                        }
                    };
                    let Some(row) = query(select).fetch_optional(&mut *tx).await? else { return Ok(None) };
                    let row = Read::new(&row, "postings");
                    let (posting, tenant, after) = (row.text("id")?, row.id("tenant")?, row.text("rescored_to")?);
                    let candidates = query(
                        "SELECT id FROM submissions WHERE posting = $1 AND id > $2 AND state = 'assessed' \
                         AND received_at >= $3 ORDER BY id LIMIT $4",
                    );
                    let candidates = candidates.bind(&posting).bind(after).bind(micros(since)).bind(i64::from(most));
                    let rows = candidates.fetch_all(&mut *tx).await?;
                    let ids = rows.iter().map(|row| Read::new(row, "submissions").id("id"));
                    let ids: Vec<SubmissionId> = ids.collect::<Result<_, _>>()?;
                    let is_more = u32::try_from(ids.len()).is_ok_and(|count| count == most);
                    let last = ids.last().filter(|_| is_more).map(|id| id.to_string());
                    let update = query("UPDATE postings SET rescored_to = $2 WHERE id = $1").bind(posting).bind(last);
                    update.execute(&mut *tx).await?;
                    let count = ids.len();
                    let all = ids.into_iter().map(|submission| ToRecheck { submission, tenant }).collect();
                    recheck::enqueue(tx, all, &mut task).await?;
                    Ok(Some(count))
                })
            })
            .await
    }

    /// Assessed submissions of a job, oldest first.
    ///
    /// # Errors
    /// The store's.
    pub async fn assessed_of_posting(
        &self,
        tenant: TenantId,
        posting: PostingId,
        page: Page<SubmissionId>,
    ) -> Result<(Vec<Submission>, Option<SubmissionId>), StoreError> {
        let rows = query(
            "SELECT * FROM submissions WHERE posting = $1 AND tenant = $2 AND state = 'assessed' AND id > $3 \
             ORDER BY id LIMIT $4",
        )
        .bind(posting.to_string())
        .bind(tenant.to_string())
        .bind(page.after())
        .bind(page.rows())
        .fetch_all(&self.read)
        .await?;
        let submissions = rows.iter().map(|row| submission(&Read::new(row, "submissions")));
        Ok(page.cut(submissions.collect::<Result<Vec<_>, _>>()?, |submission| submission.id))
    }
}

/// The id of the policy in force.
async fn in_force(
    tx: &mut Transaction,
    tenant: TenantId,
    posting: Option<PostingId>,
) -> Result<Option<ScoringPolicyId>, StoreError> {
    let select = query(
        "SELECT t.id, coalesce((SELECT scoring_policy FROM postings WHERE id = $2 AND tenant = $1), t.scoring_policy) \
         AS in_force FROM tenants t WHERE t.id = $1",
    );
    let row = select.bind(tenant.to_string()).bind(posting.map(|id| id.to_string())).fetch_optional(tx).await?;
    row.map_or(Ok(None), |row| Read::new(&row, "tenants").optional_id("in_force"))
}

/// Notes that the candidates of a job, or of all that have no policy of their own, are to be assessed anew.
async fn rescore(tx: &mut Transaction, tenant: TenantId, posting: Option<PostingId>) -> Result<(), StoreError> {
    let update = match posting {
        Some(posting) => query("UPDATE postings SET rescored_to = '' WHERE tenant = $1 AND id = $2")
            .bind(tenant.to_string())
            .bind(posting.to_string()),
        None => query("UPDATE postings SET rescored_to = '' WHERE tenant = $1 AND scoring_policy IS NULL")
            .bind(tenant.to_string()),
    };
    update.execute(tx).await.map(drop)
}
