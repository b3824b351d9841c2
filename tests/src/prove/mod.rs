//! What happens when something breaks, shown by breaking it. Each proof is a file; it says what holds and with which
//! figures.

mod check;
pub mod clock;
pub mod crash;
pub mod disk_full;
mod load;
pub mod network;
pub mod nodes;
pub mod postgres;
pub mod power;
mod proxy;
mod server;
mod sqlite;
pub mod upgrade;

pub use check::{drained, duplicates};
pub use load::{Accepted, Load, Told};
pub use server::Server;

/// Numbers that look like chance and are the same for the same seed.
#[derive(Debug, Clone)]
pub struct Chance(u64);

impl Chance {
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `end` (SplitMix64).
    pub const fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }
}
