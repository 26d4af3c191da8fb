import cronstrue from "cronstrue";

/** A rule in plain words, e.g. `At 02:00, every day`; itself where there are none for it. */
export const cronInWords = (cron: string): string => wordsFor(cron) ?? cron;

/** The same; null where there are none. */
export function wordsFor(cron: string): string | null {
  try {
    return cronstrue.toString(cron, { use24HourTimeFormat: true, verbose: true, throwExceptionOnParseError: true });
  } catch {
    return null;
  }
}
