-- links: nobody reaches a copy with a link that was sent for the original
UPDATE paycollect_link
   SET revoked_at = now() AT TIME ZONE 'utc'
 WHERE revoked_at IS NULL;
