"""Configuration of the site: ``python -m sphinx docs docs/_build``."""

import sys
import tomllib
from pathlib import Path

from sklearn.experimental import enable_halving_search_cv  # noqa: F401, for examples

import skrnn

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "extensions"))

PROJECT = tomllib.loads((HERE.parent / "pyproject.toml").read_text("utf-8"))["project"]
REPOSITORY = PROJECT["urls"]["Source"]

project = "skrnn"
author = "The skrnn developers"
copyright = "2026, the skrnn developers (BSD 3-Clause)"
version = release = skrnn.__version__

extensions = [
    "myst_parser",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.viewcode",
    "sphinx_copybutton",
    "sphinx_design",
    "sphinx_gallery.gen_gallery",
    # Ours, in the folder extensions.
    "constructors",
    "formulas",
    "scikit_learn_links",
    "try_it",
]
root_doc = "index"
templates_path = ["_templates"]
# The gallery has a page of its own, gallery.md, in place of this one.
exclude_patterns = ["_build", "README.md", "gallery/index.rst"]
default_role = "code"

# Pages: the Markdown of GitHub, with directives and roles of Sphinx.
myst_enable_extensions = ["attrs_inline", "colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 4
myst_url_schemes = {
    "http": None,
    "https": None,
    "mailto": None,
    # A file of the repository: [text](repo:tests/callbacks).
    "repo": f"{REPOSITORY}/blob/main/{{{{path}}}}",
}

# The API, one page a name.
autodoc_typehints = "none"
autosummary_generate = True
toc_object_entries_show_parents = "hide"
numpydoc_class_members_toctree = False
numpydoc_show_class_members = False

# The gallery: every example runs when the site is built, and one that fails, or warns,
# stops it. One after the other: some start processes of their own.
sphinx_gallery_conf = {
    "examples_dirs": "../examples",
    "gallery_dirs": "gallery",
    "filename_pattern": r"\.py$",
    "reset_modules": ("gallery_look.reset",),
    "reset_modules_order": "both",
    "backreferences_dir": "api/examples",
    "doc_module": ("skrnn",),
    "download_all_examples": False,
    "min_reported_time": 1e9,
    "minigallery_sort_order": "gallery_look.place",
    "plot_gallery": "True",
    "remove_config_comments": True,
    "show_memory": False,
    "show_signature": False,
    "write_computation_times": False,
}

copybutton_exclude = ".linenos, .gp, .go"

html_title = "skrnn"
html_theme = "pydata_sphinx_theme"
html_logo = "_static/logo.svg"
html_favicon = "_static/logo.svg"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_sourcelink = False
html_context = {"default_mode": "auto"}
html_theme_options = {
    "header_links_before_dropdown": 7,
    "navbar_persistent": ["search-button"],
    "icon_links": [
        {"name": "Source", "url": REPOSITORY, "icon": "fa-brands fa-github"}
    ],
    "logo": {"text": "skrnn", "alt_text": "skrnn, the front page"},
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
    "show_toc_level": 2,
    "footer_start": ["copyright"],
    "footer_end": ["sphinx-version"],
}
# Pages without others beside them.
ALONE = ["contributing", "gallery", "install", "quickstart", "try_it/*", "whats_new"]
html_sidebars = {page: [] for page in ALONE}

html_math_renderer = "mathml"  # by extensions/formulas.py
