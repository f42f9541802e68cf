# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from . import owed
from . import payment
from . import people
from . import check
from . import schedule
from . import installment
from . import statement
from . import request
from . import history
