//! Tells the harness which version of the SDK it is built with.

fn main() {
    println!("cargo::rerun-if-changed=Cargo.lock");
    let lock = std::fs::read_to_string("Cargo.lock").unwrap_or_default();
    let version = lock
        .split_once("name = \"aws-durable-execution-sdk\"\nversion = \"")
        .and_then(|(_, rest)| rest.split_once('"'));
    println!("cargo::rustc-env=SDK_VERSION={}", version.map_or("unknown", |(version, _)| version));
}
