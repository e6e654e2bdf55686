//! The statement that the SDK's chained invoke stands behind.

use durable::{BoxError, DurableContext};
use serde_json::Value;

use crate::blocks::{Statement, at, bound, given};
use crate::operations::{name_of, text_of, with};
use crate::scope::Scope;
use crate::serdes;

pub async fn invoke(statement: Statement, ctx: &DurableContext, scope: &mut Scope) -> Result<(), BoxError> {
    let asked = |field| given(statement, field).and_then(|tree| text_of(tree, at(statement), scope, &[]));
    let (target, tenant) = (asked("function").unwrap_or_default(), asked("tenant"));
    // An invocation always has an input in this SDK: that of one without a payload is null.
    let payload = given(statement, "payload").map_or(Value::Null, |tree| scope.evaluate(tree, at(statement), &[]));
    let name = name_of(statement, scope);
    let input = serdes::given(statement, "payload_serdes", scope);
    let result = serdes::given(statement, "result_serdes", scope);
    let builder = with!(with!(ctx.invoke::<Value, Value>(target, payload), name, name), tenant, tenant_id);
    let value = match (input, result) {
        (None, None) => builder.await?,
        (Some(input), None) => builder.payload_serdes(input).await?,
        (None, Some(result)) => builder.serdes(result).await?,
        (Some(input), Some(result)) => builder.payload_serdes(input).serdes(result).await?,
    };
    scope.bind(bound(statement), value);
    Ok(())
}
