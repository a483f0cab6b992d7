"""Many times over what must never go wrong: damaged photos, cut installations, cold starts without a network, starts in
Firefox and WebKit, phones at once. Each part is run in small by a test, and in full by `python3 -m tests.reliability`,
which writes the table."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Tally:
    """How often something was tried, and what went wrong, in words."""

    what: str
    tried: int = 0
    wrong: list[str] = field(default_factory=list)
    note: str = ""

    def expect(self, good: bool, otherwise: str) -> None:
        """Count a wrong outcome where it is one."""
        if not good:
            self.wrong.append(otherwise)
