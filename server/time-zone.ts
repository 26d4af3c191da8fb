import { z } from "zod";
import { isTimeZone } from "@/jobs/zone";

/** A name of the IANA database. */
export const timeZone = z
  .string()
  .max(60)
  .refine(isTimeZone, "There is no such time zone. Give a name like Europe/Berlin.");
