//! The statement that the SDK's wait_for_condition stands behind.

use durable::builders::wait_for_condition::{WaitDecision, WaitStrategy};
use durable::{BoxError, DurableContext, StepContext};
use serde_json::{Value, json};

use crate::blocks::{Statement, at, bound, given, list};
use crate::bodies::{self, Call};
use crate::durations::duration;
use crate::operations::{name_of, with};
use crate::retries;
use crate::scope::Scope;
use crate::serdes;

pub async fn wait_for_condition(statement: Statement, ctx: &DurableContext, scope: &mut Scope) -> Result<(), BoxError> {
    let place = at(statement);
    let initial = given(statement, "initial").map_or(Value::Null, |tree| scope.evaluate(tree, place, &[]));
    let (inner, context) = (scope.clone(), ctx.clone());
    let check = move |step: StepContext, state: Value| {
        let attempt = Some(step.attempt());
        let extra = vec![("state", state), ("attempt", json!(attempt))];
        bodies::run(Call { at: place, kind: "check", attempt, scope: inner.clone(), context: context.clone(), extra })
    };
    let (name, serdes) = (name_of(statement, scope), serdes::given(statement, "serdes", scope));
    let delays: Vec<_> = list(statement, "delays").iter().map(|delay| duration(delay, place, scope)).collect();
    let inner = scope.clone();
    let builder = with!(ctx.wait_for_condition(check, initial), name, name);
    let builder = if let Some(last) = delays.last().copied() {
        builder.wait_strategy_fn(move |state, attempt| {
            if inner.holds(&statement["until"], place, &[("state", state), ("attempt", json!(attempt))]) {
                return WaitDecision::complete();
            }
            WaitDecision::continue_with(delays.get(attempt as usize - 1).copied().unwrap_or(last))
        })
    } else {
        builder.wait_strategy(backoff(statement, scope))
    };
    let value = match serdes {
        Some(serdes) => builder.serdes(serdes).await?,
        None => builder.await?,
    };
    scope.bind(bound(statement), value);
    Ok(())
}

fn backoff(statement: Statement, scope: &Scope) -> WaitStrategy<Value> {
    let (inner, place) = (scope.clone(), at(statement));
    let until = move |state: &Value| inner.holds(&statement["until"], place, &[("state", state.clone())]);
    let mut strategy = WaitStrategy::builder(until);
    let Some(backoff) = given(statement, "backoff") else { return strategy.build() };
    if let Some(attempts) = backoff["attempts"].as_u64() {
        strategy = strategy.max_attempts(attempts as u32);
    }
    if let Some(initial) = given(backoff, "initial") {
        strategy = strategy.initial_delay(duration(initial, place, scope));
    }
    if let Some(max) = given(backoff, "max") {
        strategy = strategy.max_delay(duration(max, place, scope));
    }
    if let Some(rate) = backoff["rate"].as_f64() {
        strategy = strategy.backoff_rate(rate);
    }
    if let Some(name) = given(backoff, "jitter") {
        strategy = strategy.jitter(retries::jitter(name));
    }
    strategy.build()
}
