"""Many runs by one plan: expanded, run, put into tables."""

from mmuda.jobs.experiments.run import Row, Run

__all__ = ['Row', 'Run']
