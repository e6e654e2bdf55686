//! What operators and functions make of values: docs/values.md, in Rust.
//!
//! A text of Rust can't hold half a character. One is carried as a character of a private area, by `halves`.

use std::cmp::Ordering;

use serde_json::{Map, Value, json};

use crate::budget::{Budget, Result, fail};

/// The greatest integer that every language can compute with.
pub const MOST: f64 = 9_007_199_254_740_991.0;

const HALVES: std::ops::RangeInclusive<char> = '\u{F0000}'..='\u{F07FF}';

/// JSON text with every escaped half of a character as one of the private area.
pub fn halves(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let (first, second) = (unit(&rest[at..]), rest.get(at + 6..).and_then(unit));
        let taken = match (first, second) {
            (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => 12,
            (Some(half @ 0xD800..=0xDFFF), _) => {
                out.extend(char::from_u32(0xF0000 + half - 0xD800));
                rest = &rest[at + 6..];
                continue;
            }
            _ => 1 + rest[at + 1..].chars().next().map_or(0, char::len_utf8),
        };
        out.push_str(&rest[at..at + taken]);
        rest = &rest[at + taken..];
    }
    out + rest
}

fn unit(text: &str) -> Option<u32> {
    text.strip_prefix("\\u").and_then(|hex| hex.get(..4)).and_then(|hex| u32::from_str_radix(hex, 16).ok())
}

/// Whether a condition holds: not for null, false, 0, an empty text, list or object.
pub fn truth(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(value) => *value,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(members) => !members.is_empty(),
    }
}

/// A number that can be computed with.
pub fn number(value: &Value) -> Result<f64> {
    match value.as_f64() {
        Some(number) if number.abs() <= MOST => Ok(number),
        _ => fail("a number within the safe integers is wanted"),
    }
}

/// A number that was computed.
fn computed(number: f64) -> Result<Value> {
    if number.abs() > MOST || number.is_nan() {
        return fail("a number within the safe integers is wanted");
    }
    Ok(if number.fract() == 0.0 { json!(number as i64) } else { json!(number) })
}

fn integer(value: &Value) -> Result<i64> {
    let whole = number(value)?;
    if whole.fract() == 0.0 { Ok(whole as i64) } else { fail("a whole number is wanted") }
}

pub fn array(value: &Value) -> Result<&Vec<Value>> {
    value.as_array().map_or_else(|| fail("a list is wanted"), Ok)
}

pub fn mapping(value: &Value) -> Result<&Map<String, Value>> {
    value.as_object().map_or_else(|| fail("an object is wanted"), Ok)
}

/// A text of whole characters, which costs its bytes.
pub fn read<'a>(value: &'a Value, budget: &mut Budget) -> Result<&'a str> {
    match value.as_str() {
        Some(text) if !text.chars().any(|each| HALVES.contains(&each)) => {
            budget.byte(text.len())?;
            Ok(text)
        }
        _ => fail("a text is wanted, without half characters"),
    }
}

fn made(text: String, budget: &mut Budget) -> Result<Value> {
    budget.byte(text.len())?;
    Ok(Value::String(text))
}

/// A scalar as an interpolation and `str` write it.
pub fn text(value: &Value, budget: &mut Budget, nothing: &str) -> Result<String> {
    Ok(match value {
        Value::Bool(value) => value.to_string(),
        Value::Null => nothing.to_string(),
        Value::Number(_) => number_text(number(value)?),
        _ => read(value, budget)?.to_string(),
    })
}

/// A number as JavaScript writes it.
fn number_text(number: f64) -> String {
    if number.fract() == 0.0 {
        (number as i64).to_string()
    } else if number.abs() < 1e-6 {
        format!("{number:e}")
    } else {
        number.to_string()
    }
}

/// Texts in one, which is paid before it is made.
pub fn joined(texts: &[String], separator: &str, budget: &mut Budget) -> Result<Value> {
    let all: usize = texts.iter().map(String::len).sum();
    budget.byte(all + separator.len() * texts.len().saturating_sub(1))?;
    Ok(Value::String(texts.join(separator)))
}

fn order(one: &str, other: &str) -> Ordering {
    one.encode_utf16().cmp(other.encode_utf16())
}

/// Keys in the order of their UTF-16 code units.
pub fn ordered(members: &Map<String, Value>) -> Vec<&String> {
    let mut keys: Vec<_> = members.keys().collect();
    keys.sort_by(|one, other| order(one, other));
    keys
}

