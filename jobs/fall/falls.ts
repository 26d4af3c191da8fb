import { sql } from "drizzle-orm";
import { db } from "@/db/client";
import { comparedWith, type Fall, fallOf, type Holding } from "@/jobs/fall/fall";

type Row = Holding & { id: string; before: Holding[] | null };

/**
 * Which of these backups hold far less than those before them in their project, of which there must be at least so many. One
 * look-up by index for each.
 */
export async function fallsOf(ids: string[], habit?: { atLeast: number }): Promise<Map<string, Fall>> {
  if (ids.length === 0) return new Map();
  const rows = await db.execute<Row>(sql`
    select b.id, b.row_count::float8 as rows, b.original_bytes::float8 as bytes, (
      select json_agg(json_build_object('rows', e.row_count, 'bytes', e.original_bytes)) from (
        select e.row_count, e.original_bytes from control_plane.backups e
        where e.project_id = b.project_id and (e.created_at, e.id) < (b.created_at, b.id)
        order by e.created_at desc, e.id desc limit ${comparedWith}) e) as before
    from control_plane.backups b where b.id = any (${sql.param(ids)}::uuid[])`);
  const found = rows.flatMap(({ id, before, ...holding }) => {
    const fall = fallOf(holding, before ?? [], habit);
    return fall ? [[id, fall] as const] : [];
  });
  return new Map(found);
}
