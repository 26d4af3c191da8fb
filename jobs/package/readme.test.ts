import { describe, expect, it } from "vitest";
import { packageReadme } from "@/jobs/package/readme";
import { sampleManifest as manifest } from "@/jobs/testing/manifest";

const recipient = `age1${"q".repeat(58)}`;
const encrypted = {
  ...manifest,
  file: {
    ...manifest.file,
    name: "acme.dump.zst.age",
    encryption: { format: "age" as const, recipients: [recipient] },
  },
};

describe("the README of a package", () => {
  const text = packageReadme(manifest);

  it("says what it is, and how to restore it with the script, with a container and by hand", () => {
    expect(text).toContain(": 1 table with 3 rows.");
    expect(text).toContain("\nsh restore.sh DATABASE\n");
    expect(text).toContain("\nPOSTGRES_PASSWORD=choose-one docker compose up --wait\n");
    expect(text).toContain("\ncat ./acme.dump.zst | zstd -dc | pg_restore ");
    expect(text).toContain("needs `psql`, `zstd` and `pg_restore` of PostgreSQL 15 or newer");
    expect(text).not.toMatch(/age|key\.txt/);
  });

  it("says what has to be made first: what it needs with the statements for it, and what the database had besides", () => {
    expect(text).toContain("It needs these extensions:\n\n- `citext`, version `1.6`, in the schema `public`\n\n");
    expect(text).toContain('\ncreate extension if not exists "citext" schema "public";\n```\n');
    expect(text).toContain("- table `countries` of the schema `shared`\n");
    expect(text).toContain("also had these extensions. A function or an index may need one:\n\n- `pg_trgm`");
    expect(text).not.toContain("plpgsql");
    expect(packageReadme({ ...manifest, extensions: [], outsideDependencies: [] })).not.toContain("Make this first");
  });

  it("says whose key opens an encrypted one, and how", () => {
    const text = packageReadme(encrypted);
    expect(text).toContain("\nsh restore.sh DATABASE key.txt\n");
    expect(text).toContain(`- \`${recipient}\`\n`);
    expect(text).toContain("\nage -d -i key.txt -o ./acme.dump.zst ./acme.dump.zst.age\n");
    expect(text).toContain("\nage -d -i key.txt ./acme.dump.zst.age | zstd -dc | pg_restore ");
  });

  it.each([
    ["a\n\n# Run this\n", "`a\\u{a}\\u{a}# Run this\\u{a}`"],
    ["`` ` ``", "``` `` ` `` ```"],
    ["\u001b[31m\u2028\u202e", "`\\u{1b}[31m\\u{2028}\\u{202e}`"],
    ["<script>[x](y)|", "`<script>[x](y)|`"],
  ])("keeps a name like %j in its place", (name, shown) => {
    const odd = packageReadme({
      ...manifest,
      project: { ...manifest.project, schema: name, database: name },
      extensions: [{ name, version: name, schema: name }],
      outsideDependencies: [
        { kind: "type", name, schema: name, extension: null },
        { kind: "type", name: "x", schema: "y", extension: name },
      ],
    });
    expect(odd).toContain(`This is the schema ${shown} of the PostgreSQL database ${shown} as it was`);
    expect(odd).toContain(`- ${shown}, version ${shown}, in the schema ${shown}\n`);
    expect(odd.split("\n").filter((line) => line.startsWith("# "))).toEqual(["# Backup of acme"]);
    const outsideOfSpans = odd
      .replace(/^```[a-z]*\n.*?^```$/gms, "")
      .replace(/(?<!`)(`+)(?!`)[^\n]*?(?<!`)\1(?!`)/g, "");
    expect(outsideOfSpans).not.toContain("<script>");
    expect(/[^\n\P{C}]/u.test(odd)).toBe(false);
  });
});
