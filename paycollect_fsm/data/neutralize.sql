-- links: nobody reaches a copy with a link that was sent for the original
UPDATE paycollect_link
   SET revoked_at = coalesce(revoked_at, now() AT TIME ZONE 'utc'),
       pending_token = NULL;
-- A copied database charges and messages nobody.
UPDATE res_company SET collection_active = false;
UPDATE paycollect_attempt
   SET state = 'canceled', reason_code = 'neutralized', parked_code = NULL
 WHERE state = 'planned';
UPDATE paycollect_refund
   SET state = 'refused', reason_code = 'moved', try_at = NULL
 WHERE state IN ('requested', 'approved');
UPDATE paycollect_refund SET try_at = NULL WHERE state = 'processing';
UPDATE paycollect_refund_part SET state = 'canceled' WHERE state = 'planned';
UPDATE paycollect_refund_part SET ask_at = NULL WHERE state IN ('sent', 'unknown');
UPDATE paycollect_hold
   SET state = 'canceled', reason_code = 'moved', try_at = NULL
 WHERE state = 'planned';
UPDATE paycollect_hold SET try_at = NULL, ask_at = NULL
 WHERE try_at IS NOT NULL OR ask_at IS NOT NULL;
UPDATE paycollect_message
   SET state = 'skipped', reason_code = 'copied', retry_at = NULL
 WHERE state = 'queued';
UPDATE paycollect_message SET is_copied = true WHERE state = 'sent';
UPDATE mail_mail SET state = 'cancel'
 WHERE state = 'outgoing' AND id IN (SELECT mail_id FROM paycollect_message);
DELETE FROM queue_job
 WHERE channel LIKE 'root.paycollect%' AND state NOT IN ('done', 'cancelled', 'failed');
-- what the provider told concerns the original
UPDATE paycollect_event
   SET state = 'ignored', reason = 'The database was copied.', next_try_at = NULL
 WHERE state IN ('new', 'waiting', 'failed');
