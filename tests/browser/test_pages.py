"""What only a browser can show: keys, folds, conversations, live events, themes, small screens, and axe-core on every page."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect

from webapp.devices.models import Probe, Worker
from webapp.submissions import events
from webapp.submissions.events import Entry
from webapp.submissions.models import Job, Submission
from webapp.teams.models import Team

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

AXE = (Path(__file__).parent / "axe-core" / "axe.min.js").read_text()
ROAD = "/projects/digits/submissions/1/"
PAGES = (
    "/", "/submit/", "/projects/digits/", ROAD, f"{ROAD}analysis/", f"{ROAD}analysis/source/train.py",
    f"{ROAD}files/train.py", f"{ROAD}parity/", f"{ROAD}artifacts/", "/catalog/", "/catalog/torch.abs", "/workers/",
    "/catalog/torch.nn.Conv2d", "/catalog/diagnostics/", "/catalog/diagnostics/MF201", "/catalog/diagnostics/MF130",
    "/teams/", "/tokens/", "/help/", "/help/words/", "/help/submitting/", "/no/such/page/",
)  # fmt: skip


def enter(browser: Browser, address: str, user: User, **settings: object) -> BrowserContext:
    """A browser in which the user is logged in already."""
    client = Client()
    client.force_login(user)
    context = browser.new_context(base_url=address, **{"viewport": {"width": 1400, "height": 900}, **settings})
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": address}])
    return context


@pytest.fixture
def page(browser: Browser, server: str, alice: User, team: Team) -> Iterator[Page]:
    """alice's page; an error in a script, or one that the security policy stopped, fails the test."""
    context = enter(browser, server, alice)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if "Content Security Policy" in said.text else None)
    yield page
    context.close()
    assert not errors, errors


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_accessible(
    browser: Browser,
    server: str,
    alice: User,
    finished: Submission,
    scheme: str,
) -> None:
    context = enter(browser, server, alice, color_scheme=scheme)
    page = context.new_page()
    found = {}
    for address in PAGES:
        page.goto(address)
        if violations := _violations(page):
            found[address] = violations
    context.close()
    assert not found


def test_every_page_fits_a_small_screen(
    browser: Browser,
    server: str,
    alice: User,
    finished: Submission,
) -> None:
    context = enter(browser, server, alice, viewport={"width": 390, "height": 800})
    page = context.new_page()
    wide = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert {address: page.goto(address) and page.evaluate(wide) for address in PAGES} == dict.fromkeys(PAGES, 0)
    context.close()


def test_keys_move_through_files_and_show_what_they_do(page: Page, finished: Submission) -> None:
    page.goto(f"{ROAD}files/nets/model.py")
    page.keyboard.press("?")
    expect(page.locator("dialog#shortcuts")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("dialog#shortcuts")).to_be_hidden()
    page.keyboard.press("n")
    page.wait_for_url(re.compile(r"files/(?!nets/model)"))
    page.keyboard.press("p")
    page.wait_for_url("**/files/nets/model.py")
    page.keyboard.press("/")
    page.keyboard.type("train")
    expect(page.locator("#tree [data-row]:visible")).to_have_count(1)


def test_keys_move_through_the_rows_of_a_list_and_open_one(page: Page, finished: Submission) -> None:
    page.goto("/")
    page.keyboard.press("j")
    expect(page.locator("tr.selected")).to_have_count(1)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{ROAD}")


