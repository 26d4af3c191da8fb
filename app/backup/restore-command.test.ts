import { describe, expect, test } from "vitest";
import { checkCommand, curlCommand } from "@/app/backup/restore-command";
import { keyFile, restoreCommand } from "@/server/restore-command";
import { readRecipe } from "@/server/testing/readme";

describe("the command that restores", () => {
  test.each([
    ["custom", "gzip", "acme.dump.gz", "gunzip -c acme.dump.gz | pg_restore --no-owner -d DBNAME"],
    ["custom", "zstd", "acme.dump.zst", "zstd -dc acme.dump.zst | pg_restore --no-owner -d DBNAME"],
    ["custom", "none", "acme.dump", "pg_restore --no-owner -d DBNAME acme.dump"],
    ["tar", "gzip", "acme.tar.gz", "gunzip -c acme.tar.gz | pg_restore -Ft --no-owner -d DBNAME"],
    ["tar", "none", "acme.tar", "pg_restore -Ft --no-owner -d DBNAME acme.tar"],
    ["sql", "zstd", "acme.sql.zst", "zstd -dc acme.sql.zst | psql -1 -v ON_ERROR_STOP=1 -d DBNAME"],
    ["sql", "none", "acme.sql", "psql -1 -v ON_ERROR_STOP=1 -d DBNAME -f acme.sql"],
  ] as const)("for %s with %s", (...[format, compression, filename, command]) =>
    expect(restoreCommand({ filename, format, compression, encrypted: false })).toBe(command),
  );

  test.each([
    [
      "custom",
      "gzip",
      "acme.dump.gz.age",
      "age -d -i key.txt acme.dump.gz.age | gunzip -c | pg_restore --no-owner -d DBNAME",
    ],
    [
      "tar",
      "zstd",
      "acme.tar.zst.age",
      "age -d -i key.txt acme.tar.zst.age | zstd -dc | pg_restore -Ft --no-owner -d DBNAME",
    ],
    ["custom", "none", "acme.dump.age", "age -d -i key.txt acme.dump.age | pg_restore --no-owner -d DBNAME"],
    ["sql", "none", "acme.sql.age", "age -d -i key.txt acme.sql.age | psql -1 -v ON_ERROR_STOP=1 -d DBNAME"],
  ] as const)("for %s with %s, encrypted", (...[format, compression, filename, command]) =>
    expect(restoreCommand({ filename, format, compression, encrypted: true })).toBe(command),
  );
});

test.each([
  ["acme_2026-01-29T153007Z.package.tar", false, "sh ./acme_2026-01-29T153007Z/restore.sh DBNAME"],
  ["acme_2026-01-29T153007Z-2.package.tar", false, "sh ./acme_2026-01-29T153007Z/restore.sh DBNAME"],
  ["acme-7_2026-01-29T153007Z.package.tar", true, "sh ./acme-7_2026-01-29T153007Z/restore.sh DBNAME key.txt"],
])("the command that restores the package %s runs the script in it", (filename, encrypted, command) =>
  expect(restoreCommand({ filename, format: "package", compression: "gzip", encrypted })).toBe(
    `tar -xf ${filename} && ${command}`,
  ),
);
describe("the README says the same, word for word,", () => {
  const { commands, encrypted } = readRecipe();
  const files = [
    ["custom", "dump"],
    ["sql", "sql"],
    ["tar", "tar"],
  ] as const;
  const packings = [
    ["gzip", ".gz"],
    ["zstd", ".zst"],
    ["none", ""],
  ] as const;

  describe.each(files)("of %s", (format, first) => {
    test.each(packings)("with %s", (compression, second) => {
      const ending = `.${first}${second}`;
      const command = (filename: string, isEncrypted: boolean) =>
        restoreCommand({ filename, format, compression, encrypted: isEncrypted });
      expect(command("FILE", false)).toBe(commands[ending]);
      expect(command("FILE", true)).toBe(encrypted(ending).replace("key.txt", keyFile));
    });
  });
});

test("the link is quoted for the shell", () => {
  expect(curlCommand("acme.dump", "http://localhost/x?a=1&b=2")).toBe(
    "curl -f -o acme.dump 'http://localhost/x?a=1&b=2'",
  );
});

test("the hash can be checked", () => {
  expect(checkCommand("acme.dump", "9f2c")).toBe("echo '9f2c  acme.dump' | sha256sum -c");
});
