# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The basis of the end-to-end tests: a real server, its emails, jobs and pages."""

import os
import subprocess

import pytest
from paycollect_setup import configuration, databases, postgres
from paycollect_setup.client import RpcError
from paycollect_setup.lab import PREFIX
from paycollect_setup.waiting import wait_equal

SEND_MAIL = """
mail = env["mail.mail"].create({
    "subject": subject, "email_to": "jane@example.com", "email_from": "us@example.com",
    "body_html": "<p>See <a href='http://localhost/a?b=1&amp;c=2'>this</a></p>",
})
mail.with_delay().send()
result = mail.id
"""


@pytest.fixture(scope="module")
def server(module_lab):
    return module_lab.make_server()


def test_a_server_runs_jobs_and_its_mails_are_caught(server):
    assert server.run(SEND_MAIL, subject="Hello Jane")
    mail = server.wait_mail(to="jane@example.com", subject="Hello")
    assert "See" in mail.html and mail.links == ["http://localhost/a?b=1&c=2"]
    wait_equal(
        lambda: server.sql("SELECT state FROM queue_job"),
        [{"state": "done"}],
        "the jobs",
    )


def test_a_killed_server_starts_again_on_its_data(server):
    call = server.rpc("admin", "admin")
    partner = call("res.partner", "create", [{"name": "Kept"}])
    server.kill()
    assert not server.alive
    server.start()
    assert server.sql("SELECT name FROM res_partner WHERE id = %s", [partner])
    with pytest.raises(RpcError, match="Invalid field 'nonsense'"):
        server.rpc("admin", "admin")("res.partner", "create", [{"nonsense": 1}])


def test_odoo_db_takes_our_configuration(tmp_path):
    database = f"{PREFIX}_{os.getpid()}_empty"
    postgres.psql("postgres", f'CREATE DATABASE "{database}"')
    conf = configuration.write(tmp_path / "odoo.conf", db_name=database)
    command = configuration.odoo(conf, "db", "drop", database)
    subprocess.run(command, check=True, capture_output=True)
    assert not databases.exists(database)


def test_a_server_cannot_leave_this_machine(server):
    code = "import requests\nrequests.get('http://192.0.2.1/', timeout=5)"
    with pytest.raises(Exception, match="tests cannot reach the network"):
        server.run(code)
    assert server.take_blocked() == ["socket.getaddrinfo to 192.0.2.1"]


def test_pages_open_on_desktop_and_phone(server, desktop, phone):
    page = desktop(server, "admin")
    page.open("/odoo")
    page.get_by_text("Starred messages").wait_for()
    assert page.console_errors == []
    assert page.shot("setup-desktop").is_file()
    page = phone(server)
    page.open("/web/login")
    page.wait_for_selector("input[name=login]")
    assert page.evaluate("innerWidth") == 360
    assert page.console_errors == []
