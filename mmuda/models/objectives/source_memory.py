"""What an objective remembers of the source images it has seen."""

import torch
from torch import Tensor, nn


class SourceMemory(nn.Module):
    """The latest rows of one or more tables, as buffers: a checkpoint has them.

    Args:
        size: Rows that are kept.
        **widths: Columns of each table, by its name.
    """

    def __init__(self, size: int, **widths: int) -> None:
        super().__init__()
        self.size = size
        for name, width in widths.items():
            self.register_buffer(name, torch.zeros(size, width))
        self.register_buffer('seen', torch.zeros((), dtype=torch.long))

    def remember(self, **rows: Tensor) -> None:
        """Add rows (n, width) to every table, in place of the oldest ones."""
        count = len(next(iter(rows.values())))
        places = torch.arange(count, device=self.seen.device) + self.seen
        for name, values in rows.items():
            table = self.get_buffer(name)
            table[places % self.size] = values.to(table.dtype)
        self.seen += count

    def known(self, name: str) -> Tensor:
        """The rows of a table that have been filled."""
        return self.get_buffer(name)[: int(self.seen)]
