"""The methods that ``--method auto`` chooses from, as a config lists them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mmuda.jobs.adaptation.request import BUDGETS, AdaptationRequest
from mmuda.jobs.inheritance import find_config, read_config_file

DEFAULT_POOL = 'mmuda::_base_/own/pool.py'


@dataclass(frozen=True)
class Member:
    """A line of a pool.

    Args:
        config: Of the method.
        budgets: Those that it is part of.
        seeds: That it is trained with, counted from the request's.
        source_only: Whether it learns from the source alone.
        alphas: Batch statistics to try beside the declared ones.
        prior: Whether to try predictions corrected by class shares.

    Raises:
        ValueError: If it says something that can not be meant.
    """

    config: str
    budgets: Sequence[str] = tuple(BUDGETS)
    seeds: Sequence[int] = (0,)
    source_only: bool = False
    alphas: Sequence[float] = ()
    prior: bool = False

    def __post_init__(self) -> None:
        unknown = sorted(set(self.budgets) - set(BUDGETS))
        if unknown:
            raise ValueError(
                f'{self.config}: no budget {unknown[0]!r}, expected some of '
                f'{", ".join(BUDGETS)}'
            )
        if not all(0 <= alpha <= 1 for alpha in self.alphas):
            raise ValueError(
                f'{self.config}: alphas of the pool must be in [0, 1], got '
                f'{tuple(self.alphas)}'
            )


def check_configs(request: AdaptationRequest) -> None:
    """See, before anything is made, that all configs of a request are there.

    Raises:
        FileNotFoundError: If one is not.
        ValueError: If a pool is none.
    """
    requests = [request]
    if is_pool(request.method):
        requests = [of_member for _, of_member in read_pool(request)]
        if (found := read_distillation(request)) is not None:
            requests.append(found[1])
    for each in requests:
        find_config(each.method)


def is_pool(method: str) -> bool:
    """Whether a method is a list of them.

    Raises:
        FileNotFoundError: If there is no such config.
        ValueError: If it can not be read.
    """
    return method == 'auto' or 'pool' in read_config_file(find_config(method))


def read_pool(
    request: AdaptationRequest,
) -> list[tuple[Member, AdaptationRequest]]:
    """What is to be trained, in this order: a request for each seed of each member.

    Raises:
        FileNotFoundError: If there is no such pool.
        ValueError: If it lists nothing for the budget, or no member that is
            source-only.
    """
    name = _name(request)
    listed = [_member(name, line) for line in read_config_file(find_config(name)).pool]
    found = [
        (member, replace(request, method=member.config, seed=request.seed + seed))
        for member in listed
        if request.budget in member.budgets
        for seed in member.seeds
    ]
    if not any(member.source_only for member, _ in found):
        raise ValueError(
            f'{name}: no member for the budget {request.budget} is source_only, '
            'expected one: it is what is kept when in doubt'
        )
    return found


def read_distillation(
    request: AdaptationRequest,
) -> tuple[Member, AdaptationRequest] | None:
    """The run that learns from the average of a pool; None if its config has none.

    Raises:
        FileNotFoundError: If there is no such pool, or no such config.
        ValueError: If its line says something that can not be meant, or the run learns
            from no pseudo labels.
    """
    name = _name(request)
    line = read_config_file(find_config(name)).get('distillation')
    member = line and _member(name, line)
    if not member or request.budget not in member.budgets:
        return None
    if read_config_file(find_config(member.config)).get('pseudo_labels') is None:
        raise ValueError(
            f'{name}: {member.config} of the distillation has no `pseudo_labels`, it '
            'would not learn from the pool'
        )
    return member, replace(request, method=member.config)


def _name(request: AdaptationRequest) -> str:
    return DEFAULT_POOL if request.method == 'auto' else request.method


def _member(name: str, line: dict) -> Member:
    known = set(Member.__dataclass_fields__)
    unknown = sorted(set(line) - known)
    if unknown or 'config' not in line:
        raise ValueError(
            f'{name}: a member of the pool has {", ".join(unknown) or "no config"}, '
            f'expected config and some of {", ".join(sorted(known - {"config"}))}'
        )
    return Member(**line)
