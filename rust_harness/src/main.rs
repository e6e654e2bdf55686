//! The Rust subject: a Lambda runtime whose function interprets a scenario's program with the real SDK.

extern crate aws_durable_execution_sdk as durable;

mod batches;
mod blocks;
mod bodies;
mod budget;
mod callbacks;
mod conditions;
mod control;
mod durations;
mod errors;
mod expressions;
mod http_client;
mod interpreter;
mod invokes;
mod lab;
mod logs;
mod operations;
mod reporter;
mod retries;
mod scope;
mod serdes;
mod support;
mod values;

use std::process::ExitCode;
use std::sync::{Arc, Mutex};

use durable::lambda_runtime::{self, LambdaEvent, service_fn};
use durable::{BoxError, DurableContext};
use hyper::Method;
use serde_json::{Value, json};

use crate::http_client::HttpClient;
use crate::interpreter::{interpret, prepared};
use crate::lab::Lab;
use crate::scope::locked;

/// What trees may take to be walked: memory is used as it is touched.
const STACK: usize = 512 << 20;

/// Serve invocations until the Runtime API goes away.
fn main() -> ExitCode {
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(serve())
    });
    match thread.map(std::thread::JoinHandle::join) {
        Ok(Ok(Ok(()))) => ExitCode::SUCCESS,
        failed => {
            eprintln!("the harness ends: {failed:?}");
            ExitCode::FAILURE
        }
    }
}

async fn serve() -> Result<(), BoxError> {
    let client = HttpClient::new(&std::env::var("CONFORMANCE_LAB")?);
    if let Err(error) = lab::hello(&client).await {
        let api = HttpClient::new(&format!("http://{}/2018-06-01/runtime", std::env::var("AWS_LAMBDA_RUNTIME_API")?));
        let said = json!({"errorType": "HarnessError", "errorMessage": error, "stackTrace": []});
        api.send(Method::POST, "/init/error", Some(&said)).await?;
        return Err(error.into());
    }
    logs::listen();
    let current = Arc::new(Mutex::new(None));
    let running = Arc::clone(&current);
    let durable = durable::wrap(
        move |event: Value, ctx: DurableContext| {
            let run = locked(&running).clone();
            async move { interpret(run.ok_or("no program was fetched")?, event, Some(ctx)).await }
        },
        durable::Options::default(),
    );
    let answer = async |event: LambdaEvent<Value>| {
        let (run, is_durable) = prepared(Lab::new(client.clone(), &event.context.request_id)).await;
        *locked(&current) = Some(Arc::clone(&run));
        let answered = if is_durable {
            let payload = serde_json::from_value(event.payload)?;
            durable(LambdaEvent::new(payload, event.context)).await.and_then(|answer| Ok(serde_json::to_value(answer)?))
        } else {
            interpret(Arc::clone(&run), event.payload, None).await
        };
        run.lab.close().await;
        answered
    };
    lambda_runtime::run(service_fn(answer)).await
}
