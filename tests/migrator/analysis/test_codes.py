import re
from pathlib import Path

from migrator.analysis.codes import CODES

ROOT = Path(__file__).parents[3]


def test_every_code_of_the_analysis_is_documented():
    page = (ROOT / "docs" / "analysis.md").read_text()
    assert set(re.findall(r"^\| (MF\d{3}) \|", page, re.MULTILINE)) == set(CODES)
    for code in CODES.values():
        assert code.title.replace("mindferry.toml", "`mindferry.toml`") in page


def test_every_code_in_the_source_of_the_analysis_is_known():
    used = set()
    for path in (ROOT / "migrator" / "analysis").rglob("*.py"):
        used.update(re.findall(r'"(MF\d{3})"', path.read_text()))
    assert used == set(CODES)
