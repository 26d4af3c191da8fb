import { notFound } from "next/navigation";
import type { ReactNode } from "react";
import { Hydrate } from "@/app/trpc/hydrate";
import { getQueryClient, prefetchSubject, trpc } from "@/app/trpc/server";

type Props = { params: Promise<{ id: string }>; children: ReactNode };

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Here and not in the page, which is streamed: what is not there has to answer with 404. */
export default async function BackupLayout({ params, children }: Props) {
  const { id } = await params;
  if (!uuid.test(id)) notFound();
  await prefetchSubject(getQueryClient().query(trpc.backup.get.queryOptions({ backupId: id })));
  return <Hydrate>{children}</Hydrate>;
}
