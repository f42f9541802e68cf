# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from . import company
from . import method
from . import booking
from . import charge
from . import recovery
from . import message
from . import billing
from . import dispute
from . import refund
from . import hold
from . import door
from . import installment
from . import deposit
from . import block
from . import revenue
from . import settlement
from . import privacy
from . import stripe
