# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.tests import tagged

from odoo.addons.paycollect_fsm.tests.rights import test_calls, test_matrix

from .world import DunningWorld


@tagged("post_install", "-at_install")
class TestDunningMatrix(DunningWorld, test_matrix.TestMatrix):
    """Who may do what with the models and fields of this addon."""

    shared = set()
    elsewhere = {
        ("res.company", "action_resume_dunning"): "the list of cases",
        ("res.company", "action_stop_dunning"): "the same",
        ("paycollect.forecast", "action_open"): "the menu",
    }


@tagged("post_install", "-at_install")
class TestDunningCalls(DunningWorld, test_calls.TestCalls):
    """Who may call what of this addon."""
