"""The two subjects, installed, and programs run through them in the lab."""

from __future__ import annotations

import asyncio
from functools import cache
from typing import TYPE_CHECKING, Any

from conformance.lab.lab import Lab
from conformance.scenario.model import Scenario
from conformance.subjects.install import Installed, install
from conformance.subjects.pool import Pool
from conformance.subjects.subject import Subject

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.wire.recording import Recording

PYTHON = "python@3.0.0"
JS = "js@2.4.0"


@cache
def installed(name: str) -> Installed:
    """A subject, installed once."""
    return install(Subject.parse(name))


def recordings(name: str, documents: Mapping[str, dict[str, Any]]) -> dict[str, Recording]:
    """Run documents through a subject, one after the other."""

    async def run() -> dict[str, Recording]:
        subject = installed(name)
        async with Lab() as lab:
            pool = Pool(subject, lab.gateway_url, lab.url)
            try:
                return {
                    title: await lab.run(
                        Scenario.from_document(
                            f"harness/{title}", {"title": title, "covers": [], **document}
                        ),
                        subject.info,
                        pool,
                    )
                    for title, document in documents.items()
                }
            finally:
                await pool.close()

    return asyncio.run(run())
