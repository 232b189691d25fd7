"""Links from the HTML representation of estimators to their pages on the site."""

from typing import ClassVar

#: Where the site is; pyproject.toml has it too.
SITE = "https://skrnn.github.io/skrnn/"


class DocumentationLink:
    """Mixin of estimators whose page in the API reference is linked in notebooks.

    scikit-learn's `BaseEstimator` makes the link of these attributes. The mixin stands
    before it among the bases.
    """

    _doc_link_module: ClassVar[str] = "skrnn"
    _doc_link_template: ClassVar[str] = SITE + "api/generated/{public_name}.html"

    def _doc_link_url_param_generator(self) -> dict[str, str]:
        """Return the name under which users import the class."""
        kind = type(self)
        package, subpackage = kind.__module__.split(".")[:2]
        if subpackage != "estimators":
            package += f".{subpackage}"
        return {"public_name": f"{package}.{kind.__name__}"}
