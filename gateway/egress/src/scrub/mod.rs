//! Taking secrets out of what the other side sent back, should it echo them. What the guest has never seen it cannot give
//! away.
//!
//! All secrets of a connection are looked for in every answer, whichever of them the request carried: as they are, in base64
//! and hexadecimal, and any of these escaped for addresses, JSON or HTML, up to three times over. This is for servers that
//! echo what they were sent. One that is in league with a connector already has the secret, and can write it in a cipher.

mod needle;
mod view;

use std::{
    collections::VecDeque,
    ops::Range,
    sync::{Arc, Mutex, PoisonError},
};

use bytes::Bytes;
use secrecy::{ExposeSecret, SecretString};

use self::{
    needle::{Needle, needles},
    view::View,
};
use crate::error::ExchangeFailure;

/// What stands in the place of a secret.
const INSTEAD: &[u8] = b"[secret]";
/// Shorter secrets would blot out ordinary text.
const SHORTEST: usize = 6;
/// Layers of escapes that are undone: JSON within JSON within an address is the most that is seen in practice.
const LAYERS: usize = 3;
/// Tokens that are remembered. A token that was replaced may still be good, and be echoed late.
const TOKENS: usize = 8;
/// A larger body is searched on a thread where that holds nobody up.
const LARGE: usize = 128 * 1024;

/// Knows the secrets of a connection.
pub struct Scrubber {
    fixed: Vec<Known>,
    tokens: Mutex<VecDeque<Arc<Known>>>,
}

/// A secret and what to look for.
struct Known {
    secret: SecretString,
    needles: Vec<Needle>,
}

impl Known {
    fn new(secret: SecretString) -> Option<Self> {
        let needles = (secret.expose_secret().len() >= SHORTEST).then(|| needles(secret.expose_secret()))?;
        Some(Self { secret, needles })
    }
}

impl Scrubber {
    /// One that looks for these.
    pub fn new(secrets: impl IntoIterator<Item = SecretString>) -> Self {
        Self { fixed: secrets.into_iter().filter_map(Known::new).collect(), tokens: Mutex::default() }
    }

    /// From now on this token is looked for too. One that is known becomes the newest again.
    pub(crate) fn learn(&self, token: &SecretString) {
        let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        let place = tokens.iter().position(|known| known.secret.expose_secret() == token.expose_secret());
        let known = place.and_then(|place| tokens.remove(place));
        let Some(known) = known.or_else(|| Known::new(token.clone()).map(Arc::new)) else { return };
        tokens.truncate(TOKENS - 1);
        tokens.push_front(known);
    }

    /// The fields of an answer. One whose name holds a secret is left out.
    pub(crate) fn headers(&self, fields: Vec<(String, String)>) -> Vec<(String, String)> {
        let tokens = self.tokens();
        let fields = fields.into_iter().filter(|(name, _)| {
            let view = View::of(name.as_bytes());
            let name = view.as_ref().map_or(name.as_bytes(), |view| &view.bytes);
            name.len() < SHORTEST || !self.needles(&tokens).any(|needle| needle.is_in_name(name))
        });
        fields.map(|(name, value)| (name, self.text(value))).collect()
    }

    /// A text without the secrets.
    pub fn text(&self, text: String) -> String {
        match self.without_secrets(text.as_bytes()) {
            Some(scrubbed) => String::from_utf8_lossy(&scrubbed).into_owned(),
            None => text,
        }
    }

    /// A body. It is searched as a whole, so that no secret hides where two pieces of it meet.
    pub(crate) async fn body(self: &Arc<Self>, body: Bytes) -> Result<Bytes, ExchangeFailure> {
        let scrub = |scrubber: &Self, body: Bytes| scrubber.without_secrets(&body).map_or(body, Bytes::from);
        if body.len() < LARGE {
            return Ok(scrub(self, body));
        }
        let scrubber = Arc::clone(self);
        // Not joined only where the search panicked: then nobody may see the body.
        tokio::task::spawn_blocking(move || scrub(&scrubber, body)).await.map_err(|_| ExchangeFailure::Connect)
    }

    fn tokens(&self) -> Vec<Arc<Known>> {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    fn needles<'a>(&'a self, tokens: &'a [Arc<Known>]) -> impl Iterator<Item = &'a Needle> {
        let tokens = tokens.iter().map(|known| &**known);
        self.fixed.iter().chain(tokens).flat_map(|known| &known.needles)
    }

    /// The text without secrets; `None` where there were none.
    fn without_secrets(&self, text: &[u8]) -> Option<Vec<u8>> {
        let tokens = self.tokens();
        self.needles(&tokens).next()?;
        let mut places: Vec<_> = self.needles(&tokens).flat_map(|needle| needle.places(text)).collect();
        let mut views: Vec<View> = Vec::new();
        while views.len() < LAYERS
            && let Some(view) = View::of(views.last().map_or(text, |view| &view.bytes))
        {
            let found: Vec<_> = self.needles(&tokens).flat_map(|needle| needle.places(&view.bytes)).collect();
            views.push(view);
            let start = |at| views.iter().rev().fold(at, |at, view| view.start(at));
            let end = |at| views.iter().rev().fold(at, |at, view| view.end(at));
            places.extend(found.iter().map(|place| start(place.start)..end(place.end)));
        }
        (!places.is_empty()).then(|| replace(text, places))
    }
}

fn replace(text: &[u8], mut places: Vec<Range<usize>>) -> Vec<u8> {
    places.sort_by_key(|place| place.start);
    let (mut replaced, mut from) = (Vec::with_capacity(text.len()), 0);
    for place in places {
        // Where two overlap, the first has been replaced already.
        if place.start >= from {
            replaced.extend_from_slice(&text[from..place.start]);
            replaced.extend_from_slice(INSTEAD);
        }
        from = from.max(place.end);
    }
    replaced.extend_from_slice(&text[from..]);
    replaced
}

#[cfg(test)]
mod tests;
