"""Measure a model on the labelled target."""

from pathlib import Path

from mmengine.runner import Runner

from mmuda.jobs.amp import add_amp, predict_in_mixed_precision
from mmuda.jobs.augmentation import augmented_pipeline
from mmuda.jobs.command_line import (
    add_launcher,
    config_parser,
    errors_in_one_line,
    parse,
    read_config,
)
from mmuda.jobs.prerequisites import data_of, provide
from mmuda.jobs.processes import join_processes


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
    parser.add_argument('--json', help='file of the figures [WORK_DIR/test.json]')
    add_amp(parser)
    add_launcher(parser)
    args = parse(parser)
    cfg = read_config(args)
    if cfg.get('test_dataloader') is None:
        raise ValueError(
            f'{args.config} has nothing to be tested on: its target has no `val`, or '
            'its model is no segmentor'
        )
    cfg.launcher = args.launcher
    join_processes(cfg)
    provide(data_of(cfg), cfg)
    cfg.load_from = args.checkpoint
    cfg.custom_hooks = [*(cfg.get('custom_hooks') or []), dict(type='StrictLoadHook')]
    if args.alpha is not None:
        cfg.custom_hooks.append(dict(type='AlphaHook', alpha=args.alpha))
    cfg.test_evaluator.out = args.json or str(Path(cfg.work_dir, 'test.json'))
    if args.out:
        cfg.test_evaluator.output_dir = args.out
    if args.show_dir:
        overlay = dict(type='OverlayHook', show_dir=args.show_dir)
        cfg.custom_hooks = [*cfg.custom_hooks, overlay]
    if args.tta:
        cfg.test_dataloader.dataset.pipeline = augmented_pipeline(cfg)
        cfg.tta_model.module = cfg.model
        cfg.model = cfg.tta_model
    if args.amp:
        predict_in_mixed_precision(cfg)
    Runner.from_cfg(cfg).test()


if __name__ == '__main__':
    with errors_in_one_line():
        main()
