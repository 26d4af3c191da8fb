import { expect, it } from "vitest";
import { readImportForm } from "@/app/data-import/import-form";

it("triggers fire unless somebody has switched them off, and a backup is made where it was left on", () => {
  const form = new FormData();
  expect(readImportForm(form)).toEqual({ createBackup: false, triggers: true });
  form.set("createBackup", "on");
  form.set("triggersOff", "on");
  expect(readImportForm(form)).toEqual({ createBackup: true, triggers: false });
});
