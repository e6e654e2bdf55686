//! Evaluates the trees of a program: one arm a kind of node, as docs/values.md has them.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::budget::{Budget, Result, fail, measure, over};
use crate::values;

/// How deep a tree may be nested: what the stack of the process bears.
const NESTED: u32 = 20_000;

/// What is in scope: names that a tree binds itself, and those around them.
pub struct Names<'a> {
    own: Vec<(&'a str, Cow<'a, Value>)>,
    around: Option<&'a Names<'a>>,
    values: Option<&'a BTreeMap<String, Arc<Value>>>,
}

impl<'a> Names<'a> {
    pub fn new(values: &'a BTreeMap<String, Arc<Value>>, extra: &'a [(&'a str, Value)]) -> Names<'a> {
        let own = extra.iter().map(|(name, value)| (*name, Cow::Borrowed(value))).collect();
        Names { own, around: None, values: Some(values) }
    }

    fn within(&'a self, own: Vec<(&'a str, Cow<'a, Value>)>) -> Names<'a> {
        Names { own, around: Some(self), values: None }
    }

    pub fn get(&self, name: &str) -> Option<&Value> {
        let own = self.own.iter().rev().find(|(known, _)| *known == name).map(|(_, value)| value.as_ref());
        own.or_else(|| self.around?.get(name)).or_else(|| Some(self.values?.get(name)?.as_ref()))
    }
}

type Walked<'a> = Result<Option<Cow<'a, Value>>>;

/// The tree's value where `names` are in scope.
pub fn evaluate<'a>(tree: &'a Value, names: &'a Names<'a>, budget: &mut Budget) -> Result<Value> {
    let value = own(walk(tree, names, budget)?.unwrap_or_default(), budget)?;
    measure(&value, 1, &mut Budget::new(budget.limits))?;
    Ok(value)
}

/// The names that a tree reads, those that it binds itself among them.
pub fn names_in(tree: &Value, found: &mut Vec<String>) {
    match tree.as_array() {
        Some(_) if tree[0] == "const" => {}
        Some(_) if tree[0] == "name" => found.extend(tree[1].as_str().map(String::from)),
        Some(parts) => parts.iter().for_each(|part| names_in(part, found)),
        None => {}
    }
}

fn walk<'a>(tree: &'a Value, names: &'a Names<'a>, budget: &mut Budget) -> Walked<'a> {
    budget.step(1)?;
    budget.nested += 1;
    if budget.nested > NESTED {
        return over("an expression is nested deeper than the stack of this process");
    }
    let value = node(tree, names, budget);
    budget.nested -= 1;
    value
}

fn operand<'a>(tree: &'a Value, names: &'a Names<'a>, budget: &mut Budget) -> Result<Cow<'a, Value>> {
    walk(tree, names, budget)?.map_or_else(|| fail("a value is wanted where no case holds"), Ok)
}

fn parts(tree: &Value, from: usize) -> &[Value] {
    tree.as_array().and_then(|all| all.get(from..)).unwrap_or_default()
}

fn label(tree: &Value) -> &str {
    tree.as_str().unwrap_or_default()
}

