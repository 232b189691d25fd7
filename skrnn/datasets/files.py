"""Files of data that ship with the package."""

from importlib import resources


def data_file(name):
    """Return a file of the package, also when it is imported from an archive."""
    return resources.files("skrnn.datasets").joinpath("data", name)


def text_of(name):
    """Return the text of a file of the package."""
    return data_file(name).read_text(encoding="utf-8")