/// Equality of JSON values: true is not 1, 2.0 is 2.
pub fn equal(left: &Value, right: &Value, budget: &mut Budget, depth: u64) -> Result<bool> {
    budget.step(1)?;
    budget.depth(depth)?;
    match (left, right) {
        (Value::Number(_), Value::Number(_)) => Ok(number(left)? == number(right)?),
        (Value::String(one), Value::String(other)) => {
            budget.byte(one.len())?;
            Ok(one == other)
        }
        (Value::Array(ones), Value::Array(others)) => {
            if ones.len() != others.len() {
                return Ok(false);
            }
            for (one, other) in ones.iter().zip(others) {
                if !equal(one, other, budget, depth + 1)? {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        (Value::Object(ones), Value::Object(others)) => {
            if ones.len() != others.len() || !ones.keys().all(|key| others.contains_key(key)) {
                return Ok(false);
            }
            for key in ordered(ones) {
                if !equal(&ones[key], &others[key], budget, depth + 1)? {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        _ => Ok(left == right),
    }
}

fn contains(item: &Value, collection: &Value, budget: &mut Budget) -> Result<bool> {
    if collection.is_string() {
        let sought = read(item, budget)?;
        return Ok(read(collection, budget)?.contains(sought));
    }
    if let Some(members) = collection.as_object() {
        return Ok(members.contains_key(read(item, budget)?));
    }
    for other in array(collection)? {
        if equal(item, other, budget, 0)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn compared(left: &Value, right: &Value, budget: &mut Budget) -> Result<Option<Ordering>> {
    if left.is_string() && right.is_string() {
        return Ok(Some(order(read(left, budget)?, read(right, budget)?)));
    }
    Ok(number(left)?.partial_cmp(&number(right)?))
}

fn index(of: &Value, key: &Value, budget: &mut Budget) -> Result<Value> {
    if let Some(members) = of.as_object() {
        return Ok(members.get(read(key, budget)?).cloned().unwrap_or(Value::Null));
    }
    let count = if of.is_string() { read(of, budget)?.chars().count() } else { array(of)?.len() } as i64;
    let at = integer(key)?;
    if !(-count <= at && at < count) {
        return fail(format!("index {at} is out of bounds"));
    }
    let at = at.rem_euclid(count.max(1)) as usize;
    match of.as_str() {
        Some(text) => made(text.chars().nth(at).map(String::from).unwrap_or_default(), budget),
        None => Ok(array(of)?[at].clone()),
    }
}

/// An operator of two values; None for any other kind of node.
pub fn binary(kind: &str, left: &Value, right: &Value, budget: &mut Budget) -> Result<Value> {
    let numbers = || Ok((number(left)?, number(right)?));
    match kind {
        "==" => Ok(json!(equal(left, right, budget, 0)?)),
        "!=" => Ok(json!(!equal(left, right, budget, 0)?)),
        "in" => Ok(json!(contains(left, right, budget)?)),
        "<" => Ok(json!(compared(left, right, budget)? == Some(Ordering::Less))),
        "<=" => Ok(json!(compared(left, right, budget)?.is_some_and(Ordering::is_le))),
        ">" => Ok(json!(compared(left, right, budget)? == Some(Ordering::Greater))),
        ">=" => Ok(json!(compared(left, right, budget)?.is_some_and(Ordering::is_ge))),
        "+" if left.is_string() && right.is_string() => {
            let both = [read(left, budget)?.to_string(), read(right, budget)?.to_string()];
            joined(&both, "", budget)
        }
        "+" => numbers().and_then(|(one, other)| computed(one + other)),
        "-" => numbers().and_then(|(one, other)| computed(one - other)),
        "*" => numbers().and_then(|(one, other)| computed(one * other)),
        _ => index(left, right, budget),
    }
}

/// Part of a list or text, by bounds of which null is the end.
pub fn slice(of: &Value, start: &Value, end: &Value, budget: &mut Budget) -> Result<Value> {
    let bound = |given: &Value| if given.is_null() { Ok(None) } else { integer(given).map(Some) };
    let (start, end) = (bound(start)?, bound(end)?);
    let within = |bound: Option<i64>, count: usize, open: usize| {
        let count = count as i64;
        bound.map_or(open, |at| (if at < 0 { count + at } else { at }).clamp(0, count) as usize)
    };
    if of.is_string() {
        let text = read(of, budget)?;
        let count = text.chars().count();
        let (from, to) = (within(start, count, 0), within(end, count, count));
        return made(text.chars().skip(from).take(to.saturating_sub(from)).collect(), budget);
    }
    let items = array(of)?;
    let (from, to) = (within(start, items.len(), 0), within(end, items.len(), items.len()));
    let cut = items.get(from..to).unwrap_or_default().to_vec();
    budget.step(cut.len())?;
    Ok(Value::Array(cut))
}

/// An operator of one value.
pub fn unary(kind: &str, value: &Value, budget: &mut Budget) -> Result<Value> {
    match kind {
        "!" => return Ok(json!(!truth(value))),
        "reverse" => {
            budget.step(array(value)?.len())?;
            return Ok(Value::Array(array(value)?.iter().rev().cloned().collect()));
        }
        _ => {}
    }
    let items = array(value)?;
    let mut flat = Vec::new();
    match kind {
        "flatten" => {
            for item in items {
                let inner = item.as_array().map_or(std::slice::from_ref(item), Vec::as_slice);
                budget.step(1 + inner.len())?;
                flat.extend_from_slice(inner);
            }
        }
        "flattenDeep" => deep(items, 1, &mut flat, budget)?,
        "merge" => {
            let mut all = Map::new();
            for item in items {
                budget.step(1 + mapping(item)?.len())?;
                all.extend(mapping(item)?.clone());
            }
            return Ok(Value::Object(all));
        }
        _ => {
            let mut merged = json!({});
            for item in items {
                mapping(item)?;
                merged = both(&merged, item, 1, budget)?;
            }
            return Ok(merged);
        }
    }
    Ok(Value::Array(flat))
}

fn deep(items: &[Value], depth: u64, flat: &mut Vec<Value>, budget: &mut Budget) -> Result<()> {
    budget.depth(depth)?;
    for item in items {
        budget.step(1)?;
        match item.as_array() {
            Some(inner) => deep(inner, depth + 1, flat, budget)?,
            None => flat.push(item.clone()),
        }
    }
    Ok(())
}

fn both(left: &Value, right: &Value, depth: u64, budget: &mut Budget) -> Result<Value> {
    budget.step(1)?;
    budget.depth(depth)?;
    match (left, right) {
        (Value::Array(ones), Value::Array(others)) => {
            budget.step(ones.len() + others.len())?;
            Ok(Value::Array([ones.as_slice(), others.as_slice()].concat()))
        }
        (Value::Object(ones), Value::Object(others)) => {
            budget.step(ones.len() + others.len())?;
            let mut merged = ones.clone();
            merged.extend(others.clone());
            for key in ordered(others) {
                if let Some(one) = ones.get(key) {
                    merged.insert(key.clone(), both(one, &others[key], depth + 1, budget)?);
                }
            }
            Ok(Value::Object(merged))
        }
        _ => Ok(right.clone()),
    }
}

fn ascii<'a>(value: &'a Value, budget: &mut Budget) -> Result<&'a str> {
    let given = read(value, budget)?;
    if given.is_ascii() { Ok(given) } else { fail("only letters of ASCII have a case that all languages agree on") }
}

fn separator(value: &Value, budget: &mut Budget) -> Result<String> {
    if value.is_number() { Ok(number_text(number(value)?)) } else { Ok(read(value, budget)?.to_string()) }
}

/// A function by its name; `defined` looks at the scope and is a node's own business.
pub fn function(name: &str, given: &[Value], budget: &mut Budget) -> Result<Value> {
    let first = given.first().unwrap_or(&Value::Null);
    let second = given.get(1).unwrap_or(&Value::Null);
    let numbers = || given.iter().map(number).collect::<Result<Vec<_>>>();
    match name {
        "abs" => computed(number(first)?.abs()),
        "ceil" => computed(number(first)?.ceil()),
        "floor" => computed(number(first)?.floor()),
        "max" => computed(numbers()?.into_iter().fold(f64::NEG_INFINITY, f64::max)),
        "min" => computed(numbers()?.into_iter().fold(f64::INFINITY, f64::min)),
        "len" if first.is_string() => Ok(json!(read(first, budget)?.chars().count())),
        "len" => Ok(json!(array(first)?.len())),
        "str" => text(first, budget, "null").and_then(|text| made(text, budget)),
        "lowercase" => ascii(first, budget).map(str::to_lowercase).and_then(|text| made(text, budget)),
        "uppercase" => ascii(first, budget).map(str::to_uppercase).and_then(|text| made(text, budget)),
        "typeof" => Ok(json!(match first {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(_) => "number",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        })),
        "join" => {
            budget.step(array(first)?.len())?;
            let between = separator(second, budget)?;
            let texts: Result<Vec<_>> = array(first)?.iter().map(|item| text(item, budget, "null")).collect();
            joined(&texts?, &between, budget)
        }
        "split" => {
            let (given, between) = (read(first, budget)?, separator(second, budget)?);
            let parts: Vec<String> = match between.is_empty() {
                true => given.chars().map(String::from).collect(),
                false => given.split(between.as_str()).map(String::from).collect(),
            };
            budget.step(parts.len())?;
            parts.iter().try_for_each(|part| budget.byte(part.len()))?;
            Ok(json!(parts))
        }
        "range" => {
            let step = given.get(2).map_or(Ok(1), integer)?;
            if step == 0 {
                return fail("a range wants a step that is not 0");
            }
            let (start, stop) = (integer(first)?, integer(second)?);
            let count = ((stop - start) as f64 / step as f64).ceil().max(0.0) as usize;
            budget.step(count)?;
            Ok(json!((0..count as i64).map(|at| start + at * step).collect::<Vec<_>>()))
        }
        "repeat" => {
            let times = integer(second)?;
            if times < 0 {
                return fail("repeat wants a count");
            }
            let text = read(first, budget)?;
            budget.byte(text.len().saturating_mul(times as usize))?;
            Ok(Value::String(text.repeat(times as usize)))
        }
        _ => fail(format!("this harness knows no function {name}")),
    }
}
