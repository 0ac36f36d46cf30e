"""What an adaptation made."""

from dataclasses import dataclass, field
from pathlib import Path

ADAPTED, SOURCE_ONLY = 'maps', 'source_only'  # folders of the maps


@dataclass
class Outcome:
    """What was made.

    Args:
        maps: The map of each scene of B.
        source_only: Likewise, by the model that never saw B; empty if the method has
            no such model.
        page: What was done, as a page.
        figures: Of the maps by the name of their folder, measured on labels of B;
            empty without such.
        seconds: That each step took in this call.
    """

    maps: list[Path] = field(default_factory=list)
    source_only: list[Path] = field(default_factory=list)
    page: Path | None = None
    figures: dict[str, dict] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
