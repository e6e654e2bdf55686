//! Logging through the language's `tracing`, as users of the SDK do, into a sink of ours that tells the lab.
//!
//! The SDK decides whether a line gets through (its filter holds lines back on replay); the sink only hears of it. A
//! line that a statement did not ask for is the SDK's own and goes to stderr.

use std::cell::RefCell;
use std::sync::Arc;

use durable::ReplayFilterLayer;
use serde_json::json;
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::filter::{FilterExt, filter_fn};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};

use crate::blocks::{Statement, text};
use crate::scope::{Extra, Scope};

const OURS: &str = "scenario";
const SDK: &str = "aws_durable_execution_sdk";

thread_local! {
    static ASKED: RefCell<Option<Box<dyn Fn()>>> = const { RefCell::new(None) };
}

/// Log what a `log` describes. Where there is no SDK there is no logger: the lab is told at once.
pub fn write(line: Statement, durable: bool, scope: &Scope, extra: &Extra) {
    let (at, level) = (text(line, "at"), line["level"].as_str().unwrap_or("info"));
    let message = scope.evaluate(&line["message"], at, extra);
    let said = message.as_str().map_or_else(|| message.to_string(), String::from);
    let (run, indexes) = (Arc::clone(&scope.run), scope.indexes.clone());
    let detail = json!({"level": level, "message": message});
    let tell = move || run.lab.effect(crate::lab::At(at, &indexes), "log", "start", detail.clone());
    if !durable {
        return tell();
    }
    ASKED.set(Some(Box::new(tell)));
    match level {
        "debug" => tracing::debug!(target: OURS, "{said}"),
        "info" => tracing::info!(target: OURS, "{said}"),
        "warning" => tracing::warn!(target: OURS, "{said}"),
        "error" => tracing::error!(target: OURS, "{said}"),
        _ => scope.run.lab.stop("harness", &format!("this harness knows no level '{level}'"), Some(at), None),
    }
    ASKED.set(None);
}

/// What lines are written into.
struct Sink;

impl<S: Subscriber> Layer<S> for Sink {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() == OURS {
            ASKED.with_borrow(|asked| asked.iter().for_each(|tell| tell()));
        } else if *event.metadata().level() <= Level::WARN {
            eprintln!("{event:?}");
        }
    }
}

/// Hear what is logged from now on, as far as the SDK lets it through.
pub fn listen() {
    let heard = filter_fn(|meta| {
        *meta.level() <= Level::WARN || meta.target() == OURS || (meta.is_span() && meta.target().starts_with(SDK))
    });
    let sink = Sink.with_filter(ReplayFilterLayer::new().and(heard));
    let _ = tracing::subscriber::set_global_default(tracing_subscriber::registry().with(sink));
}
