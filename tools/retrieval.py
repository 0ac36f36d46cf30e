"""Measure how well source and target mix in a layer of a model: |A_k|, |B_k| and mAP.

python tools/retrieval.py CONFIG CHECKPOINT --name adapted --out adapted
    --beside source-only/retrieval.json   # Fig. 4 of LSD: both in one plot
"""

from pathlib import Path

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
        '--tap',
        help='layer whose mean describes an image, such as backbone.layer4 [the one '
        'that the method of the config aligns]',
    )
    parser.add_argument(
        '--images', type=int, default=1000, help='of each domain, and queries [1000]'
    )
    parser.add_argument('--batch', type=int, default=8, help='images at a time [8]')
    parser.add_argument('--out', type=Path, required=True, help='folder of the results')
    parser.add_argument('--name', help='in the plot [name of the config]')
    parser.add_argument(
        '--beside',
        type=Path,
        nargs='+',
        default=[],
        metavar='JSON',
        help='retrieval.json of other models, for the same plot',
    )
    args = parse(parser)

    from mmuda.jobs.prerequisites import data_of, provide
    from mmuda.jobs.retrieval import (
        measure_retrieval,
        read_retrieval,
        write_retrieval,
    )
    from mmuda.visualization import save_retrieval

    cfg = read_config(args)
    others = {figures['name']: figures for figures in map(read_retrieval, args.beside)}
    provide(data_of(cfg), cfg)
    found = measure_retrieval(cfg, args.checkpoint, args.tap, args.images, args.batch)
    name = args.name or Path(args.config).stem
    figures = {'name': name, 'checkpoint': args.checkpoint, **found}
    print(write_retrieval(figures, args.out))
    save_retrieval(args.out / 'retrieval.png', {**others, name: figures})
    for domain, other in (('source', 'target'), ('target', 'source')):
        print(f'{domain} -> {other}: mAP {figures[domain]["mAP"]:.2f} %')


if __name__ == '__main__':
    with errors_in_one_line():
        main()
