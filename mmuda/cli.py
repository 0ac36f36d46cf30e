"""The program ``mmuda``: its commands are the files of ``tools``.

``mmuda train ...`` runs ``tools/train.py``, ``mmuda pseudo-label ...``
``tools/pseudo_label.py``. Nothing but the standard library is imported here, so that
``mmuda --help`` answers at once; ``mmuda COMMAND --help`` imports no PyTorch either.
"""

import ast
import difflib
import os
import sys
from collections.abc import Sequence
from pathlib import Path

TOOLS = Path(__file__).parent / '.mim' / 'tools'
VERBOSE = 'MMUDA_VERBOSE'  # environment variable: show all that the stack says
USAGE = 'usage: mmuda COMMAND ... [--verbose]'
ASKING = ('-h', '--help', '--version')


def only_asks() -> bool:
    """Whether the program was started, and asked for help or its version alone."""
    program = Path(sys.argv[0]).name if sys.argv else ''
    if program == '-m':  # while the package of `python -m PACKAGE` is imported
        flag = sys.orig_argv.index('-m') if '-m' in sys.orig_argv else -1
        program = sys.orig_argv[flag + 1]
    if program != 'mmuda':
        return False
    return len(sys.argv) == 1 or sys.argv[1] in ASKING or asks_for_help(sys.argv[1:])


def asks_for_help(words: Sequence[str]) -> bool:
    """Whether a command does nothing but explain itself."""
    return not {'-h', '--help'}.isdisjoint(words)


def commands() -> dict[str, Path]:
    """The file of each command."""
    return {f.stem.replace('_', '-'): f for f in sorted(TOOLS.glob('*.py'))}


def summary(tool: Path) -> str:
    """What a command does, in one line."""
    text = ast.get_docstring(ast.parse(tool.read_text())) or ''
    return text.partition('\n')[0]


def help_text() -> str:
    """All commands with one line each."""
    known = commands()
    width = max(map(len, known))
    lines = [f'  {name:{width}}  {summary(file)}' for name, file in known.items()]
    return '\n'.join(
        [
            USAGE,
            '',
            'Unsupervised domain adaptation of semantic segmentation.',
            '',
            *lines,
            '',
            'mmuda COMMAND --help says more. --verbose shows all that mmengine says.',
        ]
    )


def version() -> str:
    """That of the package, without importing it."""
    found: dict[str, str] = {}
    exec((Path(__file__).parent / 'version.py').read_text(), found)
    return found['__version__']


def main() -> None:
    """Run the command that the first argument names with the others."""
    words = sys.argv[1:]
    if '--verbose' in words:
        words.remove('--verbose')
        os.environ[VERBOSE] = '1'
    if not words or words[0] in ASKING:
        print(f'mmuda {version()}' if words[:1] == ['--version'] else help_text())  # noqa: T201
        sys.exit(0 if words else 2)
    known = commands()
    name = words[0].replace('_', '-')
    if name not in known:
        near = difflib.get_close_matches(name, known, 1)
        guess = f', did you mean {near[0]}?' if near else ''
        expected = ', '.join(known)
        print(  # noqa: T201
            f'error: no command {words[0]!r}{guess} (one of {expected})',
            file=sys.stderr,
        )
        sys.exit(2)
    run(name, known[name], words[1:])


def run(name: str, tool: Path, words: Sequence[str]) -> None:
    """Run the file of a command as a script."""
    # Not by runpy, which puts the path of the file where usage lines take the name.
    sys.argv = [f'mmuda {name}', *words]
    script = compile(tool.read_bytes(), str(tool), 'exec')
    exec(script, {'__name__': '__main__', '__file__': str(tool)})
