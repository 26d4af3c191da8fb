import { type Column, columnsOf, type Types, typesOf } from "@/jobs/browse/columns";
import { subjectOf } from "@/jobs/browse/subject";

/** One object of a backup, with everything that belongs to it: a table with its indexes, constraints, triggers, comments. */
export type DumpedObject = {
  /** In PostgreSQL's words: table, view, materialized view, sequence, function, type, … */
  kind: string;
  name: string;
  /** What makes it, in the order of the dump. Owners are left out. */
  statements: string[];
};

export type Definitions = {
  objects: DumpedObject[];
  /** The columns of a table in its own order; null when there is no such table. */
  columns(table: string): Column[] | null;
  /** The settings that the dump begins with: its encoding, how its strings are to be read. */
  settings: string;
};

/** Gathers statements of a dump by the object that they are about. Each is kept once, in the order that they come in. */
export function gatherDefinitions() {
  const entries = new Map<string, DumpedObject>();
  const aliases = new Map<string, string>();
  const settings: string[] = [];
  return {
    add(statement: string) {
      const subject = subjectOf(statement);
      if (!subject) {
        if (entries.size === 0 && /^(SET|SELECT)/.test(statement)) settings.push(statement);
        return;
      }
      const { key, name, makes, alias } = subject;
      if (alias) aliases.set(alias, key);
      const entry = entries.get(key) ?? entries.get(aliases.get(key) ?? "");
      if (entry) entry.statements.push(statement);
      else if (makes !== null) entries.set(key, { kind: makes, name, statements: [statement] });
    },
    end(): Definitions {
      const all = [...entries.values()];
      const types: Types = typesOf(all.flatMap(({ statements }) => statements.slice(0, 1)));
      return {
        objects: all,
        columns: (table) => columnsOf(table, types),
        settings: settings.join("\n"),
      };
    },
  };
}
