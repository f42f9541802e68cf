# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The connection to the provider: workers can be paused and requests watched there.

Both Odoo's own requests and the SDK's use ``requests``' transport adapter. Connection
faults are simulated by the stand-in (see provider.py).
"""

from unittest.mock import patch

from requests.adapters import HTTPAdapter


def watch(base_url, interrupts, look):
    """Interrupt workers before requests and after responses.

    :param look: called with each request, before any interruption
    """
    send = HTTPAdapter.send

    def watched(adapter, request, **options):
        if not request.url.startswith(base_url):
            return send(adapter, request, **options)
        look(request)
        interrupts.reach("request")
        answer = send(adapter, request, **options)
        interrupts.reach("answered")
        return answer

    patch.object(HTTPAdapter, "send", watched).start()
