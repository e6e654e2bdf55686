"""A subject that doesn't start, in the way that its argument says."""

# What it prints is part of what is tested.
# ruff: noqa: T201

from __future__ import annotations

import os
import sys
import threading
import time

from runtime import ask, post

print("about to", sys.argv[1], file=sys.stderr, flush=True)
match sys.argv[1]:
    case "exit":
        sys.exit(3)
    case "report":
        post("/init/error", b'{"errorMessage": "no handler", "errorType": "Init"}')
        time.sleep(3600)
    case "sleep":
        time.sleep(3600)
    case "ask-and-exit":
        # It asks and is gone before it could be answered.
        threading.Timer(0.1, os._exit, [4]).start()
        ask()
    case "report-late":
        ask()
        post("/init/error", b"late")
