//! Users' errors, and errors as a scenario sees them.
//!
//! The language erases an error's class; this SDK writes the one of its `TypedError` and puts it before the message.

use std::error::Error;
use std::fmt;

use durable::{BoxError, OperationError, OperationErrorKind, ReplayedFailure, TypedError, WireError};
use serde_json::{Value, json};

use crate::scope::{Extra, Scope, locked};

/// What a user's error says.
#[derive(Debug)]
struct UserError {
    message: String,
    cause: Option<BoxError>,
}

impl fmt::Display for UserError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.message)
    }
}

impl Error for UserError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as &(dyn Error + 'static))
    }
}

/// A user's error, of this type.
pub fn user_error(kind: &str, message: impl Into<String>, cause: Option<BoxError>) -> BoxError {
    Box::new(TypedError::with_type(kind, UserError { message: message.into(), cause }))
}

/// The error that a `raises` describes.
pub fn make(raises: &Value, at: &str, scope: &Scope, extra: &Extra) -> BoxError {
    let message = match scope.evaluate(&raises["message"], at, extra) {
        Value::String(text) => text,
        other => other.to_string(),
    };
    let cause = raises["cause"].as_str().map(|name| caught(name, at, scope));
    user_error(raises["type"].as_str().unwrap_or_default(), message, cause)
}

/// The caught error that a name stands for: moved, as the language has it.
pub fn caught(name: &str, at: &str, scope: &Scope) -> BoxError {
    let Some(slot) = scope.errors.get(name) else {
        scope.run.lab.stop("harness", &format!("{name} is no error that was caught here"), Some(at), None)
    };
    let moved = locked(slot).take();
    moved.unwrap_or_else(|| {
        scope.run.lab.stop("unsupported", &format!("{name} was raised before: errors are moved"), Some(at), None)
    })
}

/// What `catch` binds: a caught error by its bare type, its wrapper's class, message, cause and data.
pub fn describe(error: &(dyn Error + 'static)) -> Value {
    if let Some(failed) = error.downcast_ref::<OperationError>() {
        let class = class_of(failed.kind());
        let behind = behind(error);
        let (kind, message) = told(failed.wire(), class, behind.unwrap_or(error));
        let data = failed.wire().and_then(WireError::error_data);
        return json!({"message": message, "type": kind, "wrapper": class, "cause": behind.map(describe), "data": data});
    }
    if let Some(replayed) = error.downcast_ref::<ReplayedFailure>() {
        let (kind, message) = told(Some(replayed.wire()), "Error", error);
        let data = replayed.wire().error_data();
        return json!({"message": message, "type": kind, "wrapper": kind, "cause": null, "data": data});
    }
    let (kind, own) = match error.downcast_ref::<TypedError>() {
        Some(typed) => (typed.error_type(), typed.inner()),
        None => ("Error", error),
    };
    json!({"message": own.to_string(), "type": kind, "wrapper": kind, "cause": own.source().map(describe), "data": null})
}

/// The next error behind one of the SDK's that is more than a frame of the same failure.
fn behind<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    let mut next = error.source();
    while let Some(one) = next {
        if one.is::<OperationError>() || one.is::<TypedError>() || one.is::<ReplayedFailure>() {
            return next;
        }
        if one.source().is_none() {
            return None;
        }
        next = one.source();
    }
    None
}

/// Type and message of a failure, by what was written of it or else by what is behind it.
fn told(wire: Option<&WireError>, class: &str, behind: &(dyn Error + 'static)) -> (String, String) {
    if let Some(kind) = wire.and_then(WireError::error_type) {
        return (kind.to_string(), plain(kind, wire.and_then(WireError::error_message).unwrap_or_default()));
    }
    match behind.downcast_ref::<TypedError>() {
        Some(typed) => (typed.error_type().to_string(), typed.inner().to_string()),
        None => (class.to_string(), behind.to_string()),
    }
}

/// A message without what the SDK puts before it: the frames of the chain, and the type.
pub fn plain(kind: &str, message: &str) -> String {
    let typed = format!("{kind}: ");
    let within = format!(": {typed}");
    match (message.strip_prefix(&typed), message.split_once(&within)) {
        (Some(rest), _) | (None, Some((_, rest))) => rest.to_string(),
        _ => message.to_string(),
    }
}

fn class_of(kind: &OperationErrorKind) -> &'static str {
    match kind {
        OperationErrorKind::Step(_) => "StepError",
        OperationErrorKind::Wait(_) => "WaitError",
        OperationErrorKind::Invoke(_) => "InvokeError",
        OperationErrorKind::Callback(_) => "CallbackError",
        OperationErrorKind::WaitForCondition(_) => "WaitForConditionError",
        OperationErrorKind::ChildContext(_) => "ChildContextError",
        OperationErrorKind::NonDeterministicExecution(_) => "NonDeterministicExecutionError",
        _ => "OperationError",
    }
}
