# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from .handoff import test_handoff_rules
from .rights import test_rights
