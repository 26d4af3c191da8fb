/** What rows go out as, and what is taken. */
export const dataFormats = ["json", "ndjson", "csv"] as const;
export type DataFormat = (typeof dataFormats)[number];
