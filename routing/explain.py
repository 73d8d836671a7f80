# SPDX-License-Identifier: AGPL-3.0-or-later
"""Puts a decision into words: as JSON for programs and as lines for programme staff at a terminal."""

from __future__ import annotations

from typing import Any

from routing.decision import Decision, Place, Reason


def as_json(decision: Decision, id: object) -> dict[str, Any]:
    """The decision on the message named `id` as plain values; `answer` is a slug, `place` a mapping or None."""
    return {
        "id": id,
        "language": decision.language.code,
        "category": decision.category,
        "topic": decision.topic,
        "place": _place(decision.place),
        "sensitive": decision.sensitive,
        "action": decision.action,
        "answer": decision.answer,
        "confidence": round(decision.confidence, 4),
        "reasons": [_reason(reason) for reason in decision.reasons],
    }


def _reason(reason: Reason) -> dict[str, Any]:
    words, weight = list(reason.words), round(reason.weight, 3)
    return {"source": reason.source, "says": reason.says, "words": words, "weight": weight}


def _place(place: Place | None) -> dict[str, Any] | None:
    return None if place is None else {"pcode": place.pcode, "name": place.name, "names": list(place.names)}


def as_text(decision: Decision) -> str:
    """A few lines that a person can read: what was decided, then each reason with its words and weight."""
    lines = [
        f"{decision.action}: {decision.category} ({decision.confidence:.0%}), priority {decision.priority}"
        + (", sensitive" if decision.sensitive else "")
        + (f", compartment {decision.compartment}" if decision.compartment else ""),
        f"language {decision.language.code} ({decision.language.probability:.0%}), script {decision.language.script}",
    ]
    if decision.command:
        lines.append(f"command {decision.command}")
    if decision.topic:
        lines.append(f"topic {decision.topic}")
    if decision.place:
        lines.append(f"place {decision.place.name} ({decision.place.pcode or 'no P-code'})")
    if decision.places:
        lines.append("place to be asked: " + ", ".join(place.name for place in decision.places))
    if decision.answer:
        lines.append(f"answer {decision.answer}")
    if decision.choices:
        lines.append("choice of " + ", ".join(decision.choices))
    for reason in decision.reasons:
        words = f" [{' '.join(reason.words)}]" if reason.words else ""
        lines.append(f"  {reason.weight:+.2f} {reason.source}: {reason.says}{words}")
    return "\n".join(lines)
