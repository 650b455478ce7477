-- What was uploaded: its size and hash, not its bytes.
CREATE TABLE uploads (
  id         uuid PRIMARY KEY,
  user_id    uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  name       text NOT NULL,
  bytes      bigint NOT NULL,
  sha256     text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX uploads_of_user ON uploads (user_id, created_at DESC);
