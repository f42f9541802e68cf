# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The client for tests: starts the stand-in as a process and calls its control."""

import json
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

SECRET_KEY = "sk_test_stand_in"
WEBHOOK_SECRET = "whsec_stand_in"


class ControlError(Exception):
    """The stand-in could not do what the test requested."""


class Client:
    """Every control is a method: `client.store_card(outcome="insufficient_funds")`.

    See :class:`stripe_stand_in.control.Control` for all of them.
    """

    def __init__(self, url):
        self.url = url

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)

        def call(**arguments):
            request = urllib.request.Request(
                f"{self.url}/_control/{name}",
                data=json.dumps(arguments).encode(),
                headers={"Content-Type": "application/json"},
            )
            try:
                with urllib.request.urlopen(request, timeout=300) as answer:
                    return json.load(answer)["result"]
            except urllib.error.HTTPError as error:
                raise ControlError(json.load(error)["error"]) from None

        return call

    # Common queries

    def lines(self, event=None, **values):
        """Return ledger lines: captured, authorized, voided, refunded, returned, …"""
        return [
            line
            for line in self.ledger()
            if event in (None, line["event"])
            and all(line[field] == value for field, value in values.items())
        ]

    def captured(self, **values):
        """Return the captured amount, in minor units, by `customer`, `reference`, …"""
        return sum(line["amount"] for line in self.lines("captured", **values))

    def kept(self, **values):
        """Return the captured amount less refunds and returns."""
        signs = {
            "captured": 1,
            "refunded": -1,
            "refund failed": 1,
            "returned": -1,
            "reinstated": 1,
        }
        return sum(
            signs.get(line["event"], 0) * line["amount"]
            for line in self.lines(**values)
        )

    def charges_asked(self, **values):
        """Return the charge requests, including repeats."""
        return [
            line
            for line in self.requests()
            if line["method"] == "POST"
            and line["path"] == "/v1/payment_intents"
            and all(line[field] == value for field, value in values.items())
        ]

    def intents(self, **values):
        """Return payment intents, newest first."""
        return [
            intent
            for intent in self.objects(kind="payment_intent")
            if all(intent[field] == value for field, value in values.items())
        ]


class Process(Client):
    """The stand-in as a separate process, which outlives the Odoo under test."""

    def __init__(self, port=0, state_dir=None):
        command = [sys.executable, "-m", "stripe_stand_in", "--port", str(port)]
        if state_dir:
            command += ["--state-dir", str(state_dir)]
        self._process = subprocess.Popen(
            command,
            cwd=Path(__file__).parents[1],
            stdin=subprocess.PIPE,  # it stops when this closes, along with its parent
            stdout=subprocess.PIPE,
            text=True,
        )
        line = self._process.stdout.readline()
        if not line:
            raise ControlError("the stand-in did not start")
        super().__init__(line.strip())

    def stop(self):
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(60)

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self.stop()
