# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from .consequence import test_consequence
from .consequence import test_consequence_rules
from .desk import test_account
from .desk import test_desk
from .desk import test_desk_rules
from .case import test_case_facts
from .case import test_case_rules
from .case import test_case_run
from .handoff import test_handoff_rules
from .promise import test_promise
from .promise import test_promise_portal
from .promise import test_promise_rules
from .rights import test_rights
