"""The precision that suits a processor or a GPU, each told apart by what it says of itself."""

from pathlib import Path

import pytest

from inception_lab.model import backend, hardware

INTEL, AMD = "GenuineIntel", "AuthenticAMD"


@pytest.mark.parametrize(
    ("maker", "flags", "text"),
    [
        (INTEL, "fpu avx512_bf16 amx_bf16", "bfloat16 (the CPU has AMX)"),
        (AMD, "fpu avx512_bf16", "bfloat16 (the CPU has AVX512-BF16)"),
        (
            INTEL,
            "fpu avx512_bf16",
            "float32 (a CPU without fast bfloat16)",
        ),  # the race was slower in bfloat16
        (AMD, "fpu avx2", "float32 (a CPU without fast bfloat16)"),
    ],
)
def test_a_processor(maker: str, flags: str, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What Linux says of each of its processors."""
    told = f"processor\t: 0\nvendor_id\t: {maker}\nmodel name\t: A Name: 3 GHz\nflags\t\t: {flags}\n\n"
    monkeypatch.setattr(Path, "read_text", lambda self: told * 2)
    monkeypatch.setattr(backend, "gpu", lambda: None)
    monkeypatch.setattr(hardware, "gpu", lambda: None)
    assert str(backend.precision()) == text
    assert hardware.hardware().endswith("of A Name: 3 GHz")


def test_a_system_that_does_not_say(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is no /proc outside of Linux."""

    def missing(self: Path) -> str:
        raise FileNotFoundError(self)

    monkeypatch.setattr(Path, "read_text", missing)
    monkeypatch.setattr(backend, "gpu", lambda: None)
    monkeypatch.setattr(hardware, "gpu", lambda: None)
    assert str(backend.precision()) == "float32 (a CPU without fast bfloat16)"
    assert hardware.hardware().endswith("of CPU")


@pytest.mark.parametrize(
    ("capability", "name"), [((9, 0), "bfloat16"), ((7, 5), "float16"), ((6, 1), "float32")]
)
def test_a_gpu(capability: tuple[int, int], name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """By its compute capability."""
    monkeypatch.setattr(backend, "gpu", lambda: ("A GPU", capability))
    assert backend.precision().name == name
