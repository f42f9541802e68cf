# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The demo's inbox shows what would have left the machine."""

import http.server
import threading

import pytest
import requests
from paycollect_setup.inbox import SMS_PATH, Handler, Inbox


@pytest.fixture
def url(tmp_path):
    handler = type("OwnHandler", (Handler,), {"inbox": Inbox(tmp_path)})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_text_message_is_looked_at_like_an_email_and_its_link_opens(url):
    text = {
        "content": "Receipt: https://example.com/pay/1?a=1&b=2",
        "numbers": [{"uuid": "u1", "number": "+15125550121"}],
    }
    answer = requests.post(
        f"{url}{SMS_PATH}",
        json={"id": 7, "params": {"messages": [text]}},
        timeout=5,
    ).json()
    assert answer["result"] == [{"uuid": "u1", "state": "success"}]
    page = requests.get(url, timeout=5).text
    assert "+15125550121" in page
    name = page.split('class="mail" href="/')[1].split('"')[0]
    message = requests.get(f"{url}/{name}", timeout=5).text
    assert 'href="https://example.com/pay/1?a=1&amp;b=2"' in message


def test_nothing_else_can_be_posted(url):
    assert (
        requests.post(f"{url}/api/sms/1/account", json={}, timeout=5).status_code == 404
    )
