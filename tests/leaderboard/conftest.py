"""The paper's baselines, loaded, for the tests that look at them."""

import csv
import io
import json
from typing import Any

import pytest
from django.test import Client

from leaderboard.models import Edition
from tests import editions

BOARDS = [
    (phase, measure)
    for phase in ("pretraining", "finetuning", "inference")
    for measure in ("time", "cost", "efficiency")
]


@pytest.fixture
def baselines(db: None) -> Edition:
    return editions.paper()


class Api:
    """The public API as a script sees it."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def get(self, path: str, status: int = 200) -> Any:
        response = self.client.get(f"/api/v1/{path}")
        body = response.getvalue()
        assert response.status_code == status, body
        return json.loads(body)

    def rows(self, phase: str, measure: str, query: str = "") -> list[dict[str, Any]]:
        return self.get(f"boards/{phase}/{measure}/?{query}")["results"]

    def models(self, phase: str, measure: str, query: str = "") -> list[str]:
        return [row["model"] for row in self.rows(phase, measure, query)]

    def csv(self, phase: str, measure: str, query: str = "") -> list[dict[str, str]]:
        response = self.client.get(f"/api/v1/boards/{phase}/{measure}/?format=csv&{query}")
        assert response.status_code == 200
        return list(csv.DictReader(io.StringIO(response.getvalue().decode())))


@pytest.fixture
def api(client: Client) -> Api:
    return Api(client)