fn node<'a>(tree: &'a Value, names: &'a Names<'a>, budget: &mut Budget) -> Walked<'a> {
    let value = match label(&tree[0]) {
        "const" => return Ok(Some(Cow::Borrowed(&tree[1]))),
        "nothing" => return Ok(None),
        "name" => {
            let name = label(&tree[1]);
            return names
                .get(name)
                .map_or_else(|| fail(format!("{name} is not in scope")), |it| Ok(Some(Cow::Borrowed(it))));
        }
        "get" => {
            let key = label(&tree[2]);
            let found = match operand(&tree[1], names, budget)? {
                Cow::Borrowed(of) => values::mapping(of)?.get(key).map(Cow::Borrowed),
                Cow::Owned(mut of) => {
                    values::mapping(&of)?;
                    of.as_object_mut().and_then(|members| members.remove(key)).map(Cow::Owned)
                }
            };
            return found.map_or_else(|| fail(format!("there is no property {key}")), |it| Ok(Some(it)));
        }
        "if" => {
            let holds = values::truth(operand(&tree[1], names, budget)?.as_ref());
            return walk(&tree[if holds { 2 } else { 3 }], names, budget);
        }
        "switch" => {
            let mut chosen = Vec::new();
            for case in parts(tree, 2) {
                if values::truth(operand(&case[0], names, budget)?.as_ref()) {
                    chosen.push(&case[1]);
                }
            }
            if chosen.len() > 1 {
                return fail("several conditions of a switch hold");
            }
            return walk(chosen.pop().unwrap_or(&tree[1]), names, budget);
        }
        "let" => {
            let bound = object(parts(&tree[1], 0), names, budget)?;
            let inner = names.within(bound.iter().map(|(key, it)| (key.as_str(), Cow::Borrowed(it))).collect());
            let value = walk(&tree[2], &inner, budget)?;
            return value.map(|value| own(value, budget).map(Cow::Owned)).transpose();
        }
        "&&" => json!(truth(&tree[1], names, budget)? && truth(&tree[2], names, budget)?),
        "||" => json!(truth(&tree[1], names, budget)? || truth(&tree[2], names, budget)?),
        "slice" => {
            let of = operand(&tree[1], names, budget)?;
            let (start, end) = (operand(&tree[2], names, budget)?, operand(&tree[3], names, budget)?);
            values::slice(&of, &start, &end, budget)?
        }
        "array" => {
            let mut items = Vec::new();
            for part in parts(tree, 1) {
                if let Some(item) = walk(part, names, budget)? {
                    items.push(own(item, budget)?);
                }
            }
            Value::Array(items)
        }
        "object" => Value::Object(object(parts(tree, 1), names, budget)?),
        "text" => {
            let mut texts = Vec::new();
            for part in parts(tree, 1) {
                texts.push(operand(part, names, budget)?);
            }
            let texts: Result<Vec<_>> = texts.iter().map(|part| values::text(part, budget, "")).collect();
            values::joined(&texts?, "", budget)?
        }
        "map" => map(tree, names, budget)?,
        "reduce" => reduce(tree, names, budget)?,
        "call" => {
            let mut given = Vec::new();
            for part in parts(tree, 2) {
                let value = operand(part, names, budget)?;
                given.push(own(value, budget)?);
            }
            match label(&tree[1]) {
                "defined" => json!(names.get(values::read(given.first().unwrap_or(&Value::Null), budget)?).is_some()),
                name => values::function(name, &given, budget)?,
            }
        }
        kind @ ("!" | "reverse" | "flatten" | "flattenDeep" | "merge" | "mergeDeep") => {
            let value = operand(&tree[1], names, budget)?;
            values::unary(kind, &value, budget)?
        }
        kind @ ("==" | "!=" | "in" | "<" | "<=" | ">" | ">=" | "+" | "-" | "*" | "index") => {
            let (left, right) = (operand(&tree[1], names, budget)?, operand(&tree[2], names, budget)?);
            values::binary(kind, &left, &right, budget)?
        }
        kind => return fail(format!("this harness knows no node {kind}")),
    };
    Ok(Some(Cow::Owned(value)))
}

/// A value that lives on, if it is within the limits: here one that is held twice is there twice.
fn own(value: Cow<Value>, budget: &Budget) -> Result<Value> {
    if let Cow::Borrowed(value) = value {
        measure(value, 1, &mut Budget::new(budget.limits))?;
    }
    Ok(value.into_owned())
}

fn truth(tree: &Value, names: &Names, budget: &mut Budget) -> Result<bool> {
    Ok(values::truth(operand(tree, names, budget)?.as_ref()))
}

fn object(pairs: &[Value], names: &Names, budget: &mut Budget) -> Result<Map<String, Value>> {
    let mut members = Map::new();
    for pair in pairs {
        if let Some(value) = walk(&pair[1], names, budget)? {
            members.insert(label(&pair[0]).to_string(), own(value, budget)?);
        }
    }
    Ok(members)
}

