"""The claims of the papers after GoogLeNet, each with its verdict."""

import re
import subprocess
import sys

import pytest

import inception_lab as lab
from inception_lab.architecture.published.successors import _judge

# name → (computed, verdict)
CLAIMS = {
    "outline, row 1": ("conv 3×3/2, 299×299×3", "✓ agrees"),
    "outline, row 2": ("conv 3×3, 149×149×32", "✓ agrees"),
    "outline, row 3": ("conv padded 3×3, 147×147×32", "✓ agrees"),
    "outline, row 4": ("pool 3×3/2, 147×147×64", "✓ agrees"),
    "outline, row 5": ("conv 1×1, 73×73×64", "✗ differs: what it is"),
    "outline, row 6": ("conv 3×3, 73×73×80", "✗ differs: what it is and its input"),
    "outline, row 7": ("pool 3×3/2, 71×71×192", "✗ differs: what it is and its input"),
    "outline, row 8": ("3 × Inception, 35×35×192", "✗ differs: its input"),
    "outline, row 9": ("4 × Inception, 17×17×768", "✗ differs: what it is"),
    "outline, row 10": ("2 × Inception, 8×8×1280", "✓ agrees"),
    "outline, row 11": ("pool 8×8, 8×8×2048", "✓ agrees"),
    "outline, row 12": ("linear, 2048", "✓ agrees"),
    "outline, row 13": ("softmax, 1000", "✓ agrees"),
    "Inception v3, multiply-adds, abstract": ("5,713,216,096", "≈ agrees if read as cut off (+14.3 %)"),
    "Inception v3, multiply-adds, Table 3": ("5,713,216,096", "✗ differs by +19.0 %"),
    "BN-Inception, multiply-adds, Table 3": ("2,032,600,064", "✓ agrees: rounded"),
    "GoogLeNet, multiply-adds, Table 3": ("1,582,671,872", "≈ agrees if read as cut off (+5.5 %)"),
    "times GoogLeNet, of Inception-v2": ("2.53 ×", "≈ agrees if read as 3.8 / 1.5 of Table 3"),
    "times GoogLeNet, read as of Inception v3": ("3.61 ×", "✗ differs by +44.4 %"),
    "times BN-Inception, Inception v3": ("2.81 ×", "✗ differs by +12.4 %"),
    # 5 convolutions, 3 modules of 3, 3 in a reduction, 4 of 5, 4 in a reduction, 2 of 3, the classifier, and
    # the deepest branch of 7b and 7c has a fork at its end: 5 + 9 + 3 + 20 + 4 + 6 + 1
    "layers, read as of Inception v3": ("48", "✗ differs by +14.3 %"),
    "the same cost at 151 pixels": ("5,713,216,096", "✓ agrees: exactly"),
    "the same cost at 79 pixels": ("5,361,703,520", "≈ agrees if read as within a tenth (−6.2 %)"),
    "pooling first saves, by its formulas": ("75.00 %", "✗ differs by +50.0 points"),  # d² against (d/2)²
    "pooling last, times as expensive": ("4.24 ×", "✗ differs by +41.3 %"),  # (35 / 17)² = 4.239
    "pooling last, times more": ("3.24 ×", "≈ agrees if read as what is added"),
    "two 3×3 for a 5×5, as many filters as channels": ("28.00 %", "✓ agrees: exactly"),  # 1 − 18/25
    "two 3×3 for a 5×5, not equal: 3a's with 32 in the middle": (
        "−8.00 %",
        "✗ differs by −36.0 points",
    ),  # 13,824 : 12,800
    "two 3×3 for a 5×5, not equal: 3a's with 16 in the middle": (
        "46.00 %",
        "✗ differs by +18.0 points",
    ),  # 6,912 : 12,800
    "1×3 and 3×1 for a 3×3": ("33.33 %", "✓ agrees: rounded"),
    "Inception v3, parameters": ("23,817,352", "✓ agrees"),
    "Xception, parameters": ("22,855,952", "✓ agrees: exactly"),
    "Inception v3, parameters, as released": ("23,817,352", "✗ differs by +0.8 %"),
    "Inception v3, parameters, Keras's of 2016": ("23,626,728", "≈ agrees if read as the first v3 in Keras"),
}


