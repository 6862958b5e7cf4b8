"""Where the original legitimately differs by more than the tolerance: as few as possible, each with its reason."""

from dataclasses import dataclass
from fnmatch import fnmatchcase


@dataclass(frozen=True)
class Known:
    """`pattern` is matched with `head:golden:what:parameters quantity key`; `limit` is what is allowed instead."""

    pattern: str
    limit: float
    reason: str

    def matches(self, where: str) -> bool:
        return fnmatchcase(where, self.pattern)


KNOWN: tuple[Known, ...] = (
    Known(
        "*:golden:evaluation:batches=25,weights=past-2^24 evaluation*",
        1.5e-6,
        "The original keeps the sums of a metric in one float32: 24 weights of 1 after one of 2^24 leave them as they were.",
    ),
)
