import type { z } from "zod";
import { exportOptions } from "@/jobs/export-backup/options";

/** What may be asked of a schedule's exports: all that may be asked of one, but what is said of a single backup. */
export const scheduleOptions = exportOptions.omit({ description: true });

export type ScheduleOptions = z.infer<typeof scheduleOptions>;
