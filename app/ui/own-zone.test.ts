import { afterEach, expect, it, vi } from "vitest";
import { ownZone } from "@/app/ui/own-zone";

afterEach(() => vi.unstubAllEnvs());

it.each([
  ["Europe/Berlin", "Europe/Berlin"],
  ["Etc/Unknown", "UTC"],
])("a machine that says %s is in %s", (said, zone) => {
  vi.stubEnv("TZ", said);
  expect(Intl.DateTimeFormat().resolvedOptions().timeZone).toBe(said);
  expect(ownZone()).toBe(zone);
});

it("a machine that says an offset is in UTC", () => {
  const spy = vi.spyOn(Intl.DateTimeFormat.prototype, "resolvedOptions");
  spy.mockReturnValue({ timeZone: "+05:00" } as Intl.ResolvedDateTimeFormatOptions);
  expect(ownZone()).toBe("UTC");
  spy.mockRestore();
});
