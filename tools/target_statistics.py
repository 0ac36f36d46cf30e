"""Measure the batch statistics of the target for a finished model: AdaBN and between.

python tools/target_statistics.py CONFIG CHECKPOINT --out measured.pth
python tools/test.py CONFIG measured.pth --alpha 1
"""

from pathlib import Path

from mmuda.jobs.command_line import (
    config_parser,
    errors_in_one_line,
    parse,
    read_config,
)


def main() -> None:
    """Run the command."""
    parser = config_parser(__doc__.splitlines()[0])
    parser.add_argument('checkpoint')
    parser.add_argument('--out', type=Path, required=True, help='the new checkpoint')
    parser.add_argument('--images', type=int, default=512, help='to measure on [512]')
    parser.add_argument('--batch', type=int, default=16, help='images at a time [16]')
    args = parse(parser)

    from mmuda.jobs.prerequisites import data_of, provide
    from mmuda.jobs.statistics import measure_target, with_target_images

    cfg = with_target_images(read_config(args))
    provide(data_of(cfg), cfg)
    if args.batch < 2:
        raise ValueError(f'batch is {args.batch}, expected at least 2 images')
    args.out.parent.mkdir(parents=True, exist_ok=True)
    print(measure_target(cfg, args.checkpoint, args.out, args.images, args.batch))


if __name__ == '__main__':
    with errors_in_one_line():
        main()
