# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from . import balance
from . import balance_link
from . import balance_portal
from . import dispute
from . import history
from . import home
from . import method
from . import pay_method
from . import people
from . import check
from . import autopay
from . import scheduled
from . import plan
from . import prepaid
from . import request
from . import role
from . import statement
