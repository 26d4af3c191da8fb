type Timed = { createdAt: string };

type Loaded<Item extends Timed> = {
  /** Newest first. */
  items: readonly Item[];
  hasMore: boolean;
};

export type HistoryEntry<A, B> = { kind: "backup"; backup: A } | { kind: "failure"; job: B };

const timeOf = ({ createdAt }: Timed) => Date.parse(createdAt);

/** From here on a list that has more may still bring something. */
const edgeOf = ({ items, hasMore }: Loaded<Timed>) => {
  const last = items.at(-1);
  return hasMore && last ? timeOf(last) : Number.NEGATIVE_INFINITY;
};

/**
 * Two lists as one, newest first. It ends where one of them has more to load, so that what is loaded later never comes in
 * between. `reaches` tells which lists have to go on.
 */
export function mergeHistory<A extends Timed, B extends Timed>(backups: Loaded<A>, failures: Loaded<B>) {
  const edge = Math.max(edgeOf(backups), edgeOf(failures));
  const all = [
    ...backups.items.map((backup) => ({ at: timeOf(backup), entry: { kind: "backup", backup } as const })),
    ...failures.items.map((job) => ({ at: timeOf(job), entry: { kind: "failure", job } as const })),
  ];
  const entries: HistoryEntry<A, B>[] = all
    .filter(({ at }) => at >= edge)
    .sort((a, b) => b.at - a.at)
    .map(({ entry }) => entry);
  const goesOn = (list: Loaded<Timed>) => list.hasMore && edgeOf(list) === edge;
  return { entries, reaches: { backups: goesOn(backups), failures: goesOn(failures) } };
}
