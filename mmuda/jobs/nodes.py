"""Walking through a part of a config."""

from collections.abc import Iterator

from mmengine.config import ConfigDict


def dicts(node: object) -> Iterator[ConfigDict]:
    """All dicts in a part of a config, the outermost first."""
    if isinstance(node, dict):
        yield node
        node = list(node.values())
    if isinstance(node, (list, tuple)):
        for child in node:
            yield from dicts(child)
