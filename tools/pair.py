"""Compute which target image goes with which source image."""

from mmengine.logging import print_log

from mmuda.engine.commands import (
    config_parser,
    errors_in_one_line,
    parse,
    read_config,
)
from mmuda.engine.config import load_config, sibling
from mmuda.engine.pairing import make_mapping


def main() -> None:
    """Run the command."""
    parser = config_parser(__doc__)
    parser.add_argument(
        '--strategy',
        required=True,
        choices=['random', 'approximation', 'ground_truth'],
        help='ground_truth is an oracle: it reads the labels of the target',
    )
    parser.add_argument('--checkpoint', help='source model, for approximation')
    parser.add_argument('--out', required=True, help='CSV file of the mapping')
    args = parse(parser)
    cfg = read_config(args)
    if 'source_model' in cfg:
        # The model f^S has its own config, with the same widths.
        cfg.model = load_config(sibling(cfg, cfg.source_model), demo=args.demo).model
    mapping = make_mapping(cfg, args.strategy, args.checkpoint)
    mapping.save(args.out)
    print_log(f'{args.out}: {mapping.described}')


if __name__ == '__main__':
    with errors_in_one_line():
        main()
