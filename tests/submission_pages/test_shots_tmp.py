import pytest
from django.core.management import call_command
from tests.submission_pages.test_browser import *
from tests.submission_pages.conftest import *
from submissions import review
from datetime import UTC, datetime
from tests.submissions.work.cases import *
from leaderboard.models import Edition
from tests.submission_pages.test_pages import verified, approved

@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_shots(browser, live_server, transactional_db, tmp_path, size, scheme):
    from django.core.cache import cache
    cache.clear()
    call_command("load_baselines")
    make_small_edition()
    ada = make_person("ada"); mia = make_maintainer()
    tag = f"{'phone' if size is PHONE else 'desk'}-{scheme}"
    ctx = browser.new_context(viewport=size, color_scheme=scheme, base_url=live_server.url)
    page = ctx.new_page()
    def shot(name): page.screenshot(path=f"/tmp/shots/{name}-{tag}.png", full_page=True)
    page.goto("/account/signup/"); shot("signup")
    page.goto("/submit/"); page.get_by_label("Password").fill("x"); page.get_by_label("User name").fill("y"); page.get_by_role("button", name="Sign in").click(); shot("login")
    page.get_by_label("User name").fill(""); sign_in(page)
    shot("submit")
    page.get_by_label("Parameters").fill("many")
    page.get_by_role("button", name="Save and go on to hardware").click(); shot("submit-errors")
    page.get_by_label("Name of the model").fill("RoBERTa-Large, distilled"); page.get_by_label("Parameters").fill("66")
    page.get_by_label("Organisation").fill("Example Lab"); page.get_by_label("Link to the source code").fill("https://example.org/code")
    page.get_by_role("button", name="Save and go on to hardware").click()
    page.get_by_label("Accelerator").select_option(index=5); shot("hardware")
    page.get_by_role("button", name="Save and go on to evidence").click(); shot("evidence")
    (tmp_path/"log.csv").write_text("seconds,accuracy\n10,60\n20,85\n30.5,92\n40,93\n"); (tmp_path/"x.zip").write_bytes(b"PK\x03\x04aaaa")
    page.get_by_label("Training log").nth(1).set_input_files(tmp_path/"log.csv"); page.get_by_label("Predictions on the dev set").nth(0).set_input_files(tmp_path/"x.zip")
    page.get_by_label("Seconds claimed").nth(1).fill("soon")
    page.get_by_role("button", name="Save and check").click(); shot("evidence-errors")
    page.get_by_label("Seconds claimed").nth(1).fill("30.5")
    page.get_by_role("button", name="Save and check").click(); shot("check")
    page.goto("/submissions/"); 
    page.goto(page.get_by_role("link", name="RoBERTa").first.get_attribute("href")); shot("draft")
    s = verified(ada); page.goto(f"/submissions/{s.pk}/"); shot("in-review")
    ap = approved(ada, mia); page.goto(f"/submissions/{ap.pk}/"); shot("approved")
    bad = verified(ada, manifest_of(claimed_seconds=99), log=BACKWARDS); page.goto(f"/submissions/{bad.pk}/"); shot("invalid")
    review.request_changes(s, by=mia, at=datetime.now(UTC), seen=s.content_hash, comment="Please name the seed and the learning rate.\nAnd link the exact commit."); page.goto(f"/submissions/{s.pk}/"); shot("changes")
    q = make_queued(ada); q.progress=.42; q.activity="reading the log of toy"; q.save(); page.goto(f"/submissions/{q.pk}/"); shot("queued")
    page.goto(f"/submissions/{ap.pk}/withdraw/"); shot("withdraw")
    page.goto("/submissions/"); shot("list")
    page.goto("/account/"); shot("account")
    page.goto("/account/tokens/"); page.get_by_label("Name").fill("cluster"); page.get_by_role("button", name="Make the token").click(); shot("tokens")
    page.goto("/account/password/change/"); shot("password")
    ctx.close()
