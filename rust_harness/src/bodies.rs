//! What a step, a check or a submitter does when the SDK runs it.

use durable::{BoxError, DurableContext};
use serde_json::{Value, json};

use crate::blocks::{given, list, run_block};
use crate::errors;
use crate::logs;
use crate::scope::Scope;

/// One time that the SDK runs a statement's body; `extra` is in scope besides what `scope` holds.
///
/// `context` is the SDK's that the statement stands in: a body that uses it uses it out of its place.
pub struct Call {
    pub at: &'static str,
    pub kind: &'static str,
    pub attempt: Option<u32>,
    pub scope: Scope,
    pub context: DurableContext,
    pub extra: Vec<(&'static str, Value)>,
}

/// Do what the lab says that the body does this time.
///
/// The lab counts the times, over crashes, holds a body back until what it waits for has happened, and kills the
/// process of one that crashes while that waits to tell of its end.
pub async fn run(call: Call) -> Result<Value, BoxError> {
    let Call { at, kind, attempt, scope, context, extra } = call;
    let lab = &scope.run.lab;
    let turn = lab.turn(scope.at(at), kind, attempt).await;
    for line in list(turn, "logs") {
        logs::write(line, true, &scope, &extra);
    }
    let outcome = if let Some(raises) = given(turn, "raises") {
        Err(errors::make(raises, at, &scope, &extra))
    } else if given(turn, "do").is_some() {
        let mut inner = scope.clone();
        for (name, value) in &extra {
            inner.bind(Some(name), value.clone());
        }
        run_block(list(turn, "do"), Some(&context), &mut inner).await.map(Option::unwrap_or_default)
    } else {
        Ok(scope.evaluate(&turn["returns"], at, &extra))
    };
    let mut detail = json!({"outcome": if outcome.is_ok() { "returned" } else { "raised" }});
    if let Some((_, id)) = extra.iter().find(|(name, _)| *name == "callback_id") {
        detail["callback_id"] = id.clone();
    }
    lab.end(scope.at(at), kind, attempt, detail).await;
    outcome
}
