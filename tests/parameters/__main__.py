"""`python -m tests.parameters`: write the scenarios that fill the table of parameters."""

from __future__ import annotations

from tests.parameters.files import FOLDER, files

if __name__ == "__main__":
    made = files()
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob("*.yaml"):
        old.unlink()
    for name, text in made.items():
        (FOLDER / f"{name}.yaml").write_text(text, encoding="utf-8")
