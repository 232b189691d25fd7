"""ONNX files are written whole, or not at all."""

import errno
import os
import re

import onnx
import pytest

from skrnn.interop import export_onnx
from tests.interop.test_onnx import BLOCK, RAGGED, TARGETS, fitted


def half_written(model, file, **options):
    """Stand in for `onnx.save` on a disk that is full."""
    if isinstance(file, str | os.PathLike):
        with open(file, "wb") as opened:
            half_written(model, opened)
    data = model.SerializeToString()
    file.write(data[: len(data) // 2])
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def refused(error):
    def call(*args, **options):
        raise error

    return call


FAULTS = {
    "the disk is full": ("onnx.save", half_written),
    "nothing is written": ("onnx.save", refused(MemoryError())),
    "the last bytes find no place": ("os.fsync", refused(OSError(errno.EIO, "?"))),
    "interrupted": ("os.fsync", refused(KeyboardInterrupt())),
    "the file is locked": ("os.replace", refused(PermissionError(errno.EACCES, "?"))),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("is_there", [True, False])
def test_a_failure_leaves_the_file_as_it_was(tmp_path, monkeypatch, fault, is_there):
    path = tmp_path / "model.onnx"
    if is_there:
        path.write_bytes(b"good")
    place, replacement = FAULTS[fault]
    model = fitted("lstm", RAGGED, TARGETS["binary"])
    with monkeypatch.context() as patch:
        patch.setattr(place, replacement)
        with pytest.raises((OSError, MemoryError, KeyboardInterrupt)):
            export_onnx(model, path)
    assert [one.name for one in tmp_path.iterdir()] == ["model.onnx"] * is_there
    assert not is_there or path.read_bytes() == b"good"
    exported = export_onnx(model, path)
    assert onnx.load(path) == exported


def test_the_name_decides_the_format(tmp_path):
    model = fitted("gru", BLOCK, TARGETS["multiclass"])
    for name in ("model", "model.onnx", "model.json", "model.textproto"):
        exported = export_onnx(model, tmp_path / name)
        onnx.save(exported, tmp_path / f"plain-{name}")
        written = (tmp_path / name).read_bytes()
        assert written == (tmp_path / f"plain-{name}").read_bytes()


@pytest.mark.posix
def test_links_are_followed(tmp_path):
    model, real = fitted("gru", BLOCK, TARGETS["binary"]), tmp_path / "real"
    real.mkdir()
    (real / "there.onnx").write_bytes(b"old")
    for name in ("there.onnx", "new.onnx"):
        link = tmp_path / name
        link.symlink_to(real / name)
        exported = export_onnx(model, link)
        assert link.is_symlink()
        assert onnx.load(real / name) == exported
    assert len(list(real.iterdir())) == 2


@pytest.mark.posix
def test_permissions_are_those_of_a_file_that_is_written_to(tmp_path):
    model = fitted("gru", BLOCK, TARGETS["binary"])
    (tmp_path / "plain").write_bytes(b"")
    (tmp_path / "shared").write_bytes(b"")
    (tmp_path / "shared").chmod(0o640)
    for name, alike in {"new": "plain", "plain": "plain", "shared": "shared"}.items():
        expected = (tmp_path / alike).stat().st_mode
        export_onnx(model, tmp_path / name)
        assert (tmp_path / name).stat().st_mode == expected


@pytest.mark.posix
def test_what_is_no_file_is_not_replaced(tmp_path):
    model = fitted("gru", BLOCK, TARGETS["binary"])
    export_onnx(model, os.devnull)
    assert not os.path.isfile(os.devnull)
    with pytest.raises(IsADirectoryError, match=re.escape(str(tmp_path))):
        export_onnx(model, tmp_path)
    with pytest.raises(FileNotFoundError) as caught:
        export_onnx(model, tmp_path / "missing" / "model.onnx")
    assert caught.value.filename == str(tmp_path / "missing")
