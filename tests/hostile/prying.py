"""A subject that runs whatever code an event holds, and answers with the value of `found` that it leaves."""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "subjects" / "broken"))

from runtime import answer, ask

while True:
    status, event = ask()
    if status != 200:
        sys.exit(f"next: {status}")
    names: dict[str, object] = {"found": None}
    try:
        exec(json.loads(event.body)["code"], names)  # noqa: S102 - it is the point
    except BaseException as error:  # noqa: BLE001 - whatever stood in its way is the answer
        names["found"] = type(error).__name__
    answer(event.request_id, json.dumps(names["found"]).encode())
