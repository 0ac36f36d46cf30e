"""A row of the table."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """A bad input.

    Args:
        command: What is typed after ``python -m mmuda``.
        bad: What is bad about it.
        line: Regular expression that the line answered is searched for.
        spoil: Makes the input bad, in the working folder.
        values: Each takes the place of ``{}`` in the command.
    """

    command: str
    bad: str
    line: str
    spoil: Callable[[], object] | None = None
    values: tuple = ('',)

    def cases(self) -> Iterator[tuple[str, str]]:
        """Name and words of each command."""
        for value in self.values:
            words = self.command.replace('{}', str(value))
            yield f'{words.split()[0]}: {self.bad} {value}'.strip(), words
