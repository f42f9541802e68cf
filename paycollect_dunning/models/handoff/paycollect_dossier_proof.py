# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import base64

from odoo import api, models
from odoo.tools.image import image_process

from odoo.addons.paycollect_portal.models.history.fsm_order import PHOTOS

MAX_PHOTOS = 12
PHOTO_SIZE = (900, 900)
PHOTO_QUALITY = 75


class PaycollectDossier(models.AbstractModel):
    """That the work was done: the jobs with their photos and signatures."""

    _inherit = "paycollect.dossier"

    @api.model
    def _get_jobs(self, moves):
        """Return the jobs that these invoices bill, oldest first.

        ``signature`` and ``photos`` are base64 texts that browsers show.
        """
        jobs = moves._get_collection_jobs().sorted(
            lambda job: (
                job.date_end or job.scheduled_date_start or job.create_date,
                job.id,
            )
        )
        return [self._get_job(job) for job in jobs]

    @api.model
    def _get_job(self, job):
        photos, left_out = self._get_photos(job)
        return {
            "name": job.name,
            "title": job._get_work_title() or job.name,
            "address": job.visit_address or "",
            "worker": job.person_id.name or "",
            "started_at": job.date_start or job.scheduled_date_start or None,
            "done_at": job.date_end or None,
            "work": job.visit_work or "",
            "signed_by": job.signed_by or "",
            "signed_on": job.signed_on or None,
            "signature": job.signature and job.signature.decode(),
            "photos": photos,
            "left_out": left_out,
        }

    @api.model
    def _get_photos(self, job):
        """Return the job's photos that its customer may see, small enough to send."""
        files = job._get_history_files().filtered(lambda f: f.mimetype in PHOTOS)
        photos = []
        for file in files[:MAX_PHOTOS]:
            small = image_process(
                file.raw, PHOTO_SIZE, quality=PHOTO_QUALITY, output_format="JPEG"
            )
            photos.append(
                {
                    "name": file.name,
                    "taken_at": file.create_date,
                    "data": base64.b64encode(small).decode(),
                }
            )
        return photos, len(files) - len(photos)
