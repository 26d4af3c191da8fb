import { expect, test } from "vitest";
import { menuPosition } from "@/app/ui/menu-position";

const screen = { width: 1000, height: 800 };
const button = (top: number) => ({ top, bottom: top + 30, left: 900, right: 930 });

test("a menu stands below its button, and its end is the button's", () => {
  const position = menuPosition(button(100), screen, { side: "bottom", align: "end", height: 200 });
  expect(position).toEqual({ top: 134, right: 70, maxHeight: 662 });
});

test("it turns up where there is no room below", () => {
  const position = menuPosition(button(700), screen, { side: "bottom", align: "start", height: 200 });
  expect(position).toEqual({ bottom: 104, left: 900, maxHeight: 692 });
});

test("it stays on the side with more room when neither has enough", () => {
  const position = menuPosition(button(300), screen, { side: "bottom", align: "end", height: 2000 });
  expect(position).toMatchObject({ top: 334 });
});
