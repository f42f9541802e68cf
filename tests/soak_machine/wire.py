# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The line to the provider: a worker can be stopped there, and somebody looks on.

Both Odoo's own requests and the SDK's pass ``requests``' transport adapter. What can
go wrong on the line itself is the stand-in's to play (see provider.py).
"""

from unittest.mock import patch

from requests.adapters import HTTPAdapter


def watch(base_url, interrupts, look):
    """Interrupt workers before requests and after answers.

    :param look: called with each request just before it leaves
    """
    send = HTTPAdapter.send

    def watched(adapter, request, **options):
        if not request.url.startswith(base_url):
            return send(adapter, request, **options)
        interrupts.reach("request")
        look(request)
        answer = send(adapter, request, **options)
        interrupts.reach("answered")
        return answer

    patch.object(HTTPAdapter, "send", watched).start()
