import type { S3Settings } from "@/db/schema";
import { openDestination } from "@/jobs/destination/open";
import type { Operation, S3Server } from "@/jobs/testing/s3-server";

export const MiB = 1024 * 1024;

type Given = { server: S3Server };

/** The same place for a client that is content with little. */
export const reopened = ({ server }: Given, changes: Partial<S3Settings> = {}, idleMs = 1_000) =>
  openDestination({ kind: "s3", ...server.settings, ...changes }, { idleMs });

export const counted = ({ server }: Given, operation: Operation) =>
  server.log.filter((each) => each.operation === operation).length;
export const keys = ({ server }: Given) => [...server.contents.objects.keys()];
export const textAt = ({ server }: Given, name: string) =>
  server.contents.objects.get(`coffer/here/${name}`)?.bytes.toString();
