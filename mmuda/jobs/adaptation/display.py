"""What one sees while training runs: bars in a terminal, lines elsewhere."""

from types import TracebackType

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Column

LONGEST = 32  # characters of a name beside its bar
BAR = 18  # characters: name, bar, count and time fit into 80


class Display:
    """Bars, one for each run; where nobody looks on, a line as each ends.

    Args:
        console: Where to show them, by default the standard output.
    """

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console()
        name = Column(no_wrap=True, overflow='ellipsis', max_width=LONGEST)
        self.progress = Progress(
            TextColumn('{task.description}', table_column=name, markup=False),
            BarColumn(BAR),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=self.console,
            disable=not self.console.is_terminal,
        )

    def __enter__(self) -> 'Display':
        """Show the bars."""
        self.progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave them as they are."""
        self.progress.stop()

    def begin(self, name: str) -> TaskID:
        """A bar for something whose length is not known yet."""
        return self.progress.add_task(name, total=None)

    def update(self, bar: TaskID, done: int, total: int) -> None:
        """Say how far it is."""
        task = self.progress.tasks[bar]
        ends = done == total and task.completed != total
        self.progress.update(bar, completed=done, total=total)
        if ends and not self.console.is_terminal:
            self.console.print(
                f'{task.description}: {total} iterations', soft_wrap=True, markup=False
            )
