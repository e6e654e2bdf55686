//! Durations, as the SDK takes them.

use std::time::Duration;

use crate::blocks::Statement;
use crate::scope::Scope;

/// A duration in the amount as written: rounding and clamping are the SDK's.
pub fn duration(given: Statement, at: &str, scope: &Scope) -> Duration {
    let unit = match given["unit"].as_str() {
        Some("minutes") => 60.0,
        Some("hours") => 3600.0,
        Some("days") => 86400.0,
        _ => 1.0,
    };
    let amount = scope.evaluate(&given["amount"], at, &[]);
    let seconds = amount.as_f64().map(|amount| Duration::try_from_secs_f64(amount * unit));
    match seconds {
        Some(Ok(duration)) => duration,
        _ => scope.run.lab.stop("unsupported", &format!("{amount} is no duration of this language"), Some(at), None),
    }
}
