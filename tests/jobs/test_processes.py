"""Who is who among processes, whatever started them."""

import os

import pytest

from mmuda.jobs.processes import NAMES, set_ranks


@pytest.fixture(autouse=True)
def nobody(monkeypatch):
    """A process that no launcher has started."""
    for name in (*NAMES, 'SLURM_PROCID', 'OMPI_COMM_WORLD_RANK'):
        monkeypatch.setenv(name, '')  # so that it is put back afterwards
        monkeypatch.delenv(name)


@pytest.mark.parametrize(
    ('launcher', 'given'),
    [
        ('slurm', ('SLURM_PROCID', 'SLURM_NTASKS', 'SLURM_LOCALID')),
        ('mpi', [f'OMPI_COMM_WORLD_{n}' for n in ('RANK', 'SIZE', 'LOCAL_RANK')]),
        ('pytorch', NAMES),
    ],
)
def test_ranks_of_every_launcher(monkeypatch, launcher, given):
    """Known before anything is prepared, so that one process prepares it."""
    for name, value in zip(given, ('3', '8', '1'), strict=True):
        monkeypatch.setenv(name, value)
    set_ranks(launcher)
    assert [os.environ[name] for name in NAMES] == ['3', '8', '1']


@pytest.mark.parametrize('launcher', ['slurm', 'pytorch'])
def test_refuses_a_launcher_that_launched_nothing(launcher):
    with pytest.raises(ValueError, match=rf'--launcher {launcher}, but \w+ is not set'):
        set_ranks(launcher)
