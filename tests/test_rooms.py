# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The script that enforces the order of an addon's rooms."""

import doctest

import pytest
from paycollect_setup import paths, rooms

LOW = """
class Invoice(models.Model):
    _inherit = "account.move"

    def _notify_customer(self):
        pass

    def _charge(self):
        {line}
"""
HIGH = """
class Invoice(models.Model):
    _inherit = "account.move"

    receipt_sent_at = fields.Datetime()

    def write(self, vals):
        return super().write(vals)

    def _notify_customer(self):
        self._send_receipt()
        return super()._notify_customer()

    def _send_receipt(self):
        self._charge()
"""


@pytest.fixture
def make_addon(tmp_path):
    def make(line, imported=""):
        for room in ("charge", "message"):
            (tmp_path / "models" / room).mkdir(parents=True)
        (tmp_path / "rules").mkdir()
        models = tmp_path / "models"
        (models / "__init__.py").write_text(
            "from . import charge\nfrom . import message\n"
        )
        low = f"{imported}\n{LOW.format(line=line)}"
        (models / "charge" / "account_move.py").write_text(low)
        (models / "message" / "account_move.py").write_text(HIGH)
        return tmp_path

    return make


def test_the_doctests_hold():
    assert not doctest.testmod(rooms).failed


@pytest.mark.parametrize(
    "line",
    [
        "self._send_receipt()",
        "self.receipt_sent_at = False",
        'self.search([("receipt_sent_at", "=", False)])',
        'self.write({"receipt_sent_at": False})',
    ],
)
def test_a_lower_room_does_not_name_what_a_higher_one_defines(make_addon, line):
    [fault] = rooms.check(make_addon(line))
    assert "belongs to message" in fault


def test_a_lower_room_does_not_import_a_higher_one(make_addon):
    addon = make_addon("pass", "from ..message import account_move")
    assert any("imports message" in fault for fault in rooms.check(addon))


@pytest.mark.parametrize("line", ["self._notify_customer()", "self.write({})"])
def test_a_hook_and_what_odoo_has_are_free(make_addon, line):
    assert rooms.check(make_addon(line)) == []


@pytest.mark.parametrize("addon", paths.addons(), ids=lambda addon: addon.name)
def test_our_rooms_are_in_order(addon):
    assert rooms.check(addon) == []
