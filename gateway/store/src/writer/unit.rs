//! One piece of work within a transaction, and its answer, held back until the transaction is decided.

use futures_util::future::BoxFuture;
use tokio::sync::oneshot;

use crate::{StoreError, transaction::Transaction};

/// What a unit does with the transaction.
pub(super) type Work<T> = Box<dyn for<'c> FnOnce(&'c mut Transaction) -> BoxFuture<'c, Result<T, StoreError>> + Send>;

/// A unit whose type of answer is hidden from the writer.
pub(super) trait Unit: Send {
    fn run<'c>(self: Box<Self>, tx: &'c mut Transaction) -> BoxFuture<'c, Box<dyn Answer>>;
    fn refuse(self: Box<Self>, error: StoreError);
}

/// What a unit came to.
pub(super) trait Answer: Send {
    fn is_ok(&self) -> bool;
    /// Whether it failed for want of room, which undoes the whole transaction by itself.
    fn is_full(&self) -> bool;
    fn give(self: Box<Self>);
    fn refuse(self: Box<Self>, error: StoreError);
}

pub(super) struct Asked<T> {
    pub work: Work<T>,
    pub reply: oneshot::Sender<Result<T, StoreError>>,
}

pub(super) struct Done<T> {
    pub result: Result<T, StoreError>,
    pub reply: oneshot::Sender<Result<T, StoreError>>,
}

impl<T: Send + 'static> Unit for Asked<T> {
    fn run<'c>(self: Box<Self>, tx: &'c mut Transaction) -> BoxFuture<'c, Box<dyn Answer>> {
        Box::pin(async move {
            let result = (self.work)(tx).await;
            Box::new(Done { result, reply: self.reply }) as Box<dyn Answer>
        })
    }

    fn refuse(self: Box<Self>, error: StoreError) {
        let _gone = self.reply.send(Err(error));
    }
}

impl<T: Send> Answer for Done<T> {
    fn is_ok(&self) -> bool {
        self.result.is_ok()
    }

    fn is_full(&self) -> bool {
        matches!(self.result, Err(StoreError::Full))
    }

    fn give(self: Box<Self>) {
        // A caller that has gone away needs no answer.
        let _gone = self.reply.send(self.result);
    }

    fn refuse(self: Box<Self>, error: StoreError) {
        let _gone = self.reply.send(Err(error));
    }
}
