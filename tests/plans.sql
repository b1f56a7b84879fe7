-- :rows rows about :people people in each table that seeding leaves empty, spread as a province's are: over agencies, people and days.
INSERT INTO account (id, username, name, role, agency_code, password_hash)
  SELECT 'a-' || n, 'u-' || n, 'x', 'OFFICER', 'H24.' || n % 128, '' FROM generate_series(1, :rows) n;
INSERT INTO session SELECT 's-' || n, 'a-' || n, now(), now() + interval '1 day' FROM generate_series(1, :rows) n;
INSERT INTO intake (id, state, original, filename, mime, size, channel, agency_code, received_by, received_at,
    page_count, record_code)
  SELECT 'in-' || n, CASE n % 100 WHEN 0 THEN 'READ' ELSE 'SEALED' END, md5(n::text), 'x', 'image/png', 1, 'API', 'H24.' || n % 128, 'x', now(), 1, 'r-' || n
  FROM generate_series(1, :rows) n;
INSERT INTO intake_page SELECT 'in-' || n, 0, '', 1, 1, 1, 'x', '' FROM generate_series(1, :rows) n;
INSERT INTO dossier (code, procedure_code, holder_id, holder_role, agency_code, opened_by, opened_at)
  SELECT 'd-' || n, '1', n % :people + 1, 'SUBJECT', 'H24.' || n % 128, 'x', now() - n * interval '1 minute'
  FROM generate_series(1, :rows) n;
INSERT INTO dossier_person SELECT 'd-' || n, 0, n % :people + 1, 'SPOUSE', false FROM generate_series(1, :rows) n;
INSERT INTO dossier_serial SELECT 'H24.' || n, '2025-01-01', 1 FROM generate_series(1, :rows) n;
INSERT INTO attachment SELECT 'd-' || r.n, '1.TP01', r.code, 1, '{}', 'x', 'x', now()
  FROM (SELECT code, row_number() OVER () AS n FROM record LIMIT :rows) r;
INSERT INTO replaced_attachment
  SELECT dossier_code, component, 1, record_code, 1, '{}', 'x', 'x', at, NULL, jsonb_build_object('record', 'x', 'version',
    1, 'standing', 'GOOD', 'codes', '[]'::jsonb, 'reason', '', 'by_account', 'x', 'by_name', 'x', 'at', at) FROM (SELECT * FROM attachment LIMIT :rows) a;
INSERT INTO demand (dossier_code, component, ground, reason, by_account, by_name, at, code)
  SELECT 'd-' || n, '1.TP01', 'x', 'x', 'x', 'x', now() - n * interval '1 minute',
    CASE n % 50 WHEN 0 THEN 'OVERRIDDEN' ELSE 'ALLOWED' END
  FROM generate_series(1, :rows) n;
INSERT INTO notice SELECT 'd-' || n, 1, '[]', '', 'x', 'x', now() FROM generate_series(1, :rows) n;
INSERT INTO correction (id, state, record_code, version, holder_id, agency_code, opened_agency, dossier_code, differences,
    note, opened_by, opened_name, opened_at)
  SELECT 'c-' || r.n, CASE r.n % 50 WHEN 0 THEN 'OPEN' ELSE 'REFUSED' END, r.code, 1, r.n % :people + 1, 'H24.' || r.n % 128,
    'H24.' || r.n % 127, 'd-' || r.n, '[]', '', 'x', 'x', now() - r.n * interval '1 minute'
  FROM (SELECT code, row_number() OVER () AS n FROM record LIMIT :rows) r;
INSERT INTO form_entry SELECT 'd-' || n, 1, '{}', '[]', '', 'x', 'x', now() FROM generate_series(1, :rows) n;
INSERT INTO broken_glass (id, record_code, agency_code, account_id, name, reason, at)
  SELECT 'g-' || r.n, r.code, 'H24.' || r.n % 128, 'a-' || r.n, 'x', 'x', now() - r.n * interval '1 minute'
  FROM (SELECT code, row_number() OVER () AS n FROM record LIMIT :rows) r;
INSERT INTO consent (holder_id, purpose, is_on, at, by_account)
  SELECT n % :people + 1, 'OWN_DOSSIERS', true, now(), 'x' FROM generate_series(1, :rows) n;
