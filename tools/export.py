"""Write a trained segmentor for others: plain MMSeg, ONNX, QGIS.

`mmseg` is a config and a checkpoint that run without mmuda; `onnx` takes images of any
size as they are in files and gives class probabilities; `deepness` is ONNX with what
QGIS's plugin Deepness reads. ONNX files are compared with the model before they are
kept.
"""

import argparse

from mmuda.jobs.choices import EXPORT_FORMATS
from mmuda.jobs.command_line import errors_in_one_line


def main() -> None:
    """Run the command."""
    first, _, rest = __doc__.partition('\n')
    parser = argparse.ArgumentParser(description=first, epilog=rest)
    parser.add_argument('config', help='config of the adapted model')
    parser.add_argument('checkpoint')
    parser.add_argument('--out', required=True, help='file without its suffix')
    parser.add_argument(
        '--alpha',
        type=float,
        help='batch statistics between source (0) and target (1)',
    )
    parser.add_argument(
        '--formats',
        nargs='+',
        choices=EXPORT_FORMATS,
        default=['mmseg'],
        help='[mmseg]',
    )
    args = parser.parse_args()

    from mmuda.jobs.export import export_model

    files = export_model(
        args.config, args.checkpoint, args.out, args.alpha, args.formats
    )
    print('\n'.join(map(str, files)))


if __name__ == '__main__':
    with errors_in_one_line():
        main()