def test_every_claim_has_its_verdict() -> None:
    found = {row.name: (row.computed, row.verdict.signed) for row in lab.audit_family().rows}
    assert found == CLAIMS


@pytest.mark.parametrize(
    ("printed", "unit", "value", "reading", "computed", "verdict"),
    [
        ("under 25 M", "", 24_999_999, "", "24,999,999", "✓ agrees"),
        ("under 25 M", "", 25_000_000, "", "25,000,000", "✗ differs by +0.0 %"),
        ("almost the same", "", 1_000, "", "1,000", "✓ agrees: exactly"),
        ("almost the same", "", 1_099, "", "1,099", "≈ agrees if read as within a tenth (+9.9 %)"),
        ("almost the same", "", 901, "", "901", "≈ agrees if read as within a tenth (−9.9 %)"),
        ("almost the same", "", 1_100, "", "1,100", "✗ differs by +10.0 %"),
        ("almost the same", "", 899, "", "899", "✗ differs by −10.1 %"),
        ("28", " %", 28.4, "", "28.40 %", "✓ agrees: rounded"),
        ("28", " %", 28.6, "", "28.60 %", "≈ agrees if read as cut off (+0.6 points)"),
        ("28", " %", -1.5, "", "−1.50 %", "✗ differs by −29.5 points"),
        ("2.5", " ×", 2.56, "half of it", "2.56 ×", "≈ agrees if read as cut off (+2.4 %)"),
        ("2.5", " ×", 2.46, "half of it", "2.46 ×", "≈ agrees if read as half of it"),
        ("2.5", " ×", 2.4, "half of it", "2.40 ×", "✗ differs by −4.0 %"),
    ],
)
def test_a_claim_is_judged_by_its_words(
    printed: str, unit: str, value: float, reading: str, computed: str, verdict: str
) -> None:
    row = {"claim": "it", "source": "a paper", "printed": printed, "unit": unit, "reading": reading}
    claim = _judge(row, value, macs=1_000)
    assert (claim.name, claim.source, claim.printed) == ("it", "a paper", printed + unit)
    assert (claim.computed, claim.verdict.signed) == (computed, verdict)


def test_claims_can_be_chosen() -> None:
    found = lab.audit_family("Xception, parameters", "outline, row 5")
    assert [row.name for row in found.rows] == ["Xception, parameters", "outline, row 5"]


def test_an_audit_is_a_table_and_a_frame() -> None:
    audit = lab.audit_family()
    head, *lines = repr(audit).splitlines()
    assert head.split() == ["claim", "source", "printed", "computed", "verdict"]
    assert [line.split("  ")[0] for line in lines] == list(CLAIMS)
    assert audit._repr_html_().count("<tr") == len(CLAIMS) + 1
    last = audit["outline, row 13"]
    assert (last.source, last.printed) == ("arXiv:1512.00567, Table 1", "softmax, 1000")
    assert audit["Inception v3, parameters"].source == "arXiv:1512.00567, abstract"
    assert audit.to_frame().loc["Xception, parameters", "verdict"] == "agrees: exactly"


def test_an_unknown_claim_lists_what_there_is() -> None:
    names = ", ".join(map(repr, CLAIMS))
    message = f"`claim` must be one of {names}. Received: claim='Inception v9'."
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        lab.audit_family("Inception v9")


def test_auditing_needs_no_framework() -> None:
    code = "import sys, inception_lab as lab; repr(lab.audit_family()); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert not {"keras", "tensorflow", "pandas", "matplotlib"} & set(loaded.split())
