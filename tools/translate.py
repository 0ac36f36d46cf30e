"""Translate images into the style of another domain: patches or whole scenes."""

from pathlib import Path

from mmuda.engine.amp import channels_last, run_in_mixed_precision
from mmuda.jobs.amp import add_amp
from mmuda.jobs.bands import expected_bands
from mmuda.jobs.command_line import (
    config_parser,
    data_and_size,
    errors_in_one_line,
    parse,
    read_config,
)
from mmuda.jobs.prerequisites import data_of, provide
from mmuda.jobs.translation import (
    Job,
    bands_of,
    check_domain,
    images_in,
    layout,
    link_labels,
    load_translator,
    named_outputs,
    translate_files,
)
from mmuda.jobs.translation.report import report
from mmuda.jobs.translation.tiling import Route, Tiling


def main() -> None:
    """Run the command."""
    parser = config_parser(__doc__)
    parser.add_argument('checkpoint')
    parser.add_argument(
        '--in',
        dest='images',
        type=Path,
        required=True,
        help='raster, or folder of rasters',
    )
    parser.add_argument('--out', type=Path, required=True, help='folder')
    parser.add_argument(
        '--from',
        dest='source_domain',
        default='source',
        help='domain of the images [source]',
    )
    parser.add_argument(
        '--to',
        dest='target_domain',
        default='target',
        help='domain that they are to look like [target]',
    )
    parser.add_argument(
        '--labels', type=Path, help='folder of labels, linked beside the results'
    )
    parser.add_argument('--tile', type=int, default=1280, help='pixels [1280]')
    parser.add_argument(
        '--blend',
        type=int,
        default=4,
        help='half the width of the passage between tiles [4]',
    )
    parser.add_argument('--batch', type=int, default=1, help='tiles at once [1]')
    parser.add_argument(
        '--report', action='store_true', help='pictures and figures of before and after'
    )
    parser.add_argument(
        '--segmentor',
        nargs=2,
        metavar=('CONFIG', 'CHECKPOINT'),
        help='whose predictions the report compares',
    )
    add_amp(parser)
    args = parse(parser)
    cfg = read_config(args)
    provide(data_of(cfg), cfg)
    check_domain(cfg, args.target_domain)
    route = Route(
        args.source_domain, args.target_domain, bands_of(cfg, args.source_domain)
    )
    tiling = Tiling(args.tile, args.blend, args.batch)
    files = images_in(args.images)
    folder = args.images if args.images.is_dir() else args.images.parent
    images, labels = layout(args.out, folder, args.labels)
    named = named_outputs(files)
    checkpoint = Path(args.checkpoint)
    job = Job(named, images, args.config, checkpoint, route, tiling, args.amp)
    translator = load_translator(cfg, checkpoint)
    if args.amp:
        run_in_mixed_precision(translator, 'translate')
        channels_last(translator)
    translate_files(translator, job, expected_bands(cfg))
    if args.labels:
        link_labels(files, args.labels, labels)
    if args.report:
        looked_at = dict(segmentor=args.segmentor, **data_and_size(args))
        report(cfg, job, args.out / 'report', args.labels, **looked_at)


if __name__ == '__main__':
    with errors_in_one_line():
        main()