INSERT INTO hand_in SELECT 'a-' || n, 'k-' || n, 'in-' || n, n % :people + 1, now() FROM generate_series(1, :rows) n;
INSERT INTO event (at, account_id, actor_name, role, agency_code, action, outcome, record_code, dossier_code,
    holder_id, details)
  SELECT '2026-11-22'::timestamptz - n * interval '1 minute', 'x', 'x', 'OFFICER', 'H24.' || n % 128,
    (ARRAY['LOOKUP','ATTACH','DEMAND','OPEN_DOSSIER','PRESENT','SEAL','VERIFY','LIST_OWN'])[n % 8 + 1], 'DONE', 'r-' || n, 'd-' || n,
    n % :people + 1, '{}' FROM generate_series(1, :rows) n;
INSERT INTO log_leaf SELECT row_number() OVER (ORDER BY id) - 1, id, '' FROM event WHERE id <= :rows - 2000;
INSERT INTO log_queue SELECT id FROM event WHERE id > :rows - 2000 ON CONFLICT DO NOTHING;
DELETE FROM log_queue WHERE event_id <= :rows - 2000;
INSERT INTO log_head SELECT n, '', now() FROM generate_series(1, :rows) n;
INSERT INTO share (id, kind, record_code, holder_id, audience, purpose, fields, created_at, ends_at, status_list,
    status_position, digits)
  SELECT 'sh-' || r.n, 'CODE', r.code, r.n % :people + 1, 'x', 'x', '[]', now(), now() + r.n * interval '1 minute', r.n % 5000,
    r.n, 'd' || r.n
  FROM (SELECT code, row_number() OVER () AS n FROM record LIMIT :rows) r;
INSERT INTO share_try SELECT 'c-' || n, now() - n * interval '1 second', 1 FROM generate_series(1, :rows) n;
INSERT INTO batch (id, state, original, filename, size, page_count, agency_code, received_by, by_name, received_at, seen)
  SELECT 'b-' || n, 'SPLIT', md5(n::text), 'x', 1, 1, 'H24.' || n % 128, 'x', 'x', now(), '[]' FROM generate_series(1, :rows) n;
INSERT INTO batch_part SELECT 'b-' || n, 0, 0, 0, NULL, 'in-' || n FROM generate_series(1, :rows) n;
INSERT INTO hand_over SELECT 'h-' || n, 'a-' || n, now(), now() + interval '1 day' FROM generate_series(1, :rows) n;
INSERT INTO hand_over_intake SELECT 'h-' || n, 'in-' || n, now() FROM generate_series(1, :rows) n;
INSERT INTO blob_key (digest, paper, agency_code, key, wrapped)
SELECT 'd-' || n, 'in-' || n, 'H24.' || (n % 500), 'file:' || (n % 2), '\x00' FROM generate_series(1, :rows) n;
INSERT INTO hold (record_code, reason, by_account, at)
SELECT code, 'x', 'x', now() FROM (SELECT code FROM record ORDER BY id LIMIT :rows) r;
INSERT INTO outbox (kind, subject, dossier_code, agency_code, state, at, due_at)
  SELECT 'DOSSIER', 'd-' || n, 'd-' || n, 'H24.' || n % 128, CASE n % 50 WHEN 0 THEN 'WAITING' WHEN 1 THEN 'DEAD' ELSE 'DELIVERED' END,
    now(), now() - interval '1 minute' FROM generate_series(1, :rows) n;
INSERT INTO outside_ask (id, dossier_code, agency_code, source, holder_id, consent, by_account, by_name, at, state)
  SELECT 'q-' || n, 'd-' || n, 'H24.' || n % 128, 'NATIONAL', n % :people + 1, 'LAW', 'x', 'x', now(), 'ANSWERED'
  FROM generate_series(1, :rows) n;
INSERT INTO outside_paper (id, ask_id, dossier_code, agency_code, source, holder_id, claim, at, state)
  SELECT 'p-' || n, 'q-' || n, 'd-' || n, 'H24.' || n % 128, 'NATIONAL', n % :people + 1,
    '{"ref": "r", "type_code": "GPXD", "holder": {"role": "SUBJECT", "kind": "PERSONAL", "number": "031090999777", "name": "x", "aliases": []}, "sha256": "", "mime": ""}',
    now(), 'FOUND' FROM generate_series(1, :rows) n;
