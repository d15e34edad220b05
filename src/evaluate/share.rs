//! Shares and their intervals.

use serde::Serialize;

/// A share that was counted.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Share {
    /// How many.
    pub hits: u64,
    /// Of how many.
    pub of: u64,
    /// Their quotient with its interval; none of nothing.
    #[serde(flatten)]
    pub estimate: Estimate,
}

impl Share {
    /// `hits` of `of`.
    pub(super) fn new(hits: u64, of: u64) -> Share {
        Share { hits, of, estimate: wilson(hits, of) }
    }
}

/// A value between 0 and 1 with its 95 % interval; nothing where nothing was counted.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Estimate {
    /// The value.
    pub value: Option<f64>,
    /// The lower end of its interval.
    pub low: Option<f64>,
    /// The upper end.
    pub high: Option<f64>,
}

/// Wilson's score interval for `hits` of `of` at 95 %.
pub(super) fn wilson(hits: u64, of: u64) -> Estimate {
    /// The .975 quantile of the normal distribution.
    const Z: f64 = 1.959_963_984_540_054;
    if of == 0 {
        return Estimate { value: None, low: None, high: None };
    }
    let (n, share) = (of as f64, hits as f64 / of as f64);
    let middle = share + Z * Z / (2.0 * n);
    let half = Z * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + Z * Z / n;
    // Rounding may leave the interval a hair off the share it belongs to, at 0 and 1.
    let (low, high) = ((middle - half) / scale, (middle + half) / scale);
    Estimate { value: Some(share), low: Some(low.clamp(0.0, share)), high: Some(high.clamp(share, 1.0)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_wilsons() {
        // R: prop.test(15, 20, correct = FALSE) and (10, 10).
        let rounded = |value: Option<f64>| (value.unwrap() * 1e4).round() / 1e4;
        let estimate = wilson(15, 20);
        assert_eq!((rounded(estimate.low), rounded(estimate.high)), (0.5313, 0.8881));
        let estimate = wilson(10, 10);
        assert_eq!((rounded(estimate.low), estimate.high), (0.7225, Some(1.0)));
        assert_eq!(wilson(0, 0).value, None);
    }
}
