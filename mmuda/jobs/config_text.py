"""The config that a checkpoint carries, read without running it."""

import ast

from mmengine.config import Config


def read_config_text(text: str) -> Config:
    """The config of a text that mmengine wrote, of plain values alone.

    ``Config.fromstring`` would run it: a checkpoint comes from anywhere.

    Args:
        text: Lines ``name = value``; values are literals and ``dict(name=value)``.

    Raises:
        ValueError: If it is anything else.
    """
    try:
        found = {}
        for node in ast.parse(text).body:
            (target,) = node.targets
            found[target.id] = _plain(node.value)
    except (
        SyntaxError,
        AttributeError,
        ValueError,
        TypeError,
        RecursionError,
    ) as error:
        raise ValueError(f'it is no list of plain values ({error})') from error
    return Config(found)


def _plain(node: ast.expr) -> object:
    if isinstance(node, ast.Call) and getattr(node.func, 'id', None) == 'dict':
        content = {}
        for inner in node.args:
            content |= _plain(inner)
        return content | {k.arg: _plain(k.value) for k in node.keywords}
    if isinstance(node, ast.Dict):
        pairs = zip(node.keys, node.values, strict=True)
        return {_plain(key): _plain(value) for key, value in pairs}
    if isinstance(node, (ast.List, ast.Tuple)):
        items = [_plain(item) for item in node.elts]
        return items if isinstance(node, ast.List) else tuple(items)
    return ast.literal_eval(node)
