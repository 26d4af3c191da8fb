import { open } from "node:fs/promises";
import { hashFile } from "@/jobs/archive/hash-file";
import type { Manifest } from "@/jobs/archive/manifest";
import type { Sink } from "@/jobs/archive/seal";
import { type TarMember, tarEnd, tarHeader, tarPadding } from "@/jobs/archive/tar";
import type { Staged } from "@/jobs/home/home";
import { composeFile } from "@/jobs/package/compose-file";
import { packageReadme } from "@/jobs/package/readme";
import { restoreScript } from "@/jobs/package/restore-script";

/** Where in a package its dump begins. */
export const dumpOffset = 512;

/**
 * Keeps room for the header, so that the dump streams straight into its place in the package. It stands first, though
 * readers would meet the small files sooner the other way round: those tell its sha256, which is known only at its end.
 */
export async function reserveDump(staged: Staged): Promise<Required<Sink>> {
  await staged.write(Buffer.alloc(dumpOffset));
  await staged.flush();
  return { write: (chunk) => staged.write(chunk), file: { ...staged.file, from: dumpOffset } };
}

type Package = {
  folder: string;
  /** Of the dump: its `file` is the one in the package. */
  manifest: Manifest;
  signal: AbortSignal;
};

/**
 * Makes a package of the file that holds the dump: adds the rest, and the header that was not known before. Gives size and
 * sha256 of the whole, for which it is read once more: its first bytes were the last to be known.
 */
export async function pack(staged: Staged, { folder, manifest, signal }: Package) {
  const modifiedAt = new Date(manifest.snapshotAt);
  const { name, sizeBytes } = manifest.file;
  // Everybody may read what was unpacked, for the server in a container does so as somebody else.
  const member = { folder, mode: 0o644, modifiedAt } satisfies Partial<TarMember>;
  const rest = restOf(manifest).flatMap(({ text, ...file }) => {
    const bytes = Buffer.from(text);
    return [tarHeader({ ...member, ...file, sizeBytes: bytes.length }), bytes, tarPadding(bytes.length)];
  });
  const tail = Buffer.concat([tarPadding(sizeBytes), ...rest, tarEnd()]);
  await staged.write(tail);
  await staged.flush();
  const { path } = staged.file;
  await using file = await open(path, "r+");
  await file.write(tarHeader({ ...member, name, sizeBytes }), 0, dumpOffset, 0);
  return { sizeBytes: dumpOffset + sizeBytes + tail.length, sha256: await hashFile(path, signal) };
}

function restOf(manifest: Manifest): { name: string; text: string; mode?: number }[] {
  const manifestText = `${JSON.stringify(manifest, null, 2)}\n`;
  return [
    { name: "SHA256SUMS", text: `${manifest.file.sha256}  ${manifest.file.name}\n` },
    { name: "manifest.json", text: manifestText },
    { name: "restore.sh", text: restoreScript, mode: 0o755 },
    { name: "compose.yaml", text: composeFile(manifest) },
    { name: "README.md", text: packageReadme(manifest) },
  ];
}
