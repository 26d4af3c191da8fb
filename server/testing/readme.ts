import { readFileSync } from "node:fs";
import path from "node:path";

/** What the README says under "Restore a dump without Coffer": `FILE` and other words in capitals stand for what the reader puts in. */
export type Recipe = {
  /** Prints the sha256 of a file. */
  checksum: string;
  /** What restores a file, by its ending: `.dump.gz` and so on. */
  commands: Record<string, string>;
  /** The same for the file when it is encrypted, with a secret key in `key.txt`. */
  encrypted(ending: string): string;
};

const readme = path.resolve(import.meta.dirname, "../../README.md");

/** Reads the recipe from the README. Throws when it says something that is not understood here, so that nothing in it goes untested. */
export function readRecipe(): Recipe {
  const section = /^## Restore a dump without Coffer\n([\s\S]*?)^## /m.exec(readFileSync(readme, "utf8"))?.[1] ?? "";
  const commands = commandsOf(section);
  const example = /^```sh\nage -d -i key\.txt (\S+) \| (.+)\n```$/m.exec(section);
  const checksum = codesOf(section).find((code) => code.startsWith("sha256sum "));
  if (!example || !checksum) throw new Error("the README has no example of an encrypted file, or no checksum");
  const [ending, command] = [endingOf(example[1] ?? ""), example[2]];
  if (!ending.endsWith(".age") || fromPipe(known(commands, ending.slice(0, -".age".length))) !== command)
    throw new Error("the README's example of an encrypted file is not its table's command with age in front");
  return { checksum, commands, encrypted: (plain) => encryptedCommand(section, known(commands, plain)) };
}

/** `acme_2026-01-29T153007Z.dump.gz` → `.dump.gz` */
export const endingOf = (filename: string): string => filename.replace(/^[^.]*/, "");

function commandsOf(section: string): Recipe["commands"] {
  const [, , ...rows] = section.split("\n").filter((line) => line.startsWith("|"));
  const commands = rows.map((row) => {
    const [files, command] = row.split(/(?<!\\)\|/).slice(1, -1);
    const [ending, more] = codesOf(files ?? "");
    const [code] = codesOf(command ?? "");
    if (!ending?.startsWith(".") || more || !code) throw new Error(`this row of the README is not understood: ${row}`);
    return [ending, code.replaceAll("\\|", "|")] as const;
  });
  if (commands.length === 0) throw new Error("the README has no table of restore commands");
  return Object.fromEntries(commands);
}

const codesOf = (text: string): string[] => [...text.matchAll(/`([^`\n]+)`/g)].flatMap(([, code]) => code ?? []);

function known(commands: Recipe["commands"], ending: string): string {
  const command = commands[ending];
  if (!command) throw new Error(`the README does not say how to restore a ${ending}`);
  return command;
}

/** The command when the file comes through a pipe. */
const fromPipe = (command: string): string => command.replace(/( -f)? FILE\b/, "");

/** `age -d` goes in front; a script takes the key itself, if the README says so. */
function encryptedCommand(section: string, command: string): string {
  const [script] = command.split(" && ").slice(1);
  if (!script) return `age -d -i key.txt FILE | ${fromPipe(command)}`;
  if (!codesOf(section).includes(`${script} key.txt`))
    throw new Error(`the README does not say where ${script} finds a key`);
  return `${command} key.txt`;
}
