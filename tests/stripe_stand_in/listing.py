# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Lists and searches: https://docs.stripe.com/api/pagination, docs.stripe.com/search"""

import re
from fnmatch import fnmatchcase

from .errors import invalid, missing
from .views import make_list

COMPARE = {
    "gt": lambda value, limit: value > limit,
    "gte": lambda value, limit: value >= limit,
    "lt": lambda value, limit: value < limit,
    "lte": lambda value, limit: value <= limit,
}
OTHER = ("limit", "starting_after", "ending_before", "expand", "created", "types")
CLAUSE = re.compile(
    r"""(?P<minus>-?)(?P<field>\w+)(\[["'](?P<key>[^"']+)["']\])?
        (?P<operator>:|>=|<=|>|<)(?P<quote>["']?)(?P<value>(?:\\.|[^"'\s])*)
        (?P=quote)$""",
    re.VERBOSE,
)


def list_objects(account, kind, params, url):
    """Return one page, newest first."""
    found = [item for item in account.all(kind) if _matches(item, params)]
    if cursor := params.get("starting_after"):
        found = found[_position(found, cursor) + 1 :]
    elif cursor := params.get("ending_before"):
        found = found[: _position(found, cursor)]
        found = found[-_get_limit(params) :]
    limit = _get_limit(params)
    return make_list(found[:limit], url, len(found) > limit)


def _get_limit(params):
    limit = params.get("limit", 10)
    if not 1 <= limit <= 100:
        raise invalid(f"Invalid limit: {limit} is not from 1 to 100", "limit")
    return limit


def _position(items, object_id):
    for position, item in enumerate(items):
        if item["id"] == object_id:
            return position
    raise missing("object", object_id, "starting_after")


def _matches(item, params):
    created = params.get("created")
    if isinstance(created, dict):
        if not all(COMPARE[op](item["created"], at) for op, at in created.items()):
            return False
    elif created is not None and item["created"] != created:
        return False
    if "types" in params and not any(
        fnmatchcase(item["type"], pattern) for pattern in params["types"]
    ):
        return False
    return all(
        fnmatchcase(str(item.get(field)), str(value))
        for field, value in params.items()
        if field not in OTHER
    )


def search(account, kind, params, url):
    """Search by words; new objects are found only after a delay."""
    clauses = [_parse(words) for words in re.split(r"\s+AND\s+", params["query"])]
    newest = account.now - account.settings.search_delay
    found = [
        item
        for item in account.all(kind)
        if item["created"] <= newest and all(clause(item) for clause in clauses)
    ]
    start = int(params.get("page") or 0)
    limit = _get_limit(params)
    page = found[start : start + limit]
    more = len(found) > start + limit
    answer = make_list(page, url, more, next_page=str(start + limit) if more else None)
    return answer | {"object": "search_result"}


def _parse(words):
    match = CLAUSE.match(words.strip())
    if not match:
        raise invalid(f"We were unable to parse your search query: {words}", "query")
    field, key, operator = match["field"], match["key"], match["operator"]
    value = re.sub(r"\\(.)", r"\1", match["value"])

    def clause(item):
        actual = item.get(field)
        if key:
            actual = (actual or {}).get(key)
        if operator == ":":
            holds = actual is not None and str(actual).lower() == value.lower()
        else:
            name = {">": "gt", ">=": "gte", "<": "lt", "<=": "lte"}[operator]
            holds = actual is not None and COMPARE[name](actual, float(value))
        return holds is not bool(match["minus"])

    return clause
