//! Runs statements in their order.

use std::future::Future;
use std::pin::Pin;

use durable::{BoxError, DurableContext};
use serde_json::{Value, json};

use crate::scope::Scope;
use crate::{callbacks, conditions, control, invokes, operations};

/// A statement of a program.
pub type Statement = &'static Value;

/// What a block comes to: a value where a `return` was reached.
pub type Ended = Result<Option<Value>, BoxError>;

/// A block under way.
pub type Running<'a> = Pin<Box<dyn Future<Output = Ended> + Send + 'a>>;

/// What was given for a field of a statement.
pub fn given(statement: Statement, field: &str) -> Option<Statement> {
    statement.get(field)
}

/// A field that is text.
pub fn text(statement: Statement, field: &str) -> &'static str {
    given(statement, field).and_then(Value::as_str).unwrap_or_default()
}

/// Where a statement is.
pub fn at(statement: Statement) -> &'static str {
    text(statement, "at")
}

/// The variable that takes a statement's result.
pub fn bound(statement: Statement) -> Option<&'static str> {
    given(statement, "bind").and_then(Value::as_str)
}

/// A field that is a list, of statements or other parts.
pub fn list(statement: Statement, field: &str) -> &'static [Value] {
    given(statement, field).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// Run statements until one returns; `ctx` is the SDK's context, none in a plain function.
pub fn run_block<'a>(
    statements: &'static [Value],
    ctx: Option<&'a DurableContext>,
    scope: &'a mut Scope,
) -> Running<'a> {
    Box::pin(async move {
        for statement in statements {
            let returned = if control::WORDS.contains(&text(statement, "op")) {
                control::run(statement, ctx, scope).await?
            } else {
                operation(statement, ctx, scope).await.map(|()| None)?
            };
            if returned.is_some() {
                return Ok(returned);
            }
        }
        Ok(None)
    })
}

async fn operation(statement: Statement, ctx: Option<&DurableContext>, scope: &mut Scope) -> Result<(), BoxError> {
    let op = text(statement, "op");
    let Some(ctx) = ctx else {
        let message = format!("{op} is an operation, and this function is not durable");
        scope.run.lab.stop("harness", &message, Some(at(statement)), None)
    };
    match op {
        "step" => operations::step(statement, ctx, scope).await,
        "wait" => operations::wait(statement, ctx, scope).await,
        "child" => operations::child(statement, ctx, scope).await,
        "map" => operations::map(statement, ctx, scope).await,
        "parallel" => operations::parallel(statement, ctx, scope).await,
        "callback" => callbacks::callback(statement, ctx, scope).await,
        "await" => callbacks::wait(statement, scope).await,
        "wait_for_callback" => callbacks::wait_for_callback(statement, ctx, scope).await,
        "wait_for_condition" => conditions::wait_for_condition(statement, ctx, scope).await,
        "invoke" => invokes::invoke(statement, ctx, scope).await,
        _ => {
            let message = format!("this harness knows no statement '{op}'");
            scope.run.lab.stop("harness", &message, Some(at(statement)), None)
        }
    }
}

/// Run a handler's, a child's or a branch's statements and tell the lab of its start and its end.
///
/// One that is suspended has not ended. Without a `return` the value is what a function without one gives.
pub async fn run_function(
    kind: &'static str,
    at: &str,
    statements: &'static [Value],
    ctx: Option<&DurableContext>,
    mut scope: Scope,
) -> Result<Value, BoxError> {
    scope.run.lab.effect(scope.at(at), kind, "start", Value::Null);
    let ended = run_block(statements, ctx, &mut scope).await;
    let detail = match &ended {
        Err(_) => json!({"outcome": "raised"}),
        Ok(None) => json!({"outcome": "returned"}),
        Ok(Some(value)) => json!({"outcome": "returned", "size": value.to_string().len()}),
    };
    scope.run.lab.effect(scope.at(at), kind, "end", detail);
    Ok(ended?.unwrap_or_default())
}
