"""The main job on made-up cities: what pairing and adaptation gain, in one table."""

import argparse
from pathlib import Path

from mmuda.jobs.command_line import errors_in_one_line

CONFIGS = Path(__file__).resolve().parents[1] / 'configs' / 'semsim'
ALL = '_hannover_vaihingen.py'
ROWS = (
    f'source-only{ALL}',
    f'source-only{ALL}@1',  # AdaBN
    f'dann-random{ALL}',
    f'dann{ALL}',
    f'dann-ground-truth{ALL}',
    f'target-only{ALL}',
)


def main() -> None:
    """Run the demo; its table and pictures are in ``work_dirs/demo``."""
    parser = argparse.ArgumentParser(
        description=__doc__, epilog='It takes a quarter of an hour or so on two cores.'
    )
    parser.add_argument(
        '--out', type=Path, default=Path('work_dirs/demo'), help='[work_dirs/demo]'
    )
    out = parser.parse_args().out

    from mmuda.jobs.comparison import compare

    configs = [str(CONFIGS / row) for row in ROWS]
    compare(configs, seeds=[0], out=out, loading=dict(demo=True))
    print(f'figures: {out / "results.json"}\npicture: {out / "predictions.png"}')


if __name__ == '__main__':
    with errors_in_one_line():
        main()
