"""Installations end when the suite does, and no other begins."""

from __future__ import annotations

import subprocess
import sys

# In a process of its own: once stopped, an installer installs nothing any more.
PROGRAM = """
import os, pathlib, signal, threading, time
from conformance.errors import EnvironmentFault
from conformance.subjects import installer

def install(path):
    try:
        command = ["sh", "-c", f"echo $$ > {path}; sleep 600 & wait"]
        installer.run(command, subject="x", cwd=pathlib.Path("/"), environment={"PATH": os.environ["PATH"]})
    except EnvironmentFault as error:
        print(error, flush=True)

path = pathlib.Path(os.sys.argv[1])
thread = threading.Thread(target=install, args=[path])
thread.start()
while not (path.exists() and path.read_text().endswith("\\n")):
    time.sleep(0.01)
installer.stop()
thread.join(30)
assert not thread.is_alive()
install(path)
group = int(path.read_text())
try:
    while True:
        os.killpg(group, 0)
        time.sleep(0.01)
except ProcessLookupError:
    print("nothing is left")
"""


def test_stopping_ends_what_is_being_installed_and_lets_no_other_begin(tmp_path: object) -> None:
    done = subprocess.run(  # noqa: S603 (our own words)
        [sys.executable, "-c", PROGRAM, f"{tmp_path}/group"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    said = "x: its installation was stopped\n"
    assert done.stdout == said + said + "nothing is left\n"
