import createClient from "openapi-fetch";
import type { paths } from "./schema";

type Flow = { baseUrl: string; email: string; password: string; projectId: string };

/** What a program does that has nothing but the OpenAPI document: its types, and the answers they promise. */
export async function exportAndDownload({ baseUrl, email, password, projectId }: Flow) {
  const api = createClient<paths>({ baseUrl });
  const session = await api.POST("/api/v1/auth/login", { body: { email, password } });
  if (session.error) throw new Error(session.error.message);
  api.use({
    onRequest: ({ request }) => request.headers.set("Authorization", `Bearer ${session.data.access_token}`),
  });

  const started = await api.POST("/api/backup/export", {
    params: { header: { Prefer: "wait=60" } },
    body: { project_id: projectId, format: "custom", compress: true, compression: "gzip", tags: ["client"] },
  });
  if (started.error) throw new Error(started.error.message);
  const job = await api.GET("/api/jobs/{job_id}", { params: { path: { job_id: started.data.data.job_id } } });
  if (job.error) throw new Error(job.error.message);
  const { status, backup_id } = job.data.data;
  if (!backup_id) throw new Error(`The job is ${status}.`);

  const backup = await api.GET("/api/v1/backups/{id}", { params: { path: { id: backup_id } } });
  if (backup.error) throw new Error(backup.error.message);
  const file = await api.GET("/api/v1/backups/{id}/download", {
    params: { path: { id: backup_id } },
    parseAs: "arrayBuffer",
  });
  if (file.error) throw new Error(file.error.message);
  return { status, backup: backup.data, bytes: file.data };
}

/** Makes an API token and uses it, ends it, and sees it refused. */
export async function useToken({ baseUrl, email, password }: Flow) {
  const anybody = createClient<paths>({ baseUrl });
  const session = await anybody.POST("/api/v1/auth/login", { body: { email, password } });
  const as = (token: string | undefined) =>
    createClient<paths>({ baseUrl, headers: { Authorization: `Bearer ${token}` } });
  const owner = as(session.data?.access_token);
  const made = await owner.POST("/api/v1/tokens", { body: { name: "client", scopes: ["read"], expires_in_days: 1 } });
  if (made.error) throw new Error(made.error.message);
  const script = as(made.data.data.token);
  const before = await script.GET("/api/jobs", { params: { query: { limit: 5, status: ["completed", "failed"] } } });
  await owner.DELETE("/api/v1/tokens/{id}", { params: { path: { id: made.data.data.id } } });
  const after = await script.GET("/api/jobs");
  return { before: before.response.status, after: after.error?.code };
}
