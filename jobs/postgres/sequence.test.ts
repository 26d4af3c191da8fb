import { expect, it } from "vitest";
import { qualified } from "@/jobs/postgres/identifier";
import { sequenceValues } from "@/jobs/postgres/sequence";
import { makeSchema } from "@/jobs/testing/tenant";

it("gives the value of each sequence, and whether it was used", async () => {
  const tenant = await makeSchema({ tables: 0 });
  const odd = qualified(tenant.schema, 'a "b"');
  await tenant.sql.unsafe(`create sequence ${odd} start 5; create sequence ${tenant.schema}.huge; create sequence ${tenant.schema}.moved;
    select setval('${tenant.schema}.huge', 9223372036854775807); select setval('${tenant.schema}.moved', 7, false)`);
  expect(await sequenceValues(tenant.sql, tenant.schema)).toEqual([
    { name: 'a "b"', lastValue: "5", isCalled: false },
    { name: "huge", lastValue: "9223372036854775807", isCalled: true },
    { name: "moved", lastValue: "7", isCalled: false },
  ]);
});
