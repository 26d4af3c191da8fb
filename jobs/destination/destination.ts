/** Where backup files are kept. Every kind passes the same suite, contract.test.ts. */
export type Destination = {
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
  /** The sidecar of a published file; null when there is none. */
  readSidecar(path: string): Promise<string | null>;
  /** Removes a published file and its sidecar. Gone already is fine. */
  remove(path: string): Promise<void>;
};

export type Attempt = { jobId: string; fence: number };

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
