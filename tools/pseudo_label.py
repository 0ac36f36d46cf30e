"""Let a model label the target: the surest of its predictions, as label maps."""

import ast
from pathlib import Path

from rich.console import Console
from rich.table import Table

from mmuda.jobs.choices import PSEUDO_LABEL_STRATEGIES
from mmuda.jobs.command_line import (
    add_amp,
    config_parser,
    errors_in_one_line,
    parse,
    read_config,
)


def option(text: str) -> tuple[str, object]:
    """``delta=0.1``, ``shares={'tree': 0.2, ...}``: name and value."""
    name, sign, value = text.partition('=')
    if not sign:
        raise ValueError(f'{text}: expected NAME=VALUE')
    try:
        return name, ast.literal_eval(value)
    except (SyntaxError, ValueError) as error:
        raise ValueError(f'{text}: {value!r} is no number, list or dict') from error


def main() -> None:
    """Run the command."""
    parser = config_parser(__doc__)
    parser.add_argument('checkpoint', type=Path)
    parser.add_argument('--out', type=Path, required=True, help='folder')
    parser.add_argument(
        '--strategy', choices=PSEUDO_LABEL_STRATEGIES, default='category_adaptive'
    )
    parser.add_argument(
        '--option',
        nargs='+',
        default=[],
        metavar='NAME=VALUE',
        help='settings of the strategy, such as delta=0.1 or threshold=0.9',
    )
    parser.add_argument(
        '--target-labels',
        action='store_true',
        help='count, for analysis, how many pseudo labels are right',
    )
    parser.add_argument(
        '--alpha',
        type=float,
        help='batch statistics between source (0) and target (1), instead of those '
        'that the config declares; measured where a model has none of the target',
    )
    add_amp(parser)
    args = parse(parser)

    from mmuda.jobs.prerequisites import data_of, provide
    from mmuda.jobs.pseudo_labels import LabellingJob, make_pseudo_labels
    from mmuda.jobs.pseudo_labels.report import rows_of

    cfg = read_config(args)
    provide(data_of(cfg), cfg)
    given = dict(map(option, args.option))
    job = LabellingJob(
        cfg,
        args.checkpoint,
        args.out,
        args.strategy,
        given,
        args.amp,
        args.alpha,
    ).resolved()
    figures = make_pseudo_labels(job, with_truth=args.target_labels)
    console = Console()
    table = Table('', 'threshold', 'kept', 'of all labels', 'right')
    for row in rows_of(figures):
        table.add_row(*row)
    console.print(table)
    console.print(f'{args.out}: {figures["kept"]:.1%} of the pixels are labelled')


if __name__ == '__main__':
    with errors_in_one_line():
        main()
