"""Train a model by a config."""

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
    parser.add_argument(
        '--resume', action='store_true', help='go on from the newest checkpoint'
    )
    add_amp(parser)
    add_launcher(parser)
    args = parse(parser)

    from mmuda.jobs.training import train

    cfg = read_config(args, amp=args.amp)
    cfg.launcher = args.launcher
    train(cfg, resume=args.resume)


if __name__ == '__main__':
    with errors_in_one_line():
        main()
