import { uuidIn } from "@/app/ui/uuid";

export const steps = ["file", "columns", "check", "import", "result"] as const;
export type Step = (typeof steps)[number];

export const stepWords: Record<Step, { name: string; title: string }> = {
  file: { name: "File", title: "Choose a file" },
  columns: { name: "Columns", title: "Say where its rows go" },
  check: { name: "Dry run", title: "See what would happen" },
  import: { name: "Import", title: "Import the rows" },
  result: { name: "Result", title: "What came of it" },
};

/** How far an import is: its file, the job of the last dry run, the job that imports. */
type Progress = { fileId: string | null; checkId: string | null; runId: string | null };

export type Place = Progress & { step: Step };

/** Where in the wizard an address is. A step that lacks what it is about is the one before. */
export function placeOf(query: Pick<URLSearchParams, "get">): Place {
  const progress = { fileId: uuidIn(query, "file"), checkId: uuidIn(query, "check"), runId: uuidIn(query, "import") };
  return { ...progress, step: stepOf(progress, query.get("step")) };
}

function stepOf({ fileId, checkId, runId }: Progress, wanted: string | null): Step {
  if (runId) return "result";
  if (checkId && fileId && wanted === "import") return "import";
  if (checkId && !(fileId && wanted === "columns")) return "check";
  return fileId ? "columns" : "file";
}

/** The address of a place, relative to the page. */
export function hrefOf({ step, fileId, checkId, runId }: Place): string {
  const query = new URLSearchParams();
  if (fileId && step !== "file") query.set("file", fileId);
  if (checkId && step !== "file") query.set("check", checkId);
  if (runId && step === "result") query.set("import", runId);
  if (step === "import" || (step === "columns" && checkId)) query.set("step", step);
  return `?${query}`;
}
