# SPDX-License-Identifier: AGPL-3.0-or-later
"""The API's description is sound and whole, and every route says who may use it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI
from jsonschema import Draft202012Validator
from starlette.testclient import TestClient

from admin_api import api, pages
from admin_api.openapi import describe
from admin_api.policy import PUBLIC, GuardedRoute, policy_of
from tests.admin_api.conftest import Office

OPEN_TO_ALL = {
    "GET /api/v1/openapi.json",
    "GET /console/sign-in",
    "POST /console/sign-in",
    "GET /console/static/{name}",
}
"""Reviewed by hand: all that can be reached without a key."""


def routes() -> Iterator[tuple[str, GuardedRoute]]:
    for prefix, routers in ((api.PREFIX, api.ROUTERS), (pages.PREFIX, pages.ROUTERS)):
        for router in routers:
            for route in router.routes:
                assert isinstance(route, GuardedRoute), f"{route} is not guarded"
                for method in sorted(route.methods or ()):
                    yield f"{method} {prefix}{route.path}", route


def test_every_route_has_a_policy_and_few_are_public() -> None:
    policies = {name: policy_of(route.endpoint) for name, route in routes()}
    assert [name for name, policy in policies.items() if policy is None] == []
    assert {name for name, policy in policies.items() if policy == PUBLIC} == OPEN_TO_ALL


def test_the_application_has_no_route_but_those(office: Office) -> None:
    known = {id(router) for router in (*api.ROUTERS, *pages.ROUTERS)}
    for route in office.app.router.routes:
        assert id(getattr(route, "original_router", None)) in known, route


def test_without_a_key_every_route_is_shut(office: Office) -> None:
    for name, _ in routes():
        if name in OPEN_TO_ALL:
            continue
        method, path = name.split(" ")
        client = office.client()
        answer = client.request(method, re.sub(r"\{[^}]+\}", "x", path))
        if path.startswith("/console") and method == "GET":
            assert (answer.status_code, answer.headers["location"]) == (303, "/console/sign-in"), name
        else:
            assert answer.status_code == 401, name
        client.headers["authorization"] = "Bearer " + "x" * 43
        if path.startswith("/api"):
            answer = client.request(method, re.sub(r"\{[^}]+\}", "0" * 8, path))
            assert answer.status_code in (401, 422), "a wrong key opens nothing; a body may be judged first"


def test_a_route_that_was_forgotten_is_shut() -> None:
    router = APIRouter(route_class=GuardedRoute)

    @router.get("/forgotten")
    def forgotten() -> str:
        return "secret"

    app = FastAPI()
    app.include_router(router)
    client = TestClient(app, raise_server_exceptions=False)
    assert client.get("/forgotten").status_code >= 400


def test_the_document_is_openapi_3_1_to_be_read_without_a_key(office: Office) -> None:
    answer = office.client().get("/api/v1/openapi.json")
    document = answer.json()
    assert answer.status_code == 200
    assert document["openapi"].startswith("3.1")
    assert document["info"]["title"] == "Sawt"
    assert document == describe(office.app)
    assert all(path.startswith("/api/v1/") for path in document["paths"])


def test_every_schema_is_sound_and_every_reference_leads_somewhere(office: Office) -> None:
    document = describe(office.app)
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    for reference in _references(document):
        at: Any = document
        for step in reference.removeprefix("#/").split("/"):
            at = at[step]


def test_every_operation_is_named_once_and_described(office: Office) -> None:
    document = describe(office.app)
    names = []
    for path, item in document["paths"].items():
        for method, operation in item.items():
            names.append(operation["operationId"])
            assert operation["summary"]
            declared = {p["name"] for p in operation.get("parameters", ()) if p["in"] == "path"}
            assert declared == set(re.findall(r"\{([^}]+)\}", path)), path
            assert {"401", "403", "422", "429", "500"} <= set(operation["responses"]), (method, path)
            for status, said in operation["responses"].items():
                if int(status) >= 400:
                    assert list(said["content"]) == ["application/problem+json"], (path, status)
    assert len(names) == len(set(names))


def test_changes_of_a_case_say_that_they_need_a_version_and_take_a_key(office: Office) -> None:
    document = describe(office.app)
    changes = [path for path in document["paths"] if "post" in document["paths"][path] and "{ref}" in path]
    assert len(changes) == 7
    for path in changes:
        named = {parameter["name"] for parameter in document["paths"][path]["post"]["parameters"]}
        assert {"if-match", "idempotency-key"} <= named
        assert {"412", "428", "409", "404"} <= set(document["paths"][path]["post"]["responses"])


def test_unknown_routes_and_methods_are_problems_too(office: Office) -> None:
    client = office.client("officer@example.org")
    for answer, status in ((client.get("/api/v1/nothing"), 404), (client.delete("/api/v1/cases"), 405)):
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert client.get("/docs").status_code == client.get("/openapi.json").status_code == 404


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from _references(value)
    elif isinstance(node, list):
        for value in node:
            yield from _references(value)


def test_the_documentation_names_every_route_and_every_code(office: Office) -> None:
    root = Path(__file__).parents[2]
    page = (root / "docs/api.md").read_text(encoding="utf-8")
    for path, item in describe(office.app)["paths"].items():
        if "/content" in path:
            continue  # documented with the content
        for method in item:
            assert f"`{method.upper()} {path.removeprefix('/api/v1')}`" in page, (method, path)
    for source in (
        "bot/errors.py",
        "bot/cases.py",
        "admin_api/problems.py",
        "admin_api/signin.py",
        "admin_api/repeats.py",
    ):
        text = (root / source).read_text(encoding="utf-8")
        codes = re.findall(r'^    code = "(\w+)"', text, re.M) + re.findall(r'raise \w+\([^)]*?", "(\w+)"\)', text)
        for code in set(codes) - {"refused"}:
            assert f"`{code}`" in page, (source, code)
