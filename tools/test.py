"""Measure a model on the labelled target."""

from mmuda.jobs.choices import SHARE_ESTIMATORS
from mmuda.jobs.command_line import (
    add_amp,
    add_launcher,
    config_parser,
    errors_in_one_line,
    parse,
    read_config,
)


def main() -> None:
    """Run the command."""
    parser = config_parser(__doc__)
    parser.add_argument('checkpoint')
    parser.add_argument('--out', help='folder for the predicted label maps')
    parser.add_argument('--show-dir', help='folder for pictures of the predictions')
    parser.add_argument('--tta', action='store_true', help='test-time augmentation')
    parser.add_argument(
        '--alpha',
        type=float,
        help='batch statistics between source (0) and target (1), instead of those '
        'that the config declares',
    )
    parser.add_argument(
        '--prior',
        choices=SHARE_ESTIMATORS,
        help='correct predictions by class shares that tools/diagnose.py has estimated',
    )
    parser.add_argument(
        '--diagnosis', help='its diagnosis.json [that beside the checkpoint]'
    )
    parser.add_argument('--json', help='file of the figures [WORK_DIR/test.json]')
    add_amp(parser)
    add_launcher(parser)
    args = parse(parser)

    from mmuda.jobs.testing import EvaluationOptions, evaluate

    options = EvaluationOptions(
        alpha=args.alpha,
        prior=args.prior,
        diagnosis=args.diagnosis,
        tta=args.tta,
        amp=args.amp,
        out=args.out,
        show_dir=args.show_dir,
        figures=args.json,
    )
    cfg = read_config(args)
    cfg.launcher = args.launcher
    evaluate(cfg, args.checkpoint, options)


if __name__ == '__main__':
    with errors_in_one_line():
        main()
