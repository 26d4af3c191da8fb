/** Rules to begin with. */
export const presets = [
  { cron: "0 * * * *", name: "Every hour" },
  { cron: "0 */6 * * *", name: "Every 6 hours" },
  { cron: "0 2 * * *", name: "Every night" },
  { cron: "0 2 * * 1-5", name: "Every night before a working day" },
  { cron: "0 3 * * 0", name: "Every Sunday" },
  { cron: "0 3 1 * *", name: "Every month, on its first day" },
  { cron: "0 3 L * *", name: "Every month, on its last day" },
] as const;