fn map(tree: &Value, names: &Names, budget: &mut Budget) -> Result<Value> {
    let (of, bound, body) = (operand(&tree[1], names, budget)?, parts(&tree[2], 0), &tree[3]);
    let (first, second) = (label(&tree[2][0]), bound.get(1).map(label));
    let more = |item, other| [(first, item)].into_iter().chain(second.map(|name| (name, Cow::Owned(other)))).collect();
    if let Some(items) = of.as_array() {
        let mut mapped = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let inner = names.within(more(Cow::Borrowed(item), json!(index)));
            if let Some(result) = walk(body, &inner, budget)? {
                mapped.push(own(result, budget)?);
            }
        }
        return Ok(Value::Array(mapped));
    }
    let mut found = Map::new();
    let members = values::mapping(&of)?;
    for key in values::ordered(members) {
        let value = &members[key];
        let item = if second.is_some() { Cow::Borrowed(value) } else { Cow::Owned(json!({"key": key, "val": value})) };
        let inner = names.within(more(item, json!(key)));
        if let Some(result) = walk(body, &inner, budget)? {
            let result = own(result, budget)?;
            budget.step(values::mapping(&result)?.len())?;
            found.extend(values::mapping(&result)?.clone());
        }
    }
    Ok(Value::Object(found))
}

fn reduce(tree: &Value, names: &Names, budget: &mut Budget) -> Result<Value> {
    let of = operand(&tree[1], names, budget)?;
    let mut total = own(operand(&tree[2], names, budget)?, budget)?;
    for (index, item) in values::array(&of)?.iter().enumerate() {
        let given = [Cow::Borrowed(&total), Cow::Borrowed(item), Cow::Owned(json!(index))];
        let inner = names.within(parts(&tree[3], 0).iter().map(label).zip(given).collect());
        let next = walk(&tree[4], &inner, budget)?.map(|next| own(next, budget)).transpose()?;
        total = next.unwrap_or(total);
    }
    Ok(total)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budget::Limits;
    use crate::values::halves;

    /// What the walk comes to: a value, or which failure.
    fn walked(vector: &Value, limits: &Value) -> std::result::Result<Value, &'static str> {
        let scope: BTreeMap<String, Arc<Value>> = vector["scope"]
            .as_object()
            .map(|names| names.iter().map(|(name, value)| (name.clone(), Arc::new(value.clone()))).collect())
            .unwrap_or_default();
        let mut limits = limits.clone();
        for (key, limit) in vector["limits"].as_object().into_iter().flatten() {
            limits[key] = limit.clone();
        }
        let mut budget = Budget::new(Limits::read(&limits));
        let names = Names::new(&scope, &[]);
        evaluate(&vector["tree"], &names, &mut budget)
            .map_err(|failure| if failure.budget { "budget" } else { "value" })
    }

    fn same(one: &Value, other: &Value) -> bool {
        match (one, other) {
            (Value::Number(_), Value::Number(_)) => one.as_f64() == other.as_f64(),
            (Value::Array(ones), Value::Array(others)) => {
                ones.len() == others.len() && ones.iter().zip(others).all(|(one, other)| same(one, other))
            }
            (Value::Object(ones), Value::Object(others)) => {
                ones.len() == others.len()
                    && ones.iter().all(|(key, one)| others.get(key).is_some_and(|other| same(one, other)))
            }
            _ => one == other,
        }
    }

    fn misses() -> Vec<String> {
        let text = std::fs::read_to_string("../conformance/protocol/vectors.json").unwrap();
        let whole = halves(&text);
        let mut reader = serde_json::Deserializer::from_str(&whole);
        reader.disable_recursion_limit();
        let vectors: Value = serde::Deserialize::deserialize(&mut reader).unwrap();
        let (mut missed, all) = (Vec::new(), vectors["vectors"].as_array().unwrap());
        assert!(all.len() > 600);
        for vector in all {
            let came = walked(vector, &vectors["limits"]);
            let holds = match vector.get("failure").and_then(Value::as_str) {
                Some(failure) => came == Err(failure),
                None => came.as_ref().is_ok_and(|value| same(value, &vector["value"])),
            };
            if !holds {
                missed.push(format!("{}: {} came to {came:?}", vector["about"], vector["tree"]));
            }
        }
        missed
    }

    #[test]
    fn every_vector_holds() {
        let thread = std::thread::Builder::new().stack_size(512 << 20).spawn(misses);
        let missed = thread.unwrap().join().unwrap();
        assert!(missed.is_empty(), "{} missed:\n{}", missed.len(), missed.join("\n"));
    }
}
