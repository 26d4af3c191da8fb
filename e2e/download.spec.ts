import { rename, rm, symlink, truncate } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "@/e2e/fixtures";
import type { Api, Coffer } from "@/e2e/tools/coffer";
import { fetchFile, linkTo, problemOf } from "@/e2e/tools/downloads";
import { type Made, makeBackup } from "@/e2e/tools/exports";
import { sha256Of } from "@/e2e/tools/files";
import { expiredLink } from "@/e2e/tools/links";
import { addGuest } from "@/e2e/tools/people";

const small = { slug: "lunaria", compression: "zstd" } as const;

test.describe("a download", () => {
  let made: Made;
  let link: URL;
  test.beforeAll(async ({ coffer, api }) => {
    // The largest file: what goes wrong between what is written and what is hashed shows in it.
    made = await makeBackup(coffer, api, { slug: "acme", compress: false });
    link = await linkTo(coffer, api, made.backupId);
  });

  test("gives the whole file under its name", async () => {
    const { status, headers, body } = await fetchFile(link);
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      "content-length": String(made.sizeBytes),
      "content-disposition": `attachment; filename="${made.filename}"`,
      "content-type": "application/octet-stream",
      "accept-ranges": "bytes",
      etag: `"${made.sha256}"`,
      "x-content-type-options": "nosniff",
    });
    expect(headers["x-request-id"]).toBeTruthy();
    expect(sha256Of(body)).toBe(made.sha256);
  });

  test("says how long it is going to be", async () => {
    const { status, headers, body } = await fetchFile(link, { method: "HEAD" });
    expect([status, headers["content-length"], body.length]).toEqual([200, String(made.sizeBytes), 0]);
  });

  test("gives a part, and the parts make the whole", async () => {
    const { sizeBytes, sha256 } = made;
    const edges = [0, 1, 1_000_000, sizeBytes];
    const parts: Buffer[] = [];
    for (const [index, start] of edges.slice(0, -1).entries()) {
      const end = (edges[index + 1] ?? 0) - 1;
      const { status, headers, body } = await fetchFile(link, { headers: { Range: `bytes=${start}-${end}` } });
      expect([status, headers["content-range"]]).toEqual([206, `bytes ${start}-${end}/${sizeBytes}`]);
      expect(body.length).toBe(end - start + 1);
      parts.push(body);
    }
    const whole = Buffer.concat(parts);
    expect(sha256Of(whole)).toBe(sha256);
    for (const [range, from, to] of [
      ["bytes=-10", sizeBytes - 10, sizeBytes],
      [`bytes=${sizeBytes - 3}-`, sizeBytes - 3, sizeBytes],
      [`bytes=${sizeBytes - 3}-${sizeBytes + 100}`, sizeBytes - 3, sizeBytes],
    ] as const) {
      const { status, body } = await fetchFile(link, { headers: { Range: range } });
      expect([range, status, body.equals(whole.subarray(from, to))]).toEqual([range, 206, true]);
    }
  });

  test("refuses a part that the file does not have, and leaves out what it cannot read", async () => {
    for (const range of [`bytes=${made.sizeBytes}-`, "bytes=-0"]) {
      const { status, headers } = await fetchFile(link, { headers: { Range: range } });
      expect([range, status, headers["content-range"]]).toEqual([range, 416, `bytes */${made.sizeBytes}`]);
    }
    for (const range of ["bytes=9-1", "bytes=0-1,5-6", "rows=0-1", "bytes=-", "bytes=a-b"]) {
      const { status, headers } = await fetchFile(link, { method: "HEAD", headers: { Range: range } });
      expect([range, status, headers["content-length"]]).toEqual([range, 200, String(made.sizeBytes)]);
    }
  });

  test("goes on only with the same file, and is not sent twice", async () => {
    const etag = `"${made.sha256}"`;
    const range = { Range: "bytes=0-9" };
    const same = await fetchFile(link, { headers: { ...range, "If-Range": etag } });
    expect([same.status, same.body.length]).toEqual([206, 10]);
    const other = await fetchFile(link, { method: "HEAD", headers: { ...range, "If-Range": '"another"' } });
    expect([other.status, other.headers["content-length"]]).toEqual([200, String(made.sizeBytes)]);
    const known = await fetchFile(link, { headers: { "If-None-Match": etag } });
    expect([known.status, known.headers.etag, known.body.length]).toEqual([304, etag, 0]);
  });

  test("is for reading only", async () => {
    const { status } = await fetchFile(link, { method: "POST", body: "x" });
    expect(status).toBe(400);
  });
});

