import { describe, expect, it } from "vitest";
import { quoteIdent } from "@/jobs/postgres/identifier";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { checked, dataFile, imported } from "@/jobs/testing/data-import";
import { givenShops, shops, visits } from "@/jobs/testing/shops";

givenControlPlane();
const given = givenShops();

/** [what it is, the file, options, the problems: kind, table, field, rows, message] */
type Case = [string, string, Record<string, unknown>, unknown[][]];

const cases: Case[] = [
  [
    "values that are none of their types",
    "shop,at,mood,n\n1,2026-02-30,happy,1\n1,2026-03-01,glad,x\n1,2026-03-02,sad,-1\n99999999999,2026-03-03,sad,1\n1,yesterdayish,sad,\n",
    visits,
    [
      ["invalid_value", "visits", "shop", "4", 'value "99999999999" is out of range for type integer'],
      ["invalid_value", "visits", "at", "1, 5", 'date/time field value out of range: "2026-02-30"'],
      ["invalid_value", "visits", "mood", "2", expect.stringContaining("invalid input value for enum")],
      ["invalid_value", "visits", "n", "2", 'invalid input syntax for type integer: "x"'],
      ["check_failed", "visits", "n", "3", expect.stringContaining('violates check constraint "positive_check"')],
    ],
  ],
  [
    "a text that is too long",
    "id,name,code\n3,three,abcd\n",
    shops,
    [["invalid_value", "shops", "code", "1", "value too long for type character varying(3)"]],
  ],
  [
    "rows with too many and too few fields",
    'id,name\n3,three\n4\n5,five,more\n6,"six\nseven"\n7\n',
    shops,
    [["row_width", "shops", null, "2-3, 5", "The row has 1 fields, the header 2."]],
  ],
  [
    "a table that is not there",
    '{"nothing": [{"a": 1}]}',
    {},
    [["unknown_table", "nothing", null, "", "There is no table nothing in this project."]],
  ],
  [
    "rows of no table",
    "id\n1\n",
    {},
    [["unknown_table", null, null, "", "The file does not say which table its rows are of. Name one."]],
  ],
  [
    "a field that no column has",
    "id,name,colour\n3,three,red\n",
    shops,
    [
      [
        "unknown_field",
        "shops",
        "colour",
        "",
        "The table shops has no column colour. Map it to another one, or to none to leave it out.",
      ],
    ],
  ],
  [
    "the same key twice, and one that is there",
    "id,name\n3,three\n1,one\n3,drei\n3,trois\n",
    shops,
    [
      ["duplicate_key", "shops", "id", "3-4", "An earlier row of the file has the same key."],
      ["key_exists", "shops", "id", "2", "A row with this key is there already."],
    ],
  ],
  [
    "no value where there has to be one",
    '[{"id": 3, "name": "three"}, {"id": 4}, {"id": 5, "name": null}, {"name": "six"}]',
    shops,
    [
      ["missing_value", "shops", "id", "4", "id must have a value."],
      ["missing_value", "shops", "name", "2-3", "name must have a value."],
    ],
  ],
  [
    "a column that has to have a value and is not in the file",
    "id\n3\n4\n",
    shops,
    [["missing_value", "shops", "name", "1-2", "The table needs a value for name, which the file does not have."]],
  ],
  [
    "parents that are nowhere",
    '{"visits": [{"shop": 3, "at": "2026-05-01"}, {"shop": 4, "at": "2026-05-01"}], "shops": [{"id": 3, "name": "three"}]}',
    {},
    [["missing_parent", "visits", "shop", "2", "No row of shops has this id, neither in the project nor in the file."]],
  ],
  [
    "values that must be there once",
    "id,name,code\n3,x,a\n4,y,c\n5,z,c\n6,u,\n7,v,\n",
    shops,
    [["not_unique", "shops", "code", "1, 3", "An earlier row of the file has the same code."]],
  ],
  [
    "rows that a check does not let in",
    "shop,at\n1,1999-12-31\n1,2026-06-01\n",
    visits,
    [
      [
        "check_failed",
        "visits",
        "at",
        "1",
        expect.stringContaining("does not pass the check visits_at_check: (at >= '2000-01-01'::date)"),
      ],
    ],
  ],
  [
    "a row that no partition takes",
    "id,at\n1,2026-05-05\n2,2030-01-01\n",
    { table: "logs" },
    [["no_partition", "logs", "at", "2", "No partition of logs takes this row."]],
  ],
  [
    "rows of others that would refer to nothing",
    "id,name,code\n1,one,a\n",
    { ...shops, importMode: "replace", conflictResolution: "overwrite" },
    [
      [
        "still_referenced",
        "shops",
        "id",
        "",
        expect.stringContaining("1 row of visits would refer to rows of shops that the file does not have"),
      ],
    ],
  ],
  [
    "rows without a key where rows are to be matched",
    "a,b\n1,x\n",
    { table: "loose", importMode: "upsert", conflictResolution: "overwrite" },
    [["no_key", "loose", null, "", expect.stringContaining("only by a key that the file has")]],
  ],
  [
    "a key that is none",
    "id,name\n3,x\n",
    { mapping: [{ source: null, table: "shops", key: ["name"] }] },
    [["no_key", "shops", null, "", "name is no unique key of the table shops."]],
  ],
  [
    "two fields for one column",
    "id,name,title\n3,x,y\n",
    { mapping: [{ source: null, table: "shops", columns: { title: "name" } }] },
    [["unknown_field", "shops", "title", "", "Another field goes to the column name already."]],
  ],
  [
    "a character that PostgreSQL cannot store",
    '[{"id": 3, "name": "a\\u0000b"}, {"id": 4, "name": "a\\\\u0000b"}, {"id": 5, "name": "\\\\\\u0000"}]',
    shops,
    [["invalid_value", "shops", null, "1, 3", "The row has the character U+0000, which PostgreSQL cannot store."]],
  ],
];

describe.each(cases)("%s", (...[, content, options, expected]) => {
  it("are told by row, in the dry run and by the import, which changes nothing", async () => {
    const fileId = await dataFile(given.tenant, content, "rows");
    const dry = await checked(given.tenant, fileId, options);
    expect(dry.status, dry.errorMessage ?? "").toBe("completed");
    const told = dry.report?.groups.map(({ kind, table, field, rows, message }) => [kind, table, field, rows, message]);
    expect(told).toEqual(expected);
    const done = await imported(given.tenant, fileId, options);
    expect(done).toMatchObject({
      status: "failed",
      errorCode: "import_invalid",
      report: { groups: dry.report?.groups },
    });
    const shops = await given.tenant.sql.unsafe(
      `select name from ${quoteIdent(given.tenant.schema)}.shops order by id`,
    );
    expect(shops.map(({ name }) => name)).toEqual(["one", "two"]);
  });
});
