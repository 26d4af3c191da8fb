import { z } from "zod";

/** Which copy a job is about: a backup has at most one at each destination. */
const place = { backupId: z.uuid(), destinationId: z.uuid() };

export const copyOptions = z.strictObject({
  ...place,
  /** The file in the backup folder goes once the copy is stored. */
  move: z.boolean().default(false),
  /** Made anew by itself: that it has failed was told before. */
  isAgain: z.boolean().optional(),
});

export const placeOptions = z.object(place);

export type Place = z.infer<typeof placeOptions>;

const titles = {
  copy_backup: "Copying to the destination",
  fetch_backup: "Fetching from the destination",
  verify_copy: "Reading the copy back",
};

export type CopyKind = keyof typeof titles;

/** The steps of a job that moves a backup's bytes. */
export const copySteps = (kind: CopyKind) => [
  { name: "check", title: "Checking the destination" },
  { name: "copy", title: titles[kind] },
  { name: "finish", title: "Finishing" },
];
