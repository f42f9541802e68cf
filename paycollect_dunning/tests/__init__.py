# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from .handoff import test_handoff_rules
from .promise import test_promise
from .promise import test_promise_portal
from .promise import test_promise_rules
from .rights import test_rights
