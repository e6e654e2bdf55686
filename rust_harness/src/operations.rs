//! Statements that the SDK's step, wait, child context, map and parallel stand behind.

use durable::builders::map_parallel::NestingMode;
use durable::{BoxError, Branch, DurableContext, StepContext, StepSemantics};
use serde_json::{Value, json};

use crate::batches;
use crate::blocks::{Statement, at, bound, given, list, run_function};
use crate::bodies::{self, Call};
use crate::durations::duration;
use crate::retries::{self, Strategy};
use crate::scope::Scope;
use crate::serdes;

/// The operation's name; none when it has none.
pub fn name_of(statement: Statement, scope: &Scope) -> Option<String> {
    given(statement, "name").and_then(|tree| text_of(tree, at(statement), scope, &[]))
}

/// A name, or none.
pub fn text_of(tree: Statement, at: &str, scope: &Scope, extra: &crate::scope::Extra) -> Option<String> {
    match scope.evaluate(tree, at, extra) {
        Value::Null => None,
        Value::String(name) => Some(name),
        other => scope.run.lab.stop("harness", &format!("a name is text, not {other}"), Some(at), None),
    }
}

/// Give a builder what was given; it is a builder of another type with another serialiser.
macro_rules! with {
    ($builder:expr, $given:expr, $($method:tt)+) => {
        match $given {
            Some(it) => $builder.$($method)+(it),
            None => $builder,
        }
    };
}
pub(crate) use with;

pub async fn step(statement: Statement, ctx: &DurableContext, scope: &mut Scope) -> Result<(), BoxError> {
    let (inner, context) = (scope.clone(), ctx.clone());
    let body = move |step: StepContext| {
        let attempt = Some(step.attempt());
        let extra = vec![("attempt", json!(attempt))];
        bodies::run(Call { at: at(statement), kind: "step", attempt, scope: inner, context, extra })
    };
    let strategy = retries::strategy(statement, scope);
    let (name, serdes) = (name_of(statement, scope), serdes::given(statement, "serdes", scope));
    let semantics = given(statement, "semantics").map(|named| match named.as_str() {
        Some("at-most-once") => StepSemantics::AtMostOncePerRetry,
        _ => StepSemantics::AtLeastOncePerRetry,
    });
    let builder = with!(with!(ctx.step(body), name, name), semantics, semantics);
    let builder = match strategy {
        Strategy::Default => builder,
        Strategy::Config(config) => builder.retry_strategy_config(config),
        Strategy::Function(function) => builder.retry_strategy(function),
    };
    let value = match serdes {
        Some(serdes) => builder.serdes(serdes).await?,
        None => builder.await?,
    };
    scope.bind(bound(statement), value);
    Ok(())
}

pub async fn wait(statement: Statement, ctx: &DurableContext, scope: &mut Scope) -> Result<(), BoxError> {
    let (length, name) = (duration(&statement["duration"], at(statement), scope), name_of(statement, scope));
    Ok(with!(ctx.wait(length), name, name).await?)
}

pub async fn child(statement: Statement, ctx: &DurableContext, scope: &mut Scope) -> Result<(), BoxError> {
    let inner = scope.clone();
    let body = move |child: DurableContext| async move {
        run_function("child", at(statement), list(statement, "do"), Some(&child), inner).await
    };
    let (name, serdes) = (name_of(statement, scope), serdes::given(statement, "serdes", scope));
    let builder = with!(ctx.run_in_child_context(body), name, name);
    let value = match serdes {
        Some(serdes) => builder.serdes(serdes).await?,
        None => builder.await?,
    };
    scope.bind(bound(statement), value);
    Ok(())
}

/// What a map's and a parallel's configuration have in common, and the batch that comes of it.
macro_rules! batch {
    ($builder:expr, $statement:expr, $scope:expr) => {{
        let (statement, scope) = ($statement, &*$scope);
        let name = name_of(statement, scope);
        let most = batches::count(given(statement, "max_concurrency"), statement, scope);
        let nesting = given(statement, "nesting").map(|tree| match scope.evaluate(tree, at(statement), &[]).as_str() {
            Some("FLAT") => NestingMode::Flat,
            _ => NestingMode::Normal,
        });
        let completion = batches::completion(statement, scope)?;
        let builder = with!(with!($builder, name, name), most, max_concurrency);
        let builder = with!(with!(builder, nesting, nesting), completion, completion);
        let item = serdes::given(statement, "item_serdes", scope);
        let whole = serdes::given(statement, "serdes", scope).map(serdes::Named::of_batch);
        match (item, whole) {
            (None, None) => builder.await_batch().await?,
            (Some(item), None) => builder.serdes(item).await_batch().await?,
            (None, Some(whole)) => builder.result_serdes(whole).await_batch().await?,
            (Some(item), Some(whole)) => builder.serdes(item).result_serdes(whole).await_batch().await?,
        }
    }};
}

pub async fn map(statement: Statement, ctx: &DurableContext, scope: &mut Scope) -> Result<(), BoxError> {
    let Value::Array(items) = scope.evaluate(&statement["items"], at(statement), &[]) else {
        scope.run.lab.stop("unsupported", "this SDK maps over what iterates", Some(at(statement)), None)
    };
    let outer = scope.clone();
    let mut around = scope.clone();
    around.bind(Some("items"), json!(items));
    let each = move |branch: DurableContext, item: Value, index: usize| {
        let mut inner = around.branch(index);
        inner.bind(Some("item"), item);
        inner.bind(Some("index"), json!(index));
        async move { run_function("branch", at(statement), list(statement, "do"), Some(&branch), inner).await }
    };
    let namer = given(statement, "item_name").map(|tree| {
        let items = items.clone();
        move |index: usize| {
            let extra = [("item", items.get(index).cloned().unwrap_or_default()), ("index", json!(index))];
            text_of(tree, at(statement), &outer, &extra).unwrap_or_default()
        }
    });
    let batch = batch!(with!(ctx.map(items, each), namer, item_namer), statement, scope);
    scope.bind(bound(statement), batches::accessors(&batch));
    Ok(())
}

pub async fn parallel(statement: Statement, ctx: &DurableContext, scope: &mut Scope) -> Result<(), BoxError> {
    let mut branches = Vec::new();
    for (index, branch) in list(statement, "branches").iter().enumerate() {
        let mut inner = scope.branch(index);
        inner.bind(Some("index"), json!(index));
        let body = move |context: DurableContext| async move {
            run_function("branch", at(statement), list(branch, "do"), Some(&context), inner).await
        };
        // This SDK has no branch without a name; an empty one is not written.
        let name = given(branch, "name").and_then(|tree| text_of(tree, at(statement), scope, &[]));
        branches.push(Branch::new(name.unwrap_or_default(), body));
    }
    let batch = batch!(ctx.parallel(branches), statement, scope);
    scope.bind(bound(statement), batches::accessors(&batch));
    Ok(())
}
