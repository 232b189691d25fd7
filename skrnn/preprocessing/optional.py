"""What is imported only where it is needed."""


def narwhals():
    """Import narwhals, which reads data frames of every kind."""
    try:
        import narwhals
    except ImportError as error:
        raise ImportError(
            "Data frames as sequences need narwhals: pip install 'skrnn[frame]'."
        ) from error
    return narwhals
