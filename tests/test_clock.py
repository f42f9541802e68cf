# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Only the outermost method reads the clock; everything below it gets the time.

Two methods that each read the clock can see two days around midnight, and can't be
tested on a day of our choice. So a method reads the clock if it is an entry point (a
button, a scheduled action, a computed field, a page), or as the default of an argument
(``now or fields.Datetime.now()``); and who has the time passes it on.
"""

import ast
import functools
from pathlib import Path

import pytest

ADDONS = sorted(Path(__file__).parents[1].glob("paycollect_*"))
TIMES = {"now", "today", "date"}
CLOCKS = (
    "fields.Datetime.now()",
    "fields.Date.today()",
    "fields.Date.context_today(self)",
    "datetime.now()",
    "datetime.utcnow()",
    "date.today()",
    "time.time()",
    "_get_today()",
)
CLOCK_NAMES = tuple({clock.partition("(")[0].rpartition(".")[2] for clock in CLOCKS})
# Odoo, a browser or the scheduler calls these.
PAGES = {"controllers", "wizards"}
ENTRIES = ("action_", "_cron_", "_gc_", "_compute_", "_onchange_", "_search_")
OVERRIDES = {
    "write",
    "_create_payment",
    "_get_available_tokens",
    "_message_post_after_hook",
    "_message_receive_bounce",
    "_notify_by_email_prepare_rendering_context",
    "_order_field_to_sql",
    "_post",
    "_postprocess_sent_message",
    "_stripe_create_customer",
    "_table_query",
    "message_update",
}
# The signature of a webhook is checked when it arrives.
SIGNATURES = {"_has_signed"}
# Odoo has methods of these names, too, without a time.
NATIVE = {"_set_canceled"}
# Values of a page or an email, which is rendered as a whole.
VALUES = {"_get_pay_by_date"}


def find_methods(tree):
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]


def get_arguments(method):
    return {arg.arg for arg in (*method.args.args, *method.args.kwonlyargs)}


def find_defaults(method):
    """Return the expressions that apply if an argument with a time is missing."""
    arguments = get_arguments(method) & TIMES
    return {
        part
        for node in ast.walk(method)
        if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or)
        if any(isinstance(one, ast.Name) and one.id in arguments for one in node.values)
        for part in node.values
    }


def get_name(called):
    """Return the last name of what is called, which is found sooner than its text."""
    return getattr(called, "attr", None) or getattr(called, "id", "")


def find_readings(method):
    defaults = find_defaults(method)
    return [
        f"{method.name}, line {node.lineno}: {text}"
        for node in ast.walk(method)
        if isinstance(node, ast.Call) and node not in defaults
        if get_name(node.func).endswith(CLOCK_NAMES)
        if (text := ast.unparse(node)).endswith(CLOCKS)
    ]


def find_keepers(trees):
    """Return the names of methods that always have an optional time."""
    found, others = set(), set()
    for method in (method for tree in trees for method in find_methods(tree)):
        names = [arg.arg for arg in method.args.args]
        optional = names[len(names) - len(method.args.defaults) :]
        keeps = {"now", "today"}.intersection(optional)
        (found if keeps else others).add(method.name)
    return found - others - NATIVE


def find_losses(method, keepers):
    """Return calls that leave out the time, although the method has it."""
    stored = {
        node.id
        for node in ast.walk(method)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    if "now" not in get_arguments(method) | stored:
        return []
    return [
        f"{method.name}, line {node.lineno}: {ast.unparse(node)}"
        for node in ast.walk(method)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        if node.func.attr in keepers and "with_delay" not in ast.unparse(node.func)
        if not has_time(node)
    ]


def has_time(call):
    nodes = list(ast.walk(call))
    names = {node.id for node in nodes if isinstance(node, ast.Name)}
    stored = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    return (
        bool(names & {"now", "today", "begin", "at"})
        or any(name.endswith("_at") for name in stored)
        or None in {word.arg for word in call.keywords}
    )


@functools.cache
def read(addon):
    return {
        path.relative_to(addon): ast.parse(path.read_text())
        for path in addon.rglob("*.py")
        if "tests" not in path.parts
    }


def is_entry(path, method):
    name = method.name
    known = OVERRIDES | SIGNATURES | VALUES
    return (
        path.parts[0] in PAGES
        or name in known
        or name.startswith(ENTRIES)
        or any("api.model_create" in ast.unparse(one) for one in method.decorator_list)
    )


@pytest.mark.parametrize("addon", ADDONS, ids=lambda addon: addon.name)
def test_only_the_outermost_method_reads_the_clock(addon):
    assert [
        f"{path}: {reading}"
        for path, tree in read(addon).items()
        for method in find_methods(tree)
        if not is_entry(path, method)
        for reading in find_readings(method)
    ] == []


@pytest.mark.parametrize("addon", ADDONS, ids=lambda addon: addon.name)
def test_who_has_the_time_passes_it_on(addon):
    trees = {one: read(one) for one in ADDONS}
    keepers = find_keepers(tree for one in trees.values() for tree in one.values())
    assert [
        f"{path}: {loss}"
        for path, tree in trees[addon].items()
        for method in find_methods(tree)
        for loss in find_losses(method, keepers)
    ] == []


def test_a_clock_inside_and_a_time_left_out_are_found():
    tree = ast.parse("def helper(self, now=None):\n    self.other(fields.Date.today())")
    [helper] = find_methods(tree)
    assert find_readings(helper)
    assert find_losses(helper, {"other"})
    tree = ast.parse("def helper(self, now=None):\n    now = now or datetime.now()")
    assert not find_readings(find_methods(tree)[0])
