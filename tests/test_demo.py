"""The demonstration as a process: one line for scripts, no trace afterwards, one clear line on trouble."""

from __future__ import annotations

import socket
import subprocess
import sys
import uuid
from pathlib import Path

import httpx
import psutil
import pytest
from conftest import Demo, start_demo, stop_demo

import hall

ROOT = Path(hall.__file__).parent


def run(
    *words: str, environ: dict[str, str] | None = None, cwd: Path = ROOT
) -> subprocess.CompletedProcess[str]:
    """Run a command of ``hall`` to its end."""
    return subprocess.run(
        [sys.executable, str(ROOT / "hall.py"), *words],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=environ,
    )


def test_the_line_names_accounts_and_devices_of_every_role(demo: Demo) -> None:
    assert set(demo.line) == {"base_url", "data_dir", "limits", "accounts", "devices"}
    clerks = [account for account in demo.accounts if account["role"] == "clerk"]
    assert [clerk["counter"] for clerk in clerks] == list(range(1, 13))
    assert len({account["office"] for account in demo.accounts if account.get("office")}) == 13
    assert {device["role"] for device in demo.devices} == {"kiosk", "display", "sign", "agent", "monitor"}
    assert {"guide", "duty_manager", "administrator", "auditor"} <= {
        account["role"] for account in demo.accounts
    }


@pytest.mark.one_process("about the data that it makes and removes itself")
def test_ctrl_c_ends_it_at_once_and_leaves_no_process_and_no_data() -> None:
    demo = start_demo("--clerks", "2", "--kiosks", "1")
    children = psutil.Process(demo.process.pid).children(recursive=True)
    assert stop_demo(demo) == 0
    assert not [child for child in children if child.is_running()]
    assert not Path(demo.line["data_dir"]).exists()


def test_a_taken_port_is_one_clear_line() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = run("demo", "--port", str(port))
    assert result.returncode == 1
    assert result.stdout == ""
    assert result.stderr.strip() == f"端口 {port} 已被占用，请关掉占用它的程序，或用 --port 换一个。"


@pytest.mark.sqlite_file
def test_a_second_server_on_the_same_data_refuses_and_says_why(tmp_path: Path) -> None:
    folder = tmp_path / "hall"
    first = start_demo("--clerks", "1", "--kiosks", "1", "--data-dir", str(folder))
    try:
        result = run("demo", "--port", "0", "--data-dir", str(folder))
    finally:
        stop_demo(first)
    assert result.returncode == 1
    assert "另一个服务正在使用" in result.stderr


def test_the_manual_clock_moves_only_when_the_administrator_moves_it() -> None:
    at = "2026-09-18T10:00:00+08:00"
    demo = start_demo("--clerks", "1", "--kiosks", "1", "--clock", "manual", "--at", at)
    try:
        with httpx.Client(base_url=f"{demo.base_url}/api/v1") as client:
            kiosk = {"Authorization": f"Bearer {demo.token('kiosk')}"}
            taken = client.post(
                "/tickets",
                json={"service_id": "advice"},
                headers=kiosk | {"Idempotency-Key": uuid.uuid4().hex},
            ).json()
            assert taken["issued_at"] == "2026-09-18T02:00:00Z"
            account = demo.account(role="administrator")
            credentials = {name: account[name] for name in ("username", "password")}
            token = client.post("/session", json=credentials).json()["token"]
            admin = {"Authorization": f"Bearer {token}"}
            for part in demo.processes:
                moved = httpx.post(
                    f"{part.base_url}/api/v1/clock", json={"at": "2026-09-19T08:00:00+08:00"}, headers=admin
                )
                assert moved.json() == {"at": "2026-09-19T00:00:00Z"}
            again = client.post(
                "/tickets",
                json={"service_id": "advice"},
                headers=kiosk | {"Idempotency-Key": uuid.uuid4().hex},
            ).json()
            assert (again["number"], again["service_day"]) == ("Q001", "2026-09-19")
    finally:
        stop_demo(demo)


