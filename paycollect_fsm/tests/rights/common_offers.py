# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import ast
import csv
import re

from lxml import etree

from odoo.exceptions import AccessError, RedirectWarning, UserError
from odoo.tests import new_test_user
from odoo.tools import file_open

from .common_rights import ROLES

VIEWS = ("form", "list", "kanban", "calendar", "pivot", "graph", "search")
ADMINISTRATOR = "administrator"
STAFF = ("technician", "dispatcher", "clerk", "collector", "manager", ADMINISTRATOR)
SERVER_ACTION = re.compile(r"\b(?:record|records|model)\.(\w+)\(")


class Offers:
    """What screens offer to a role is what the table ``calls.csv`` lets it do.

    For :class:`World`. Screens are those that we add to or make: their buttons, actions
    in the gear menu, and menus.

    :cvar elsewhere: what is allowed, and offered by something that is not a view; by
        (model, method), with the reason
    """

    elsewhere = {
        ("res.company", "action_confirm_copy"): "the banner of the list of attempts",
        ("res.company", "action_confirm_original"): "the same",
        ("res.company", "action_resume_collection"): "the dialog to stop and resume",
        ("res.company", "action_stop_collection"): "the list of attempts",
        ("res.company", "get_charging_status"): "the same",
        ("res.config.settings", "action_open_collection_activation"): "a menu",
        ("account.move", "action_view_collection_jobs"): "a dispatcher starts at jobs",
        ("payment.provider", "action_foreign_retries_off"): "the same",
        ("paycollect.take.payment", "action_open"): "the screen with the outcome",
        ("paycollect.take.payment", "get_status"): "the same",
    }

    def test_a_screen_offers_to_each_role_what_it_may_do(self):
        self._add_administrator()
        table = self._read_calls()
        for role in STAFF:
            offered = self._find_offered(role)
            for row in sorted(offered & table.keys()):
                with self.subTest(f"{role} is offered {row}"):
                    self.assertTrue(self._may_call(role, row, table))
            if role == ADMINISTRATOR:
                continue
            allowed = {row for row in table if self._may_call(role, row, table)}
            with self.subTest(f"offered to {role}"):
                self.assertEqual(allowed - offered - self.elsewhere.keys(), set())

    def test_a_menu_opens_for_everyone_who_sees_it(self):
        self._add_administrator()
        menus = self._find_own("ir.ui.menu").filtered("action")
        for role in STAFF:
            user = self.users[role]
            visible = self.env["ir.ui.menu"].with_user(user)._visible_menu_ids()
            for menu in menus:
                if {
                    int(part) for part in menu.parent_path.split("/") if part
                } <= visible:
                    with self.subTest(f"{role}: {menu.complete_name}"):
                        self._open(menu.action, role)

    def _add_administrator(self):
        user = new_test_user(
            self.env,
            "the_administrator",
            groups="base.group_system,paycollect_fsm.group_manager",
        )
        self.users = {**self.users, ADMINISTRATOR: user}

    # -- what is offered ---------------------------------------------------------

    def _find_offered(self, role):
        """Return (model, method) of each button that the role can see at some time."""
        found = set()
        for view in self._find_screens():
            model = self.as_user(self.env[view.model], role)
            if model.has_access("read"):
                arch = model.get_view(view.id, view.type)["arch"]
                self._look(etree.fromstring(arch), view.model, role, found)
        return found | self._find_actions(role)

    def _find_screens(self):
        """Return the views that are ours, or that we change."""
        screens = self.env["ir.ui.view"]
        for view in self._find_own("ir.ui.view").filtered(lambda v: v.type in VIEWS):
            while view.mode == "extension":
                view = view.inherit_id
            screens |= view
        return screens

    def _find_own(self, model):
        rows = self.env["ir.model.data"].search(
            [("module", "=", self.addon), ("model", "=", model)]
        )
        return self.env[model].browse(rows.mapped("res_id"))

    def _find_actions(self, role):
        """Return (model, method) of the server actions in the role's gear menus."""
        groups = self.users[role].all_group_ids
        return {
            (action.model_id.model, name)
            for action in self._find_own("ir.actions.server")
            if action.binding_model_id
            and (not action.group_ids or action.group_ids & groups)
            for name in SERVER_ACTION.findall(action.code or "")
        }

    def _look(self, node, model, role, found):
        """Collect the buttons below a node, unless the role never sees it."""
        for name in ("invisible", "column_invisible"):
            if self._hides(node.get(name), model, role):
                return
        if node.tag == "button" and node.get("type") == "object":
            method = getattr(self.env[model], node.get("name"), None)
            with self.subTest(f"{model}.{node.get('name')} takes the button's records"):
                self.assertFalse(getattr(method, "_api_model", False))
            found.add((model, node.get("name")))
        field = None
        if node.tag == "field":
            field = self.env[model]._fields.get(node.get("name"))
        for child in node:
            inner = field.comodel_name if field and child.tag in VIEWS else model
            self._look(child, inner, role, found)

    def _hides(self, expression, model, role):
        """Whether an expression hides something from the role for any record.

        What the user may do (``may_…``) is known; the rest depends on the record.
        """
        if not expression:
            return False
        return (
            self._judge(ast.parse(f"({expression})", mode="eval").body, model, role)
            is True
        )

    def _judge(self, node, model, role):
        """Return True, False, or None if it depends on the record."""
        if isinstance(node, ast.Constant):
            return bool(node.value)
        if isinstance(node, ast.Name):
            return self._read_right(node.id, model, role)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            value = self._judge(node.operand, model, role)
            return None if value is None else not value
        if isinstance(node, ast.BoolOp):
            decides = isinstance(node.op, ast.Or)
            values = [self._judge(one, model, role) for one in node.values]
            if decides in values:
                return decides
            return None if None in values else not decides
        return None

    def _read_right(self, name, model, role):
        if not name.startswith("may_") or name not in self.env[model]._fields:
            return None
        return bool(self.as_user(self.get_record(model, role), role)[name])

    # -- what is allowed ---------------------------------------------------------

    def _read_calls(self):
        with file_open(self.get_table("calls")) as file:
            rows = {(row["model"], row["method"]): row for row in csv.DictReader(file)}
        return {row: roles for row, roles in rows.items() if row[0] != "route"}

    def _may_call(self, role, row, table):
        """Administrators aren't in the table; they try."""
        if role in ROLES:
            return table[row][role] == "a"
        model, name = row
        record = self.as_user(self.get_record(model, role), role)
        try:
            with self.env.cr.savepoint():
                getattr(record, name)()
        except AccessError:
            return False
        except (UserError, RedirectWarning):
            return True  # there was nothing to do, but they may do it
        return True

    def _open(self, action, role):
        """Read what an action shows, as the role."""
        if action._name != "ir.actions.act_window":
            return
        model = self.as_user(self.env[action.res_model], role)
        views = [(view, kind) for view, kind in action.views if kind in VIEWS]
        fields = model.get_views(views)["models"][action.res_model]["fields"]
        if model.is_transient():
            model.default_get(list(fields))
        else:
            model.search([], limit=1).read(list(fields))
