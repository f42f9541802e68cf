# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from . import paycollect_customer_data
from . import paycollect_invitation
from . import paycollect_invitation_notes
from . import paycollect_invitation_send
from . import paycollect_message
from . import portal_wizard_user
from . import res_partner
from . import res_partner_copies
from . import res_partner_notes
