"""The site's first page is the README, with links as the site has them."""

from pathlib import Path

README = Path(__file__).parents[1] / 'README.md'


def on_page_markdown(markdown: str, page: object, **kwargs: object) -> str:
    """The text of a page; called by mkdocs for each."""
    del kwargs
    return README.read_text().replace('](docs/', '](') if page.is_homepage else markdown
