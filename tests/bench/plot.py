"""The curves as an SVG: one line a curve, both axes logarithmic."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

WIDTH, HEIGHT, MARGIN = 460, 320, 56
COLOURS = ("#0b62a4", "#c0392b", "#1e8449", "#7d3c98", "#b9770e", "#117a65", "#5d6d7e")
PANELS = (("run_cpu", "Running with both SDKs"), ("judge_cpu", "Judging both recordings"))


def drawn(curves: Mapping[str, Any]) -> str:
    """Both panels, with a legend."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {2 * WIDTH} {HEIGHT + 40}"',
        'font-family="sans-serif" font-size="11">',
        '<rect width="100%" height="100%" fill="white"/>',
    ]
    for number, (kind, title) in enumerate(PANELS):
        parts.append(f'<g transform="translate({number * WIDTH},0)">')
        parts.extend(_panel(curves, kind, title))
        parts.append("</g>")
    for number, name in enumerate(curves):
        x = MARGIN + number * 110
        parts.append(f'<rect x="{x}" y="{HEIGHT + 16}" width="12" height="3" fill="{COLOURS[number]}"/>')
        parts.append(f'<text x="{x + 16}" y="{HEIGHT + 21}">{escape(name)}</text>')
    return "\n".join([*parts, "</svg>", ""])


def _panel(curves: Mapping[str, Any], kind: str, title: str) -> Iterator[str]:
    points = {
        name: [(point["recorded_bytes"], point[kind]) for point in curve["points"] if point[kind] > 0]
        for name, curve in curves.items()
    }
    xs = [x for own in points.values() for x, _ in own] or [1, 10]
    ys = [y for own in points.values() for _, y in own] or [1, 10]
    across, up = _scale(xs, MARGIN, WIDTH - 16), _scale(ys, HEIGHT - MARGIN + 16, 32)
    yield f'<text x="{WIDTH / 2}" y="18" text-anchor="middle" font-weight="bold">{escape(title)}</text>'
    for power in _powers(xs):
        x = across(10**power)
        yield f'<path d="M{x:.1f} 32V{HEIGHT - MARGIN + 16}" stroke="#ddd"/>'
        yield f'<text x="{x:.1f}" y="{HEIGHT - MARGIN + 30}" text-anchor="middle">{_bytes(power)}</text>'
    for power in _powers(ys):
        y = up(10**power)
        yield f'<path d="M{MARGIN} {y:.1f}H{WIDTH - 16}" stroke="#ddd"/>'
        yield f'<text x="{MARGIN - 6}" y="{y + 4:.1f}" text-anchor="end">{10.0**power:g} s</text>'
    yield f'<text x="{WIDTH / 2}" y="{HEIGHT}" text-anchor="middle">recorded</text>'
    for number, own in enumerate(points.values()):
        line = " ".join(f"{across(x):.1f},{up(y):.1f}" for x, y in own)
        yield f'<polyline points="{line}" fill="none" stroke="{COLOURS[number]}" stroke-width="2"/>'


def _scale(values: list[float], low: float, high: float) -> Any:
    """Where a value stands between two places, by its logarithm."""
    least, most = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    span = max(most - least, 1)
    return lambda value: low + (math.log10(value) - least) / span * (high - low)


def _powers(values: list[float]) -> range:
    return range(math.floor(math.log10(min(values))), math.ceil(math.log10(max(values))) + 1)


def _bytes(power: int) -> str:
    unit, left = ("MB", power - 6) if power >= 6 else ("kB", power - 3)
    return f"{10**left:g} {unit}"
