/** A job's options are those of the export itself: `dataExportOptions` in jobs/data. */
export const exportDataSteps = [
  { name: "count", title: "Counting the rows" },
  { name: "write", title: "Writing the rows" },
];

/** How long the file of an export is kept. */
export const keptHours = 24;
