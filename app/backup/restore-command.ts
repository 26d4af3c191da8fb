/** Downloads by a signed link, on any machine, until the link expires. */
export const curlCommand = (filename: string, url: string): string => `curl -f -o ${filename} '${url}'`;

/** Compares the file with the hash that was taken while it was written. */
export const checkCommand = (filename: string, sha256: string): string =>
  `echo '${sha256}  ${filename}' | sha256sum -c`;
