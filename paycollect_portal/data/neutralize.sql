-- nobody is invited to a copied database
UPDATE paycollect_invitation
   SET handled_at = now() AT TIME ZONE 'utc', outcome = 'failed'
 WHERE handled_at IS NULL;
