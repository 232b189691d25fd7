"""Train a network on drawn shapes, and export it for the browser."""

from math import pi

import numpy as np

from skrnn import LSTMClassifier
from skrnn.interop import export_onnx

N_POINTS = 48


def corners(angles, radii=1.0):
    """Return points at some angles, in degrees, and distances from the middle."""
    angles = np.radians(angles)
    return np.column_stack([np.cos(angles), np.sin(angles)]) * np.reshape(
        radii, (-1, 1)
    )


def outline(shape, rng):
    """Return the corners of a shape, in the order in which a hand would draw them."""
    if shape == "circle":
        return corners(np.linspace(0, rng.uniform(330, 400), 60))
    if shape == "spiral":
        turns = rng.uniform(2, 3.5)
        radii = np.linspace(rng.uniform(0.02, 0.2), 1, 120)
        return corners(np.linspace(0, 360 * turns, 120), radii)
    if shape == "triangle":
        return corners(np.array([0, 120, 240, 360]) + rng.normal(0, 8, 4))
    if shape == "square":
        return corners(np.array([0, 90, 180, 270, 360]) + rng.normal(0, 6, 5))
    if shape == "star":
        return corners(np.array([0, 144, 288, 432, 576, 720]) + rng.normal(0, 6, 6))
    if shape == "zigzag":
        n = rng.integers(4, 9)
        x = np.linspace(-1, 1, n) + rng.normal(0, 0.05, n)
        return np.column_stack([x, rng.uniform(0.2, 0.7) * (-1.0) ** np.arange(n)])
    return np.array([[-1.0, 0.0], [1.0, 0.0]])  # a line


SHAPES = ["circle", "line", "spiral", "square", "star", "triangle", "zigzag"]


def resample(points, n=N_POINTS):
    """Return points at equal distances along a line through all points."""
    lengths = np.hypot(*np.diff(points, axis=0).T)
    at = np.concatenate([[0], np.cumsum(lengths)])
    to = np.linspace(0, at[-1], n)
    return np.column_stack([np.interp(to, at, column) for column in points.T])


def directions(points):
    """Return the direction of each step along a line: its cosine and its sine."""
    steps = np.diff(resample(points), axis=0)
    return steps / np.maximum(np.hypot(*steps.T)[:, None], 1e-9)


def draw(shape, rng):
    """Return the points of a shape as a hand draws it: turned, stretched, not exact."""
    points = resample(outline(shape, rng), 150)
    wobble = np.cumsum(rng.normal(0, 1, points.shape), axis=0)
    wobble -= np.linspace(0, 1, len(wobble))[:, None] * wobble[-1]
    points = (
        points + rng.uniform(0, 0.012) * wobble + rng.normal(0, 0.006, points.shape)
    )
    points *= rng.uniform(0.75, 1.33, 2) * rng.choice([-1, 1], 2)
    angle = rng.uniform(0, 2 * pi)
    turn = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    return points @ np.array(turn)


def make_drawings(n, random_state):
    """Return n drawings, as the directions of their steps, and their names."""
    rng = np.random.default_rng(random_state)
    y = rng.choice(SHAPES, n)
    return np.array([directions(draw(shape, rng)) for shape in y]), y


def train(path):
    """Train the network, and write it to a file for the browser."""
    X, y = make_drawings(2100, random_state=0)
    X_new, y_new = make_drawings(700, random_state=1)
    clf = LSTMClassifier(hidden_size=32, random_state=0).fit(X, y)
    print(f"accuracy on new drawings: {clf.score(X_new, y_new):.3f}")
    export_onnx(clf, path)


if __name__ == "__main__":
    train("shapes.onnx")
