# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import csv
import inspect
import threading

from odoo.exceptions import AccessError, UserError
from odoo.service.model import call_kw, get_public_method
from odoo.tests import HttpCase, JsonRpcException, tagged
from odoo.tools import file_open, mute_logger

from .common_rights import ROLES
from .world import World

NOBODY = "nobody"
CALLERS = (NOBODY, *ROLES)
ALLOWED, REFUSED, NOT_FOUND = "a", "r", "n"
ANSWERS = {
    "odoo.exceptions.AccessError": REFUSED,
    "odoo.http.SessionExpiredException": REFUSED,
    "odoo.exceptions.MissingError": NOT_FOUND,
    # There was nothing to do, but the role may do it.
    "odoo.exceptions.UserError": ALLOWED,
    "odoo.exceptions.ValidationError": ALLOWED,
    "odoo.exceptions.RedirectWarning": ALLOWED,
}
STATUSES = {200: ALLOWED, 303: ALLOWED, 403: REFUSED, 404: NOT_FOUND}


@tagged("post_install", "-at_install")
class TestCalls(World, HttpCase):
    """Who may call what over HTTP: the registry and the table ``calls.csv`` agree.

    Rows: each public method of ours, which includes the buttons of forms, lists and
    dialogs, and each route. ``a``: allowed, ``r``: refused, ``n``: not found. A call is
    about a record of the first company, and is undone afterward. Each of our addons has
    its own table.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.ref("payment.payment_provider_stripe").write(
            {
                "stripe_publishable_key": "pk_test_1",
                "stripe_secret_key": "sk_test_1",
                "stripe_webhook_secret": "whsec_1",
                "company_id": cls.company.id,
                "state": "test",
            }
        )

    def set_scene(self):
        super().set_scene()
        url = self.env["paycollect.link"]._issue(self.customer, "method", self.company)
        self.token = url.rsplit("/", 1)[1]
        models = {model for model, _name in self._find_methods()}
        for role in ROLES:
            for model in models:
                self.get_record(model, role)
        self.env.flush_all()

    def test_the_table_says_who_may_call_what(self):
        expected = self._read_table()
        methods, routes = self._find_methods(), self._find_routes()
        found = {row: {} for row in [*methods, *(("route", name) for name in routes)]}
        with mute_logger("odoo.http", "odoo.addons.base.models.ir_rule"):
            for role in CALLERS:
                self._log_in(role)
                for row in methods:
                    found[row][role] = self._call(role, *row)
                for name, rule in routes.items():
                    found["route", name][role] = self._visit(rule)
        for row in sorted(expected.keys() | found.keys()):
            with self.subTest(row):
                self.assertEqual(
                    self._format(row, expected), self._format(row, found), self.addon
                )

    def test_what_the_table_of_fields_forbids_is_refused(self):
        with mute_logger("odoo.http", "odoo.addons.base.models.ir_rule"):
            for role in CALLERS:
                self._log_in(role)
                for model, name, send in self._find_ways(self._find_forbidden(role)):
                    record = self.get_record(
                        model, role if role in ROLES else "manager"
                    )
                    value = self._get_value(record, name)
                    with self.undone():
                        error = send(role, model, "write", [record.ids, value])
                    with self.subTest(f"{role}: {model}.{name}"):
                        self.assertIn(error, ANSWERS)

    def test_what_the_table_of_fields_forbids_is_not_created(self):
        with mute_logger("odoo.http", "odoo.addons.base.models.ir_rule"):
            for role in CALLERS:
                self._log_in(role)
                uncreatable = self._find_uncreatable(role)
                for model, name, send in self._find_ways(uncreatable):
                    with self.undone():
                        vals = self._prepare_new(model, name)
                        error = send(role, model, "create", [vals])
                    with self.subTest(f"{role}: {model}.{name}"):
                        self.assertEqual(ANSWERS.get(error, error), REFUSED)

    # -- calls -------------------------------------------------------------------

    def _log_in(self, role):
        login = None if role == NOBODY else self.users[role].login
        self.authenticate(login, login)

    def _get_own(self, model, role):
        """Return a record; visitors without a login try the manager's dialogs."""
        return self.get_record(model, "manager" if role == NOBODY else role)

    def _call(self, role, model, name):
        """Call a method, undo what it did, and return the answer's letter."""
        record = self._get_own(model, role)
        method = getattr(self.env[model], name)
        # Reports have no row that is certain to exist.
        args = [] if getattr(method, "_api_model", False) else [record.ids or [1]]
        with self.undone():
            error = self._request(role, model, name, args)
        return ANSWERS.get(error, error) if error else ALLOWED

    def _request(self, role, model, name, args):
        """Return the name of the error, or None."""
        companies = self.users[role].company_ids.ids if role in ROLES else []
        try:
            self.make_jsonrpc_request(
                f"/web/dataset/call_kw/{model}/{name}",
                {
                    "model": model,
                    "method": name,
                    "args": args,
                    "kwargs": {"context": {"allowed_company_ids": companies}},
                },
            )
        except JsonRpcException as error:
            return str(error)
        return None

    def _find_ways(self, rows):
        """Yield the rows with a way to send them: a model's first one over HTTP.

        The others of a model call the same method directly, which takes a tenth of it.
        """
        seen = set()
        for model, name in rows:
            yield model, name, self._call_directly if model in seen else self._request
            seen.add(model)

    def _call_directly(self, role, model, name, args):
        """Return the name of the error, or None."""
        try:
            call_kw(self.as_user(self.env[model], role), name, args, {})
        except UserError as error:
            return f"odoo.exceptions.{type(error).__name__}"
        return None

    def _visit(self, rule):
        url = rule.rule
        for placeholder, value in self._get_placeholders().items():
            url = url.replace(placeholder, str(value))
        routing = rule.endpoint.routing
        with self.undone():
            if routing["type"] == "jsonrpc":
                try:
                    self.make_jsonrpc_request(url, {})
                except JsonRpcException as error:
                    return ANSWERS.get(str(error), str(error))
                return ALLOWED
            data = b"{}" if "POST" in (routing.get("methods") or ()) else None
            response = self.url_open(url, data=data, allow_redirects=False, timeout=60)
        return STATUSES.get(response.status_code, str(response.status_code))

    def _get_placeholders(self):
        """Hook: return ``{placeholder of a route: value}``."""
        return {"<string:token>": self.token, "<int:order_id>": self.order.id}

    def undone(self):
        return Undone(self.env)

    # -- the registry ------------------------------------------------------------

    def _find_methods(self):
        """Return (model, method) for what remote calls reach and we defined."""
        rows = []
        for model in self.env.values():
            if model._abstract:
                continue
            classes = [cls for cls in type(model).__mro__ if self._is_our_class(cls)]
            for name in {name for cls in classes for name in vars(cls)}:
                if self._is_ours(type(model), name) and self._is_public(model, name):
                    rows.append((model._name, name))
        return sorted(rows)

    def _is_ours(self, cls, name):
        """Whether we defined it first: what Odoo has, Odoo protects."""
        owners = [owner for owner in cls.__mro__ if name in vars(owner)]
        return self._is_our_class(owners[-1])

    def _is_our_class(self, cls):
        return cls.__module__.startswith(f"odoo.addons.{self.addon}.")

    def _is_public(self, model, name):
        if not inspect.isroutine(getattr(type(model), name)):
            return False
        try:
            get_public_method(model, name)
        except (AccessError, AttributeError):
            return False
        return True

    def _find_routes(self):
        """Return {url: rule} of the routes that we add or extend."""
        threading.current_thread().dbname = self.env.registry.db_name
        return {
            rule.rule: rule
            for rule in self.env["ir.http"].routing_map().iter_rules()
            if any(
                rule.endpoint.func.__name__ in vars(cls) and self._is_our_class(cls)
                for cls in type(rule.endpoint.func.__self__).__mro__
            )
        }

    # -- the tables --------------------------------------------------------------

    def _read_table(self):
        with file_open(self.get_table("calls")) as file:
            return {
                (row.pop("model"), row.pop("method")): row
                for row in csv.DictReader(file)
            }

    def _find_forbidden(self, role):
        """Return what the table of fields lets the role not write.

        One field is enough of a model that the role may not write at all.
        """
        with file_open(self.get_table("rights")) as file:
            rows = [
                (row["model"], row["field"])
                for row in csv.DictReader(file)
                if "w" not in row.get(role, "") and self.env[row["model"]]._auto
            ]
        first = dict(reversed(rows))
        return [
            (model, name)
            for model, name in rows
            if name == first[model] or self._may_write(model, role)
        ]

    def _find_uncreatable(self, role):
        """Return what the table doesn't let the role create a record with.

        A row without a field is about any record; one is enough of a model that the
        role may not create at all.
        """
        found = {}
        with file_open(self.get_table("rights")) as file:
            for row in csv.DictReader(file):
                model, name = row["model"], row["field"]
                allowed = ("w" if name else "c") in row.get(role, "")
                if allowed or not self.env[model]._auto:
                    continue
                if not self._may_create(model, name, role):
                    found.setdefault(model, []).append(name)
        return [
            (model, name)
            for model, names in found.items()
            for name in (names if self._may_create(model, "", role) else names[:1])
        ]

    def _may_create(self, model, name, role):
        """Managers of another company create records in theirs."""
        if role == NOBODY:
            return False
        records = self.as_user(self.env[model], role)
        return records.has_access("create") and (
            not name or records._has_field_access(records._fields[name], "write")
        )

    def _prepare_new(self, model, name):
        """Return the values, with what Odoo's code needs before it looks at rights."""
        vals = {}
        if model == "payment.transaction":
            vals = {"provider_id": self.provider.id, "operation": "offline"}
        elif model == "account.move.line":
            vals = {"move_id": self.get_record("account.move", "manager").id}
        if not name:
            return vals
        is_list = self.env[model]._fields[name].type.endswith("2many")
        return vals | {name: [] if is_list else False}

    def _may_write(self, model, role):
        if role == NOBODY:
            return False
        return self.as_user(self.env[model], role).has_access("write")

    def _get_value(self, record, name):
        if not name:
            name = "display_name" if not record._rec_name else record._rec_name
        is_list = record._fields[name].type.endswith("2many")
        return {name: [] if is_list else False}

    def _format(self, row, table):
        if row not in table:
            return "no row"
        return ",".join([*row, *(table[row][role] for role in CALLERS)])


class Undone:
    """Undo what requests do to the database inside the block."""

    def __init__(self, env):
        self.env = env

    def __enter__(self):
        self.env.flush_all()
        self.env.cr.execute("SAVEPOINT undone")

    def __exit__(self, *_error):
        self.env.cr.execute("ROLLBACK TO SAVEPOINT undone")
        self.env.cr.execute("RELEASE SAVEPOINT undone")
        self.env.invalidate_all()
