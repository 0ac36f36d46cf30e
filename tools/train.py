"""Train a model by a config."""

from mmuda.jobs.command_line import (
    add_launcher,
    config_parser,
    errors_in_one_line,
    parse,
    read_config,
)
from mmuda.jobs.training import enable_amp, train


def main() -> None:
    """Run the command."""
    parser = config_parser(__doc__)
    parser.add_argument(
        '--resume', action='store_true', help='go on from the newest checkpoint'
    )
    parser.add_argument('--amp', action='store_true', help='mixed precision')
    add_launcher(parser)
    args = parse(parser)
    cfg = read_config(args)
    cfg.launcher = args.launcher
    if args.amp:
        enable_amp(cfg)
    train(cfg, resume=args.resume)


if __name__ == '__main__':
    with errors_in_one_line():
        main()
