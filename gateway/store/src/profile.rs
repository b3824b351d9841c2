//! Profiles. They are never changed.

use wellspring_model::{
    Timestamp,
    competency::Profile,
    id::{ProfileId, TenantId},
};

use crate::{
    Action, AuditNote, Page, Store, StoreError, detail_of,
    row::{Read, json, micros},
    sql::query,
};

impl Store {
    pub async fn add_profile(
        &self,
        tenant: TenantId,
        profile: &Profile,
        now: Timestamp,
        actor: &str,
    ) -> Result<(), StoreError> {
        let (id, text, actor) = (profile.id.to_string(), json(profile)?, actor.to_owned());
        let detail = detail_of(&text);
        self.writer
            .write(move |tx| {
                Box::pin(async move {
                    query("INSERT INTO profiles (id, tenant, profile, created_at) VALUES ($1, $2, $3, $4)")
                        .bind(&id)
                        .bind(tenant.to_string())
                        .bind(text)
                        .bind(micros(now))
                        .execute(&mut *tx)
                        .await?;
                    tx.note(AuditNote::new(tenant, now, &actor, Action::ProfileAdded, &id).with(detail));
                    Ok(())
                })
            })
            .await
    }

    pub async fn profile(&self, tenant: TenantId, id: ProfileId) -> Result<Option<Profile>, StoreError> {
        let row = query("SELECT id, profile FROM profiles WHERE id = $1 AND tenant = $2")
            .bind(id.to_string())
            .bind(tenant.to_string())
            .fetch_optional(&self.read)
            .await?;
        row.map(|row| Read::new(&row, "profiles").json("profile")).transpose()
    }

    pub async fn profiles(
        &self,
        tenant: TenantId,
        page: Page<ProfileId>,
    ) -> Result<(Vec<Profile>, Option<ProfileId>), StoreError> {
        let rows = query("SELECT id, profile FROM profiles WHERE tenant = $1 AND id > $2 ORDER BY id LIMIT $3")
            .bind(tenant.to_string())
            .bind(page.after())
            .bind(page.rows())
            .fetch_all(&self.read)
            .await?;
        let profiles = rows.iter().map(|row| Read::new(row, "profiles").json("profile"));
        Ok(page.cut(profiles.collect::<Result<Vec<Profile>, _>>()?, |profile| profile.id))
    }
}
