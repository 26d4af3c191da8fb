import { describe, expect, it } from "vitest";
import { jsonDocument } from "@/jobs/data/document";
import type { Filters, Selection } from "@/jobs/data/select";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { givenData, tableOf, textOf } from "@/jobs/testing/data-document";

givenControlPlane();
const given = givenData();

describe("chosen rows", () => {
  const ids = async (selection: Selection, name = "parts") => {
    const tables = [{ table: tableOf(name), selection }];
    const text = await textOf((sql) => jsonDocument(sql, { schema: given.tenant.schema, tables }));
    return JSON.parse(text)[name].map(({ id }: { id: number }) => id);
  };

  it.each<[Filters, number[]]>([
    [{ id: 3 }, [3]],
    [{ id: "3" }, [3]],
    [{ note: "n1" }, [1, 4, 7]],
    [{ note: { ne: "n1" }, id: { gt: 3, lte: 6 } }, [5, 6]],
    [{ at: { lt: "2026-01-04", gte: "2026-01-03" } }, [2]],
    [{ id: { in: [9, 1, "5"] } }, [1, 5, 9]],
    [{ id: { in: [] } }, []],
    [{ note: { like: "%2" } }, [2, 5, 8]],
    [{ note: { is_null: true } }, []],
    [{ note: null }, []],
    [{ note: { ne: null }, id: { lt: 3 } }, [1, 2]],
    [{ note: "'; drop table parts; --" }, []],
  ])("are those that fit the filters %j", async (filters, found) => {
    expect(await ids({ filters, limit: 100 })).toEqual(found);
  });

  it("come in pages, in the order of the key", async () => {
    expect(await ids({ limit: 4 })).toEqual([1, 2, 3, 4]);
    expect(await ids({ limit: 4, offset: 8 })).toEqual([9]);
    expect(await ids({ offset: 7 })).toEqual([8, 9]);
  });

  it.each<[string, unknown]>([
    ["a column that is not there", { nothing: 1 }],
    ["an operator that is not there", { id: { between: 1 } }],
    ["a list for eq", { id: { eq: [1] } }],
    ["a text for is_null", { id: { is_null: "yes" } }],
    ["an object in a list", { id: { in: [{}] } }],
    ["a NUL", { note: "a\0" }],
  ])("cannot be chosen by %s", async (_, filters) => {
    const failure = await ids({ filters: filters as Filters }).then(
      () => null,
      (error: Error) => error,
    );
    expect(failure?.message).toMatch(/^The filter of \w+ cannot be used: /);
  });
});
