//! What is in scope where a statement runs.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use durable::builders::callback::Callback;
use durable::{BoxError, DurableContext};
use serde_json::{Map, Value};

use crate::budget::Total;
use crate::expressions::{self, Names};
use crate::lab::{At, Lab};
use crate::values;

/// Characters of a value that are told.
const LONGEST: usize = 4000;

/// One invocation: what was asked for, and the way to the lab.
pub struct Run {
    pub lab: Lab,
    pub program: &'static Value,
    pub budget: Mutex<Total>,
    /// The execution's own context; none in a plain function.
    pub context: OnceLock<DurableContext>,
}

impl Run {
    /// Where the function's statements are in the scenario's document.
    pub fn place(&self) -> String {
        match self.program["function"].as_str() {
            Some("scenario") => "handler".to_string(),
            name => format!("functions/{}", name.unwrap_or_default()),
        }
    }
}

/// Something that can be used once, as the language moves it; shared by the scopes that see it.
pub type Slot<T> = Arc<Mutex<Option<T>>>;

/// Variables, and what stands behind some of them: caught errors and callbacks.
///
/// `indexes` are the map or parallel branches that lead here, outermost first.
#[derive(Clone)]
pub struct Scope {
    pub run: Arc<Run>,
    pub values: BTreeMap<String, Arc<Value>>,
    pub errors: BTreeMap<String, Slot<BoxError>>,
    pub callbacks: BTreeMap<String, Slot<Callback<Value>>>,
    pub indexes: Vec<u64>,
}

/// What is in scope besides, where a body or an option is computed.
pub type Extra = [(&'static str, Value)];

impl Scope {
    pub fn new(run: Arc<Run>) -> Scope {
        let (values, errors, callbacks) = Default::default();
        Scope { run, values, errors, callbacks, indexes: Vec::new() }
    }

    /// A scope of its own for a branch: what is bound there is not seen here.
    pub fn branch(&self, index: usize) -> Scope {
        let mut inner = self.clone();
        inner.indexes.push(index as u64);
        inner
    }

    /// Put a variable in scope, in the place of what had its name; nothing when it has no name.
    pub fn bind(&mut self, name: Option<&str>, value: Value) {
        if let Some(name) = name {
            self.errors.remove(name);
            self.callbacks.remove(name);
            self.values.insert(name.to_string(), Arc::new(value));
        }
    }

    /// Where a statement is, for the lab.
    pub fn at<'a>(&'a self, at: &'a str) -> At<'a> {
        At(at, &self.indexes)
    }

    /// Whether the condition that the tree is holds.
    pub fn holds(&self, tree: &Value, at: &str, extra: &Extra) -> bool {
        values::truth(&self.evaluate(tree, at, extra))
    }

    /// The tree's value; one that fails ends the run, past SDK and user code.
    pub fn evaluate(&self, tree: &Value, at: &str, extra: &Extra) -> Value {
        let names = Names::new(&self.values, extra);
        let mut budget = locked(&self.run.budget).one();
        let value = expressions::evaluate(tree, &names, &mut budget);
        locked(&self.run.budget).take(&budget);
        value.unwrap_or_else(|failure| {
            let mut read = Vec::new();
            expressions::names_in(tree, &mut read);
            let told: Map<String, Value> =
                read.into_iter().filter_map(|name| Some((name.clone(), told(names.get(&name)?)))).collect();
            let (indexes, budget) = (&self.indexes, failure.budget);
            let expression = serde_json::json!({"tree": tree, "indexes": indexes, "budget": budget, "names": told});
            self.run.lab.stop("expression", &failure.message, Some(at), Some(expression))
        })
    }
}

/// A lock, whoever failed while it was held.
pub fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A value as JSON, cut to size.
fn told(value: &Value) -> Value {
    let text = value.to_string();
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => Value::String(format!("{}...", &text[..end])),
        None => Value::String(text),
    }
}
