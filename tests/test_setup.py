# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The basis of the end-to-end tests: a real server, its emails, jobs and pages."""

import subprocess

import pytest
from paycollect_setup import configuration, databases
from paycollect_setup.client import RpcError
from paycollect_setup.waiting import wait_equal

SEND_MAIL = """
mail = env["mail.mail"].create({
    "subject": subject, "email_to": "jane@example.com", "email_from": "us@example.com",
    "body_html": "<p>See <a href='http://localhost/a?b=1&amp;c=2'>this</a></p>",
})
mail.with_delay().send()
result = mail.id
"""


def test_a_server_runs_jobs_and_its_mails_are_caught(server):
    assert server.run(SEND_MAIL, subject="Hello Jane")
    mail = server.wait_mail(to="jane@example.com", subject="Hello")
    assert "See" in mail.html and mail.links == ["http://localhost/a?b=1&c=2"]
    wait_equal(
        lambda: server.sql("SELECT state FROM queue_job"),
        [{"state": "done"}],
        "the jobs",
    )


def test_a_killed_server_starts_again_on_its_data(make_server):
    server = make_server()
    call = server.rpc("admin", "admin")
    partner = call("res.partner", "create", [{"name": "Kept"}])
    server.kill()
    assert not server.alive
    server.start()
    assert server.sql("SELECT name FROM res_partner WHERE id = %s", [partner])
    with pytest.raises(RpcError, match="Invalid field 'nonsense'"):
        server.rpc("admin", "admin")("res.partner", "create", [{"nonsense": 1}])


def test_odoo_db_takes_our_configuration(lab):
    database = lab.make_database()
    command = configuration.odoo(lab.conf(database), "db", "drop", database)
    subprocess.run(command, check=True, capture_output=True)
    assert not databases.exists(database)


def test_a_server_cannot_leave_this_machine(make_server):
    code = "import requests\nrequests.get('http://192.0.2.1/', timeout=5)"
    server = make_server()
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
