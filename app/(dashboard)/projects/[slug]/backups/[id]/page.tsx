import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { BackupPage } from "@/app/backup/backup-page";
import { Hydrate } from "@/app/trpc/hydrate";
import { getQueryClient, prefetchSubject, trpc } from "@/app/trpc/server";

type Props = { params: Promise<{ slug: string; id: string }> };

export const metadata: Metadata = { title: "Backup" };

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export default async function Page({ params }: Props) {
  const { id } = await params;
  if (!uuid.test(id)) notFound();
  await prefetchSubject(getQueryClient().query(trpc.backup.get.queryOptions({ backupId: id })));
  return (
    <Hydrate>
      <BackupPage backupId={id} />
    </Hydrate>
  );
}
