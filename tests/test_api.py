"""The API as programs meet it: keys, rights, and a clear problem for every kind of bad input."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from conftest import ID_NUMBER, PASSWORD, Web
from openapi_spec_validator import validate

TICKET = {"service_id": "retirement"}
CASE: dict[str, Any] = {
    "service_id": "retirement",
    "applicant": {"kind": "person", "name": "张小三", "id_kind": "resident_id", "id_number": ID_NUMBER},
    "items": [{"ordinal": 6}],
}


def code(answer: Any) -> tuple[int, str]:
    """Status and stable code of a problem, after looking at the rest of it."""
    body = answer.get_json()
    assert answer.content_type.startswith("application/problem+json")
    assert body["status"] == answer.status_code
    assert body["title"]
    assert any("一" <= character <= "鿿" for character in body["title"]), "people read Chinese"
    return answer.status_code, body["code"]


def test_a_ticket_is_answered_at_the_commit_with_its_slip_pending(web: Web) -> None:
    answer = web.post("/tickets", "kiosk-1", TICKET)
    body = answer.get_json()
    assert (answer.status_code, body["number"], body["slip"]) == (201, "A001", {"state": "pending"})
    assert body["status_url"].endswith("/t/" + body["token"])


def test_two_taps_with_one_key_are_one_ticket_and_the_answer_is_the_same_to_the_byte(web: Web) -> None:
    first = web.post("/tickets", "kiosk-1", TICKET, key="tap-1")
    again = web.post("/tickets", "kiosk-1", TICKET, key="tap-1")
    assert again.data == first.data
    assert again.status_code == 201
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers


def test_a_key_belongs_to_its_device(web: Web) -> None:
    numbers = [
        web.post("/tickets", kiosk, TICKET, key="same").get_json()["number"]
        for kiosk in ("kiosk-1", "kiosk-2")
    ]
    assert numbers == ["A001", "A002"]


def test_a_key_is_not_used_for_another_body_and_is_needed_where_it_matters(web: Web) -> None:
    web.post("/tickets", "kiosk-1", TICKET, key="tap-1")
    assert code(web.post("/tickets", "kiosk-1", {"service_id": "hire"}, key="tap-1")) == (422, "key_reused")
    assert code(web.post("/tickets", "kiosk-1", TICKET, key=None)) == (400, "key_required")
    assert code(web.post("/tickets", "kiosk-1", TICKET, key="a b")) == (422, "invalid_key")


def test_an_error_is_not_stored_under_its_key(web: Web) -> None:
    assert code(web.post("/counters/3/call-next", "anna", key="k")) == (409, "counter_not_open")
    web.post("/counters/3/sign-on", "anna")
    web.post("/tickets", "kiosk-1", TICKET)
    assert web.post("/counters/3/call-next", "anna", key="k").get_json()["number"] == "A001"


def test_calling_when_nobody_waits_is_an_empty_answer_also_when_replayed(web: Web) -> None:
    web.post("/counters/3/sign-on", "anna")
    answers = [web.post("/counters/3/call-next", "anna", key="k") for _ in range(2)]
    assert [(answer.status_code, answer.data) for answer in answers] == [(204, b""), (204, b"")]
    assert answers[1].headers["Idempotency-Replayed"] == "true"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"{", (400, "malformed_json")),
        (b"\xff\xfe", (400, "malformed_json")),
        (b"[" * 5000 + b"]" * 5000, (422, "invalid_body")),
        (b'{"service_id": ' + b"[" * 5000 + b"]" * 5000 + b"}", (422, "invalid_body")),
        (b'{"service_id": "\\ud800"}', None),
        (b"[]", (422, "invalid_body")),
        (b"null", (422, "invalid_body")),
        (b"{}", (422, "invalid_body")),
        (b'{"service_id": 7}', (422, "invalid_body")),
        (b'{"service_id": {"$ne": 1}}', (422, "invalid_body")),
        (b'{"service_id": "hire", "number": 1}', (422, "invalid_body")),
        (b'{"service_id": "hire", "priority": true}', (422, "invalid_body")),
        (b'{"service_id": "hire", "needs": 1e309}', None),
        (b'{"service_id": "h\\u0000re"}', (404, "unknown_service")),
        (b'{"service_id": "marriage"}', (404, "unknown_service")),
        (b'{"service_id": "2.6.4"}', (409, "service_not_offered")),
        (b'{"service_id": "hire", "needs": ["wings"]}', (422, "unknown_need")),
        (b'{"service_id": "hire", "priority": {"reason_code": "x"}}', (422, "priority_needs_staff")),
        (b'{"service_id": "hire", "hand_number": "H1"}', (422, "hand_number_needs_staff")),
        (b'{"service_id": "' + b"x" * 1_100_000 + b'"}', (413, "too_large")),
    ],
)
def test_every_bad_body_is_a_clear_problem_and_takes_no_number(
    web: Web, body: bytes, expected: tuple[int, str] | None
) -> None:
    got = code(web.post("/tickets", "kiosk-1", body))
    assert got == (expected or got)
    assert got[0] < 500
    assert web.post("/tickets", "kiosk-1", TICKET).get_json()["number"] == "A001"


def test_a_wrong_field_is_named_in_the_users_words(web: Web) -> None:
    body = web.post("/cases", "anna", CASE | {"items": [{"ordinal": "six"}]}).get_json()
    assert body["errors"] == [{"field": "items[0].ordinal", "message": "应是 int，收到的是 str。"}]
    body = web.post("/cases", "anna", CASE | {"applicant": CASE["applicant"] | {"id_number": "1"}}).get_json()
    assert body["errors"][0]["field"] == "applicant.id_number"


def test_another_media_type_is_refused(web: Web) -> None:
    answer = web.client.post(
        "/api/v1/tickets",
        data=json.dumps(TICKET),
        content_type="text/plain",
        headers={"Authorization": f"Bearer {web.house.tokens['kiosk-1']}", "Idempotency-Key": "k"},
    )
    assert code(answer) == (415, "unsupported_media_type")


@pytest.mark.parametrize(
    ("method", "path", "who", "expected"),
    [
        ("POST", "/tickets", None, (401, "not_signed_in")),
        ("POST", "/tickets", "wall", (403, "forbidden")),
        ("POST", "/cases", "kiosk-1", (403, "forbidden")),
        ("POST", "/cases", "chen", (403, "forbidden")),
        ("GET", "/users", "anna", (403, "forbidden")),
        ("GET", "/overview", "anna", (403, "forbidden")),
        ("GET", "/board", None, (401, "not_signed_in")),
        ("GET", "/counters/99", "anna", (404, "unknown_counter")),
        ("GET", "/counters/99999999999999999999", "anna", (404, "unknown_counter")),
        ("POST", "/counters/99999999999999999999/finish", "anna", (404, "unknown_counter")),
        ("POST", "/session?x=1", None, (422, "unknown_parameter")),
        ("POST", "/counters/99/call-next", "anna", (404, "unknown_counter")),
        ("GET", "/counters/abc", "anna", (404, "not_found")),
        ("GET", "/cases/20260918-9999", "anna", (404, "unknown_case")),
        ("GET", "/tickets/" + "0" * 26, None, (404, "unknown_ticket")),
        ("GET", "/board?floor=9", "wall", (422, "unknown_floor")),
        ("GET", "/board?floor=x", "wall", (422, "unknown_parameter")),
        ("GET", "/tickets?limit=1000000000", "anna", (422, "unknown_parameter")),
        ("GET", "/tickets?fields=*", "anna", (422, "unknown_parameter")),
        ("GET", "/tickets?state=lost", "anna", (422, "unknown_state")),
        ("GET", "/services/marriage/outlook", None, (404, "unknown_service")),
        ("GET", "/nowhere", None, (404, "not_found")),
        ("PUT", "/tickets", "kiosk-1", (405, "method_not_allowed")),
        ("GET", "/counters/3/call-next", "anna", (405, "method_not_allowed")),
        ("POST", "/clock", "admin", (422, "invalid_body")),
    ],
)
def test_every_wrong_request_has_its_code(
    web: Web, method: str, path: str, who: str | None, expected: tuple[int, str]
) -> None:
    body: dict[str, Any] | None = {} if method in ("POST", "PUT") else None
    assert code(web.call(method, path, who, body)) == expected


def test_a_verb_in_the_wrong_state_and_without_sign_on_are_refused(web: Web) -> None:
    assert code(web.post("/counters/3/call-next", "anna")) == (409, "counter_not_open")
    web.post("/counters/3/sign-on", "anna")
    assert code(web.post("/counters/3/sign-on", "bo")) == (409, "counter_taken")
    assert code(web.post("/counters/3/call-next", "bo")) == (403, "not_signed_on")
    assert code(web.post("/counters/3/finish", "anna")) == (409, "not_at_this_counter")
    web.post("/tickets", "kiosk-1", TICKET)
    web.post("/counters/3/call", "anna", {"number": "A001"})
    assert code(web.post("/counters/3/call", "anna", {"number": "A001"})) == (409, "counter_has_ticket")
    web.post("/counters/3/finish", "anna")
    assert code(web.post("/counters/3/call", "anna", {"number": "A001"})) == (409, "not_waiting")
    assert code(web.post("/counters/3/call", "anna", {"number": "A999"})) == (404, "unknown_ticket")
    assert code(web.post("/counters/3/reopen", "anna")) == (409, "illegal_move")


def test_the_bundled_case_goes_from_the_call_to_the_result(web: Web) -> None:
    token = web.post("/tickets", "kiosk-1", TICKET).get_json()["token"]
    web.post("/counters/3/sign-on", "anna")
    web.post("/counters/3/call-next", "anna")
    case = web.post("/cases", "anna", CASE | {"ticket_token": token}).get_json()
    entry = web.get("/inbox", "chen").get_json()["items"][0]
    assert (entry["case_number"], entry["applicant"]) == (case["case_number"], "张*三")
    address = f"/cases/{case['case_number']}/items/1"
    version = web.post(f"{address}/start", "chen", {"expected": entry["version"]}).get_json()["items"][0][
        "version"
    ]
    done = web.post(f"{address}/complete", "chen", {"expected": version, "result": "granted"}).get_json()
    assert (done["state"], done["items"][0]["result"]) == ("completed", "granted")
    assert code(web.post(f"{address}/complete", "chen", {"expected": version, "result": "granted"})) == (
        409,
        "changed_meanwhile",
    )
    delivered = web.post(f"/cases/{case['case_number']}/deliver", "anna").get_json()
    assert delivered["state"] == "closed"
    assert web.get("/cases?state=closed", "anna").get_json()["items"][0]["case_number"] == case["case_number"]


def test_stored_answers_hold_no_personal_data(web: Web) -> None:
    web.post("/cases", "anna", CASE)
    stored = web.house.see(
        lambda uow: uow.presses.find(web.house.actors["anna"].principal, "POST /api/v1/cases", "k")
    )
    assert stored is None
    answer = web.post("/cases", "anna", CASE, key="k").data
    assert "张".encode() not in answer
    assert ID_NUMBER[-4:].encode() not in answer


def me_after_the_end(web: Web, token: str) -> tuple[int, str]:
    """How all processes refuse whoever has just been shut out: at once if it is one, else within a second."""
    headers, refusals = {"Authorization": f"Bearer {token}"}, list[tuple[int, str]]()
    until = time.monotonic() + (1.0 if web.processes > 1 else 0.0)
    while len(refusals) < web.processes:
        asked = time.monotonic()
        answer = web.get("/me", headers=headers)
        if answer.status_code == 200:
            assert asked < until, "let in after the end"
            refusals.clear()
        else:
            refusals.append(code(answer))
    return refusals[-1]


def test_signing_in_gives_a_token_and_signing_out_ends_it(web: Web) -> None:
    answer = web.post("/session", None, {"username": "anna", "password": PASSWORD}).get_json()
    assert answer["role"] == "clerk"
    headers = {"Authorization": f"Bearer {answer['token']}"}
    assert web.client.get("/api/v1/me", headers=headers).get_json()["username"] == "anna"
    assert web.client.delete("/api/v1/session", headers=headers).status_code == 204
    assert me_after_the_end(web, answer["token"]) == (401, "not_signed_in")


@pytest.mark.parametrize("username", ["anna", "nobody"])
def test_a_wrong_password_and_an_unknown_name_are_told_alike(web: Web, username: str) -> None:
    answer = web.post("/session", None, {"username": username, "password": "wrong"})
    assert code(answer) == (401, "wrong_password")


def test_a_disabled_account_is_out_at_once(web: Web) -> None:
    assert web.get("/me", "bo").status_code == 200
    web.call("PATCH", "/users/bo", "admin", {"disabled": True})
    assert me_after_the_end(web, web.house.tokens["bo"]) == (401, "not_signed_in")


def test_a_device_enrols_with_its_code_once(web: Web) -> None:
    made = web.post("/devices", "admin", {"name": "kiosk-9", "role": "kiosk"}).get_json()
    enrolled = web.post("/devices/enrol", None, {"code": made["code"].lower()}).get_json()
    headers = {"Authorization": f"Bearer {enrolled['token']}"}
    assert web.client.post("/api/v1/devices/heartbeat", headers=headers).get_json()["name"] == "kiosk-9"
    assert code(web.post("/devices/enrol", None, {"code": made["code"]})) == (403, "wrong_enrol_code")


def test_the_description_is_valid_and_publishes_every_code(web: Web) -> None:
    document = web.get("/openapi.json").get_json()
    validate(document)
    codes = {row["code"] for row in document["x-problem-codes"]}
    assert {"key_reused", "counter_has_ticket", "changed_meanwhile", "service_not_offered", "csrf"} <= codes
    assert "/api/v1/tickets/{token}" in document["paths"]


def test_the_catalogue_has_the_fixed_shape(web: Web) -> None:
    catalogue = web.get("/catalogue").get_json()
    assert [len(catalogue[name]) for name in ("bundles", "single_services")] == [10, 25]
    assert set(catalogue["bundles"][0]) >= {
        "id", "seq", "name", "items", "floors", "limit", "lead_offices", "cooperating_offices", "channels",
    }  # fmt: skip
    assert catalogue["bundles"][0]["items"][2]["code"] is None


def test_the_manual_clock_is_absent_from_a_hall_with_a_real_one(web: Web) -> None:
    answer = web.post("/clock", "admin", {"at": "2026-09-18T12:00:00+08:00"})
    assert answer.get_json() == {"at": "2026-09-18T04:00:00Z"}, "the test hall's clock is manual"
    assert code(web.post("/clock", "anna", {"at": "2026-09-18T12:00:00+08:00"})) == (403, "forbidden")


def test_the_board_holds_no_name_no_event_and_no_token(web: Web) -> None:
    token = web.post("/tickets", "kiosk-1", {"service_id": "unemployment"}).get_json()["token"]
    web.post("/counters/3/sign-on", "anna")
    web.post("/counters/3/call-next", "anna")
    text = web.get("/board?floor=2", "wall").get_data(as_text=True)
    assert "A001" in text
    assert not [word for word in ("unemployment", "失业", token, "Anna") if word in text]
    assert set(json.loads(text)) == {
        "epoch", "version", "at", "floor", "calls", "waiting", "soon", "counters", "notice", "lift_works",
        "seconds", "quiet_until",
    }  # fmt: skip


def test_secrets_are_told_once_and_not_stored_with_a_key(web: Web) -> None:
    made = web.post("/devices", "admin", {"name": "kiosk-9", "role": "kiosk"}, key="k").get_json()
    enrolled = web.post("/devices/enrol", None, {"code": made["code"]}, key="k").get_json()
    signed_in = web.post("/session", None, {"username": "anna", "password": PASSWORD}, key="k").get_json()
    files = [path.read_bytes() for path in web.house.folder.glob("hall.db*")]
    for secret in (made["code"], enrolled["token"], signed_in["token"]):
        assert not [content for content in files if secret.encode() in content]


def test_an_account_of_an_office_names_its_office(web: Web) -> None:
    new = {"username": "dora", "password": "long enough 1", "role": "office"}
    assert code(web.post("/users", "admin", new)) == (422, "office_missing")
    assert code(web.call("PATCH", "/users/bo", "admin", {"role": "office"})) == (422, "office_missing")


def test_nobody_locks_themselves_out(web: Web) -> None:
    assert code(web.call("PATCH", "/users/admin", "admin", {"disabled": True})) == (409, "own_account")


def test_the_clock_stays_within_years_that_dates_can_say(web: Web) -> None:
    for at in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"):
        assert code(web.post("/clock", "admin", {"at": at})) == (422, "year_out_of_range")
    assert code(web.post("/clock", "admin", {"at": "2026-09-18T10:00:00"})) == (422, "zone_missing")


def test_huge_numbers_are_refused_and_not_choked_on(web: Web) -> None:
    web.post("/counters/3/sign-on", "anna")
    web.post("/tickets", "kiosk-1", TICKET)
    web.post("/counters/3/call-next", "anna")
    for field in ("counter", "floor"):
        assert code(web.post("/counters/3/transfer", "anna", {field: 10**30})) == (422, "invalid_body")


def test_an_auditor_looks_and_does_not_touch(web: Web) -> None:
    new = {"username": "vera", "password": "long enough 1", "role": "auditor"}
    web.post("/users", "admin", new)
    token = web.post("/session", None, {"username": "vera", "password": "long enough 1"}).get_json()["token"]
    web.house.tokens["vera"] = token
    web.post("/tickets", "kiosk-1", TICKET)
    assert code(web.post("/tickets/A001/cancel", "vera")) == (403, "forbidden")


def test_a_device_is_shut_out_at_once_and_let_in_with_a_new_code(web: Web) -> None:
    assert web.get("/me", "kiosk-2").status_code == 200
    web.post("/devices/kiosk-2/revoke", "admin")
    assert me_after_the_end(web, web.house.tokens["kiosk-2"]) == (401, "not_signed_in")
    renewed = web.post("/devices/kiosk-2/code", "admin").get_json()["code"]
    token = web.post("/devices/enrol", None, {"code": renewed}).get_json()["token"]
    headers = {"Authorization": f"Bearer {token}"}
    assert web.client.get("/api/v1/me", headers=headers).get_json()["name"] == "kiosk-2"
    assert code(web.post("/devices/nobody/code", "admin")) == (404, "unknown_device")
    assert code(web.post("/devices", "admin", {"name": "x", "role": "kiosk", "floor": 9})) == (
        422,
        "unknown_floor",
    )
