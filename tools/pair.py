"""Compute which target image goes with which source image."""

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from mmengine.config import Config

from mmuda.jobs.choices import MMD_ESTIMATORS, PAIRING_STRATEGIES
from mmuda.jobs.command_line import (
    add_amp,
    config_parser,
    errors_in_one_line,
    parse,
    read_config,
)

if TYPE_CHECKING:
    from mmuda.jobs.pairing import PairingOptions


def parser() -> argparse.ArgumentParser:
    """The command line."""
    parser = config_parser(__doc__)
    add = parser.add_argument
    add(
        '--strategy',
        choices=PAIRING_STRATEGIES,
        help="instead of the config's; ground_truth and shuffled_ground_truth are "
        'oracles: they read the labels of the target',
    )
    add(
        '--checkpoint',
        help='source model, for approximation and feature_mmd [that of the config, '
        'trained first if need be]',
    )
    add('--out', type=Path, help='CSV file of the mapping [where training looks]')
    add('--top-k', type=int, help='partners per source image')
    add('--max-reuse', type=int, help='most source images that may share a target')
    add(
        '--precision',
        choices=['float32', 'bfloat16'],
        default='float32',
        help='of the matrix products; the mapping is the same',
    )
    add(
        '--alpha',
        type=float,
        help='batch statistics between source (0) and target (1) that approximation '
        'predicts the target with; measured where a model has none of the target',
    )
    add_amp(parser)
    add('--memory', type=float, default=8, metavar='GIB', help='of each process')
    add('--device', default='cpu', help='cpu or cuda')
    add(
        '--coarse',
        type=int,
        metavar='PX',
        help='search on maps averaged over cells of this size first (not exact)',
    )
    add('--mmd', choices=MMD_ESTIMATORS, help='estimator of the MMD')
    add('--samples', type=int, help='locations drawn per image for the MMD')
    add('--tap', help='layer that is the feature space of feature_mmd')
    add('--report', type=Path, metavar='DIR', help='draw the mapping')
    add(
        '--target-labels',
        action='store_true',
        help='let the report read the labels of the target, for analysis',
    )
    return parser


def join_processes(device: str) -> str:
    """Join those that torchrun started; returns the device of this one."""
    import torch

    if int(os.environ.get('WORLD_SIZE', 1)) > 1:
        torch.distributed.init_process_group('gloo')
        if device == 'cuda':
            device = f'cuda:{os.environ["LOCAL_RANK"]}'
    return device


def read(args: argparse.Namespace) -> tuple[Config, 'PairingOptions']:
    """The config with what the command line says of pairing, and the options.

    Raises:
        ValueError: If neither names a strategy.
    """
    from mmuda.jobs.pairing import PairingOptions
    from mmuda.jobs.pairing.run import chosen

    cfg = read_config(args)
    cfg.pairing = cfg.get('pairing') or {}
    options = PairingOptions.of(
        cfg.pairing,
        top_k=args.top_k,
        max_reuse=args.max_reuse,
        precision=args.precision,
        memory_gib=args.memory,
        device=join_processes(args.device),
        coarse=args.coarse,
        estimator=args.mmd,
        samples=args.samples,
        tap=args.tap,
        amp=args.amp,
        alpha=args.alpha,
    )
    return cfg, chosen(cfg, args.strategy, options)


def main() -> None:
    """Run the command."""
    args = parse(parser())

    from mmuda.jobs.pairing.run import pair_images

    cfg, options = read(args)
    pair_images(
        cfg,
        options,
        checkpoint=args.checkpoint,
        out=args.out,
        report=args.report,
        target_labels=args.target_labels,
    )


if __name__ == '__main__':
    with errors_in_one_line():
        main()
