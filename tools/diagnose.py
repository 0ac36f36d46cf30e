"""Find out what differs between source and target: looks, class shares, or both.

python tools/diagnose.py CONFIG CHECKPOINT
python tools/test.py CONFIG CHECKPOINT --prior mlls
"""

from pathlib import Path

from mmuda.jobs.choices import NUM_IMAGES
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
    parser.add_argument(
        '--out',
        type=Path,
        help='folder of figures and pictures [beside the checkpoint]',
    )
    parser.add_argument(
        '--images',
        type=int,
        default=NUM_IMAGES,
        help=f'to look at, of each domain [{NUM_IMAGES}]',
    )
    args = parse(parser)

    from mmuda.jobs.diagnosis import diagnose_config
    from mmuda.jobs.prerequisites import data_of, provide

    cfg = read_config(args)
    provide(data_of(cfg), cfg)
    diagnose_config(cfg, args.checkpoint, args.out, args.images)


if __name__ == '__main__':
    with errors_in_one_line():
        main()
