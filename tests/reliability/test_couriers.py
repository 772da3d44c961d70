"""Couriers that are killed while they mail: each mail once at most, and none forgotten (R9, and the mails of R3)."""

import re
import time

from submissions.models import Mail
from tests.reliability.processes import wait_for
from tests.submissions.working.cases import make_queued
from tests.telling.mail_server import MailServer

MAILS = 8
KILLS = 3


def test_couriers_killed_in_the_middle_mail_nothing_twice_and_forget_nothing(site, ada):
    server = MailServer()
    server.seconds = 0.3
    server.start()
    try:
        site.beat()
        for _ in range(MAILS):
            make_queued(ada)
        for _ in range(KILLS):
            courier = site.courier(server.port)
            before = len(server.taken)
            wait_for(lambda before=before: len(server.taken) > before, what=courier.said())
            time.sleep(0.1)
            courier.kill_group()
        site.courier(server.port)
        wait_for(lambda: not Mail.objects.filter(state="waiting").exists(), what=site.logs())
    finally:
        server.stop()
    ids = [re.search(r"^Message-ID: <(.*?)@", one, re.MULTILINE).group(1) for one in server.taken]
    assert len(ids) == len(set(ids))
    states = dict(Mail.objects.values_list("pk", "state"))
    assert len(states) == MAILS
    assert {str(pk) for pk, state in states.items() if state == "sent"} <= set(ids)
    assert list(states.values()).count("uncertain") <= KILLS
    assert set(states.values()) <= {"sent", "uncertain"}
