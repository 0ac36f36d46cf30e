"""Translate images into the style of another domain: patches or whole scenes."""

import argparse
from pathlib import Path

from mmuda.jobs.command_line import (
    add_amp,
    config_parser,
    data_and_size,
    errors_in_one_line,
    parse,
    read_config,
)


def parser() -> argparse.ArgumentParser:
    """The command line."""
    parser = config_parser(__doc__)
    add = parser.add_argument
    add('checkpoint')
    add(
        '--in',
        dest='images',
        type=Path,
        required=True,
        help='raster, or folder of rasters',
    )
    add('--out', type=Path, required=True, help='folder')
    add(
        '--from',
        dest='source_domain',
        default='source',
        help='domain of the images [source]',
    )
    add(
        '--to',
        dest='target_domain',
        default='target',
        help='domain that they are to look like [target]',
    )
    add('--labels', type=Path, help='folder of labels, linked beside the results')
    add('--tile', type=int, default=1280, help='pixels [1280]')
    add(
        '--blend',
        type=int,
        default=4,
        help='half the width of the passage between tiles [4]',
    )
    add('--batch', type=int, default=1, help='tiles at once [1]')
    add(
        '--report', action='store_true', help='pictures and figures of before and after'
    )
    add(
        '--segmentor',
        nargs=2,
        metavar=('CONFIG', 'CHECKPOINT'),
        help='whose predictions the report compares',
    )
    add_amp(parser)
    return parser


def main() -> None:
    """Run the command."""
    args = parse(parser())

    from mmuda.jobs.tiling import Tiling
    from mmuda.jobs.translation.report import report
    from mmuda.jobs.translation.run import translate_images

    done = translate_images(
        read_config(args),
        args.checkpoint,
        args.images,
        args.out,
        domains=(args.source_domain, args.target_domain),
        tiling=Tiling(args.tile, args.blend, args.batch),
        labels=args.labels,
        amp=args.amp,
    )
    if args.report:
        looked_at = dict(segmentor=args.segmentor, **data_and_size(args))
        report(done.cfg, done.job, args.out / 'report', args.labels, **looked_at)


if __name__ == '__main__':
    with errors_in_one_line():
        main()
