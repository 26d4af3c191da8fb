import type { Manifest } from "@/jobs/archive/manifest";

const mount = "/docker-entrypoint-initdb.d";

/**
 * `compose.yaml` in a package. The official image runs what it finds in that folder when it starts for the first time, in
 * the order of names. It is of pg_dump's major version, which is the server's or a newer one: an older pg_restore could not
 * read the dump. Nothing of the backup but that number stands in it.
 */
export const composeFile = ({ clientVersion }: Pick<Manifest, "clientVersion">): string => `\
# Starts a PostgreSQL with the dump beside this file restored into its database "restored":
#
#   POSTGRES_PASSWORD=choose-one docker compose up --wait
#
# It listens on this machine only, at port 5432 or at PORT. After a failure, or to be rid of it and its data:
#
#   docker compose down --volumes
#
# README.md tells what to do first when the dump is encrypted or needs extensions.
services:
  postgres:
    image: "postgres:${Number.parseInt(clientVersion, 10)}"
    environment:
      POSTGRES_PASSWORD: "\${POSTGRES_PASSWORD:?choose a password}"
      POSTGRES_DB: restored
      PGUSER: postgres
      PGDATABASE: restored
      PACKAGE_FOLDER: ${mount}
    volumes:
      # The image runs before.sql, if you make one, and then restore.sh.
      - ".:${mount}:ro"
    ports:
      - "127.0.0.1:\${PORT:-5432}:5432"
    healthcheck:
      # It answers on the network only once everything is restored.
      test: ["CMD", "pg_isready", "--quiet", "--host=127.0.0.1"]
      interval: 2s
      start_period: 24h
`;
