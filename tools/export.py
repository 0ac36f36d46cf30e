"""Write a trained segmentor for plain MMSeg: config and checkpoint."""

import argparse

from mmuda.jobs.command_line import errors_in_one_line
from mmuda.jobs.export import export_segmentor


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('config', help='config of the adapted model')
    parser.add_argument('checkpoint')
    parser.add_argument('--out', required=True, help='file without its suffix')
    parser.add_argument(
        '--alpha',
        type=float,
        help='batch statistics between source (0) and target (1)',
    )
    args = parser.parse_args()
    files = export_segmentor(args.config, args.checkpoint, args.out, args.alpha)
    print('\n'.join(map(str, files)))


if __name__ == '__main__':
    with errors_in_one_line():
        main()
