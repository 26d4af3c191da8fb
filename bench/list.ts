import { sql } from "drizzle-orm";
import type { Lab } from "@/bench/lab";
import { alternate } from "@/bench/measure";
import type { Row } from "@/bench/report";
import { db } from "@/db/client";
import { createCaller } from "@/server/root";
import { inTheNameOf } from "@/server/trpc";

/** As many finished exports as asked for, spread over twenty projects and three years. */
async function fill(lab: Lab, count: number): Promise<void> {
  const existing = await lab.addProject(`list_${count}`);
  await db.execute(sql`
    insert into control_plane.projects (slug, name, database_id, schema_name)
    select 'listed_' || i, 'Listed ' || i, ${existing.databaseId}, 'listed_' || i from generate_series(1, 20) i on conflict do nothing`);
  await db.execute(sql`
    with p as (select array_agg(id order by slug) as ids from control_plane.projects where slug like 'listed_%'),
    j as (
      insert into control_plane.jobs (kind, status, project_id, user_id, options, created_at, finished_at)
      select 'export_backup', 'completed', p.ids[1 + i % 20], ${lab.admin.id}, '{}', now() - make_interval(secs => i * 90), now()
      from p, generate_series(1, ${count}) i returning id, project_id, created_at
    )
    insert into control_plane.backups (project_id, job_id, created_by, format, compression, filename, storage_path, size_bytes,
      original_bytes, sha256, table_count, row_count, duration_ms, manifest, tags, status, type, created_at)
    select project_id, id, ${lab.admin.id}, (array['custom', 'sql', 'tar'])[1 + n % 3]::control_plane.backup_format,
      (array['gzip', 'zstd', 'none'])[1 + n % 7 % 3]::control_plane.backup_compression, 'listed_' || n || '.dump.gz', id::text, 1000 + n, 5000, md5(n::text), 12, n,
      1000, '{}', case when n % 500 = 0 then array['release'] else '{}'::text[] end,
      (case when n % 400 = 0 then 'missing' else 'available' end)::control_plane.backup_status,
      (case when n % 300 = 0 then 'safety' else 'scheduled' end)::control_plane.backup_type, created_at
    from (select *, row_number() over (order by created_at) as n from j) rows`);
  await db.execute(sql`analyze control_plane.backups`);
}

/** Every filter, first page and one in the middle. The same list of questions for a small and a large installation. */
function questions(lab: Lab, middle: Date): Record<string, () => Promise<unknown>> {
  const { backup } = createCaller(inTheNameOf(lab.admin));
  const cursor = Buffer.from(JSON.stringify([middle.toISOString(), lab.admin.id])).toString("base64url");
  const filters = {
    newest: {},
    project: { projectId: "listed_7" },
    status: { status: "missing" },
    type: { type: "safety" },
    format: { format: "tar" },
    compression: { compression: "none" },
    tag: { tag: "release" },
    search: { search: "listed 123" },
    "search of nothing": { search: "nowhere" },
    "project and tag": { projectId: "listed_7", tag: "release" },
    oldest: { oldestFirst: true },
  } as const;
  return Object.fromEntries(
    Object.entries(filters).flatMap(([name, filter]) => [
      [name, () => backup.listBackups(filter)],
      [`${name}, in the middle`, () => backup.listBackups({ ...filter, cursor })],
    ]),
  );
}

/** The slowest ratio of all pages and filters between a million backups and a thousand. */
export async function benchList(lab: Lab, rounds: number): Promise<Row[]> {
  const at = (count: number) => new Date(Date.now() - (count / 2) * 90_000);
  await fill(lab, 1000);
  const small = await alternate(rounds, questions(lab, at(1000)));
  await db.execute(sql`truncate control_plane.backups cascade`);
  await fill(lab, 1_000_000);
  const large = await alternate(rounds, questions(lab, at(1_000_000)));
  await db.execute(sql`truncate control_plane.backups cascade`);
  const rows = Object.keys(small).map((name) => ({ name, small: small[name] ?? 0, large: large[name] ?? 0 }));
  for (const { name, small, large } of rows)
    console.log(`listBackups ${name}: ${small.toFixed(1)} ms → ${large.toFixed(1)} ms`);
  const worst = rows.reduce((a, b) => (b.large / b.small > a.large / a.small ? b : a));
  return [
    {
      what: `listBackups, 50 rows, 1,000,000 backups against 1,000, worst of ${rows.length} (${worst.name})`,
      ours: `${worst.large.toFixed(1)} ms`,
      peer: `${worst.small.toFixed(1)} ms`,
      result: worst.large / worst.small,
      unit: "",
      target: { atMost: 2 },
    },
  ];
}
