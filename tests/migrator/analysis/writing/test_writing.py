import json
from html.parser import HTMLParser
from pathlib import Path

import pytest

from migrator.analysis import analyze_project
from migrator.analysis.writing import WRITERS, as_json, markdown, page, sarif
from migrator.project import Project

SAMPLES = Path(__file__).parents[4] / "migrator" / "samples"

NASTY = {
    "a<b>|`c`.py": b"import apex\ndef f(:\n",
    "<script>alert(1)</script>.py": b"import torch\nfrom apex import x\ntorch.nope()\n",
    "sp ace/é.py": b"import torch\ntorch.nope()\n",
    "train.py": b"if __name__ == '__main__':\n    pass\n",
}


@pytest.fixture(scope="module")
def nasty():
    return analyze_project(Project.from_files("<img src=x onerror=alert(1)>", NASTY))


def test_json_can_be_read_back():
    found = analyze_project(SAMPLES / "digits")
    assert json.loads(as_json(found)) == json.loads(json.dumps(found.to_json()))


def test_sarif_has_what_the_standard_asks_for(nasty):
    log = json.loads(sarif(nasty))
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert len(rules) == len(set(rules))
    assert run["results"]
    for result in run["results"]:
        assert result["level"] in ("none", "note", "warning", "error")
        assert rules[result["ruleIndex"]] == result["ruleId"]
        assert result["properties"]["effort"] in ("minutes", "hours", "redesign")
        for location in result.get("locations", ()):
            uri = location["physicalLocation"]["artifactLocation"]["uri"]
            assert " " not in uri
            assert "<" not in uri
            region = location["physicalLocation"].get("region", {"startLine": 1, "startColumn": 1})
            assert region["startLine"] >= 1
            assert region["startColumn"] >= 1
            assert region.get("endLine", region["startLine"]) >= region["startLine"]


def test_html_shows_names_of_strangers_as_text(nasty):
    text = page(nasty)

    class Tags(HTMLParser):
        def __init__(self):
            super().__init__()
            self.seen = set()
            self.open = []

        def handle_starttag(self, tag, attrs):
            self.seen.add(tag)
            if tag not in ("meta", "img"):
                self.open.append(tag)

        def handle_endtag(self, tag):
            assert self.open.pop() == tag

    tags = Tags()
    tags.feed(text)
    assert not tags.open
    assert not {"script", "img", "b"} & tags.seen


def test_markdown_tables_keep_their_columns(nasty):
    width = 0
    for line in markdown(nasty).split("\n"):
        if not line.startswith("|"):
            width = 0
            continue
        cells = line.replace("\\|", "").count("|")
        assert width in (0, cells)
        width = cells


def test_markdown_says_the_share_and_the_effort():
    text = markdown(analyze_project(SAMPLES / "digits"))
    assert "lines of code stay as they are" in text
    assert "`train.py`" in text


def test_there_is_a_writer_for_every_promised_form():
    assert set(WRITERS) == {".json", ".sarif", ".md", ".html"}
