import { parseIdentity } from "@/jobs/archive/age/keys";
import { invalid } from "@/jobs/archive/age/refusal";

const mostKeys = 100;

/**
 * The secret keys in the text of an identity file, as `age -i` takes it: one a line, beside blank lines and comments. One key
 * alone is such a text too. Throws VALIDATION_ERROR when a line is not a key; the message does not repeat it.
 */
export function readIdentities(text: string): string[] {
  if (/^(age-encryption\.org\/v1|-----BEGIN AGE ENCRYPTED FILE-----)/.test(text.trimStart()))
    throw invalid("This key file is itself encrypted. Open it with age -d first, and give what comes out.");
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const keys = lines.filter((line) => line !== "" && !line.startsWith("#"));
  if (keys.length === 0) throw invalid("There is no secret key in it. One begins with AGE-SECRET-KEY-1.");
  if (keys.length > mostKeys) throw invalid(`Give at most ${mostKeys} secret keys.`);
  for (const key of keys) parseIdentity(key);
  return keys;
}