INSERT INTO online_cursor SELECT 'H25.' || n, 1 FROM generate_series(1, :rows) n;
INSERT INTO peer_nonce SELECT 'H24.' || n, 'n-' || n, now() + n * interval '1 minute' FROM generate_series(1, :rows) n;
INSERT INTO peer_question (id, peer, peer_name, officer, purpose, dossier, kinds, holder_id, at, ends_at, state, records)
  SELECT 'pq-' || n, 'H23', 'x', 'x', '1', 'd-' || n, '["KS"]', n % :people + 1, now(), now() + n * interval '1 minute',
    (ARRAY['WAITING','ANSWERED'])[n % 2 + 1], '[]' FROM generate_series(1, :rows) n;
INSERT INTO evidence_request (id, agency_code, account_id, name, dossier_code, procedure_code, holder_id, type_code, purpose,
    requested_at, state)
  SELECT 'e-' || n, 'H24.' || n % 128, 'x', 'x', 'd-' || n, '1', n % :people + 1, 'KS', 'x', now() - n * interval '1 minute', 'PREVIEW'
  FROM generate_series(1, :rows) n;
INSERT INTO webhook SELECT 'w-' || n, 'H24.' || n, 'a-' || n, 'https://x.example', '["record.revoked"]', '', now(), 'ACTIVE', ''
  FROM generate_series(1, :rows) n;
INSERT INTO webhook_event (type, record_code, at) SELECT 'record.revoked', 'r-' || n, now() FROM generate_series(1, :rows) n;
INSERT INTO webhook_message (id, webhook_id, type, body, at, due_at, state)
  SELECT 'm-' || n, 'w-' || n, 'record.revoked', '{}', now(), now() + n * interval '1 minute',
    (ARRAY['WAITING','DELIVERED','DEAD'])[n % 3 + 1] FROM generate_series(1, :rows) n;
INSERT INTO passkey SELECT int8send(n), 'a-' || n, '', 0, 'x', now(), NULL FROM generate_series(1, :rows) n;
INSERT INTO second_factor SELECT 'a-' || n, '', now(), 1 FROM generate_series(1, :rows) n;
INSERT INTO recovery_code SELECT 'a-' || n, 'd-' || n FROM generate_series(1, :rows) n;
INSERT INTO sign_in_step SELECT 'step-' || n, 'y', 'a-' || n, '{}', now() + n * interval '1 minute' FROM generate_series(1, :rows) n;
INSERT INTO mandate (id, kind, account_id, holder_id, ground, valid_from, valid_until, scope, agency_code, recorded_by,
    recorded_at)
  SELECT 'm-' || n, 'PARENT', 'a-' || n, n % :people + 1, 'x', '2026-01-01', '2027-01-01', '["SEE"]', 'H24.' || n % 128, 'x', now()
  FROM generate_series(1, :rows) n;
INSERT INTO data_request (id, kind, holder_id, agency_code, note, third_party, asked_at, asked_by, answer_by, due_on, state,
    extended, closed_at)
  SELECT 'r-' || n, 'SEE', n % :people + 1, 'H24.' || n % 128, 'x', false, now(), 'x', '2026-11-22', '2026-11-22',
    (ARRAY['OPEN','DONE'])[n % 2 + 1], false, CASE n % 2 WHEN 1 THEN now() - n * interval '1 minute' END
  FROM generate_series(1, :rows) n;
INSERT INTO ended_paper SELECT 'e-' || n FROM generate_series(1, :rows) n;
INSERT INTO damaged_blob SELECT md5(n::text), 'BLOB_MISSING', now(), CASE WHEN n % 100 > 0 THEN now() END FROM generate_series(1, :rows) n;
INSERT INTO dossier_key SELECT 'a-' || n, 'k-' || n, 'd-' || n FROM generate_series(1, :rows) n;
INSERT INTO number_tie SELECT 'd-' || n || '-SC1', n % :people + 1, (n + 1) % :people + 1, 'CMND', 'o-' || n, NULL, NULL, '',
    'd-' || n, 'H24.' || n % 128, 'x', 'x', now(), 'CONFIRMED', 'x', 'x', now(), '', NULL FROM generate_series(1, :rows) n;
