# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Nested forms as sent by Stripe's clients: `a[b][0]=1&c[]=2`."""

from urllib.parse import parse_qsl


def decode(text):
    """Return nested dicts and lists of strings.

    >>> decode("a[b][0]=1&a[b][1]=2&c[]=3&c[]=4&d=")
    {'a': {'b': ['1', '2']}, 'c': ['3', '4'], 'd': ''}
    """
    root = {}
    for key, value in parse_qsl(text, keep_blank_values=True):
        head, *rest = key.replace("]", "").split("[")
        _put(root, [head, *rest], value)
    return _listed(root)


def _put(node, path, value):
    head, *rest = path
    if head == "":
        head = str(len(node))  # `a[]`: the next item
    if rest:
        _put(node.setdefault(head, {}), rest, value)
    else:
        node[head] = value


def _listed(node):
    """Turn dicts with the keys 0, 1, 2 … into lists."""
    if not isinstance(node, dict):
        return node
    node = {key: _listed(value) for key, value in node.items()}
    if node and all(key.isdigit() for key in node):
        return [node[key] for key in sorted(node, key=int)]
    return node
