import cronstrue from "cronstrue";

/** A rule in plain words, e.g. `At 02:00, every day`. */
export const cronInWords = (cron: string): string =>
  cronstrue.toString(cron, { use24HourTimeFormat: true, verbose: true, throwExceptionOnParseError: true });
