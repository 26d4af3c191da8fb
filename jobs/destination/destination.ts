/**
 * A place where copies of whole files are kept. Every kind passes the same suite, contract.test.ts. It knows nothing of
 * backups: which file is which, and whether it is whole, is the business of whoever calls.
 *
 * What goes wrong is thrown as a failure of jobs/lifecycle/failure.ts: `destination_unavailable` for what time may cure (5xx, a
 * connection that was lost, nothing heard for a while), `destination_refused` for what somebody has to mend (no permission,
 * no such bucket, read-only), `disk_full`, and `copy_missing` for a file that is not there. No secret is part of any
 * message. What is aborted throws the signal's reason.
 */
export type Destination = {
  /**
   * Makes the place ready, once, before its first file, and marks it where an empty one could be taken for it later: a
   * folder whose disk is not mounted. Done already is fine.
   */
  prepare(): Promise<void>;
  /**
   * Stores a stream of unknown length, of which each piece is good until the next is asked for, under this name (relative,
   * with forward slashes), or under another one when it is taken (`-2`, `-3`, … before the extension): never over another
   * file. Nothing is there under a name before all of it is; what fails, or is aborted, leaves nothing behind that stays,
   * and what a killed process leaves `sweep` removes. What `bytes` throws is thrown as it is.
   */
  put(name: string, bytes: AsyncIterable<Buffer>, options: PutOptions): Promise<Placed>;
  /**
   * The bytes from `start` up to and without `end`; all by default. Each piece is good until the next is asked for, and
   * whoever stops reading early closes it.
   */
  get(placed: Placed, range?: Range, signal?: AbortSignal): AsyncIterable<Buffer>;
  /** How large it is there now; null when it is not. */
  size(placed: Placed): Promise<number | null>;
  /** Gone already is fine. */
  remove(placed: Placed, signal?: AbortSignal): Promise<void>;
  /** Every file there that was put whole, in no order; null where the place cannot tell. */
  list(): AsyncIterable<{ name: string; sizeBytes: number }> | null;
  /** Free bytes, where that is known. */
  freeBytes(): Promise<number | null>;
  /** Removes what unfinished puts have left that began before then, and have not been heard of since. */
  sweep(before: Date): Promise<void>;
  /** An address from which anybody can load it for so many seconds, saved under that filename; null where there is no such thing. */
  link(placed: Placed, filename: string, seconds: number): Promise<string | null>;
};

export type PutOptions = {
  signal: AbortSignal;
  /** What is expected; how large parts are goes by it. Null when nobody knows. */
  sizeBytes: number | null;
  /** Bytes that have arrived there, each time some more have. */
  onBytes?(bytes: number): void;
  /** What is there so far, where that can be found by its locator alone: who keeps it can have it removed if this process dies. */
  onPlaced?(sofar: Placed): Promise<void>;
};

/** Where a file is. `locator` is what the kind needs to find it again besides the name; it is kept as JSON. */
export type Placed = { name: string; sizeBytes: number; locator: unknown };

export type Range = { start: number; end?: number };
