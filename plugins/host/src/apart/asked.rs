//! What one call has asked for and was not yet answered. It ends with the call: a request that went on would be under way beside the
//! next try of the same work.

use std::{io, sync::Arc};

use tokio::{sync::Semaphore, task::JoinSet};

use super::frame::Reply;
use crate::errand::SIDE_BY_SIDE;

/// The questions of a call. Those that are open end when this is dropped.
pub(super) struct Asked {
    open: JoinSet<()>,
    turns: Arc<Semaphore>,
}

impl Asked {
    pub fn nothing() -> Self {
        Self { open: JoinSet::new(), turns: Arc::new(Semaphore::new(SIDE_BY_SIDE)) }
    }

    /// Answers a question, and says the answer.
    ///
    /// # Errors
    /// There are more of them than a guest can ask at once; each may be as large as a frame, so they are not kept waiting.
    pub fn answer(
        &mut self,
        reply: impl Future<Output = Reply> + Send + 'static,
        say: impl FnOnce(Reply) + Send + 'static,
    ) -> io::Result<()> {
        let turn = Arc::clone(&self.turns).try_acquire_owned();
        let turn = turn.map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "a call asks too much at once"))?;
        while self.open.try_join_next().is_some() {}
        self.open.spawn(async move {
            let reply = reply.await;
            // Before it is said: whoever hears it may ask again at once.
            drop(turn);
            say(reply);
        });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::{
        future::{pending, ready},
        sync::Mutex,
        time::Duration,
    };

    use super::*;

    /// Guards the turns: without them any number of frames is held for one call.
    #[tokio::test]
    async fn a_call_has_so_many_questions_open_and_no_more() {
        let mut asked = Asked::nothing();
        for _ in 0..SIDE_BY_SIDE {
            asked.answer(pending(), |_| {}).expect("within what a guest can ask");
        }
        assert!(asked.answer(pending(), |_| {}).is_err(), "one more than that");
    }

    /// Guards that a turn is given back, and before the answer is said.
    #[tokio::test]
    async fn whoever_hears_an_answer_may_ask_again_at_once() {
        let asked = Arc::new(Mutex::new(Asked::nothing()));
        let (done, mut heard) = tokio::sync::mpsc::unbounded_channel();
        for _ in 0..SIDE_BY_SIDE {
            let (again, done) = (Arc::clone(&asked), done.clone());
            let ask_again = move |_| {
                let taken = again.lock().expect("alone").answer(ready(Reply::Fits(true)), |_| {});
                done.send(taken.is_ok()).expect("somebody waits");
            };
            asked.lock().expect("alone").answer(ready(Reply::Fits(false)), ask_again).expect("within");
        }
        for _ in 0..SIDE_BY_SIDE {
            assert_eq!(heard.recv().await, Some(true));
        }
    }

    /// Guards that they are ended: with tasks of their own they would go on.
    #[tokio::test]
    async fn what_is_open_ends_with_the_call() {
        let (held, gone) = tokio::sync::oneshot::channel::<()>();
        let mut asked = Asked::nothing();
        let reply = async move {
            let _held = held;
            pending().await
        };
        asked.answer(reply, |_| {}).expect("within");
        tokio::task::yield_now().await;
        drop(asked);
        let ended = tokio::time::timeout(Duration::from_secs(10), gone).await;
        assert!(ended.expect("it ends").is_err(), "nobody is left to answer");
    }
}
