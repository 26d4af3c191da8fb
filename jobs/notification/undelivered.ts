/** Why a message did not reach its place, in a sentence for people that holds no secret. */
export type Undelivered = {
  message: string;
  /** Trying again cannot help: somebody has to change something first. */
  isPermanent?: boolean;
  /** The place has said when to try again, in seconds. */
  retryAfter?: number;
  /** Of a mail to several, those whom it has reached all the same. */
  reached?: string[];
};

/** An error that carries it. */
export const undelivered = (why: Undelivered): Error => Object.assign(new Error(why.message), { undelivered: why });

/** What whoever sends has thrown. What nobody foresaw keeps its words for the log. */
export function whyUndelivered(error: unknown): Undelivered {
  if (error instanceof Error && "undelivered" in error) return error.undelivered as Undelivered;
  return { message: "Something unexpected went wrong. The worker's log has the details." };
}
