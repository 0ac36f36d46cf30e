"""``python -m mmuda TOOL ...``: the tools, wherever mmuda is installed."""

import runpy
import sys
from pathlib import Path

TOOLS = Path(__file__).parent / '.mim' / 'tools'


def main() -> None:
    """Run the tool named by the first argument with the others."""
    known = sorted(file.stem for file in TOOLS.glob('*.py'))
    if len(sys.argv) < 2 or sys.argv[1] not in known:
        sys.exit(f'usage: python -m mmuda {{{",".join(known)}}} ...')
    tool = TOOLS / f'{sys.argv[1]}.py'
    sys.argv = [str(tool), *sys.argv[2:]]
    runpy.run_path(str(tool), run_name='__main__')


if __name__ == '__main__':
    main()
