//! Maps and parallels: when they are complete, and their results as a scenario sees them.

use durable::BoxError;
use durable::builders::map_parallel::{BatchItem, BatchItemStatus, BatchResult, CompletionConfig};
use serde_json::{Value, json};

use crate::blocks::{Statement, at, given};
use crate::errors::plain;
use crate::scope::Scope;

/// A number of branches, as the SDK takes it; none where none was given.
pub fn count(tree: Option<Statement>, statement: Statement, scope: &Scope) -> Option<usize> {
    let value = scope.evaluate(tree?, at(statement), &[]);
    let number = value.as_f64().filter(|number| *number >= 0.0 && number.fract() == 0.0);
    if number.is_none() && !value.is_null() {
        let message = format!("{value} is no number of branches in this language");
        scope.run.lab.stop("unsupported", &message, Some(at(statement)), None)
    }
    number.map(|number| number as usize)
}

/// The completion configuration; none where none was given.
pub fn completion(statement: Statement, scope: &Scope) -> Result<Option<CompletionConfig>, BoxError> {
    let Some(completion) = given(statement, "completion") else { return Ok(None) };
    let asked = |key| count(given(completion, key), statement, scope);
    let mut config = CompletionConfig::builder();
    if let Some(least) = asked("min_successful") {
        config = config.min_successful(least);
    }
    if let Some(most) = asked("tolerated_failure_count") {
        config = config.tolerated_failure_count(most);
    }
    if let Some(percentage) = asked("tolerated_failure_percentage") {
        config = config.tolerated_failure_percentage(percentage);
    }
    Ok(Some(config.build()?))
}

/// A batch result as its own accessors give it.
pub fn accessors(batch: &BatchResult<Value>) -> Value {
    let all = |status: Option<BatchItemStatus>| {
        batch.items.iter().filter(move |item| status.is_none_or(|it| it == item.status))
    };
    let succeeded = all(Some(BatchItemStatus::Succeeded));
    let failed = all(Some(BatchItemStatus::Failed));
    let started = all(Some(BatchItemStatus::Started));
    json!({
        "results": batch.results(),
        "errors": batch.errors().iter().map(|error| error_of(error.error_type, error.message)).collect::<Vec<_>>(),
        "succeeded": succeeded.map(|item| json!({"index": item.index, "result": item.result})).collect::<Vec<_>>(),
        "failed": failed.map(|item| json!({"index": item.index, "error": item_error(item)})).collect::<Vec<_>>(),
        "started": started.clone().map(|item| json!({"index": item.index})).collect::<Vec<_>>(),
        "all": all(None).map(item).collect::<Vec<_>>(),
        "status": batch.status().as_str(),
        "completionReason": batch.reason.as_str(),
        "hasFailure": batch.has_failure(),
        "successCount": batch.success_count(),
        "failureCount": batch.failure_count(),
        "startedCount": started.count(),
        "totalCount": batch.total_count(),
    })
}

fn item(item: &BatchItem<Value>) -> Value {
    let status = match item.status {
        BatchItemStatus::Succeeded => "SUCCEEDED",
        BatchItemStatus::Failed => "FAILED",
        _ => "STARTED",
    };
    json!({"index": item.index, "status": status, "result": item.result, "error": item_error(item)})
}

fn item_error(item: &BatchItem<Value>) -> Value {
    match &item.error_message {
        Some(message) if item.status == BatchItemStatus::Failed => error_of(item.error_type.as_deref(), message),
        _ => Value::Null,
    }
}

fn error_of(kind: Option<&str>, message: &str) -> Value {
    json!({"type": kind, "message": plain(kind.unwrap_or_default(), message)})
}
