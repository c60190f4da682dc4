"""The one way from a template to a page: what is put in is escaped, and what is missing is an error."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["environment", "style"]


def environment(package: str = "stance", *, escape: bool = True) -> Environment:
    """The templates of a package; only what is no HTML may go without `escape`."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader(package),
        autoescape=escape,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def style(templates: Environment, name: str, more: str = "") -> dict[str, str]:
    """A page's `style`, from the file with this name, and its `style_digest` for the page's policy."""
    from markupsafe import Markup

    assert templates.loader is not None  # `environment` gives each one
    text = templates.loader.get_source(templates, name)[0] + more
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return {"style": Markup(text), "style_digest": digest}  # the project's own stylesheet
