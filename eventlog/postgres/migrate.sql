-- name: lock
SELECT pg_advisory_xact_lock(7205759403791)

-- name: prepare
CREATE TABLE IF NOT EXISTS public.migrations (
    owner    text        NOT NULL,
    name     text        NOT NULL,
    checksum bytea       NOT NULL,
    run_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (owner, name)
)

-- name: done
SELECT owner, name, checksum FROM public.migrations

-- name: note
INSERT INTO public.migrations (owner, name, checksum) VALUES ($1, $2, $3)
