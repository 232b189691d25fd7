"""Those who look on are told of every epoch, once, and may all ask to stop."""

from skrnn.training import Watcher, Watchers


class Witness(Watcher):
    def __init__(self, name, said, stops=False):
        self.name, self.said, self.stops = name, said, stops

    def begin(self, state):
        self.said.append((self.name, "begin", state))

    def end(self, state):
        self.said.append((self.name, "end", state))
        return self.stops

    def close(self, fitted):
        self.said.append((self.name, "close", fitted))


def test_all_are_told_even_when_the_first_asks_to_stop():
    said = []
    watchers = Watchers([Witness("a", said, stops=True), Witness("b", said)])
    watchers.begin(1)
    assert watchers.end(2)
    watchers.close(None)
    assert said == [
        ("a", "begin", 1),
        ("b", "begin", 1),
        ("a", "end", 2),
        ("b", "end", 2),
        ("a", "close", None),
        ("b", "close", None),
    ]


def test_an_epoch_begins_once():
    said = []
    watchers = Watchers([Witness("a", said)])
    for state in (1, 2):
        watchers.begin(state)
        watchers.begin(state)
        assert not watchers.end(state)
    assert [what for _, what, _ in said] == ["begin", "end"] * 2


def test_nobody_needs_to_look_on():
    watchers = Watchers()
    watchers.begin(0)
    assert not watchers.end(0)
