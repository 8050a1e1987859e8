"""A newcomer's walk: hand in a project, watch it travel the road, open every page, take the translation home."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

AXE = Path(__file__).parent / "axe-core" / "axe.min.js"
ROAD_MILLISECONDS = 600_000
BLOCKED = """
import sys
class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("torch", "torchvision", "migrator"):
            raise ImportError(name + " is out of reach here")
sys.meta_path.insert(0, Blocked())
"""


def packed(folder: Path) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                archive.write(path, path.relative_to(folder).as_posix())
    return data.getvalue()


def accessible(page: Page) -> None:
    """No serious finding of axe-core."""
    page.evaluate(AXE.read_text())
    found = page.evaluate("async () => (await axe.run(document, {resultTypes: ['violations']})).violations")
    serious = [
        (item["id"], [node["target"] for node in item["nodes"]][:3])
        for item in found
        if item["impact"] in ("serious", "critical")
    ]
    assert not serious, (page.url, serious)


def test_a_newcomer_sees_digits_migrated_and_proved_equal(page: Page, tmp_path: Path) -> None:
    page.goto("/submit/")
    accessible(page)
    page.set_input_files(
        "input[type=file]",
        {
            "name": "digits.zip",
            "mimeType": "application/zip",
            "buffer": packed(ROOT / "migrator" / "samples" / "digits"),
        },
    )
    expect(page.locator("#drop-title")).to_contain_text("digits.zip")
    page.fill("input[name=name]", "first-light")
    page.click("form#upload-form button[type=submit]")
    page.wait_for_url(re.compile(r"/projects/first-light/submissions/1/$"))
    road = page.url

    for stage in ("analyze", "baseline", "translate", "replay", "free_run", "report"):
        expect(page.locator(f'[data-stage="{stage}"].done')).to_be_visible(timeout=ROAD_MILLISECONDS)
        if stage == "baseline":
            expect(page.locator('[data-chart="live"] svg path').first).to_be_attached()
    expect(page.locator('[data-verdict="pass"]')).to_be_visible(timeout=30_000)
    expect(page.locator(".ladder li.pass")).to_have_count(8)
    expect(page.locator("#live-state")).to_have_text("complete")
    accessible(page)

    page.goto(f"{road}analysis/")
    expect(page.locator("svg.map a")).not_to_have_count(0)
    expect(page.locator("#units tbody tr")).not_to_have_count(0)
    accessible(page)

    page.goto(f"{road}files/digitnet/engine.py")
    expect(page.locator("td.right").filter(has_text="ms.value_and_grad").first).to_be_visible()
    accessible(page)

    page.goto(f"{road}parity/")
    expect(page.locator('[data-chart="losses"] svg path').first).to_be_attached()
    expect(page.locator("#verdict-title")).to_be_visible()
    accessible(page)

    for address in ("/", "/projects/first-light/", "/catalog/", "/catalog/torch.nn.Conv2d", "/workers/", "/help/"):
        page.goto(address)
        expect(page.locator("h1").first).to_be_visible()
        accessible(page)

    page.goto(f"{road}artifacts/")
    accessible(page)
    with page.expect_download() as coming:
        page.locator("a", has_text="translated.zip").first.click()
    archive = tmp_path / "translated.zip"
    coming.value.save_as(archive)
    home = tmp_path / "home"
    with zipfile.ZipFile(archive) as translated:
        translated.extractall(home)
    outcome = run_without_torch(home)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    assert "test accuracy" in outcome.stdout


def run_without_torch(project: Path) -> subprocess.CompletedProcess[str]:
    """`python train.py --epochs 1` where neither torch nor MindFerry can be imported."""
    scripts = list(project.rglob("train.py"))
    assert len(scripts) == 1
    guard = project.parent / "guard"
    guard.mkdir()
    (guard / "sitecustomize.py").write_text(BLOCKED)
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    environment |= {"PYTHONPATH": str(guard), "ONEDNN_MAX_CPU_ISA": "AVX2", "GLOG_v": "4"}
    return subprocess.run(
        [sys.executable, "train.py", "--epochs", "1"],
        cwd=scripts[0].parent,
        env=environment,
        capture_output=True,
        text=True,
        timeout=400,
    )


def test_bad_archives_are_refused_at_the_field(page: Page) -> None:
    escape = io.BytesIO()
    with zipfile.ZipFile(escape, "w") as archive:
        archive.writestr("../x.py", "print(1)\n")
    page.goto("/submit/")
    page.set_input_files(
        "input[type=file]", {"name": "bad.zip", "mimeType": "application/zip", "buffer": escape.getvalue()}
    )
    page.fill("input[name=name]", "never-made")
    page.click("form#upload-form button[type=submit]")
    expect(page.locator(".errorlist").first).to_contain_text("../x.py")
    response = page.goto("/projects/never-made/")
    assert response is not None and response.status == 404
