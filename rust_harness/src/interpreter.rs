//! The one handler of every scenario: it runs the program that the lab has for the invocation.

use std::sync::{Arc, Mutex, OnceLock};

use durable::{BoxError, DurableContext};
use serde_json::Value;

use crate::blocks::{list, run_function};
use crate::budget::Total;
use crate::lab::Lab;
use crate::scope::{Run, Scope};

/// Fetch the invocation's program: what is to be run, and whether as a durable function.
pub async fn prepared(lab: Lab) -> (Arc<Run>, bool) {
    let program = lab.program().await;
    for field in ["function", "statements", "invocation", "budget"] {
        if program.get(field).is_none() {
            lab.stop("harness", &format!("malformed program: no {field}"), None, None);
        }
    }
    let durable = program["durable"].as_bool().unwrap_or(true);
    let budget = Mutex::new(Total::new(&program["budget"]));
    (Arc::new(Run { lab, program, budget, context: OnceLock::new() }), durable)
}

/// Run the program on the execution's input; `ctx` is the SDK's context, none in a plain function.
pub async fn interpret(run: Arc<Run>, event: Value, ctx: Option<DurableContext>) -> Result<Value, BoxError> {
    if let Some(ctx) = &ctx {
        let _ = run.context.set(ctx.clone());
    }
    let (place, program) = (run.place(), run.program);
    let mut scope = Scope::new(run);
    scope.bind(Some("input"), event);
    scope.bind(Some("invocation"), program["invocation"].clone());
    run_function("handler", &place, list(program, "statements"), ctx.as_ref(), scope).await
}
