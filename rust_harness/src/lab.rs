//! The side channel to the lab: programs and bodies' turns in; effects and reports out.
//!
//! A body waits for the lab at its start and at its end. What is only told (a branch began, a note) is queued and sent
//! in order, so that nothing in a handler or a branch ever waits for anything but the SDK. Once an invocation has been
//! answered, nothing that is left of it reaches the lab or ends the process.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use hyper::Method;
use serde_json::{Value, json};
use tokio::sync::{mpsc, oneshot};

use crate::http_client::HttpClient;
use crate::reporter::report;
use crate::support;
use crate::values::halves;

/// Exit status of a harness that can't go on.
pub const FAULT: i32 = 70;

/// The version of the protocol with the lab.
const PROTOCOL: u32 = 1;

const MULTIPLE_CHOICES: u16 = 300;
const GONE: u16 = 410;

/// Tell the lab what this harness and its SDK are and can do.
pub async fn hello(client: &HttpClient) -> Result<(), String> {
    let sdk = json!({"name": "rust", "version": env!("SDK_VERSION")});
    let said = json!({"protocol": PROTOCOL, "sdk": sdk, "profile": support::PROFILE, "features": support::FEATURES});
    match client.send(Method::POST, "/hello", Some(&said)).await? {
        (status, body) if status >= MULTIPLE_CHOICES => {
            Err(format!("the lab answered the hello with {status}: {body}"))
        }
        _ => Ok(()),
    }
}

enum Told {
    Effect(Value),
    Flush(oneshot::Sender<()>),
}

/// Where a thing that is told stands: its statement, and the branches and attempts around it.
pub struct At<'a>(pub &'a str, pub &'a [u64]);

struct Channel {
    client: HttpClient,
    path: String,
    closed: AtomicBool,
}

/// The side channel of one invocation.
pub struct Lab {
    channel: Arc<Channel>,
    number: AtomicU64,
    told: mpsc::UnboundedSender<Told>,
}

impl Lab {
    pub fn new(client: HttpClient, request_id: &str) -> Lab {
        let path = format!("/invocations/{request_id}");
        let channel = Arc::new(Channel { client, path, closed: AtomicBool::new(false) });
        let (told, mut queue) = mpsc::unbounded_channel();
        let teller = Arc::clone(&channel);
        tokio::spawn(async move {
            while let Some(next) = queue.recv().await {
                match next {
                    Told::Effect(effect) => drop(teller.ask(Method::POST, "effects", Some(&effect)).await),
                    Told::Flush(done) => drop(done.send(())),
                }
            }
        });
        Lab { channel, number: AtomicU64::new(0), told }
    }

    /// The program of the function that was invoked. It is kept as long as the process: closures that are the SDK's hold it.
    pub async fn program(&self) -> &'static Value {
        let Some(text) = self.channel.ask(Method::GET, "program", None).await else { return pending().await };
        let mut reader = serde_json::Deserializer::from_str(&text);
        reader.disable_recursion_limit();
        let read: Result<Value, _> = serde::Deserialize::deserialize(&mut reader);
        let again = |_| serde_json::from_str(&halves(&text));
        match read.or_else(again) {
            Ok(program) => Box::leak(Box::new(program)),
            Err(error) => self.stop("harness", &format!("malformed program: {error}"), None, None),
        }
    }

    /// What a body does this time, as soon as the lab lets it begin.
    ///
    /// Effects that were told before are with the lab before this is asked. Of an invocation that has ended no body
    /// begins: Lambda would have frozen it.
    pub async fn turn(&self, At(at, indexes): At<'_>, kind: &str, attempt: Option<u32>) -> &'static Value {
        if self.channel.closed.load(Ordering::SeqCst) {
            return pending().await;
        }
        self.flush().await;
        let asked = json!({"at": at, "indexes": indexes, "kind": kind, "attempt": attempt});
        let Some(text) = self.channel.ask(Method::POST, "turns", Some(&asked)).await else { return pending().await };
        match serde_json::from_str(&text) {
            Ok(turn) => Box::leak(Box::new(turn)),
            Err(error) => self.stop("harness", &format!("malformed turn: {error}"), Some(at), None),
        }
    }

    /// Tell an effect, without waiting. Nothing is told any more once the invocation was answered.
    pub fn effect(&self, at: At<'_>, kind: &str, event: &str, detail: Value) {
        if !self.channel.closed.load(Ordering::SeqCst) {
            let effect = self.numbered(at, kind, event, None, detail);
            let _ = self.told.send(Told::Effect(effect));
        }
    }

    /// Tell that a body has ended, and wait until the lab has that: for ever where the body is to crash.
    ///
    /// It waits alone: what others tell meanwhile goes past it.
    pub async fn end(&self, at: At<'_>, kind: &str, attempt: Option<u32>, detail: Value) {
        self.flush().await;
        if self.channel.closed.load(Ordering::SeqCst) {
            return pending().await;
        }
        let effect = self.numbered(at, kind, "end", attempt, detail);
        if self.channel.ask(Method::POST, "effects", Some(&effect)).await.is_none() {
            pending().await
        }
    }

    fn numbered(&self, At(at, indexes): At<'_>, kind: &str, event: &str, attempt: Option<u32>, detail: Value) -> Value {
        let number = self.number.fetch_add(1, Ordering::SeqCst) + 1;
        json!({"number": number, "at": at, "indexes": indexes, "kind": kind, "event": event, "attempt": attempt, "detail": detail})
    }

    /// Wait until the lab has all that was told so far.
    pub async fn flush(&self) {
        let (done, flushed) = oneshot::channel();
        let _ = self.told.send(Told::Flush(done));
        let _ = flushed.await;
    }

    /// Tell nothing more, and wait until the lab has all: the invocation is about to be answered.
    pub async fn close(&self) {
        self.channel.closed.store(true, Ordering::SeqCst);
        self.flush().await;
    }

    /// Report that this run can't go on, and end the process, past SDK and user code.
    pub fn stop(&self, kind: &str, message: &str, at: Option<&str>, expression: Option<Value>) -> ! {
        self.channel.stop(kind, message, at, expression)
    }
}

impl Channel {
    /// The lab's answer; None when this invocation has ended.
    async fn ask(&self, method: Method, what: &str, body: Option<&Value>) -> Option<String> {
        match self.client.send(method, &format!("{}/{what}", self.path), body).await {
            Ok((GONE, _)) => None,
            Ok((status, answer)) if status >= MULTIPLE_CHOICES => {
                let said: String = answer.chars().take(200).collect();
                self.stop("harness", &format!("the lab answered {what} with {status}: {said}"), None, None)
            }
            Ok((_, answer)) => Some(answer),
            Err(_) if self.closed.load(Ordering::SeqCst) => None,
            Err(error) => self.stop("harness", &format!("the lab does not answer: {error}"), None, None),
        }
    }

    fn stop(&self, kind: &str, message: &str, at: Option<&str>, expression: Option<Value>) -> ! {
        assert!(!self.closed.load(Ordering::SeqCst), "what is left of an invocation that was answered: {message}");
        eprintln!("{kind}: {}: {message}", at.unwrap_or("-"));
        let mut said = json!({"kind": kind, "message": message, "at": at});
        if let Some(expression) = expression {
            said["expression"] = expression;
        }
        if !report(self.client.base.clone(), format!("{}/reports", self.path), said) {
            eprintln!("the report did not reach the lab at {}", self.client.base);
        }
        std::process::exit(FAULT)
    }
}
