"""Arithmetic that cells share."""

import numpy as np


def orthogonal(size, rng):
    """Draw a random orthogonal matrix, uniform over all of them."""
    q, r = np.linalg.qr(rng.standard_normal((size, size)))
    return q * np.sign(np.diag(r))


def sigmoid(z):
    """Compute the logistic function, by tanh, which overflows nowhere."""
    return 0.5 * np.tanh(0.5 * z) + 0.5


#: For each type of computation, a number far above its denormals, yet far below all
#: that matters.
TINY = {
    np.dtype(kind): np.asarray(np.finfo(kind).tiny ** (2 / 3), kind)
    for kind in (np.float32, np.float64)
}


def flush_denormals(*gradients):
    """Set vanished numbers to zero, in place; return whether any number is left.

    A gradient that flows back through hundreds of steps decays below the smallest
    normal number, and arithmetic down there is many times slower. Adding and
    subtracting a tiny number rounds what is far below it to zero and leaves all that
    could matter to a sum with larger numbers as it is.
    """
    alive = False
    for gradient in gradients:
        tiny = TINY[gradient.dtype]
        gradient += tiny
        gradient -= tiny
        alive = alive or bool(gradient.any())
    return alive
