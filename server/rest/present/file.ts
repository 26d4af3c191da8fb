import { z } from "zod";

/** A body that is no JSON but a file. */
export const binary = z.string().meta({ override: { format: "binary" } });
