"""The same files give the same layer, whoever packed them."""

from __future__ import annotations

import gzip
import io
import tarfile
from collections.abc import Iterable
from pathlib import Path

from services.local.images.layers import MODIFIED, Layer, normalise, pack


def member(name: str, content: bytes = b"", **fields: object) -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(name)
    info.size = len(content)
    for field, value in fields.items():
        setattr(info, field, value)
    return info, content


def tar(members: Iterable[tuple[tarfile.TarInfo, bytes]]) -> io.BytesIO:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as layer:
        for info, content in members:
            layer.addfile(info, io.BytesIO(content))
    file.seek(0)
    return file


def packed(folder: Path, name: str, members: Iterable[tuple[tarfile.TarInfo, bytes]]) -> Layer:
    normalise(tar(members), folder / f"{name}.tar")
    with open(folder / f"{name}.tar", "rb") as plain:
        return pack(plain, folder / f"{name}.gz")


def test_neither_order_nor_times_nor_names_of_owners_change_a_layer(tmp_path: Path) -> None:
    one = [member("a/b", b"text", mtime=1.5, uname="ada", mode=0o644), member("a", type=tarfile.DIRTYPE, mtime=2)]
    other = [
        member("a", type=tarfile.DIRTYPE, mtime=9, gname="staff"),
        member("a/b", b"text", mtime=7, mode=0o644, pax_headers={"atime": "3.25", "ctime": "4"}),
    ]
    assert packed(tmp_path, "one", one) == packed(tmp_path, "other", other)
    with tarfile.open(tmp_path / "one.gz") as layer:
        assert [(m.name, m.mtime, m.uname) for m in layer] == [("a", MODIFIED, ""), ("a/b", MODIFIED, "")]


def test_contents_modes_owners_and_capabilities_change_it(tmp_path: Path) -> None:
    made = [
        packed(tmp_path, name, [entry]).digest
        for name, entry in {
            "plain": member("a", b"text"),
            "content": member("a", b"tekst"),
            "mode": member("a", b"text", mode=0o755),
            "owner": member("a", b"text", uid=1),
            "capability": member("a", b"text", pax_headers={"SCHILY.xattr.security.capability": "cap"}),
        }.items()
    ]
    assert len(set(made)) == len(made)


def test_a_hard_link_becomes_the_file_since_it_may_stand_before_it(tmp_path: Path) -> None:
    packed(tmp_path, "one", [member("z", b"text", mode=0o755), member("a", type=tarfile.LNKTYPE, linkname="z")])
    with tarfile.open(tmp_path / "one.gz") as layer:
        first = layer.getmember("a")
        assert first.isreg()
        assert first.mode == 0o755
        assert layer.extractfile("a").read() == b"text"  # type: ignore[union-attr]


def test_symbolic_links_and_what_is_taken_away_stay_what_they_are(tmp_path: Path) -> None:
    packed(tmp_path, "one", [member("bin", type=tarfile.SYMTYPE, linkname="usr/bin"), member("usr/.wh.pip")])
    with tarfile.open(tmp_path / "one.gz") as layer:
        assert layer.getmember("bin").linkname == "usr/bin"
        assert layer.getmember("usr/.wh.pip").size == 0


def test_a_packed_layer_says_how_big_it_is_and_the_packing_adds_nothing_of_its_own(tmp_path: Path) -> None:
    plain = tar([member("a", b"text")])
    layer = pack(plain, tmp_path / "layer.gz")
    content = (tmp_path / "layer.gz").read_bytes()
    assert content[3:8] == b"\0\0\0\0\0"  # no name, no time
    assert gzip.decompress(content) == plain.getvalue()
    assert (layer.size_bytes, layer.content_bytes, layer.entries) == (len(content), 4, 1)
