import { eq, sql } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { db } from "@/db/client";
import { backupCopies } from "@/db/schema";
import { lookAfterDestinations } from "@/jobs/backup-copy/look-after";
import { mendSidecar } from "@/jobs/backup-copy/sidecar";
import { openDestination } from "@/jobs/destination/open";
import { makeBackup } from "@/jobs/testing/backup-rows";
import { startBotApi } from "@/jobs/testing/bot-api";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { addDestination, callUnhealthy, copiesAt } from "@/jobs/testing/copies";
import { runCopy } from "@/jobs/testing/copy-run";
import { startS3Server } from "@/jobs/testing/s3-server";
import { makeSchema, registerTenant, type Tenant } from "@/jobs/testing/tenant";

givenControlPlane();

let tenant: Tenant;
beforeAll(async () => {
  tenant = await registerTenant(await makeSchema({ tables: 0 }));
});

const round = () => lookAfterDestinations(new AbortController().signal);

/** As if so many seconds had passed since. */
const pass = ({ id }: { id: string }, seconds: number) => {
  const ago = (column: typeof backupCopies.checkedAt) => sql`${column} - make_interval(secs => ${seconds})`;
  return db
    .update(backupCopies)
    .set({ checkedAt: ago(backupCopies.checkedAt), storedAt: ago(backupCopies.storedAt) })
    .where(eq(backupCopies.destinationId, id));
};

describe("a manifest that could not be put beside its copy", () => {
  /** A copy in a bucket that took the file and then nothing more. */
  async function owed() {
    const { backup } = await makeBackup(tenant);
    const server = await startS3Server();
    const settings = { kind: "s3" as const, ...server.settings };
    const destination = await addDestination(settings);
    const refuse = () => server.fail("put", { status: 403, code: "AccessDenied" });
    const afterFile = server.asked("put").then(refuse);
    await runCopy({ backup, destination });
    await afterFile;
    expect(await copiesAt(destination)).toMatchObject([{ status: "stored", sidecar: null }]);
    const key = `coffer/here/${backup.storagePath}`;
    /** How often the copy was looked for in a round, and what is there after it. */
    const look = async () => {
      server.log.length = 0;
      await round();
      const looks = server.log.filter((request) => request.operation === "head" && request.key === key).length;
      return { looks, objects: [...server.contents.objects.keys()].length };
    };
    return { server, backup, destination, settings, refuse, look };
  }

  it("is put soon, and no more is looked for before the day has passed", async () => {
    const { server, destination, look } = await owed();
    await using _ = server;
    expect(await look()).toEqual({ looks: 0, objects: 1 });
    await pass(destination, 70);
    expect(await look()).toEqual({ looks: 1, objects: 2 });
    expect((await copiesAt(destination))[0]?.sidecar).toEqual({
      name: expect.stringMatching(/\.manifest\.json$/),
      sizeBytes: expect.any(Number),
      locator: null,
    });
    await pass(destination, 23 * 3600);
    expect(await look()).toEqual({ looks: 0, objects: 2 });
  });

  it("is tried ever more seldom where it is refused", async () => {
    const { server, destination, refuse, look } = await owed();
    await using _ = server;
    for (const seconds of [70, 140, 280]) {
      refuse();
      await pass(destination, seconds - 20);
      expect(await look(), `${seconds} s, not yet`).toEqual({ looks: 0, objects: 1 });
      await pass(destination, 20);
      expect(await look(), `${seconds} s`).toEqual({ looks: 1, objects: 1 });
      expect(await copiesAt(destination)).toMatchObject([{ sidecar: { isOwed: true } }]);
    }
  });

  it("is put once the bucket is back that was away when it was tried", async () => {
    const { server, destination, look } = await owed();
    await using _ = server;
    await pass(destination, 70);
    server.fail("head", "cut", { times: 6 });
    expect(await look()).toMatchObject({ objects: 1 });
    await pass(destination, 140);
    await callUnhealthy(destination.id, null);
    expect(await look()).toMatchObject({ objects: 2 });
  });

  it("is nobody else's to look for while it is being put", async () => {
    const { server, backup, destination, settings, look } = await owed();
    await using _ = server;
    // Whoever took it has come to it only now.
    await pass(destination, 3600);
    const [copy] = await copiesAt(destination);
    if (!copy) throw new Error("no copy");
    let seen: Promise<unknown> = Promise.resolve();
    const meanwhile = server.asked("put").then(() => (seen = look()));
    await mendSidecar({ backup, copy, destination: openDestination(settings) }, new AbortController().signal);
    await meanwhile;
    expect(await seen).toMatchObject({ looks: 0 });
  });

  it("is seen to be there when nobody could tell whether it had arrived", async () => {
    const { server, destination, look } = await owed();
    await using _ = server;
    await pass(destination, 70);
    await look();
    const [copy] = await copiesAt(destination);
    await db
      .update(backupCopies)
      .set({ sidecar: copy?.sidecar ? { ...copy.sidecar, isOwed: true } : null })
      .where(eq(backupCopies.destinationId, destination.id));
    await pass(destination, 140);
    expect(await look()).toEqual({ looks: 1, objects: 2 });
    expect((await copiesAt(destination))[0]?.sidecar).toEqual(copy?.sidecar);
  });
});

it("nothing is owed to a chat", async () => {
  const { backup } = await makeBackup(tenant);
  await using server = await startBotApi({ uploadMaxBytes: 1_000, downloadMaxBytes: 1_000, perSecond: 100 });
  const destination = await addDestination({ kind: "telegram", ...server.settings });
  await runCopy({ backup, destination });
  const [{ checkedAt } = {}] = await copiesAt(destination);
  await pass(destination, 3600);
  await round();
  const before = new Date((checkedAt?.getTime() ?? 0) - 3_600_000);
  expect((await copiesAt(destination))[0]?.checkedAt).toEqual(before);
});
