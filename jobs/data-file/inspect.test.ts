import { describe, expect, it } from "vitest";
import { inspect } from "@/jobs/data-file/inspect";
import { fileOf, givenFiles } from "@/jobs/testing/rows-file";
import { zipped } from "@/jobs/testing/zipped";

givenFiles();

describe("the head of a file", () => {
  it("shows a person the fields and first rows", async () => {
    const csv = await inspect(await fileOf(`id;note\n1;"a\nb"\n2;\n3;""\n${"4;x\n".repeat(30)}`));
    expect(csv).toMatchObject({ format: "csv", delimiter: ";", isWhole: true });
    expect(csv.tables[0]?.fields).toEqual(["id", "note"]);
    expect(csv.tables[0]?.rows).toHaveLength(20);
    expect(csv.tables[0]?.rows.slice(0, 3)).toEqual([
      ["1", "a\nb"],
      ["2", null],
      ["3", ""],
    ]);
    const json = await inspect(
      await fileOf('{"a":[{"id":12345678901234567890,"x":{"y": 1}},{"z":null,"__proto__":"\\u00fc"}],"b":[{"n":"x"}]}'),
    );
    expect(json.tables).toEqual([
      {
        name: "a",
        fields: ["id", "x", "z", "__proto__"],
        rows: [
          ["12345678901234567890", '{"y": 1}', null, null],
          [null, null, null, "ü"],
        ],
      },
      { name: "b", fields: ["n"], rows: [["x"]] },
    ]);
  });

  it("is enough, however the rest looks", async () => {
    const rows = Array.from({ length: 50_000 }, (_, n) => `{"id":${n},"note":"ü${"x".repeat(300)}"}`);
    const json = await inspect(await fileOf(`[${rows}`));
    expect(json).toMatchObject({ isWhole: false, tables: [{ name: null, fields: ["id", "note"] }] });
    expect(json.tables[0]?.rows).toHaveLength(20);
    expect(json.tables[0]?.rows[0]?.[1]).toBe(`ü${"x".repeat(199)}…`);
    const csv = await inspect(await fileOf(`a,b\n${'1,"ü\n"\n'.repeat(100_000)}"`));
    expect(csv).toMatchObject({ isWhole: false, tables: [{ fields: ["a", "b"] }] });
    const zip = await inspect(await fileOf(await zipped({ "a.csv": "x\n1\n", "b.csv": "y,z\n" })));
    expect(zip.tables).toEqual([
      { name: "a", fields: ["x"], rows: [["1"]] },
      { name: "b", fields: ["y", "z"], rows: [] },
    ]);
  });
});
