import { eq } from "drizzle-orm";
import { db, type Tx } from "@/db/client";
import { log } from "@/db/log";
import { databases, projects } from "@/db/schema";
import { type Manifest, parseManifest } from "@/jobs/archive/manifest";
import type { Listed } from "@/jobs/home/home";
import { adopt } from "@/jobs/reconcile/adopt";
import { removeUnlisted } from "@/jobs/reconcile/remove-unlisted";
import { forFile, type Round } from "@/jobs/reconcile/round";
import { judge, type MakerFacts, makersOf } from "@/jobs/reconcile/verdict";

const batch = 500;

/**
 * Removes what no row lists and no export will, takes back what was listed once, and leaves the rest alone: it gives the
 * paths of that.
 */
export async function settleUnlisted(round: Round, unlisted: Listed[]): Promise<string[]> {
  const strange: string[] = [];
  if (unlisted.length === 0) return strange;
  const homeOf = await knownProjects();
  for (let i = 0; i < unlisted.length; i += batch) {
    const origins: [Listed, Origin | null][] = [];
    for (const each of unlisted.slice(i, i + batch)) origins.push([each, await originOf(round, each)]);
    const ids = new Set(origins.flatMap(([, origin]) => origin?.job.id ?? []));
    const facts = await makersOf(db, [...ids]);
    for (const [each, origin] of origins) {
      round.signal.throwIfAborted();
      await forFile(each.path, async () => {
        const job = origin ? facts.get(origin.job.id) : undefined;
        const home = origin ? homeOf(origin.project) : undefined;
        if (!origin || (await settle(round, { each, maker: origin.job, job, home })) === "strange")
          strange.push(each.path);
      });
    }
  }
  return strange;
}

/** What a sidecar says of where its file comes from. */
type Origin = Pick<Manifest, "job" | "project">;

async function originOf({ home }: Round, each: Listed): Promise<Origin | null> {
  if (!each.hasSidecar) return null;
  let origin: Origin | null = null;
  await forFile(each.path, async () => {
    const manifest = parseManifest(await home.readSidecar(each.path));
    // Not the rest: many manifests with many tables are many bytes.
    if (manifest) origin = { job: manifest.job, project: manifest.project };
  });
  return origin;
}

type Subject = { each: Listed; maker: Manifest["job"]; job: MakerFacts | undefined; home: string | undefined };

/** Gives `strange` for what is left alone for good. */
async function settle(round: Round, { each, maker, job, home }: Subject): Promise<"strange" | null> {
  const { path, stored } = each;
  const verdict = judge({ path, fence: maker.fence }, job);
  if (verdict === "busy") return null;
  if (verdict === "strange" || !(job || home)) return "strange";
  if (verdict === "lost" && stored) return adopt(round, path, home);
  // A folder or a link is of nobody that publishes; a sidecar without its file may be of another installation.
  if (!job || (stored && stored.sizeBytes === null)) return "strange";
  // Asked anew of whatever stands there by then. A lost file's sidecar goes only as long as the file is gone.
  const isToGo = async ({ id, fence }: Manifest["job"], tx: Tx) => {
    const now = judge({ path, fence }, (await makersOf(tx, [id])).get(id));
    return now === "over" || (now === "lost" && (await round.home.stat(path)) === null);
  };
  if (await removeUnlisted(round.home, path, isToGo))
    log.info({ file: path, jobId: maker.id, fence: maker.fence }, "a file that no backup will list was removed");
  return null;
}

/** The project that a sidecar names: by its id, which tells installations apart, or in manifests of old by its names. */
async function knownProjects(): Promise<(project: Manifest["project"]) => string | undefined> {
  const rows = await db
    .select({ id: projects.id, slug: projects.slug, schema: projects.schemaName, database: databases.name })
    .from(projects)
    .innerJoin(databases, eq(databases.id, projects.databaseId));
  const namesOf = ({ slug, schema, database }: Omit<Manifest["project"], "id" | "name">) =>
    JSON.stringify([slug, schema, database]);
  const ids = new Set(rows.map(({ id }) => id));
  const byNames = new Map(rows.map((row) => [namesOf(row), row.id]));
  return (project) => {
    if (project.id === undefined) return byNames.get(namesOf(project));
    return ids.has(project.id) ? project.id : undefined;
  };
}
