"""Metrics of steps and segments in plain loops, written from their definitions."""


def stretches(labels):
    """Return (label, set of steps) for each stretch of equal labels."""
    found = []
    for step, label in enumerate(labels):
        if found and found[-1][0] == label:
            found[-1][1].add(step)
        else:
            found.append((label, {step}))
    return found


def distance(a, b):
    """Return the least number of insertions, deletions and substitutions."""
    table = {(i, 0): i for i in range(len(a) + 1)}
    table.update({(0, j): j for j in range(len(b) + 1)})
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            table[i, j] = min(
                table[i - 1, j] + 1,
                table[i, j - 1] + 1,
                table[i - 1, j - 1] + (a[i - 1] != b[j - 1]),
            )
    return table[len(a), len(b)]


def edit_score(y_true, y_pred, ignore=()):
    scores = []
    for true, found in zip(y_true, y_pred, strict=True):
        a = [label for label, _ in stretches(true) if label not in ignore]
        b = [label for label, _ in stretches(found) if label not in ignore]
        scores.append(1 - distance(a, b) / max(len(a), len(b)) if a or b else 1)
    return sum(scores) / len(scores)


def f1_score(y_true, y_pred, threshold, ignore=()):
    """Count hits one after the other, as the definition says it."""
    hits = wrong = missed = 0
    for true, found in zip(y_true, y_pred, strict=True):
        left = [one for one in stretches(true) if one[0] not in ignore]
        taken = [False] * len(left)
        for label, steps in stretches(found):
            if label in ignore:
                continue
            ratios = [
                len(steps & there) / len(steps | there) if name == label else 0
                for name, there in left
            ]
            best = ratios.index(max(ratios)) if ratios else None
            if ratios and ratios[best] >= threshold and not taken[best]:
                taken[best] = True
                hits += 1
            else:
                wrong += 1
        missed += taken.count(False)
    return 2 * hits / (2 * hits + wrong + missed) if hits + wrong + missed else 1
