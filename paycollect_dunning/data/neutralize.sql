-- A copied database reminds nobody.
UPDATE paycollect_dunning_plan SET state = 'preview';
UPDATE paycollect_dunning_message
   SET state = 'skipped', reason_code = 'copied'
 WHERE state IN ('queued', 'delayed');
