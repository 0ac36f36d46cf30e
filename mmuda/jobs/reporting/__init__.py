"""Finished runs on one page that needs nothing else."""

from mmuda.jobs.reporting.page import write_report_page

__all__ = ['write_report_page']
