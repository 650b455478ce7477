-- A job is acknowledged when its row is committed. handed_over_at: when it was last put into the queue.
CREATE TABLE jobs (
  id              uuid PRIMARY KEY,
  user_id         uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  kind            text NOT NULL,
  input           jsonb NOT NULL,
  status          text NOT NULL DEFAULT 'queued' CHECK (status IN ('queued', 'running', 'done', 'failed')),
  result          jsonb,
  error           text,
  starts          integer NOT NULL DEFAULT 0,
  idempotency_key text,
  part            integer NOT NULL DEFAULT 0,
  created_at      timestamptz NOT NULL DEFAULT now(),
  handed_over_at  timestamptz NOT NULL DEFAULT now(),
  finished_at     timestamptz
);
CREATE UNIQUE INDEX jobs_idempotency ON jobs (user_id, idempotency_key, part);
CREATE INDEX jobs_of_user ON jobs (user_id, created_at DESC);
-- Only jobs that have not ended: small however long the history grows.
CREATE INDEX jobs_open_by_hand_over ON jobs (handed_over_at) WHERE status IN ('queued', 'running');
CREATE INDEX jobs_open_by_age ON jobs (created_at) WHERE status IN ('queued', 'running');
