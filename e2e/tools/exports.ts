import { expect, type Locator, type Page } from "@playwright/test";
import type { Api, Coffer } from "@/e2e/tools/coffer";
import { paceOf } from "@/e2e/tools/pace";

export type Subject = { slug: string; name: string };

/** 51 MB as pg_dump writes it, in 17 tables. */
export const acme: Subject = { slug: "acme", name: "Acme Shop" };

export const jobDialog = (page: Page, { name }: Subject = acme): Locator =>
  page.getByRole("dialog", { name: `Export of ${name}` });

/** Opens the details with this summary. */
export const unfold = (dialog: Locator, summary: string): Promise<void> =>
  dialog.locator("summary").filter({ hasText: summary }).click();

/** Opens the dialog that starts an export, on the project's page. */
export async function openExportDialog(page: Page, { slug, name }: Subject = acme): Promise<Locator> {
  await page.goto(`/projects/${slug}`);
  await page
    .getByRole("button", { name: `Export backup of ${name}` })
    .first()
    .click();
  const dialog = page.getByRole("dialog", { name: `Export backup of ${name}` });
  await expect(dialog).toBeVisible();
  return dialog;
}

/** Starts an export with the defaults of the dialog. Gives the id of the job, whose dialog is open then. */
export async function startInDialog(page: Page, subject: Subject = acme): Promise<string> {
  const dialog = await openExportDialog(page, subject);
  await dialog.getByRole("button", { name: "Export backup" }).click();
  await expect(jobDialog(page, subject)).toBeVisible();
  return openJobId(page);
}

/** The job that the address names. */
export function openJobId(page: Page): string {
  const jobId = new URL(page.url()).searchParams.get("job");
  if (!jobId) throw new Error(`the address names no job: ${page.url()}`);
  return jobId;
}

type StartOptions = Omit<Parameters<Api["export"]["startExport"]["mutate"]>[0], "projectId">;

/** Starts an export without a browser. */
export async function start(api: Api, { slug }: Pick<Subject, "slug">, options: StartOptions = {}): Promise<string> {
  const { jobId } = await api.export.startExport.mutate({ projectId: slug, format: "custom", ...options });
  return jobId;
}

export type Job = Awaited<ReturnType<Api["job"]["getStatus"]["query"]>>;

/** The job once the question about it is answered with yes. */
export async function jobWhen(api: Api, jobId: string, asked: (job: Job) => boolean): Promise<Job> {
  let job = await api.job.getStatus.query({ jobId });
  await expect
    .poll(
      async () => {
        job = await api.job.getStatus.query({ jobId });
        return asked(job) || `${job.status} ${job.currentStep} ${job.errorMessage ?? ""}`;
      },
      { timeout: 60_000, intervals: [50, 100, 250] },
    )
    .toBe(true);
  return job;
}

export const jobAtEnd = (api: Api, jobId: string): Promise<Job> =>
  jobWhen(api, jobId, (job) => job.finishedAt !== null);

export type Made = { backupId: string; filename: string; sha256: string; sizeBytes: number };

/** Makes a backup as fast as can be. */
export async function makeBackup(coffer: Coffer, api: Api, order: StartOptions & Pick<Subject, "slug">): Promise<Made> {
  const { slug, ...options } = order;
  const jobId = await start(api, { slug }, options);
  await paceOf(coffer.dataDir, jobId).go();
  const { status, errorMessage, backupId, filename, sha256, sizeBytes } = await jobAtEnd(api, jobId);
  if (!backupId || !filename || !sha256 || !sizeBytes) throw new Error(`no backup: ${status} ${errorMessage}`);
  return { backupId, filename, sha256, sizeBytes };
}

/** How many jobs somebody has started. */
export async function countJobs({ control }: Coffer, { id }: { id: string }): Promise<number> {
  const [row] = await control<{ count: number }[]>`
    select count(*)::int as count from control_plane.jobs where user_id = ${id}`;
  return row?.count ?? 0;
}
