# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A lower room of an addon never calls a higher one.

The rooms are the folders that ``models/__init__.py`` lists, from the ground up;
``rules/`` is below them all and does not import Odoo. A method, field or model that is
defined only in higher rooms must not be used in a lower one, neither as an attribute
nor as a string (domains, values, dependencies). If a lower room must reach a higher
one, it defines a hook with a default, which makes the name its own.
"""

import ast
import builtins
import functools
import re
import sys
from collections import defaultdict
from pathlib import Path

# Names that also have another meaning: fields of Odoo and of other addons, values of a
# rule.
COMMON = frozenset(
    """
    account_id active amount chargeback_id code company_id credit currency_id date
    date_from date_maturity date_to day discount due_at fee invoice_ids key kind
    label lang line_id line_ids method move_id move_ids name net network_cap note
    occasion order_id order_type_id partner_id payload payment_id percent person_id
    planned_at policy_id price_subtotal price_total price_unit product_id
    provider_code provider_id provider_reference quantity reason reference res_id
    res_model residual sequence source state statement_line_id text token_id
    transaction_id user_id verdict way
    """.split()
)


def get_rooms(addon):
    """Return the folders of the rooms, from the bottom up.

    :param addon: path of the addon
    """
    text = (addon / "models" / "__init__.py").read_text()
    names = re.findall(r"^from \. import (\w+)", text, re.MULTILINE)
    return [addon / "models" / name for name in names]


def check(addon):
    """Return the violations, one line each."""
    rooms = get_rooms(addon)
    sources = {room: [_Source(path) for path in room.glob("*.py")] for room in rooms}
    owners = _get_owners(rooms, sources)
    faults = []
    for level, room in enumerate(rooms):
        higher = {owner.name for owner in rooms[level + 1 :]}
        for source in sources[room]:
            faults += source.find_imports(higher)
            faults += source.find_names(
                {name: at for name, at in owners.items() if at in higher}
            )
    for path in (addon / "rules").glob("*.py"):
        faults += _Source(path).find_imports({"odoo", "models"})
    return sorted(faults)


def _get_owners(rooms, sources):
    """Return ``{name: lowest room that defines it}`` for our own names."""
    owners, native = {}, set(COMMON) | set(dir(builtins))
    for room in rooms:
        for source in sources[room]:
            defined, extended = source.definitions
            native |= {name for name in extended if name not in owners}
            for name in defined:
                owners.setdefault(name, room.name)
    return {name: at for name, at in owners.items() if name not in native}


class _Source:
    """One parsed source file."""

    def __init__(self, path):
        self.path = path
        self.tree = ast.parse(path.read_text())

    def _fault(self, node, text):
        place = "/".join(self.path.parts[-3:])
        return f"{place}:{node.lineno}: {text}"

    @functools.cached_property
    def definitions(self):
        """The names that the classes define and the ones they extend."""
        defined, extended = set(), set()
        for node in ast.walk(self.tree):
            if not isinstance(node, ast.ClassDef):
                continue
            for item in node.body:
                if isinstance(item, ast.FunctionDef):
                    defined.add(item.name)
                    if _calls_its_parent(item):
                        extended.add(item.name)
                elif isinstance(item, ast.Assign):
                    defined |= _get_assigned(item)
        return {name for name in defined if not name.startswith("__")}, extended

    def find_imports(self, forbidden):
        """Return the imports from one of these packages."""
        found = []
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ImportFrom):
                parts = (node.module or "").split(".")
                names = {*parts[:1], *(alias.name for alias in node.names)}
                if not node.module:
                    names = {alias.name for alias in node.names}
            elif isinstance(node, ast.Import):
                names = {alias.name.split(".")[0] for alias in node.names}
            else:
                continue
            level = getattr(node, "level", 0)
            if level == 1:  # the room itself
                continue
            found += [
                self._fault(node, f"imports {name}")
                for name in sorted(names & forbidden)
                if level or name == "odoo"
            ]
        return found

    def find_names(self, owners):
        """Return the uses of names that belong to a higher room."""
        own, _extended = self.definitions
        found = []
        for node in ast.walk(self.tree):
            for name in _get_names(node):
                if name in owners and name not in own:
                    found.append(self._fault(node, f"{name} belongs to {owners[name]}"))
        return found


def _calls_its_parent(method):
    return any(
        isinstance(node, ast.Attribute)
        and node.attr == method.name
        and isinstance(node.value, ast.Call)
        and isinstance(node.value.func, ast.Name)
        and node.value.func.id == "super"
        for node in ast.walk(method)
    )


def _get_assigned(item):
    """Return the field names and the model name of a class."""
    [target, *_others] = item.targets
    if not isinstance(target, ast.Name):
        return set()
    value = item.value
    if target.id == "_name" and isinstance(value, ast.Constant):
        return {value.value}
    if isinstance(value, ast.Call) and ast.unparse(value.func).startswith("fields."):
        return {target.id}
    return set()


def _get_names(node):
    """Return the names that an expression uses.

    >>> node = ast.parse("('line_ids.ask_at', '=', 1)", mode="eval").body.elts[0]
    >>> _get_names(node)
    ['line_ids.ask_at', 'line_ids', 'ask_at']
    """
    if isinstance(node, ast.Attribute):
        return [node.attr]
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        text = node.value
        if re.fullmatch(r"[a-z_][a-z0-9_.]*", text):
            return list(dict.fromkeys([text, *text.split(".")]))
    return []


def main(addons):
    """Print the violations in these addons; return the exit code."""
    faults = defaultdict(list)
    for addon in map(Path, addons):
        faults[addon] = check(addon)
        for fault in faults[addon]:
            print(f"{addon.name}: {fault}")
    return int(any(faults.values()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
