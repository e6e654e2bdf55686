"""What `conformance doctor` looks at: this machine, and a subject's harness, rung by rung."""
