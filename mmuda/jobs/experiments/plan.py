"""Plans: which runs, and which tables are made of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from mmengine.config import Config

from mmuda.jobs.experiments.run import Row, Run
from mmuda.jobs.inheritance import find_config
from mmuda.models.normalisation import check_alpha

KEYS = ('methods', 'variants', 'pairs', 'seeds', 'size', 'amp', 'last', 'tables')
OF_METHOD = ('config', 'variants', 'alphas', 'averaged')
SIZES = (None, 'demo', 'small')


@dataclass(frozen=True)
class PlannedTable:
    """A table of a plan.

    Args:
        title: Above it.
        methods: Its rows, as the plan calls methods, variants behind them; all if None.
        columns: ``measures``: accuracy and mIoU, a table per pair; ``classes``: IoU of
            each class as well; ``pairs``: the mIoU of each pair.
        control: The row that others are compared with.
    """

    title: str
    methods: Sequence[str] | None = None
    columns: str = 'measures'
    control: str | None = None

    def __post_init__(self) -> None:
        if self.columns not in ('measures', 'classes', 'pairs'):
            raise ValueError(
                f'table {self.title}: columns are measures, classes or pairs, got '
                f'{self.columns!r}'
            )


@dataclass(frozen=True)
class Plan:
    """Runs and tables.

    Args:
        name: That of its file.
        runs: In the order of pairs, methods, variants, alphas, averaged or not, seeds.
        tables: To be made of them.
    """

    name: str
    runs: Sequence[Run]
    tables: Sequence[PlannedTable]


def read_plan(file: str | Path) -> Plan:
    """Read a plan: a Python config with these keys; names with a _ are its own.

    ``methods``: by name, ``dict(config=...)`` with, if wanted, ``alphas`` (batch
    statistics that it is tested with, one training for all; None for those that it
    declares), ``averaged`` (some of False, the last weights, and True, the averaged
    ones of a config with ``WeightAverageHook``) and ``variants`` (names of entries of
    the plan's ``variants``; ``''`` for the config as it is). ``variants``: by name,
    settings by dotted key, such as ``{'pairing.strategy': 'random'}``. ``pairs``: of
    source and target, the config's own if left out. ``seeds``: [0] if left out.
    ``size``: ``'demo'`` or ``'small'``. ``amp``: whether in mixed precision. ``last``:
    how many of the last checkpoints are tested, 1 if left out. ``tables``: see
    :class:`PlannedTable`.

    Args:
        file: The plan; ``mmuda::plans/<name>.py`` for one of the package.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it has other keys, or names what there is not.
    """
    path = find_config(file)
    read = Config.fromfile(path).to_dict()
    plan = {key: value for key, value in read.items() if not key.startswith('_')}
    _check_keys(plan, KEYS, str(file))
    if not plan.get('methods') or plan.get('size') not in SIZES:
        raise ValueError(
            f'{file}: a plan names `methods`, and as `size` one of {SIZES}, got '
            f'{plan.get("size")!r}'
        )
    tables = [PlannedTable(**table) for table in plan.get('tables', [])]
    runs = expand(plan)
    known = {run.method for run in runs}
    for table in tables:
        named = [*(table.methods or ()), *([table.control] if table.control else [])]
        if missing := [name for name in named if name not in known]:
            raise ValueError(
                f'{file}: table {table.title} names {", ".join(missing)}, expected '
                f'some of {", ".join(sorted(known))}'
            )
    return Plan(path.stem, runs, tables)


def expand(plan: dict) -> list[Run]:
    """The runs of a plan; nothing is loaded yet.

    Raises:
        ValueError: If a method names a variant that there is not, an alpha is no
            number in [0, 1], or something else says what is averaged or last.
    """
    runs = []
    common = {plan['size']: True} if plan.get('size') else {}
    if plan.get('amp'):
        common['amp'] = True
    for pair, (name, method) in product(
        plan.get('pairs') or [None], plan['methods'].items()
    ):
        _check_keys(method, OF_METHOD, f'method {name}')
        domains = (
            {} if pair is None else dict(zip(('source', 'target'), pair, strict=True))
        )
        for variant, alpha, averaged, seed in product(
            method.get('variants') or [''],
            method.get('alphas') or [None],
            _averaged(method, name),
            plan.get('seeds') or [0],
        ):
            declared = None if alpha is None else check_alpha(alpha)
            row = Row(method['config'], declared, averaged)
            loading = {**common, **domains, 'options': _options(plan, name, variant)}
            called = f'{name} {variant}'.strip() + row.suffix
            runs.append(Run(row, seed, loading, called, variant, plan.get('last', 1)))
    return runs


def _averaged(method: dict, name: str) -> list[bool]:
    found = method.get('averaged', [False])
    if found not in ([False], [True], [False, True], [True, False]):
        raise ValueError(
            f'method {name}: averaged is {found!r}, expected [True] or [False, True]'
        )
    return found


def _options(plan: dict, name: str, variant: str) -> dict:
    if not variant:
        return {}
    known = plan.get('variants', {})
    if variant not in known:
        raise ValueError(
            f'method {name} names the variant {variant!r}, expected one of '
            f'{", ".join(known) or "none, as the plan has no `variants`"}'
        )
    return dict(known[variant])


def _check_keys(found: dict, known: Sequence[str], where: str) -> None:
    if unknown := [key for key in found if key not in known]:
        raise ValueError(
            f'{where} says {", ".join(unknown)}, expected some of {", ".join(known)}'
        )
