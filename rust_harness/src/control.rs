//! Statements that no operation of the SDK stands behind.

use std::future::ready;
use std::sync::{Arc, Mutex};

use durable::DurableContext;
use serde_json::Value;

use crate::blocks::{Ended, Running, Statement, at, given, list, run_block, text};
use crate::errors;
use crate::logs;
use crate::scope::Scope;

/// The statements of this kind.
pub const WORDS: &[&str] = &["return", "raise", "if", "try", "on_root", "let", "log", "note"];

/// Run one of them.
pub fn run<'a>(statement: Statement, ctx: Option<&'a DurableContext>, scope: &'a mut Scope) -> Running<'a> {
    let place = at(statement);
    let ended: Ended = match text(statement, "op") {
        "return" => Ok(Some(scope.evaluate(&statement["value"], place, &[]))),
        "raise" => Err(match given(statement, "again").and_then(Value::as_str) {
            Some(name) => errors::caught(name, place, scope),
            None => errors::make(&statement["error"], place, scope, &[]),
        }),
        "if" => {
            let holds = scope.holds(&statement["condition"], place, &[]);
            return run_block(list(statement, if holds { "then" } else { "otherwise" }), ctx, scope);
        }
        "try" => return Box::pin(attempt(statement, ctx, scope)),
        "on_root" => return Box::pin(on_root(statement, scope)),
        "let" => {
            for pair in list(statement, "values") {
                let value = scope.evaluate(&pair[1], place, &[]);
                scope.bind(pair[0].as_str(), value);
            }
            Ok(None)
        }
        "log" => {
            logs::write(statement, ctx.is_some(), scope, &[]);
            Ok(None)
        }
        _ => {
            let value = scope.evaluate(&statement["value"], place, &[]);
            scope.run.lab.effect(scope.at(place), "note", "start", value);
            Ok(None)
        }
    };
    Box::pin(ready(ended))
}

async fn attempt(statement: Statement, ctx: Option<&DurableContext>, scope: &mut Scope) -> Ended {
    match run_block(list(statement, "do"), ctx, scope).await {
        Ok(returned) => Ok(returned),
        Err(error) => {
            scope.bind(Some("e"), errors::describe(&*error));
            scope.errors.insert("e".to_string(), Arc::new(Mutex::new(Some(error))));
            run_block(list(statement, "catch"), ctx, scope).await
        }
    }
}

async fn on_root(statement: Statement, scope: &mut Scope) -> Ended {
    let root = scope.run.context.get().cloned();
    run_block(list(statement, "do"), root.as_ref(), scope).await
}
