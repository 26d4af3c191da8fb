import { chmod, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import {
  installCommand,
  packageManagers,
  postgresInstallHint,
  postgresPackages,
} from "@/jobs/postgres/install-command";
import {
  chooseTool,
  compareVersions,
  findInstallations,
  type Installation,
  missingTool,
  type PostgresTool,
  parseVersion,
  toolFor,
} from "@/jobs/postgres/tools";

const installation = (
  version: string,
  tools: PostgresTool[] = ["pg_dump", "psql"],
  preferred = false,
): Installation => ({
  bin: `/pg/${version}`,
  major: Number.parseInt(version, 10),
  version,
  tools: new Set(tools),
  preferred,
});

describe("choosing a program", () => {
  const many = [installation("18.1"), installation("17.2"), installation("15.3"), installation("15.18")];

  it("takes the server's own major version, in its newest minor version", () => {
    expect(chooseTool(many, "pg_dump", 15)).toEqual({ path: "/pg/15.18/pg_dump", major: 15 });
  });

  it("takes the lowest newer major version when the server's own is missing", () => {
    expect(chooseTool(many, "pg_dump", 16)).toEqual({ path: "/pg/17.2/pg_dump", major: 17 });
  });

  it("never takes an older one", () => {
    expect(chooseTool(many, "pg_dump", 19)).toBeUndefined();
  });

  it("passes over installations that lack the program", () => {
    expect(chooseTool([installation("15.1", ["psql"]), installation("16.0")], "pg_dump", 15)?.major).toBe(16);
  });

  it("prefers the operator's folder among those of one major version, but not over the server's own version", () => {
    expect(chooseTool([...many, installation("15.0", ["pg_dump"], true)], "pg_dump", 15)?.path).toBe(
      "/pg/15.0/pg_dump",
    );
    expect(chooseTool([...many, installation("16.0", ["pg_dump"], true)], "pg_dump", 15)?.major).toBe(15);
  });

  it("says what is needed, what is there and how to get it", () => {
    const hint = postgresInstallHint("apk", { part: "client", major: 19 }, true);
    expect(missingTool("pg_dump", { serverMajor: 19, installations: [installation("15.18")], hint })).toBe(
      "This server needs pg_dump of PostgreSQL 19 or newer; only 15.18 was found. Install it with: sudo apk add --no-cache postgresql19-client.",
    );
  });
});

describe("versions", () => {
  it("are read from every packager's wording", () => {
    expect(parseVersion("pg_dump (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)")).toEqual({
      major: 15,
      version: "15.18",
    });
    expect(parseVersion("postgres (PostgreSQL) 18beta1")).toEqual({ major: 18, version: "18beta1" });
    expect(parseVersion("postgres (EnterpriseDB) 16.4.1")).toEqual({ major: 16, version: "16.4.1" });
    expect(parseVersion("something else")).toBeUndefined();
  });

  it("are ordered by number, with a beta before its release", () => {
    expect(["15.9", "18beta1", "15.18", "18.0"].sort(compareVersions)).toEqual(["15.9", "15.18", "18beta1", "18.0"]);
  });
});

describe("the command to install", () => {
  it("exists for every package manager, for the server and for the client", () => {
    for (const manager of packageManagers) {
      expect(postgresPackages(manager, "server").length).toBeGreaterThan(0);
      expect(installCommand(manager, postgresPackages(manager, "client", 17), false)).toContain(manager);
    }
  });

  it("adds PostgreSQL's own package source on Debian, which carries one major version only", () => {
    expect(postgresInstallHint("apt-get", { part: "client", major: 17 }, true)).toMatch(
      /apt\.postgresql\.org\.sh -y && sudo apt-get install .*postgresql-client-17$/,
    );
  });

  it("names the download page where there is no package manager", () => {
    expect(postgresInstallHint(undefined, { part: "server" }, true)).toContain("https://www.postgresql.org/download/");
  });

  it("never puts sudo before brew", () => {
    expect(installCommand("brew", ["postgresql@17"], true)).toBe("brew install postgresql@17");
  });
});

describe("finding installations", () => {
  const folders: string[] = [];
  afterEach(async () => {
    for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
  });

  async function standIn(answer: string) {
    const folder = await mkdtemp(path.join(tmpdir(), "coffer-tools-"));
    folders.push(folder);
    await writeFile(path.join(folder, "answer"), `#!/bin/sh\necho '${answer}'\n`);
    await chmod(path.join(folder, "answer"), 0o755);
    await symlink("answer", path.join(folder, "pg_dump"));
    return folder;
  }

  it("finds a PostgreSQL that can run a server, newest first", async () => {
    const found = await findInstallations();
    expect(found.some(({ tools }) => tools.has("initdb") && tools.has("pg_dump"))).toBe(true);
    expect(found).toEqual(found.toSorted((a, b) => compareVersions(b.version, a.version)));
  });

  it("takes an operator's folder as it stands", async () => {
    const folder = await standIn("pg_dump (PostgreSQL) 99.1");
    expect(await toolFor("pg_dump", 99, { extraFolders: [folder] })).toEqual({ path: `${folder}/pg_dump`, major: 99 });
  });

  it("passes over a program that does not tell a version", async () => {
    const folder = await standIn("hello");
    const found = await findInstallations({ extraFolders: [folder] });
    expect(found.map(({ bin }) => bin)).not.toContain(folder);
  });

  it("notices what was removed after the first look, and takes another or says what is missing", async () => {
    const [first, second] = [await standIn("pg_dump (PostgreSQL) 99.1"), await standIn("pg_dump (PostgreSQL) 99.1")];
    const find = () => toolFor("pg_dump", 99, { extraFolders: [first, second] });
    expect(await find()).toEqual({ path: `${first}/pg_dump`, major: 99 });
    await rm(path.join(first, "answer"));
    expect(await find()).toEqual({ path: `${second}/pg_dump`, major: 99 });
    await rm(path.join(second, "answer"));
    expect(await find()).toEqual({
      missing: expect.stringMatching(/^This server needs pg_dump of PostgreSQL 99 or newer; only .* was found\. .*\.$/),
    });
  });

  it("notices what was installed after the first look", async () => {
    const folder = await standIn("pg_dump (PostgreSQL) 98.1");
    expect(await toolFor("pg_dump", 99, { extraFolders: [folder] })).toHaveProperty("missing");
    await writeFile(path.join(folder, "answer"), "#!/bin/sh\necho 'pg_dump (PostgreSQL) 99.0'\n");
    expect(await toolFor("pg_dump", 99, { extraFolders: [folder] })).toHaveProperty("major", 99);
  });
});
