//! Retry strategies: the SDK's own constructors where it has one.

use durable::builders::{JitterStrategy, RetryStrategyConfig};
use durable::{RetryDecision, StepError};

use crate::blocks::{Statement, given, list, text};
use crate::durations::duration;
use crate::scope::Scope;

/// What the SDK's builders take: nothing for its default, a configuration, or a function.
pub enum Strategy {
    Default,
    Config(RetryStrategyConfig),
    Function(Box<dyn Fn(&StepError, u32) -> RetryDecision + Send + Sync>),
}

/// The strategy that a statement's `retry` describes.
pub fn strategy(statement: Statement, scope: &Scope) -> Strategy {
    let Some(retry) = given(statement, "retry") else { return Strategy::Default };
    let at = text(statement, "at");
    match text(retry, "kind") {
        "default" => Strategy::Default,
        "none" => Strategy::Function(Box::new(|_, _| RetryDecision::Stop)),
        "exponential" => Strategy::Config(exponential(retry, at, scope)),
        "delays" => {
            let delays: Vec<_> = list(retry, "delays").iter().map(|delay| duration(delay, at, scope)).collect();
            Strategy::Function(Box::new(move |_, attempt| match delays.get(attempt as usize - 1) {
                Some(delay) => RetryDecision::Retry { delay: *delay },
                None => RetryDecision::Stop,
            }))
        }
        "fixed" => {
            let (delay, most) = (duration(&retry["delay"], at, scope), retry["attempts"].as_u64());
            Strategy::Function(Box::new(move |_, attempt| match most {
                Some(most) if u64::from(attempt) >= most => RetryDecision::Stop,
                _ => RetryDecision::Retry { delay },
            }))
        }
        kind => scope.run.lab.stop("harness", &format!("this harness knows no retry '{kind}'"), Some(at), None),
    }
}

fn exponential(retry: Statement, at: &str, scope: &Scope) -> RetryStrategyConfig {
    let mut config = RetryStrategyConfig::builder();
    if let Some(attempts) = retry["attempts"].as_u64() {
        config = config.max_attempts(attempts as u32);
    }
    if let Some(initial) = given(retry, "initial") {
        config = config.initial_delay(duration(initial, at, scope));
    }
    if let Some(max) = given(retry, "max") {
        config = config.max_delay(duration(max, at, scope));
    }
    if let Some(rate) = retry["rate"].as_f64() {
        config = config.backoff_rate(rate);
    }
    if let Some(name) = given(retry, "jitter") {
        config = config.jitter(jitter(name));
    }
    config.build()
}

/// A jitter strategy by its name, in any case.
pub fn jitter(name: Statement) -> JitterStrategy {
    match name.as_str().unwrap_or_default().to_uppercase().as_str() {
        "NONE" => JitterStrategy::None,
        "HALF" => JitterStrategy::Half,
        _ => JitterStrategy::Full,
    }
}
