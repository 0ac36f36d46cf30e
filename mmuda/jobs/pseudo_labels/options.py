"""What a config or a command line says of a strategy."""

import inspect
from collections.abc import Sequence

from mmuda.pseudo_labels import RECTIFIERS, STRATEGIES

# What ``pseudo_labels`` of a config says besides the options of its strategy.
OF_THE_RUN = ('config', 'folder', 'statistics', 'strategy', 'weights')
SPATIAL_PRIOR = 'spatial_prior'
BY_CLASS = ('delta', 'shares')


def resolve_options(
    strategy: str, options: dict, classes: Sequence[str], round_number: int = 1
) -> dict:
    """Options of a strategy for one round, checked, in plain types.

    A list has one value per round, the last of which holds for all further ones. A dict
    names classes; those that it leaves out have 0. Options named as one of
    :data:`~mmuda.pseudo_labels.RECTIFIERS` are dicts of its settings, None for none.

    Args:
        strategy: One of :data:`~mmuda.pseudo_labels.STRATEGIES`.
        options: As they were given.
        classes: Names of the classes.
        round_number: From 1.

    Raises:
        ValueError: If strategy, option or class is unknown, or a value is refused.
    """
    if strategy not in STRATEGIES:
        raise ValueError(
            f'pseudo_labels.strategy must be one of {", ".join(STRATEGIES)}, got '
            f'{strategy!r}'
        )
    kind = STRATEGIES[strategy]
    known = [name for name in inspect.signature(kind).parameters][1:]
    known = [name for name in known if name != 'classifier']  # of the source
    if 'prior' in known:
        known[known.index('prior')] = SPATIAL_PRIOR
    found = {}
    for name, value in options.items():
        if name in RECTIFIERS:
            found |= _rectifier(name, value, classes)
            continue
        if name not in known:
            raise ValueError(
                f'{strategy} has no option {name!r}, expected some of '
                f'{", ".join((*known, *RECTIFIERS))}'
            )
        if isinstance(value, (list, tuple)):
            value = value[min(round_number, len(value)) - 1]
        found[name] = _by_class(name, value, classes)
    _try(strategy, found, len(classes))
    return found


def _rectifier(name: str, settings: object, classes: Sequence[str]) -> dict[str, dict]:
    """Settings of a rectifier by its name, in plain types; empty if there are none."""
    if settings is None:
        return {}
    known = [*inspect.signature(RECTIFIERS[name]).parameters][1:]
    if not isinstance(settings, dict):
        raise ValueError(
            f'{name} of pseudo_labels must be a dict with some of {", ".join(known)}, '
            f'got {settings!r}'
        )
    given = {k: v for k, v in settings.items() if k != '_scope_'}
    if 'shares' in given:
        given['shares'] = _by_class('shares', given['shares'], classes)
    try:
        RECTIFIERS[name](len(classes), **given)
    except TypeError as error:
        raise ValueError(f'{name} of pseudo_labels: {error}') from error
    return {name: given}


def _by_class(name: str, value: object, classes: Sequence[str]) -> object:
    if isinstance(value, str):
        raise ValueError(f'{name} of pseudo_labels must be a number, got {value!r}')
    if not isinstance(value, dict):
        return value
    if name not in BY_CLASS:
        raise ValueError(
            f'{name} of pseudo_labels must be one number, got {dict(value)}'
        )
    unknown = [key for key in value if key not in (*classes, '_scope_')]
    if unknown:
        raise ValueError(
            f'{name} of pseudo_labels names {unknown[0]!r}, expected some of '
            f'{", ".join(classes)}'
        )
    return [float(value.get(key, 0)) for key in classes]


def _try(strategy: str, options: dict, num_classes: int) -> None:
    """Refuse values before anything is made."""
    given = {k: v for k, v in options.items() if k not in (SPATIAL_PRIOR, *RECTIFIERS)}
    try:
        STRATEGIES[strategy](num_classes, **given)
    except TypeError as error:
        raise ValueError(f'pseudo_labels by {strategy}: {error}') from error
