import { chmod, mkdir, rename, writeFile } from "node:fs/promises";
import path from "node:path";

/** All in bytes before compression. An export of Acme Shop takes some ten seconds at the usual rate. */
const usualRate = 5_000_000;
/** By then the dump of Acme Shop is in its largest table, and so it is seen what it works on. */
const middle = 30_000_000;

const folderOf = (dataDir: string) => path.join(dataDir, "pace");

/**
 * Makes a folder for PATH with an `igzip` that is slow: a gzip export takes long enough to be watched. Which job it works
 * for, it sees from the file that it writes into. Exports with other compressions run at full speed.
 */
export async function installPacedCompressor(dataDir: string): Promise<string> {
  const program = path.join(import.meta.dirname, "paced-igzip.ts");
  const folder = path.join(dataDir, "bin");
  const script = [
    "#!/bin/sh",
    'case " $* " in',
    '  *" --version "*) exit 0 ;;',
    '  *" -d "*) exec gzip "$@" ;;',
    "esac",
    `job=$(basename "$(readlink "/proc/$$/fd/1")")`,
    `exec '${process.execPath}' '${program}' '${folderOf(dataDir)}'/"\${job%%.*}" '${usualRate} Infinity'`,
  ];
  await mkdir(folder, { recursive: true });
  await mkdir(folderOf(dataDir), { recursive: true });
  await writeFile(path.join(folder, "igzip"), `${script.join("\n")}\n`);
  await chmod(path.join(folder, "igzip"), 0o755);
  return folder;
}

export type Pace = {
  /** As fast as it can until the middle of Acme Shop, and no further: the dump stands there. */
  hold: () => Promise<void>;
  /** As fast as it can. */
  go: () => Promise<void>;
  /** So many bytes a second. */
  slow: (rate: number) => Promise<void>;
};

/** How fast one gzip export goes from now on. */
export function paceOf(dataDir: string, jobId: string): Pace {
  const file = path.join(folderOf(dataDir), jobId);
  const set = async (rate: number, until: number) => {
    // In one step: half of a number is a number too.
    await writeFile(`${file}.new`, `${rate} ${until}`);
    await rename(`${file}.new`, file);
  };
  return {
    hold: () => set(Number.POSITIVE_INFINITY, middle),
    go: () => set(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY),
    slow: (rate) => set(rate, Number.POSITIVE_INFINITY),
  };
}
