import { parseTags } from "@/app/backup/tags";
import { hasRule, readPolicyForm } from "@/app/cleanup/policy";
import { compressions, formats, readDestinations } from "@/app/export/export-form";
import type { NewSchedule } from "@/app/trpc/types";

/** What the server has kept of the options; it has checked them before. */
export type KeptOptions = Partial<NonNullable<NewSchedule["options"]>>;

/** What the form says, as the procedure wants it. */
export function readScheduleForm(data: FormData): NewSchedule {
  const text = (name: string) => String(data.get(name) ?? "").trim();
  const compression = compressions.find((one) => one === data.get("compression")) ?? "gzip";
  const ofPattern = data.get("scope") === "pattern";
  const retention = readPolicyForm(data);
  const destinations = readDestinations(data);
  const every = Number(text("verifyEvery"));
  return {
    name: text("name"),
    projectId: ofPattern ? null : text("projectId"),
    pattern: ofPattern ? text("pattern") : null,
    cron: text("cron"),
    timeZone: text("timeZone"),
    spreadSeconds: ofPattern ? Math.round(Number(text("spreadMinutes")) * 60) : 0,
    options: {
      format: formats.find((one) => one === data.get("format")) ?? "custom",
      compress: compression !== "none",
      compression,
      tags: parseTags(text("tags")),
      storagePath: text("storagePath") || undefined,
      // What is not asked for stays: keys or destinations that could not be read, an address where no mail can be sent.
      ...(data.has("asksEncrypt") && { encrypt: data.get("encrypt") === "on" }),
      ...(destinations && { destinations }),
      ...(data.has("notifyEmail") && { notifyEmail: text("notifyEmail") || undefined }),
    },
    retention: data.get("cleansUp") === "on" && hasRule(retention) ? retention : null,
    verifyEvery: every > 0 ? every : null,
    verifyLevel: data.get("verifyLevel") === "archive" ? "archive" : "restore",
    // Left empty, it stays as it is.
    heartbeatUrl: data.has("noHeartbeat") ? null : text("heartbeatUrl") || undefined,
  };
}
