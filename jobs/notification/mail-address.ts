import { z } from "zod";

/**
 * One bare address: no name beside it, no list, no quotes or comments, nothing that a header or a command of SMTP could take for its
 * end. The domain is a name, so that nobody's mail goes to an address of the network that Coffer is in.
 */
export const mailAddress = z
  .string()
  .trim()
  .max(254)
  .regex(
    /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]{1,64}(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]{1,64})*@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$/,
    "must be one plain e-mail address",
  )
  .refine((address) => !/@[\d.]+$/.test(address) && address.lastIndexOf("@") <= 64, "must be one plain e-mail address");
