import { eq } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { db } from "@/db/client";
import { databases, projects } from "@/db/schema";
import { type CloneOptions, cloneOptions } from "@/jobs/clone-project/options";
import { startClone } from "@/jobs/clone-project/start";
import { quoteIdent } from "@/jobs/postgres/identifier";
import { givenControlPlane, tester } from "@/jobs/testing/control-plane";
import { type Backup, jobAtEnd } from "@/jobs/testing/export-job";
import { schemasOf } from "@/jobs/testing/restoration";
import { contentsOf, emptyDatabase } from "@/jobs/testing/restore";
import { connectionOf, sessions, unique } from "@/jobs/testing/tenant";
import { makeShared, type TortureTenant, tortureTenant } from "@/jobs/testing/torture";
import { backupOf } from "@/jobs/testing/verification";
import { givenWorker } from "@/jobs/testing/worker-process";

givenControlPlane();
givenWorker();

let torture: TortureTenant;
let backup: Backup;
beforeAll(async () => {
  torture = await tortureTenant();
  backup = await backupOf(torture, { format: "custom" });
});

const origin = { actor: tester, address: null, requestId: null };
async function clone(wish: Partial<CloneOptions> = {}) {
  const slug = `clone-${unique()}`;
  const options = cloneOptions.parse({ backupId: backup.id, slug, name: slug, schemaName: `Clone "${slug}"`, ...wish });
  const { id } = await db.transaction((tx) => startClone(tx, origin, { options, projectId: torture.projectId }));
  const job = await jobAtEnd(id, 120);
  const [project] = await db.select().from(projects).where(eq(projects.slug, options.slug));
  return { job, options, project };
}

/** The same, whatever the schema is called. */
const anonymous = (text: string, schema: string) =>
  text.replaceAll(quoteIdent(schema), "SCHEMA").replaceAll(schema, "SCHEMA");

describe("a clone", () => {
  it("is a project of its own with all that the backup holds", async () => {
    const { job, project, options } = await clone();
    expect(job).toMatchObject({ status: "completed", errorMessage: null });
    expect(project).toMatchObject({ schemaName: options.schemaName, name: options.name });
    const [was, is] = [
      await contentsOf(torture.url, torture.schema),
      await contentsOf(torture.url, options.schemaName),
    ];
    expect(is.tables).toEqual(was.tables);
    expect(is.sequences).toEqual(was.sequences);
    expect(anonymous(is.definitions, options.schemaName)).toBe(anonymous(was.definitions, torture.schema));
    expect(await schemasOf(job.id)).toEqual([]);
  });

  it.each(["sql", "tar"] as const)("of a %s file without rows has every table, and nothing in them", async (format) => {
    const [source, of] = [backup, await backupOf(torture, { format })];
    backup = of;
    const { job, options } = await clone({ structureOnly: true });
    backup = source;
    expect(job).toMatchObject({ status: "completed", errorMessage: null });
    const is = await contentsOf(torture.url, options.schemaName);
    const was = await contentsOf(torture.url, torture.schema);
    expect(anonymous(is.definitions, options.schemaName)).toBe(anonymous(was.definitions, torture.schema));
    expect(Object.values(is.tables).map((table) => table.split(" ")[0])).toEqual(Object.keys(is.tables).map(() => "0"));
  });

  it("goes onto another database too, where whoever restores owns it all", async () => {
    const url = await emptyDatabase();
    await makeShared(sessions(url), torture.shared);
    await sessions(url)
      .unsafe("create extension if not exists btree_gist")
      .catch(() => {});
    const [other] = await db
      .insert(databases)
      .values({ name: `other ${unique()}`, connection: connectionOf(url) })
      .returning();
    const { job, options, project } = await clone({ databaseId: other?.id, schemaName: torture.schema });
    expect(job).toMatchObject({ status: "completed", errorMessage: null });
    expect(project?.databaseId).toBe(other?.id);
    expect((await contentsOf(url, options.schemaName)).tables).toEqual(
      (await contentsOf(torture.url, torture.schema)).tables,
    );
  });

  it("refuses a name that is taken, and leaves nothing", async () => {
    const { job } = await clone({ schemaName: torture.shared });
    expect(job).toMatchObject({ status: "failed", errorCode: "restore_refused", attempts: 1 });
    expect(job.errorMessage).toContain(`There is a schema ${torture.shared}`);
    const other = await clone({ slug: torture.slug });
    expect(other.job.errorMessage).toContain(`slug ${torture.slug}`);
    expect(await schemasOf(other.job.id)).toEqual([]);
  });

  it("of one backup can be made several at a time", async () => {
    const clones = await Promise.all([clone(), clone(), clone()]);
    expect(clones.map(({ job }) => [job.status, job.attempts])).toEqual(clones.map(() => ["completed", 1]));
    for (const { options } of clones)
      expect(Object.keys((await contentsOf(torture.url, options.schemaName)).tables).length).toBeGreaterThan(10);
  });
});
