/** What is chosen last, as the procedure wants it. Who may not switch triggers off has no such field. */
export const readImportForm = (form: FormData) => ({
  createBackup: form.get("createBackup") === "on",
  triggers: form.get("triggersOff") !== "on",
});
