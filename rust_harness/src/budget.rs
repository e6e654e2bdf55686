//! How much an expression may compute: the lab says it with the program, docs/values.md says what costs what.

use serde_json::Value;

/// An expression that means nothing for the values that it met, or that computes more than it may (`budget`).
#[derive(Debug)]
pub struct Failure {
    pub message: String,
    pub budget: bool,
}

pub type Result<T> = std::result::Result<T, Failure>;

/// A failure for the values' sake.
pub fn fail<T>(message: impl Into<String>) -> Result<T> {
    Err(Failure { message: message.into(), budget: false })
}

#[derive(Clone, Copy)]
pub struct Limits {
    pub steps: u64,
    pub bytes: u64,
    pub depth: u64,
}

impl Limits {
    /// Read the limits that a program brings.
    pub fn read(given: &Value) -> Limits {
        let number = |key: &str| given[key].as_u64().unwrap_or(0);
        Limits { steps: number("steps"), bytes: number("bytes"), depth: number("depth") }
    }
}

/// Steps, and bytes of text, that are left; `nested` is how deep the walk is in its tree.
pub struct Budget {
    pub limits: Limits,
    pub steps: u64,
    pub bytes: u64,
    pub nested: u32,
}

impl Budget {
    pub fn new(limits: Limits) -> Budget {
        Budget { limits, steps: limits.steps, bytes: limits.bytes, nested: 0 }
    }

    pub fn step(&mut self, count: usize) -> Result<()> {
        spend(&mut self.steps, count, "the steps that expressions may take are used up")
    }

    pub fn byte(&mut self, count: usize) -> Result<()> {
        spend(&mut self.bytes, count, "the bytes of text that expressions may handle are used up")
    }

    pub fn depth(&self, depth: u64) -> Result<()> {
        if depth > self.limits.depth {
            return over("a value is nested deeper than values may be");
        }
        Ok(())
    }
}

fn spend(left: &mut u64, count: usize, message: &str) -> Result<()> {
    match left.checked_sub(count as u64) {
        Some(rest) => *left = rest,
        None => {
            *left = 0;
            return over(message);
        }
    }
    Ok(())
}

/// A failure for the budget's sake.
pub fn over<T>(message: &str) -> Result<T> {
    Err(Failure { message: message.into(), budget: true })
}

/// What is left for all expressions of an invocation, of which each may take so much.
pub struct Total {
    each: Limits,
    left: Limits,
}

impl Total {
    pub fn new(budget: &Value) -> Total {
        Total { each: Limits::read(&budget["evaluation"]), left: Limits::read(&budget["invocation"]) }
    }

    /// What the next expression may take.
    pub fn one(&self) -> Budget {
        let (steps, bytes) = (self.each.steps.min(self.left.steps), self.each.bytes.min(self.left.bytes));
        Budget::new(Limits { steps, bytes, depth: self.each.depth })
    }

    /// Take off what an expression has taken.
    pub fn take(&mut self, budget: &Budget) {
        self.left.steps -= budget.limits.steps - budget.steps;
        self.left.bytes -= budget.limits.bytes - budget.bytes;
    }
}

/// Whether a value is within the limits, counted anew: one that holds a list twice over and over is not.
pub fn measure(value: &Value, depth: u64, budget: &mut Budget) -> Result<()> {
    budget.step(1)?;
    match value {
        Value::String(text) => budget.byte(text.len())?,
        Value::Array(items) => {
            budget.depth(depth)?;
            items.iter().try_for_each(|item| measure(item, depth + 1, budget))?;
        }
        Value::Object(members) => {
            budget.depth(depth)?;
            for (key, item) in members {
                budget.byte(key.len())?;
                measure(item, depth + 1, budget)?;
            }
        }
        _ => {}
    }
    Ok(())
}