test("a link that was changed opens nothing, one that expired says so", async ({ coffer, api, guest }) => {
  const { backupId } = await makeBackup(coffer, api, small);
  const other = await makeBackup(coffer, api, small);
  const link = await linkTo(coffer, api, backupId);
  const changes: ((url: URL) => void)[] = [
    (url) => url.searchParams.set("user", guest.id),
    (url) => url.searchParams.set("expires", "99999999999"),
    (url) => url.searchParams.set("signature", "x"),
    (url) => url.searchParams.delete("user"),
    (url) => {
      url.pathname = url.pathname.replace(backupId, other.backupId);
    },
  ];
  for (const change of changes) {
    const changed = new URL(link);
    change(changed);
    const answer = await fetchFile(changed);
    expect([answer.status, problemOf(answer)?.code]).toEqual([403, "PERMISSION_DENIED"]);
  }
  const { id: userId } = await api.user.me.query();
  const expired = await fetchFile(expiredLink(coffer, { backupId, userId }));
  expect([expired.status, problemOf(expired)?.code]).toEqual([410, "LINK_EXPIRED"]);
  expect((await fetchFile(link, { method: "HEAD" })).status).toBe(200);
});

test("without a link it takes a session, and the right to the project", async ({ coffer, api }) => {
  const { backupId } = await makeBackup(coffer, api, small);
  const url = new URL(`/api/v1/backups/${backupId}/download`, coffer.url);
  const ask = async (cookie: string) => (await fetchFile(url, { method: "HEAD", headers: { cookie } })).status;
  const member = await addGuest(coffer, { permissions: { lunaria: [] } });
  const stranger = await addGuest(coffer, { permissions: { acme: ["export"] } });
  expect([await ask(""), await ask(member.cookie), await ask(stranger.cookie)]).toEqual([401, 200, 404]);
});

test("a link is worth no more than the one it was made for", async ({ coffer, api }) => {
  const { backupId } = await makeBackup(coffer, api, small);
  const member = await addGuest(coffer, { permissions: { lunaria: [] } });
  const link = await linkTo(coffer, member.api, backupId);
  expect((await fetchFile(link, { method: "HEAD" })).status).toBe(200);
  await coffer.control`delete from control_plane.project_members where user_id = ${member.id}`;
  expect(problemOf(await fetchFile(link))?.code).toBe("BACKUP_NOT_FOUND");
  await coffer.control`update control_plane.users set disabled_at = now() where id = ${member.id}`;
  expect(problemOf(await fetchFile(link))?.code).toBe("PERMISSION_DENIED");
});

for (const [what, meddle] of [
  ["was cut short", (file: string) => truncate(file, 100)],
  ["became a symbolic link", swapForLink],
] as const) {
  test(`a file that ${what} is not handed out, and the page says why`, async ({ page, coffer, api }) => {
    const { backupId } = await makeBackup(coffer, api, small);
    await page.goto(`/projects/lunaria/backups/${backupId}`);
    await meddle(await fileOf(coffer, api, backupId));
    await page.getByRole("button", { name: "Download" }).click();
    await expect(page.getByText("The file of this backup was changed after it was made. Do not use it.")).toBeVisible();
    await expect(page.getByRole("heading", { name: /^lunaria_/ })).toBeVisible();
    const answer = await fetchFile(await linkTo(coffer, api, backupId));
    expect([answer.status, problemOf(answer)?.code]).toEqual([422, "BACKUP_CORRUPT"]);
    await page.reload();
    await expect(page.getByText("File changed")).toBeVisible();
    await expect(page.getByRole("button", { name: "Download" })).toBeDisabled();
  });
}

test("a file that is gone is missing from then on", async ({ page, coffer, api }) => {
  const { backupId } = await makeBackup(coffer, api, small);
  await rm(await fileOf(coffer, api, backupId));
  const answer = await fetchFile(await linkTo(coffer, api, backupId));
  expect([answer.status, problemOf(answer)?.code]).toEqual([404, "BACKUP_NOT_FOUND"]);
  await page.goto(`/projects/lunaria/backups/${backupId}`);
  await expect(page.getByText("File missing")).toBeVisible();
  await expect(page.getByRole("button", { name: "Download" })).toBeDisabled();
});

async function fileOf({ backupDir }: Coffer, api: Api, backupId: string): Promise<string> {
  return path.join(backupDir, (await api.backup.get.query({ backupId })).storagePath);
}

async function swapForLink(file: string): Promise<void> {
  await rename(file, `${file}.moved`);
  await symlink(`${file}.moved`, file);
}
