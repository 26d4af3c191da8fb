import { z } from "zod";
import { proofLevel } from "@/db/schema";
import { mailAddress } from "@/jobs/notification/mail-address";

const storagePath = z
  .string()
  .max(200)
  .regex(/^[A-Za-z0-9_.-]+(\/[A-Za-z0-9_.-]+)*$/, "may hold letters, digits, _ . - and / between names")
  .refine((value) => !value.split("/").some((part) => /^\.+$/.test(part)), "must be relative, without . or ..")
  .refine((value) => !value.startsWith("."), "must not start with a dot");

/** What may be asked of an export. A job keeps these as its options. */
export const exportOptions = z.strictObject({
  format: z.enum(["sql", "tar", "custom", "package"]).default("sql"),
  compress: z.boolean().default(true),
  /** gzip is the default: made by the fastest compressor at hand, and opened by every tool on earth. */
  compression: z.enum(["gzip", "zstd", "none"]).default("gzip"),
  /** In the age format, for every encryption key that is not retired. */
  encrypt: z.boolean().default(false),
  description: z.string().trim().max(500).optional(),
  tags: z.array(z.string().trim().min(1).max(40)).max(20).default([]),
  storagePath: storagePath.optional(),
  /** Fingerprints every table in the dump's own snapshot, so that a proof can compare what the rows hold, not only how many they are. */
  fingerprint: z.boolean().default(false),
  /** Where copies of it go as soon as it is listed, each as a job of its own. Left out: to every destination that is a default. */
  destinations: z.array(z.uuid()).max(10).optional(),
  /** A proof that starts as soon as the backup is listed, as a job of its own. `restore` takes fingerprints as well. */
  verify: z.enum(["none", ...proofLevel.enumValues]).default("none"),
  /** Who gets a mail when it is over: with a link to download the backup, or with the reason why there is none. */
  notifyEmail: mailAddress.optional(),
});

export type ExportOptions = z.infer<typeof exportOptions>;

/** The compression in force. */
export const compressionOf = ({ compress, compression }: ExportOptions) => (compress ? compression : "none");

const steps = [
  { name: "check", title: "Checking the project" },
  { name: "snapshot", title: "Taking a snapshot" },
  { name: "dump", title: "Dumping" },
  { name: "verify", title: "Checking the archive" },
  { name: "package", title: "Packaging" },
  { name: "store", title: "Storing" },
  { name: "finish", title: "Finishing" },
];

/** The steps of an export with these options: only a package is packed. */
export const exportSteps = ({ format }: { format?: unknown }) =>
  steps.filter(({ name }) => name !== "package" || format === "package");
