"""Where commands print their tables."""

from rich.console import Console

WIDE = 1000  # characters; no table is as wide


def table_console() -> Console:
    """A terminal as wide as it is; where nobody looks at one, tables are not folded."""
    console = Console()
    if not console.is_terminal:
        console.width = WIDE
    return console
