"""What is imported only where it is needed."""


def narwhals():
    """Import narwhals, which reads data frames of every kind."""
    try:
        import narwhals
    except ImportError as error:
        raise ImportError(
            "Reading data frames needs narwhals: pip install 'skrnn[frame]'."
        ) from error
    return narwhals
