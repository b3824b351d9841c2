//! Exact arithmetic of shares, in millionths. Each result is cut to a whole millionth.

use wellspring_model::assessment::Ppm;

/// The product.
pub fn times(one: Ppm, other: Ppm) -> Ppm {
    ppm(u64::from(one.get()) * u64::from(other.get()) / u64::from(Ppm::ONE.get()))
}

/// `part` of `whole`, one at most.
pub fn share(part: u64, whole: u64) -> Ppm {
    ppm(part.saturating_mul(u64::from(Ppm::ONE.get())) / whole.max(1))
}

/// The mean of so many shares, of which this is the sum in millionths.
pub fn share_of_sum(sum: u64, of: usize) -> Ppm {
    ppm(sum / u64::try_from(of.max(1)).unwrap_or(u64::MAX))
}

/// So many millionths, one at most.
fn ppm(millionths: u64) -> Ppm {
    u32::try_from(millionths).ok().and_then(Ppm::new).unwrap_or(Ppm::ONE)
}
