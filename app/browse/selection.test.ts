import { expect, it } from "vitest";
import { isSame, selectionHref, selectionOf } from "@/app/browse/selection";

it("comes back from its address, whatever it is called", () => {
  for (const selection of [
    { kind: "table", name: 'Odd. *?$(id) "name" & more=1' },
    { kind: "function", name: "f(a integer, b text)" },
  ]) {
    const query = new URLSearchParams(selectionHref(selection));
    expect(selectionOf(query)).toEqual(selection);
    expect(isSame(selectionOf(query), selection)).toBe(true);
  }
  expect(selectionOf(new URLSearchParams("kind=view"))).toBeNull();
});
