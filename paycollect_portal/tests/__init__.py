# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from .check import test_check_books
from .check import test_check_bounce
from .check import test_check_notice
from .check import test_check_pages
from .check import test_check_rules
from .check import test_check_scan
from .owed import test_open_item_rules
from .owed import test_open_items
from .payment import test_balance_link
from .payment import test_balance_portal
from .payment import test_balance_request
from .payment import test_payment_rules
from .rights import test_rights
from .statement import test_statement
from .statement import test_statement_rules
