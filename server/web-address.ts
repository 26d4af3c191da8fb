import { z } from "zod";

/** An address that Coffer is to call. Whether it may be called is seen then: names can lead to private networks at any time. */
export const webAddress = z
  .string()
  .trim()
  .max(2000)
  .refine(
    (text) => isWebAddress(text),
    "must be an address that begins with https:// or http://, without a user in it",
  );

function isWebAddress(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) && !url.username && !url.password;
}
