# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from . import plan
from . import promise
from . import case
from . import say
from . import consequence
from . import fee
from . import preview
from . import handoff
from . import stripe
from . import desk
from . import figures
from . import cash
from . import forecast
from . import risk
