"""Know the education messages, and which of them a patient cannot both believe."""

from __future__ import annotations

MESSAGES = (
    "hurt-not-harm", "stop-if-it-hurts", "quota-not-pain", "protect-the-area", "area-is-robust",
    "structural-damage", "rest-to-heal", "movement-heals", "avoid-for-life", "graded-return",
    "correct-posture-needed", "no-single-correct-posture", "imaging-explains-pain",
    "imaging-findings-common", "analgesic-regular", "analgesic-as-needed", "red-flag-stop",
    "sleep-first", "flare-is-setback-not-relapse",
)  # fmt: skip
# Needed for the two analgesic messages: they oppose each other only about one drug class.
ANALGESIC = frozenset({"analgesic-regular", "analgesic-as-needed"})
OPPOSED = frozenset(
    frozenset(pair)
    for pair in (
        ("hurt-not-harm", "stop-if-it-hurts"),
        ("hurt-not-harm", "structural-damage"),
        ("stop-if-it-hurts", "quota-not-pain"),
        ("protect-the-area", "area-is-robust"),
        ("rest-to-heal", "movement-heals"),
        ("avoid-for-life", "graded-return"),
        ("correct-posture-needed", "no-single-correct-posture"),
        ("imaging-explains-pain", "imaging-findings-common"),
        ("analgesic-regular", "analgesic-as-needed"),
    )
)


def opposed(one: str, other: str) -> bool:
    """Say whether two messages contradict each other."""
    return frozenset((one, other)) in OPPOSED
