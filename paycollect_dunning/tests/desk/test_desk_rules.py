# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import doctest

from odoo.tests import BaseCase, tagged

from ...rules import consequence, desk, timeline


@tagged("post_install", "-at_install")
class TestDeskRules(BaseCase):
    def test_the_doctests_hold(self):
        for module in (consequence, desk, timeline):
            result = doctest.testmod(module)
            self.assertTrue(result.attempted)
            self.assertFalse(result.failed)
