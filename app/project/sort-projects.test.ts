import { expect, test } from "vitest";
import { matches, sortProjects } from "@/app/project/sort-projects";
import type { Project } from "@/app/trpc/types";

const project = (name: string, backupCount: number): Project => ({
  id: name,
  slug: name.toLowerCase(),
  name,
  schemaName: `tenant_${name}`,
  databaseId: "d",
  databaseName: "main",
  createdAt: "2026-01-01T00:00:00Z",
  lastBackup: null,
  lastExport: null,
  runningJobs: 0,
  storedBytes: 0,
  backupCount,
  canExport: true,
  canRestore: true,
  canSchedule: true,
});

const projects = [project("Shop 10", 1), project("acme", 3), project("Shop 9", 1)];
const names = (list: Project[]) => list.map(({ name }) => name);

test("names sort as people expect", () => {
  expect(names(sortProjects(projects, { key: "name", descending: false }))).toEqual(["acme", "Shop 9", "Shop 10"]);
});

test("what is equal stays in the order of names", () => {
  expect(names(sortProjects(projects, { key: "backups", descending: true }))).toEqual(["acme", "Shop 9", "Shop 10"]);
});

test("a search looks at name, slug and schema", () => {
  expect(matches({ name: "Acme Shop", slug: "acme", schemaName: "tenant_1" }, " SHOP")).toBe(true);
  expect(matches({ name: "Acme Shop", slug: "acme", schemaName: "tenant_1" }, "_1")).toBe(true);
  expect(matches({ name: "Acme Shop", slug: "acme", schemaName: "tenant_1" }, "globex")).toBe(false);
});