def test_wrong_settings_are_all_named_at_once(tmp_path: Path) -> None:
    environ = {
        "HALL_BASE_URL": "hall.example",
        "HALL_PORT": "many",
        "HALL_PHONE_REACHABLE": "perhaps",
        "HALL_COLOUR": "green",
        "HALL_DATA_DIR": str(tmp_path),
    }
    result = run("serve", environ=environ, cwd=tmp_path)
    assert result.returncode == 1
    for name in ("HALL_BASE_URL", "HALL_PORT", "HALL_PHONE_REACHABLE", "HALL_COLOUR"):
        assert name in result.stderr
    assert "Traceback" not in result.stderr


def test_a_real_hall_is_founded_checked_and_refused_without_founding(tmp_path: Path) -> None:
    environ = {"HALL_DATA_DIR": str(tmp_path / "data")}
    assert "hall init" in run("serve", environ=environ, cwd=tmp_path).stderr
    assert run("init", environ=environ, cwd=tmp_path).returncode == 0
    checked = run("check", environ=environ, cwd=tmp_path)
    assert "配置 1 号" in checked.stdout
    assert checked.returncode == 1, "the printers as shipped are virtual"
    assert "台打印机现在打不出纸" in checked.stderr
    made = run("device", "add", "kiosk-1", "--role", "kiosk", environ=environ, cwd=tmp_path)
    assert "登记码" in made.stdout
    assert (
        "没有这个楼层"
        in run(
            "device", "add", "wall-9", "--role", "display", "--floor", "9", environ=environ, cwd=tmp_path
        ).stderr
    )
    assert "登记码" in run("device", "code", "kiosk-1", environ=environ, cwd=tmp_path).stdout
    assert "kiosk-1" in run("device", "list", environ=environ, cwd=tmp_path).stdout


def test_check_asks_the_printers_and_a_wrong_kind_is_named_at_the_start(tmp_path: Path) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{closed.getsockname()[1]}"
        environ = {"HALL_DATA_DIR": str(tmp_path / "data"), "HALL_PRINTER": address}
        run("init", environ=environ, cwd=tmp_path)
        checked = run("check", environ=environ, cwd=tmp_path)
    assert checked.returncode == 1
    assert "连不上" in checked.stdout
    wrong = run("serve", environ=environ | {"HALL_PRINTER": "pigeon:post"}, cwd=tmp_path)
    assert wrong.returncode == 1
    assert "打印机地址不对" in wrong.stderr


def test_a_changed_folder_comes_into_force_under_the_next_number(tmp_path: Path) -> None:
    environ = {"HALL_DATA_DIR": str(tmp_path / "data")}
    run("init", environ=environ, cwd=tmp_path)
    folder = tmp_path / "seed"
    folder.mkdir()
    site = (ROOT / "shared/seed/site.toml").read_text(encoding="utf-8")
    (folder / "site.toml").write_text(
        site.replace("白银区人社局办事大厅", "白银区政务大厅"), encoding="utf-8"
    )
    assert "配置 2 号已生效" in run("init", "--seed", str(folder), environ=environ, cwd=tmp_path).stdout
    assert "配置没有变" in run("init", "--seed", str(folder), environ=environ, cwd=tmp_path).stdout
    (folder / "site.toml").write_text(site + "\n[[counters]]\nnumber = 1\n", encoding="utf-8")
    damaged = run("init", "--seed", str(folder), environ=environ, cwd=tmp_path)
    assert damaged.returncode == 1
    assert "site.toml:" in damaged.stderr


@pytest.mark.parametrize("path", ["/kiosk", "/counter", "/office", "/manage", "/display", "/display?floor=2",
                                  "/display/counter/3", "/hardware/printer"])  # fmt: skip
def test_every_page_ends_in_200_for_a_plain_get_without_cookies(demo: Demo, path: str) -> None:
    answer = httpx.get(f"{demo.base_url}{path}", follow_redirects=True)
    assert answer.status_code == 200
    assert "text/html" in answer.headers["content-type"]
    assert "default-src 'self'" in answer.headers["content-security-policy"]
