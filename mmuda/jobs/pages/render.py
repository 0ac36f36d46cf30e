"""Filling in the template of a page."""

from pathlib import Path

import jinja2


def render(template: Path, **values: object) -> str:
    """The text of a page; what is put in is escaped.

    Args:
        template: A file. It may extend ``base.html.j2``, which lies here.
        **values: By the names that the template has for them.
    """
    folders = [template.parent, Path(__file__).parent]
    loader = jinja2.FileSystemLoader(folders)
    environment = jinja2.Environment(loader=loader, autoescape=True)
    return environment.get_template(template.name).render(**values)
