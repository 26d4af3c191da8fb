import { beforeAll } from "vitest";
import { type OpenExport, withExport } from "@/jobs/data/open-export";
import { type DataExportOptions, dataExportOptions, wishOf } from "@/jobs/data/options";
import { loadSubject } from "@/jobs/lifecycle/subject";
import { gather } from "@/jobs/testing/gather";
import { makeTenant, type Tenant, unique } from "@/jobs/testing/tenant";

/** The name of a table. */
export const odd = 'a/b: "c" 100%';

const given = {} as { tenant: Tenant };

/** A tenant with values that are odd in every format, for all tests of a file. */
export function givenOddTenant(): { tenant: Tenant } {
  beforeAll(async () => {
    const tenant = await makeTenant({ tables: 0 });
    given.tenant = tenant;
    await tenant.sql.begin((tx) =>
      tx.unsafe(`set local search_path = ${tenant.schema};
        create domain rating as int; create domain word as text;
        create table clients (id int primary key, name text, code char(4), score rating, nick word, tags text[]);
        create table charts (id int primary key, client int references clients, total numeric);
        create table "${odd.replaceAll('"', '""')}" (id int);
        insert into clients values (1, '=1+1', '+', -5, '@x', '{=1}'), (2, '', '-a', 3, '-7', null), (3, null, null, null, null, '{}'),
          (4, E'\\tx', 'a', 0, '=', '{"a b"}');
        insert into charts values (10, 1, 12345678901234567890.10), (11, 2, 'NaN'), (12, null, 0.00)`),
    );
  });
  return given;
}

export type Options = Partial<Record<keyof DataExportOptions, unknown>>;

export async function opened<T>(options: Options, use: (opened: OpenExport) => Promise<T>) {
  return withExport(
    {
      subject: await loadSubject(given.tenant.projectId),
      wish: wishOf(dataExportOptions.parse(options)),
      application: `coffer:test-${unique()}`,
      signal: new AbortController().signal,
      lockWaitSeconds: 5,
    },
    use,
  );
}

export const read = (options: Options) =>
  opened(options, async ({ pieces, ...rest }) => ({ ...rest, bytes: Buffer.concat(await gather(pieces())) }));

/** How many rows the tenant's tables have. */
export const rowsIn = { clients: 4, charts: 3, [odd]: 0 };
