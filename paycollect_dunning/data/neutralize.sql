-- A copied database reminds nobody.
UPDATE paycollect_dunning_plan SET state = 'preview';
UPDATE paycollect_dunning_message
   SET state = 'skipped', reason_code = 'copied'
 WHERE state IN ('queued', 'delayed');
-- hand-overs: a copied database calls no agency
UPDATE paycollect_handoff_call
   SET state = 'superseded', reason_code = 'copied', next_try_at = NULL
 WHERE state IN ('queued', 'sending', 'unknown');
-- evidence: a copied database submits nothing
UPDATE paycollect_evidence
   SET state = 'refused', reason_code = 'copied', next_try_at = NULL
 WHERE state IN ('queued', 'sending', 'unknown');
UPDATE paycollect_agency SET secret = NULL;
