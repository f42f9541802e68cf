# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Nested forms as sent by Stripe's clients: `a[b][0]=1&c[]=2`."""

import hashlib
from email import message_from_bytes, policy
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


def decode_parts(kind, body):
    """Return the fields of a form with files; a file is its digest.

    :param kind: the request's Content-Type, with the boundary

    >>> form = b'--b\\r\\nContent-Disposition: form-data; name="a"\\r\\n\\r\\n1'
    >>> decode_parts("multipart/form-data; boundary=b", form + b"\\r\\n--b--")
    {'a': '1'}
    """
    head = f"Content-Type: {kind}\r\n\r\n".encode()
    root = {}
    for part in message_from_bytes(head + body, policy=policy.HTTP).iter_parts():
        content = part.get_payload(decode=True)
        if part.get_filename():
            value = hashlib.sha256(content).hexdigest()
        else:
            value = content.decode().strip()
        _put(root, [part.get_param("name", header="content-disposition")], value)
    return root


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
