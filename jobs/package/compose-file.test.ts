import { chmod, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { composeFile } from "@/jobs/package/compose-file";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { addKey } from "@/jobs/testing/encryption-key";
import { testEnv } from "@/jobs/testing/env";
import { packageOf, variablesOf } from "@/jobs/testing/exported-package";
import { dumpOf, runAsStranger } from "@/jobs/testing/package";
import { contentsOf } from "@/jobs/testing/restore";
import { type SecondServer, secondServer } from "@/jobs/testing/server";
import { makeTenant, sessions, unique } from "@/jobs/testing/tenant";
import { tortureTenant } from "@/jobs/testing/torture";
import { givenWorker } from "@/jobs/testing/worker-process";

const compose = z.object({
  services: z.strictObject({
    postgres: z.object({
      image: z.string(),
      environment: z.record(z.string(), z.string()),
      volumes: z.array(z.string()),
      ports: z.array(z.string()),
    }),
  }),
});
const read = (text: string) => compose.parse(parse(text)).services.postgres;

describe("compose.yaml", () => {
  it.each([
    ["14", "postgres:14"],
    ["18", "postgres:18"],
  ])("takes the image of PostgreSQL %s", (clientVersion, image) =>
    expect(read(composeFile({ clientVersion })).image).toBe(image),
  );

  it("mounts the whole folder where the image looks for scripts, for reading only, and listens on this machine only", () => {
    const { volumes, ports, environment } = read(composeFile({ clientVersion: "15" }));
    expect(volumes).toEqual([".:/docker-entrypoint-initdb.d:ro"]);
    expect(ports).toEqual([expect.stringMatching(/^127\.0\.0\.1:/)]);
    expect(environment).toMatchObject({
      PACKAGE_FOLDER: "/docker-entrypoint-initdb.d",
      POSTGRES_PASSWORD: expect.stringMatching(/^\$\{POSTGRES_PASSWORD:\?/),
    });
  });
});

/**
 * What docker-entrypoint.sh of the official image does with the folder when it starts for the first time: each file in the
 * order of names, a script that is not executable in its own shell, and any other file ignored.
 */
const entrypoint = `
set -Eeo pipefail
docker_process_init_files() {
  local f
  for f; do
    case "$f" in
      *.sh) if [ -x "$f" ]; then "$f"; else . "$f"; fi ;;
      *.sql) psql -v ON_ERROR_STOP=1 --no-password --no-psqlrc -q --dbname "$POSTGRES_DB" -f "$f" ;;
      *.sql.gz | *.sql.xz | *.sql.zst) exit 9 ;;
    esac
  done
}
docker_process_init_files "$1"/*
echo "PostgreSQL init process complete"`;

describe("the image that compose.yaml starts", () => {
  givenControlPlane();
  givenWorker();
  let server: SecondServer;
  beforeAll(async () => {
    server = await secondServer();
    return () => server[Symbol.asyncDispose]();
  });

  /** Starts an empty cluster's database with the folder as the image would. Gives the address, and what was said. */
  async function start(folder: string) {
    const { environment, image } = read(await readFile(path.join(folder, "compose.yaml"), "utf8"));
    const url = new URL(server.adminUrl);
    const name = `${environment.POSTGRES_DB}_${unique()}`;
    await sessions(server.adminUrl).unsafe(`create database ${name}`);
    url.pathname = `/${name}`;
    const env = {
      ...environment,
      ...variablesOf(url.href),
      POSTGRES_DB: name,
      PACKAGE_FOLDER: folder,
    };
    return {
      image,
      url: url.href,
      ...(await runAsStranger("bash", ["-c", entrypoint, "entrypoint", folder], { env })),
    };
  }

  it.each([
    ["executable", 0o755],
    ["not executable", 0o644],
  ])("restores what needs nothing from outside, by a script that is %s", async (_, mode) => {
    const tenant = await makeTenant();
    const folder = await packageOf(tenant);
    await chmod(path.join(folder, "restore.sh"), mode);
    const { code, said, url, image } = await start(folder);
    expect([code, said]).toEqual([0, "restore.sh: Restored.\nPostgreSQL init process complete\n"]);
    const [version] = await tenant.sql<{ number: string }[]>`select current_setting('server_version_num') as number`;
    expect(image).toBe(`postgres:${Math.floor(Number(version?.number) / 10_000)}`);
    const { tables, sequences } = await contentsOf(testEnv.tenantUrl, tenant.schema);
    expect(await contentsOf(url, tenant.schema)).toMatchObject({ tables, sequences });
  });

  it("restores what needs something, once before.sql makes it, and does not start without", async () => {
    const tenant = await tortureTenant();
    const folder = await packageOf(tenant);
    const without = await start(folder);
    expect(without.code).not.toBe(0);
    expect(without.said).toContain(`schema "${tenant.shared}" does not exist`);
    const dumped = await runAsStranger("pg_dump", ["-n", tenant.shared, "-O", "-d", testEnv.tenantUrl]);
    await writeFile(path.join(folder, "before.sql"), dumped.said);
    const { code, url } = await start(folder);
    expect(code).toBe(0);
    const { tables, sequences } = await contentsOf(testEnv.tenantUrl, tenant.schema);
    expect(await contentsOf(url, tenant.schema)).toMatchObject({ tables, sequences });
  });

  it("restores what somebody has decrypted as the README says, and says so when nobody has", async () => {
    const key = await addKey();
    const tenant = await makeTenant();
    const folder = await packageOf(tenant, { encrypt: true });
    expect(await start(folder)).toMatchObject({ code: 1, said: expect.stringContaining("The dump is encrypted") });
    const readme = await readFile(path.join(folder, "README.md"), "utf8");
    const command = /^age .*-o .*$/m.exec(readme)?.[0] ?? "";
    const decrypted = await runAsStranger("sh", ["-c", command.replace("key.txt", key.file)], { cwd: folder });
    expect(decrypted).toEqual({ code: 0, said: "" });
    expect(path.basename(await dumpOf(folder))).toBe(`${tenant.slug}.dump.gz`);
    const { code, url } = await start(folder);
    expect(code).toBe(0);
    expect((await contentsOf(url, tenant.schema)).tables).toEqual(
      (await contentsOf(testEnv.tenantUrl, tenant.schema)).tables,
    );
  });
});
