import { describe, expect, it } from "vitest";
import { suggestColumns, suggestTable } from "@/jobs/data-file/suggest";

describe("a field's column", () => {
  it("is the one of the same name, whatever else is close", () => {
    expect(suggestColumns(["ID", "id", "Name"], ["id", "name"])).toEqual([null, "id", "name"]);
  });

  it("may differ in case, blanks, underscores and accents", () => {
    expect(
      suggestColumns(["Créé le", "FIRST NAME", "postCode", "Größe"], ["cree_le", "first_name", "post_code", "groesse"]),
    ).toEqual(["cree_le", "first_name", "post_code", "groesse"]);
  });

  it("may be its singular or plural, or have a slip", () => {
    expect(
      suggestColumns(["tag", "categories", "adress", "descripton"], ["tags", "category", "address", "description"]),
    ).toEqual(["tags", "category", "address", "description"]);
  });

  it("is none where names are short, differ in a number, or have nothing in common", () => {
    expect(suggestColumns(["ab", "line1", "colour", "___"], ["ac", "line2", "weight", "__"])).toEqual([
      null,
      null,
      null,
      null,
    ]);
  });

  it("is given to one field only, to the one that fits best", () => {
    expect(suggestColumns(["e-mail", "email"], ["email", "E_Mail"])).toEqual(["E_Mail", "email"]);
    expect(suggestColumns(["emails", "email"], ["email"])).toEqual([null, "email"]);
    expect(suggestColumns(["__proto__", "a"], ["__proto__", "constructor"])).toEqual(["__proto__", null]);
  });
});

describe("a source's table", () => {
  it("is that of its name, else that of the file's", () => {
    expect(suggestTable("Client", "x.csv", ["charts", "clients"])).toBe("clients");
    expect(suggestTable(null, "clients.csv.gz", ["charts", "clients"])).toBe("clients");
    expect(suggestTable(null, "acme.clients_2026-01-29 (2).csv", ["charts", "clients"])).toBe("clients");
    expect(suggestTable(null, "export.json", ["charts", "clients"])).toBe(null);
    expect(suggestTable("data", "clients.json", ["charts", "clients"])).toBe(null);
  });
});
