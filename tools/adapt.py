"""Make a map of B from labelled scenes of A: prepare, train, adapt, predict.

mmuda adapt --source a.tif --labels a_labels.tif --target b.tif --out run

The same command goes on where it was stopped. OUT/maps holds the maps, OUT/index.html
what was done.
"""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from mmuda.jobs.choices import BUDGETS, DEFAULT_METHOD
from mmuda.jobs.command_line import add_amp, errors_in_one_line

if TYPE_CHECKING:
    from mmuda.jobs.adaptation import AdaptationRequest


def parser() -> argparse.ArgumentParser:
    """The command line."""
    first, _, rest = __doc__.partition('\n')
    found = argparse.ArgumentParser(description=first, epilog=rest.split('\n\n')[-1])
    add = found.add_argument
    files = dict(nargs='+', type=Path, metavar='FILE')
    add('--source', required=True, help='scenes of A, or folders of them', **files)
    add(
        '--labels',
        required=True,
        help='their labels: rasters of class ids (A_labels.tif) or polygons',
        **files,
    )
    add('--target', required=True, help='scenes of B', **files)
    add('--out', required=True, type=Path, metavar='DIR', help='folder of the run')
    add(
        '--method',
        default=DEFAULT_METHOD,
        metavar='CONFIG',
        help='auto: several methods, of which one is chosen without labels of B; or '
        'one: a config file, or mmuda::<path below configs/> [%(default)s]',
    )
    add(
        '--budget',
        choices=BUDGETS,
        default='normal',
        help='quick: small model and short schedule, minutes on a CPU; normal: as the '
        'config says; long: three times its iterations [%(default)s]',
    )
    add(
        '--target-labels',
        default=[],
        help='labels of B, read once all is done, for the score alone',
        **files,
    )
    add('--seed', type=int, default=0)
    _add_reading(found)
    add_amp(found)
    return found


def _add_reading(found: argparse.ArgumentParser) -> None:
    """How scenes and labels are read, as `mmuda prepare` has it."""
    add = found.add_argument
    add('--window-px', type=int, default=512, help='size of a sample [%(default)s]')
    add('--bands', nargs='+', metavar='BAND', help='names or numbers from 1 [all]')
    add('--gsd', type=float, metavar='M', help='metres per pixel [the scenes of A]')
    add('--classes', nargs='+', metavar='NAME', help='names of the ids 0, 1, 2, ...')
    add('--values', nargs='+', metavar='ID=NAME', help='what ids in labels are')
    add('--taxonomy', help="name or YAML file of the labels' taxonomy")
    add('--mapping', help='name or YAML file of a mapping from it')
    add('--attribute', help='of polygons, that holds the class')
    add('--layer', help='of a file of polygons')
    add('--background', metavar='NAME', help='class where no polygon lies [ignored]')


def request_of(args: argparse.Namespace) -> 'AdaptationRequest':
    """What the options ask for."""
    from mmuda.jobs.adaptation import AdaptationRequest

    reading = {
        name: tuple(value) if isinstance(value, list) else value
        for name in (
            *('bands', 'classes', 'values', 'taxonomy', 'mapping'),
            *('attribute', 'layer', 'background'),
        )
        if (value := getattr(args, name)) is not None
    }
    if args.gsd is not None:
        reading['gsd_m'] = args.gsd
    return AdaptationRequest(
        tuple(args.source),
        tuple(args.labels),
        tuple(args.target),
        args.method,
        args.budget,
        tuple(args.target_labels),
        args.seed,
        args.window_px,
        args.amp,
        reading,
    )


def main() -> None:
    """Run the command."""
    args = parser().parse_args()

    from mmuda.jobs.adaptation import adapt

    outcome = adapt(request_of(args), args.out)
    for file in (*outcome.maps, outcome.page):
        print(file)


if __name__ == '__main__':
    with errors_in_one_line():
        main()
