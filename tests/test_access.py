"""Who may ask: cookies with a proof, devices of the demonstration, proxies, and limits on guessing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from conftest import PASSWORD, House, Web
from flask.testing import FlaskClient

import hall

JSON = {"Content-Type": "application/json"}


@pytest.fixture
def strict(house: House) -> Iterator[Web]:
    """The application with its limits on, behind one trusted proxy."""
    settings = replace(house.settings, press_limits=True, trusted_proxies=frozenset({"10.0.0.1"}))
    app = hall.create_app(settings, house.clock)
    with app.test_client() as client:
        yield Web(app, client, house)
    app.extensions["parts"].stop()


@pytest.fixture
def demo_app(house: House) -> Iterator[FlaskClient]:
    """The application as the demonstration runs it."""
    settings = replace(house.settings, demo=True)
    tokens = {"kiosk": house.tokens["kiosk-1"], "display": house.tokens["wall"]}
    app = hall.create_app(settings, house.clock, tokens)
    with app.test_client() as client:
        yield client
    app.extensions["parts"].stop()


def sign_in(client: FlaskClient, username: str = "anna", password: str = PASSWORD, **more: Any) -> Any:
    return client.post("/sign-in", data={"username": username, "password": password, **more})


def proof(page: str) -> str:
    """The proof that a page carries for its scripts."""
    found = re.search(r'<meta name="?csrf-token"? content="([^"]+)"', page)
    assert found
    return found[1]


def test_a_sign_in_from_the_form_gives_a_cookie_that_scripts_and_other_sites_cannot_use(web: Web) -> None:
    answer = sign_in(web.client)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/counter")
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie


def test_a_cookie_alone_opens_gets_and_changes_need_the_page_s_proof(web: Web) -> None:
    sign_in(web.client)
    assert web.client.get("/api/v1/me").get_json()["username"] == "anna"
    without = web.client.post("/api/v1/counters/3/sign-on", data="{}", headers=JSON)
    assert (without.status_code, without.get_json()["code"]) == (403, "csrf")
    forged = web.client.post(
        "/api/v1/counters/3/sign-on", data="{}", headers={**JSON, "X-CSRF-Token": "x" * 32}
    )
    assert (forged.status_code, forged.get_json()["code"]) == (403, "csrf")
    token = proof(web.client.get("/counter").get_data(as_text=True))
    done = web.client.post("/api/v1/counters/3/sign-on", data="{}", headers={**JSON, "X-CSRF-Token": token})
    assert done.status_code == 200


def test_a_form_of_another_site_signs_nobody_in(web: Web) -> None:
    answer = web.client.post(
        "/sign-in", data={"username": "anna", "password": PASSWORD}, headers={"Origin": "http://evil.example"}
    )
    assert answer.status_code == 403
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    "target", ["//evil.example", "/\\evil.example", "https:evil", "http://evil.example/"]
)
def test_after_signing_in_nobody_is_led_to_another_site(web: Web, target: str) -> None:
    assert sign_in(web.client, next=target).headers["Location"] == "/counter"


def test_staff_see_only_the_pages_of_their_role(web: Web) -> None:
    sign_in(web.client)
    page = web.client.get("/manage")
    assert page.status_code == 200
    assert "请换一个账号登录" in page.get_data(as_text=True)


def test_the_demonstration_gives_its_devices_to_browsers_of_this_machine_only(demo_app: FlaskClient) -> None:
    here = demo_app.get("/kiosk")
    assert "hall_kiosk=" in here.headers["Set-Cookie"]
    demo_app.delete_cookie("hall_kiosk")
    away = demo_app.get("/kiosk", environ_base={"REMOTE_ADDR": "192.168.1.7"})
    assert "登记码" in away.get_data(as_text=True)
    forwarded = demo_app.get("/kiosk", headers={"X-Forwarded-For": "127.0.0.1"})
    assert "登记码" in forwarded.get_data(as_text=True)
    renamed = demo_app.get("/kiosk", headers={"Host": "evil.example"})
    assert "登记码" in renamed.get_data(as_text=True)


def test_outside_the_demonstration_a_device_page_asks_for_a_code_and_keeps_the_token(web: Web) -> None:
    assert "登记码" in web.client.get("/kiosk").get_data(as_text=True)
    made = web.post("/devices", "admin", {"name": "kiosk-9", "role": "kiosk", "floor": 1}).get_json()
    wrong = web.client.post("/enrol", data={"code": "AAAAAAAAAA", "next": "/kiosk"})
    assert wrong.status_code == 403
    enrolled = web.client.post("/enrol", data={"code": made["code"], "next": "/kiosk"})
    assert (enrolled.status_code, enrolled.headers["Location"]) == (303, "/kiosk")
    assert proof(web.client.get("/kiosk").get_data(as_text=True))


def test_what_a_stranger_says_of_being_forwarded_is_not_believed(strict: Web) -> None:
    seen = strict.client.get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"})
    assert seen.status_code == 404
    by_proxy = strict.client.get(
        "/metrics", headers={"X-Forwarded-For": "127.0.0.1"}, environ_base={"REMOTE_ADDR": "10.0.0.1"}
    )
    assert by_proxy.status_code == 404, "forwarded requests are never loopback"
    assert strict.client.get("/metrics").status_code == 200


def test_the_eleventh_wrong_password_is_too_many_for_this_address_only(strict: Web) -> None:
    body = {"username": "anna", "password": "wrong"}
    for _ in range(10):
        assert strict.post("/session", None, body).status_code == 401
    refused = strict.post("/session", None, body)
    assert (refused.status_code, refused.get_json()["code"]) == (429, "too_many_presses")
    assert int(refused.headers["Retry-After"]) > 0
    elsewhere = {"username": "anna", "password": PASSWORD}
    answer = strict.post("/session", None, elsewhere, environ_base={"REMOTE_ADDR": "10.9.9.9"})
    assert answer.status_code == 200


def test_a_kiosk_gives_twenty_numbers_a_minute_and_the_next_kiosk_goes_on(strict: Web) -> None:
    statuses = [strict.post("/tickets", "kiosk-1", {"service_id": "advice"}).status_code for _ in range(21)]
    assert statuses == [201] * 20 + [429]
    assert strict.post("/tickets", "kiosk-2", {"service_id": "advice"}).status_code == 201


def test_guessing_codes_is_limited_and_whoever_has_a_right_one_is_not_kept_out(strict: Web) -> None:
    good = strict.post("/tickets", "kiosk-1", {"service_id": "advice"}).get_json()["token"]
    answers = [strict.get(f"/tickets/{n:026d}".replace("o", "0")) for n in range(201)]
    assert [answer.status_code for answer in answers] == [404] * 200 + [429]
    assert len({answer.data for answer in answers[:200]}) == 1
    assert strict.get(f"/tickets/{good}").status_code == 200


@pytest.mark.parametrize(
    "path", ["/nowhere", "/.git/HEAD", "/console", "/static/..%2fsettings.py", "/t/short"]
)
def test_what_is_not_there_is_a_calm_page(web: Web, path: str) -> None:
    answer = web.client.get(path)
    assert answer.status_code == 404
    assert "Traceback" not in answer.get_data(as_text=True)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_the_bare_address_leads_to_every_screen(web: Web) -> None:
    page = web.client.get("/")
    assert page.status_code == 200
    for path in re.findall(r'class="button door-way" href="([^"]+)"', page.get_data(as_text=True)):
        assert web.client.get(path).status_code == 200


def test_a_stale_token_does_not_keep_anybody_from_signing_in_again(web: Web) -> None:
    body = {"username": "anna", "password": PASSWORD}
    answer = web.post("/session", None, body, headers={"Authorization": "Bearer s.gone"})
    assert answer.status_code == 200


def test_whoever_holds_a_ticket_gives_it_up_also_in_a_browser_where_staff_signed_in(web: Web) -> None:
    token = web.post("/tickets", "kiosk-1", {"service_id": "advice"}).get_json()["token"]
    sign_in(web.client)
    answer = web.client.post(f"/api/v1/tickets/{token}/cancel", data="{}", headers=JSON)
    assert (answer.status_code, answer.get_json()["state"]) == (200, "cancelled")
