# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.http import request

from ..rules import uploads


def read_upload(name):
    """Return the content of an uploaded file and what is wrong with it.

    :param name: of the form's field
    :return: (bytes, text); no content if nothing was chosen, or if it isn't accepted
    """
    file = request.httprequest.files.get(name)
    if not file or not file.filename:
        return b"", ""
    content = file.read(uploads.MAX_BYTES + 1)
    problem = uploads.find_problem(content)
    return (b"", get_upload_text(problem)) if problem else (content, "")


def get_upload_text(problem):
    """Return the sentence for a problem of ``rules/uploads.py``."""
    if problem == uploads.TOO_LARGE:
        return request.env._(
            "The file is larger than %(limit)s MB. Please choose a smaller one, or "
            "take a photo with a lower resolution.",
            limit=uploads.MAX_MEGABYTES,
        )
    if problem == uploads.EMPTY:
        return request.env._("The file is empty. Please choose another one.")
    return request.env._(
        "The file isn't a JPEG, PNG or PDF. Please choose a photo or a PDF."
    )


def get_upload_name(title, content):
    """Return a name for a stored file; the customer's own isn't kept."""
    return f"{title.replace('/', '-')}.{uploads.get_kind(content)}"