def test_the_first_tab_skips_to_the_content(page: Page, finished: Submission) -> None:
    page.goto(f"{ROAD}parity/")
    page.keyboard.press("Tab")
    expect(page.locator("a.skip").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def test_the_theme_is_remembered(page: Page, finished: Submission) -> None:
    page.goto("/")
    page.click("[data-action=theme]")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.goto(f"{ROAD}parity/")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_an_address_of_a_folded_line_unfolds_it(
    page: Page,
    submit: Callable[..., Submission],
    finished: Submission,
) -> None:
    source = finished.work / "source" / "train.py"
    same = "".join(f"x{number} = {number}\n" for number in range(40))
    source.write_text("import torch\n" + same)
    (finished.work / "translated" / "train.py").write_text("import mindspore\n" + same)
    page.goto(f"{ROAD}files/train.py")
    expect(page.locator("#L30")).to_be_hidden()
    page.goto(f"{ROAD}files/train.py#L30")
    page.reload()
    expect(page.locator("#L30")).to_be_visible()
    expect(page.locator("tr.target #L30")).to_have_count(1)
    expect(page.locator("tbody.fold")).to_have_count(0)


def test_a_conversation_is_held_at_a_line(page: Page, finished: Submission) -> None:
    page.goto(f"{ROAD}files/train.py")
    page.hover("td.right[data-line='1']")
    page.click("td.right[data-line='1'] .add-comment")
    page.keyboard.type("Is this import needed?")
    page.click("form.reply button[type=submit]")
    expect(page.locator(".comment-text")).to_have_text("Is this import needed?")
    page.fill(".thread textarea", "It is.")
    page.click(".thread button[value=reply]")
    expect(page.locator(".comment-text")).to_have_count(2)
    page.click(".thread button[value=resolve]")
    expect(page.locator(".thread.resolved")).to_be_visible()
    page.reload()
    expect(page.locator(".thread.resolved .comment-text")).to_have_count(2)
    page.click("button[value=approved]")
    expect(page.locator(".approval .pill")).to_have_text("approved")


@pytest.mark.parametrize("way", ["server-sent events", "polling"])
def test_stages_log_and_losses_appear_as_they_come(page: Page, submission: Submission, way: str) -> None:
    if way == "polling":
        page.add_init_script("delete window.EventSource")
    submission.jobs.filter(stage="analyze").update(state=Job.State.DONE)
    submission.jobs.filter(stage="baseline").update(state=Job.State.RUNNING, run=1)
    Submission.objects.update(state="running", stage="baseline")
    page.goto(ROAD)
    expect(page.locator("#live-state")).to_have_text("live" if way == "server-sent events" else "polling")
    points = [[step, 2.0 / (step + 1)] for step in range(50)]
    events.write(
        submission.pk,
        [
            Entry("log", "baseline", "epoch 1 <b>done</b>\n", run=1),
            Entry("progress", "baseline", "", {"done": 50, "total": 200}, run=1),
            Entry(
                "point",
                "baseline",
                "",
                {"series": "baseline", "points": [{"step": s, "loss": x} for s, x in points]},
                run=1,
            ),
        ],
    )
    expect(page.locator("#log .log-text").last).to_have_text("epoch 1 <b>done</b>")
    expect(page.locator("[data-stage=baseline] progress")).to_have_js_property("value", 50)
    expect(page.locator("[data-chart=live] svg path").first).to_be_attached()
    submission.jobs.update(state=Job.State.DONE)
    Submission.objects.update(state="done", stage="report", verdict="pass")
    submission.refresh_from_db()
    events.write(submission.pk, [events.state(submission, "Done: pass.")])
    expect(page.locator("#verdict-title")).to_have_text("Trains the same")
    expect(page.locator("#live-state")).to_have_text("complete")
    expect(page.locator(".stage.done")).to_have_count(6)


def test_an_archive_that_is_too_large_is_told_before_it_is_sent(page: Page) -> None:
    page.goto("/submit/")
    page.set_input_files(
        "input[type=file]", {"name": "big.zip", "mimeType": "application/zip", "buffer": b"0" * 1_200_000}
    )
    expect(page.locator("#archive-error")).to_contain_text("more than the 1.0 MB allowed")
    page.click("#upload-form button[type=submit]")
    assert page.url.endswith("/submit/")


def test_an_archive_can_be_dropped(page: Page) -> None:
    page.goto("/submit/")
    page.evaluate(
        """() => {
            const held = new DataTransfer();
            held.items.add(new File(["PK"], "my project.zip", {type: "application/zip"}));
            document.getElementById("drop").dispatchEvent(new DragEvent("drop", {dataTransfer: held, bubbles: true, cancelable: true}));
        }"""
    )
    expect(page.locator("#drop-title")).to_contain_text("my project.zip")
    expect(page.locator("input[name=name]")).to_have_value("my-project")
    page.click("#upload-form button[type=submit]")
    expect(page.locator("[data-field=archive] .errorlist")).to_be_visible()


def test_the_catalog_is_searched_as_one_types(page: Page) -> None:
    page.goto("/catalog/")
    page.fill("input[name=q]", "torch.nn.Conv2d")
    expect(page.locator("#rows tbody tr").first).to_contain_text("torch.nn.Conv2d")
    assert "q=torch.nn.Conv2d" in page.url
    page.locator("#rows tbody tr a").first.click()
    expect(page.locator("h1")).to_have_text("torch.nn.Conv2d")


def test_a_device_is_measured_from_the_page_and_every_state_of_it_is_accessible(page: Page, alice: User) -> None:
    device = {"device": "ascend", "mindspore_version": "2.9.1"}
    Worker.objects.create(
        name="npu@far",
        host="far",
        pid=1,
        queues=["device"],
        device_detail="8 Ascend NPU",
        torch_version="2.14.1",
        **device,
    )
    page.goto("/workers/")
    expect(page.locator("[data-probe=unknown]")).to_be_visible()
    shown = {"unknown": _violations(page)}
    page.click("text=Measure this device")
    page.wait_for_url("**/workers/")
    expect(page.locator("[data-probe=queued] progress")).to_be_visible()
    probe = Probe.objects.filter(**device, state="queued", started_by=alice)
    states: tuple[dict[str, object], ...] = (
        {"state": "running", "worker": "npu@far", "started": timezone.now(), "done": 150, "total": 600},
        {"state": "failed", "finished": timezone.now(), "error": "The process died of a lost device. " * 9},
    )
    assert probe.exists()
    for fields in states:
        Probe.objects.update(**fields)
        Worker.objects.update(heartbeat=timezone.now())
        # The page looks by itself, every five seconds.
        expect(page.locator(f"[data-probe={fields['state']}]")).to_be_visible(timeout=15_000)
        shown[str(fields["state"])] = _violations(page)
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    expect(page.locator("text=Try again")).to_be_visible()
    assert not any(shown.values()), shown


def _violations(page: Page) -> list[tuple[str, list[object]]]:
    page.evaluate(AXE)
    found = page.evaluate("async () => (await axe.run(document, {resultTypes: ['violations']})).violations")
    return [(item["id"], [node["target"] for node in item["nodes"]][:3]) for item in found]
