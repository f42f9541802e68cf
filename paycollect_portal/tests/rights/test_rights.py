# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.tests import tagged

from odoo.addons.paycollect_fsm.tests.rights import test_calls, test_matrix

from .world import PortalWorld


@tagged("post_install", "-at_install")
class TestPortalMatrix(PortalWorld, test_matrix.TestMatrix):
    """Who may do what with the models and fields of this addon."""

    shared = set()
    elsewhere = {
        ("paycollect.check.notice", "action_bounce"): "a dialog asks for the day first",
        ("paycollect.check.notice", "action_receive"): "the same",
    }


@tagged("post_install", "-at_install")
class TestPortalCalls(PortalWorld, test_calls.TestCalls):
    """Who may call what of this addon."""

    def _get_placeholders(self):
        notice = self.records["paycollect.check.notice"]
        return super()._get_placeholders() | {
            "<int:check_id>": notice.id,
            "<int:file_id>": 0,
            "<int:order_id>": self.job.id,
            "<int:page>": 1,
        }
