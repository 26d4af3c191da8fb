import { createHash } from "node:crypto";

/**
 * By how many seconds each project of a slot starts later: evenly over the time, and in an order of the schedule's own, so that two
 * schedules do not both begin with the same project.
 */
export function spread(schedule: { id: string; spreadSeconds: number }, projectIds: string[]): Map<string, number> {
  const placeOf = (id: string) => createHash("sha256").update(`${schedule.id} ${id}`).digest("hex");
  const ordered = projectIds
    .map((id) => ({ id, place: placeOf(id) }))
    .toSorted((a, b) => (a.place < b.place ? -1 : a.place > b.place ? 1 : 0));
  return new Map(ordered.map(({ id }, index) => [id, Math.floor((index * schedule.spreadSeconds) / ordered.length)]));
}
