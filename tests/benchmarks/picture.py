"""Picture of the table "kernels" of `speed.py`."""

from tests.benchmarks.tasks import CELLS, DEEP

#: What stands at the axis.
TICKS = (0.25, 0.5, 1, 2, 4, 8, 16)
MARKERS = {"PyTorch": "o", "skorch": "s", "JAX": "D", "onnxruntime": "^"}


def draw_picture(rows, path):
    """Draw the ratios, a panel for each network, of fit above and predict below."""
    import matplotlib.pyplot as plt

    cells = [cell for cell in CELLS if any(row.task.cell == cell for row in rows)]
    figure, panels = plt.subplots(
        2, len(cells), figsize=(4 * len(cells) + 2, 9), sharex=True, squeeze=False
    )
    for cell, (above, below) in zip(cells, panels.T, strict=True):
        of_cell = [row for row in rows if row.task.cell == cell]
        for what, panel in (("fit", above), ("predict", below)):
            _fill(panel, of_cell, what, with_labels=cell == cells[0])
            method = "fit" if what == "fit" else "predict_proba"
            panel.set_title(f"{cell.upper()}, {method}")
        below.set_xlabel("times as fast as the other library")
    for panel in panels[:, 0]:
        panel.set_ylabel("batch, steps, features, units\n(deep: two layers, both ways)")
    handles, labels = panels[1, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="upper center", ncols=len(labels))
    figure.tight_layout(rect=(0, 0, 1, 0.96))
    figure.savefig(path, dpi=110)


def _fill(panel, rows, what, with_labels):
    """Draw the ratios of a network in fit, or in predict."""
    for name, marker in MARKERS.items():
        known = [
            (row.ratios[what, name], k)
            for k, row in enumerate(rows)
            if (what, name) in row.ratios
        ]
        if known:
            panel.plot(*zip(*known, strict=True), marker, label=name, alpha=0.8)
    panel.axvline(1.0, color="0.4", linewidth=1)
    panel.set_xscale("log")
    panel.set_xticks(TICKS, TICKS)
    panel.minorticks_off()
    panel.grid(axis="both", color="0.9")
    labels = [row.task.label.replace(DEEP, ", deep") for row in rows]
    panel.set_yticks(range(len(rows)), labels if with_labels else [""] * len(rows))
    panel.invert_yaxis()
