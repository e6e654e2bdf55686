//! Serialisers, by name.

use std::sync::Arc;

use durable::serdes::SerdesContext;
use durable::{BoxError, Serdes};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::blocks::{Statement, text};
use crate::errors::user_error;
use crate::scope::{Run, Scope};

const OPERATION_PREFIX: &str = "OPSERDE:";

/// The serialiser that a statement's field describes, as the SDK takes it.
pub fn given(statement: Statement, field: &str, scope: &Scope) -> Option<Named> {
    let described = statement.get(field)?;
    let (name, argument) = (text(described, "name"), &described["argument"]);
    Some(Named { name, argument, at: text(statement, "at"), run: Arc::clone(&scope.run), batch: false })
}

/// A serialiser; `batch` says that what it is given is a batch's whole result.
pub struct Named {
    name: &'static str,
    argument: &'static Value,
    at: &'static str,
    run: Arc<Run>,
    batch: bool,
}

impl Named {
    pub fn of_batch(self) -> Named {
        Named { batch: true, ..self }
    }

    fn write(&self, value: Value) -> Result<String, BoxError> {
        if value.is_null() && matches!(self.name, "upper" | "upper-read" | "prefix") {
            self.run.lab.stop("unsupported", "a serialiser of this SDK always writes something", Some(self.at), None)
        }
        Ok(match self.name {
            "upper" => plain(&value).to_uppercase(),
            "upper-read" => plain(&value),
            "upper-json" => strings(value, &|text| json!(text.to_uppercase())).to_string(),
            "prefix" => format!("{}{}", self.argument.as_str().unwrap_or_default(), plain(&value)),
            "wrap" => json!({"wrapped": value}).to_string(),
            "opserde" if self.batch => {
                let items = value["results"].as_array().map_or(&[][..], Vec::as_slice);
                let results = items.iter().filter_map(|item| serde_json::from_str(item["result"].as_str()?).ok());
                let texts: Vec<String> = results.map(|result: Value| plain(&result)).collect();
                format!("{OPERATION_PREFIX}{}", texts.join(","))
            }
            "fail-write" => return Err(user_error("FailWrite", "the serialiser fails to write", None)),
            _ => value.to_string(),
        })
    }

    fn read(&self, data: &str) -> Result<Value, BoxError> {
        let parse = || serde_json::from_str::<Value>(data);
        Ok(match self.name {
            "upper" => json!(data),
            "upper-read" => json!(data.to_uppercase()),
            "wrap" => parse()?["wrapped"].take(),
            "prefix" => {
                let prefix = self.argument.as_str().unwrap_or_default();
                let missing = || user_error("NoPrefix", format!("no {prefix} before {data}"), None);
                json!(data.strip_prefix(prefix).ok_or_else(missing)?)
            }
            "number" => {
                let missing = |_| user_error("NoNumber", format!("no number: {data}"), None);
                serde_json::from_str::<serde_json::Number>(data.trim()).map(Value::Number).map_err(missing)?
            }
            "epoch" => strings(parse()?, &|text| seconds(text).unwrap_or_else(|| json!(text))),
            "opserde" if self.batch && data.starts_with(OPERATION_PREFIX) => {
                let results = data[OPERATION_PREFIX.len()..].split(',').enumerate();
                let item =
                    |(index, text)| json!({"index": index, "status": "SUCCEEDED", "result": json!(text).to_string()});
                json!({"results": results.map(item).collect::<Vec<_>>(), "reason": "ALL_COMPLETED"})
            }
            "fail-read" if self.argument.is_null() || self.argument["invocation"] == self.run.program["invocation"] => {
                return Err(user_error("FailRead", "the serialiser fails to read", None));
            }
            _ => parse()?,
        })
    }
}

impl<T: Serialize + DeserializeOwned + Send + 'static> Serdes<T> for Named {
    async fn serialize(&self, value: T, _: SerdesContext) -> Result<String, BoxError> {
        self.write(serde_json::to_value(value)?)
    }

    async fn deserialize(&self, wire: String, _: SerdesContext) -> Result<T, BoxError> {
        Ok(serde_json::from_value(self.read(&wire)?)?)
    }
}

/// A string as it is, anything else as JSON.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), String::from)
}

/// The value with every string in it, save for keys, changed.
fn strings(value: Value, change: &dyn Fn(&str) -> Value) -> Value {
    match value {
        Value::String(text) => change(&text),
        Value::Array(items) => items.into_iter().map(|item| strings(item, change)).collect(),
        Value::Object(members) => members.into_iter().map(|(key, item)| (key, strings(item, change))).collect(),
        other => other,
    }
}

/// A timestamp such as `1970-01-01T00:00:10.5Z` as seconds since 1970; None for any other text.
fn seconds(text: &str) -> Option<Value> {
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let numbers = |text: &str, by| text.split(by).map(|part| part.parse::<f64>().ok()).collect::<Option<Vec<_>>>();
    let (date, time) = (numbers(date, '-')?, numbers(time, ':')?);
    let ([year, month, day], [hours, minutes, seconds]) = (date.as_slice(), time.as_slice()) else { return None };
    // Years begin in March, so that a leap day is the last of its year.
    let year = if *month < 3.0 { year - 1.0 } else { *year };
    let months = (month + 9.0) % 12.0;
    let leaps = (year / 4.0).floor() - (year / 100.0).floor() + (year / 400.0).floor();
    let days = 365.0 * year + leaps + ((153.0 * months + 2.0) / 5.0).floor() + day - 1.0 - 719_468.0;
    Some(json!(days * 86_400.0 + hours * 3600.0 + minutes * 60.0 + seconds))
}
