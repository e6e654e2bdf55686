//! Statements that the SDK's callbacks stand behind.

use std::sync::{Arc, Mutex};

use durable::{BoxError, DurableContext, StepContext};
use serde_json::{Value, json};

use crate::blocks::{Statement, at, bound, given, text};
use crate::bodies::{self, Call};
use crate::durations::duration;
use crate::operations::{name_of, with};
use crate::retries::{self, Strategy};
use crate::scope::{Scope, locked};
use crate::serdes;

pub async fn callback(statement: Statement, ctx: &DurableContext, scope: &mut Scope) -> Result<(), BoxError> {
    let asked = |field| given(statement, field).map(|length| duration(length, at(statement), scope));
    let (timeout, heartbeat) = (asked("timeout"), asked("heartbeat_timeout"));
    let (name, serdes) = (name_of(statement, scope), serdes::given(statement, "serdes", scope));
    let builder = with!(with!(ctx.create_callback(), name, name), timeout, timeout);
    let builder = with!(builder, heartbeat, heartbeat);
    let callback = match serdes {
        Some(serdes) => builder.serdes(serdes).await?,
        None => builder.await?,
    };
    let id = json!(callback.id());
    scope.run.lab.effect(scope.at(at(statement)), "callback", "start", json!({"callback_id": id}));
    scope.bind(bound(statement), id);
    if let Some(name) = bound(statement) {
        scope.callbacks.insert(name.to_string(), Arc::new(Mutex::new(Some(callback))));
    }
    Ok(())
}

/// Wait for the callback that a name stands for: moved, as the language has it.
pub async fn wait(statement: Statement, scope: &mut Scope) -> Result<(), BoxError> {
    let name = text(statement, "callback");
    let Some(slot) = scope.callbacks.get(name) else {
        let message = format!("{name} is no callback that was created");
        scope.run.lab.stop("harness", &message, Some(at(statement)), None)
    };
    let Some(callback) = locked(slot).take() else {
        let message = format!("{name} was awaited before: callbacks are moved");
        scope.run.lab.stop("unsupported", &message, Some(at(statement)), None)
    };
    let value = callback.result().await?;
    scope.bind(bound(statement), value);
    Ok(())
}

pub async fn wait_for_callback(statement: Statement, ctx: &DurableContext, scope: &mut Scope) -> Result<(), BoxError> {
    let (inner, context) = (scope.clone(), ctx.clone());
    let submit = move |_: StepContext, id: String| {
        let extra = vec![("callback_id", json!(id))];
        let call = Call { at: at(statement), kind: "submitter", attempt: None, scope: inner, context, extra };
        async move { bodies::run(call).await.map(drop) }
    };
    let asked = |field| given(statement, field).map(|length| duration(length, at(statement), scope));
    let (timeout, heartbeat) = (asked("timeout"), asked("heartbeat_timeout"));
    let (name, serdes) = (name_of(statement, scope), serdes::given(statement, "serdes", scope));
    let builder = with!(with!(ctx.wait_for_callback::<Value, _, _>(submit), name, name), timeout, timeout);
    let builder = with!(builder, heartbeat, heartbeat);
    let builder = match retries::strategy(statement, scope) {
        Strategy::Default => builder,
        Strategy::Config(config) => builder.submitter_retry_config(config),
        Strategy::Function(function) => builder.submitter_retry(function),
    };
    let value = match serdes {
        Some(serdes) => builder.serdes(serdes).await?,
        None => builder.await?,
    };
    scope.bind(bound(statement), value);
    Ok(())
}
