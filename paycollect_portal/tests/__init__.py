# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from .owed import test_open_item_rules
from .owed import test_open_items
from .rights import test_rights
from .statement import test_statement
from .statement import test_statement_rules
