/** Where backup files are kept. Every kind passes the same suite, contract.test.ts. */
export type Home = {
  /** By which hosts with backup folders of their own tell them apart; null where it cannot be kept. */
  id(): Promise<string | null>;
  /** Opens a place to write to, for one attempt of one job. Nothing is visible under a final name yet. */
  stage(attempt: Attempt): Promise<Staged>;
  /** Free bytes, where that is known. */
  freeBytes(): Promise<number | null>;
  /** Removes what attempts of this job up to and with `fence` have left unfinished. */
  discard(attempt: Attempt): Promise<void>;
  /** Unfinished pieces of any job. */
  unfinished(): Promise<Attempt[]>;
  /** The paths of published files that begin like this, their sidecars apart. */
  published(prefix: string): Promise<string[]>;
  /** Whether this is the place that files were published to: an empty folder whose disk is not mounted is not. */
  isThere(): Promise<boolean>;
  /**
   * Every published name once, in no order: a file, a sidecar without its file, or what somebody else has put there. What
   * comes or goes meanwhile may be missed, and what may not be looked into is left out.
   */
  list(): AsyncIterable<Listed>;
  /** What stands under a name now; null when nothing does. */
  stat(path: string): Promise<Stored | null>;
  /** The bytes of a published file, each piece good until the next is asked for. Throws for what is no file, a link above all. */
  read(path: string): AsyncIterable<Buffer>;
  /** The sidecar of a published file; null when there is none. */
  readSidecar(path: string): Promise<string | null>;
  /** Removes a published file, and leaves its sidecar, which keeps the name for it. Gone already is fine. */
  giveUp(path: string): Promise<void>;
  /** Removes a published file and its sidecar. Gone already is fine. */
  remove(path: string): Promise<void>;
};

export type Attempt = { jobId: string; fence: number };

export type Stored = {
  /** Null when it is no file: a link, a folder. */
  sizeBytes: number | null;
  /** When its bytes were last written, as far as the backup folder knows. */
  modifiedAt: Date;
};

/** `stored` is null for a sidecar whose file is not there. */
export type Listed = { path: string; stored: Stored | null; hasSidecar: boolean };

export type Staged = {
  write(chunk: Buffer): Promise<void>;
  /** The local file that takes it all; what is written to its descriptor counts as written. */
  file: { descriptor: number; path: string };
  /** Hands everything that was written to the system, so that `file` can be read. */
  flush(): Promise<void>;
  /**
   * Makes it durable and visible, never over another file: gives the path that it got, `path` or, when that is taken,
   * one with `-2`, `-3`, … before the extension. The sidecar stands there first, so that a file always says whose it is.
   */
  publish(path: string, sidecar: (path: string) => string): Promise<string>;
  /** Removes what was written, unless it was published. */
  [Symbol.asyncDispose](): Promise<void>;
};
