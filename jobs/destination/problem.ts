import { failed } from "@/jobs/lifecycle/failure";

/** What time may cure. */
export const unavailable = (message: string, hint?: string): Error =>
  failed({ code: "destination_unavailable", message, ...(hint && { hint }) });

/** What somebody has to mend. */
export const refused = (message: string, hint?: string): Error =>
  failed({ code: "destination_refused", message, ...(hint && { hint }) });

export const copyMissing = (name: string): Error =>
  failed({
    code: "copy_missing",
    message: `${name} is not there any more.`,
    hint: "Somebody has removed it at the destination. Copy the backup there again.",
  });

/** No room for so many bytes, with so many free; null for what nobody knows. */
export function destinationFull(where: string, needed: number | null, free: number | null): Error {
  const known = [needed === null ? [] : `${megabytes(needed)} needed`, free === null ? [] : `${megabytes(free)} free`];
  const figures = known.flat().join(", ");
  return failed({
    code: "disk_full",
    message: `${where} is full${figures && `: ${figures}`}.`,
    hint: "Free some space at the destination, then retry.",
  });
}

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;

/** Text from elsewhere as part of a message: one short line, without what is secret. */
export function quoted(text: string, secrets: string[] = []): string {
  const clean = secrets.filter(Boolean).reduce((rest, secret) => rest.replaceAll(secret, "…"), text);
  return clean
    .replace(/[\p{Cc}\s]+/gu, " ")
    .trim()
    .slice(0, 200);
}
