//! The queue as a state machine: whatever is done in whatever order, nothing is lost, nothing is held twice, fences hold.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use wellspring_model::{
    Timestamp,
    id::{DeliveryId, TaskId},
};
use wellspring_store::{Leased, StoreError, TaskKind};

use crate::world::{LONG, OVER, World, now};

#[derive(Debug, Clone)]
enum Step {
    /// A submission comes in. Its delivery will get one of three serialisation keys.
    Accept,
    Claim {
        most: usize,
        live: bool,
    },
    /// Settle one of the leases ever given, good or late.
    Settle {
        lease: usize,
        delivered: bool,
    },
    Restart,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => Just(Step::Accept),
        4 => (1_usize..5, any::<bool>()).prop_map(|(most, live)| Step::Claim { most, live }),
        5 => (any::<usize>(), any::<bool>()).prop_map(|(lease, delivered)| Step::Settle { lease, delivered }),
        1 => Just(Step::Restart),
    ]
}

/// What ought to be true, kept beside the store.
#[derive(Default)]
struct Model {
    /// Every lease ever given.
    leases: Vec<Leased>,
    /// Which lease of a task is the newest; whether it was given for long.
    newest: BTreeMap<TaskId, (usize, bool)>,
    /// Tasks of which no lease holds any more, because they were settled, put off or handed back.
    released: BTreeSet<TaskId>,
    waiting: BTreeSet<TaskId>,
    keys: BTreeMap<DeliveryId, u8>,
    delivered: BTreeSet<DeliveryId>,
}

impl Model {
    fn holds(&self, lease: usize) -> bool {
        let task = self.leases[lease].task;
        self.waiting.contains(&task)
            && !self.released.contains(&task)
            && self.newest.get(&task).is_some_and(|(newest, _)| *newest == lease)
    }

    fn is_live(&self, task: TaskId) -> bool {
        !self.released.contains(&task) && self.newest.get(&task).is_some_and(|(_, live)| *live)
    }

    fn key(&self, kind: TaskKind) -> Option<u8> {
        match kind {
            TaskKind::Assess { .. } | TaskKind::Recheck { .. } => None,
            TaskKind::Deliver { delivery } => self.keys.get(&delivery).copied(),
        }
    }

    fn live_keys(&self) -> Vec<u8> {
        let live = self.newest.iter().filter(|(task, _)| self.waiting.contains(task) && self.is_live(**task));
        live.filter_map(|(_, (lease, _))| self.key(self.leases[*lease].kind)).collect()
    }

    fn claimed(&mut self, leased: Vec<Leased>, live: bool) {
        for one in leased {
            assert!(self.waiting.contains(&one.task), "a task that is done came again");
            assert!(!self.is_live(one.task), "a task is in two live leases");
            self.released.remove(&one.task);
            self.newest.insert(one.task, (self.leases.len(), live));
            self.leases.push(one);
        }
        let keys = self.live_keys();
        assert_eq!(keys.iter().collect::<BTreeSet<_>>().len(), keys.len(), "two live leases share a key");
    }
}

async fn settle(world: &World, model: &mut Model, index: usize, is_delivered: bool, at: Timestamp) {
    let lease = model.leases[index];
    let holds = model.holds(index);
    let result = match lease.kind {
        TaskKind::Recheck { .. } => panic!("nothing was assessed so long ago"),
        TaskKind::Assess { submission } => {
            let key = u8::try_from(model.keys.len() % 3).unwrap();
            let delivery = world.delivery(submission, &key.to_string());
            let (id, task) = (delivery.id, delivery.task);
            let result = world.store.record_assessment(&lease, world.assessed(submission, vec![delivery]), at).await;
            if result.is_ok() {
                model.keys.insert(id, key);
                model.waiting.remove(&lease.task);
                model.waiting.insert(task);
            }
            result
        }
        TaskKind::Deliver { delivery } => {
            let ended = if is_delivered { world.delivered() } else { world.failed(Some(OVER)) };
            match world.store.begin_attempt(&lease, delivery, ended.attempt, None, at).await {
                Err(error) => Err(error),
                Ok(_) if is_delivered => {
                    model.waiting.remove(&lease.task);
                    assert!(model.delivered.insert(delivery), "delivered twice");
                    world.store.settle(&lease, delivery, ended, at).await
                }
                Ok(_) => {
                    model.released.insert(lease.task);
                    world.store.settle(&lease, delivery, ended, at).await
                }
            }
        }
    };
    match result {
        Ok(()) => assert!(holds, "a lease that does not hold was taken"),
        Err(StoreError::Fenced) => assert!(!holds, "a lease that holds was refused"),
        Err(other) => panic!("{other}"),
    }
}

async fn run(world: World, steps: Vec<Step>) {
    let mut model = Model::default();
    let mut accepted = 0;
    for step in steps {
        match step {
            Step::Accept => {
                let new = world.submission(world.place);
                model.waiting.insert(new.task);
                world.store.accept(new).await.unwrap();
                accepted += 1;
            }
            Step::Claim { most, live } => {
                let lease = if live { LONG } else { OVER };
                let leased = world.store.claim(most, lease, world.token()).await.unwrap();
                assert!(leased.len() <= most);
                model.claimed(leased, live);
            }
            Step::Settle { lease, delivered } if !model.leases.is_empty() => {
                let index = lease % model.leases.len();
                settle(&world, &mut model, index, delivered, now()).await;
            }
            Step::Settle { .. } => {}
            Step::Restart => {
                world.store.release_leases().await.unwrap();
                let held: Vec<TaskId> = model.waiting.iter().copied().collect();
                model.released.extend(held);
            }
        }
        assert_eq!(world.store.tasks_waiting().await.unwrap(), model.waiting.len() as u64, "none lost, none invented");
    }
    drain(&world, &mut model).await;
    assert_eq!(model.delivered.len(), accepted, "everything accepted is delivered, once");
}

/// Works off what is left.
async fn drain(world: &World, model: &mut Model) {
    world.store.release_leases().await.unwrap();
    model.released = model.waiting.clone();
    while !model.waiting.is_empty() {
        let leased = world.store.claim(8, LONG, world.token()).await.unwrap();
        assert!(!leased.is_empty(), "something is due and nobody gets it");
        let first = model.leases.len();
        model.claimed(leased, true);
        for index in first..model.leases.len() {
            settle(world, model, index, true, now()).await;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn nothing_is_lost_held_twice_or_settled_late(steps in prop::collection::vec(step(), 1..40)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            if let Some(world) = World::postgres().await {
                run(world, steps.clone()).await;
            }
            run(World::sqlite().await, steps).await;
        });
    }
}
