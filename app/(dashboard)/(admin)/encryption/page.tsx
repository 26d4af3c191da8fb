import type { Metadata } from "next";
import { KeyList } from "@/app/encryption/key-list";
import { Hydrate } from "@/app/trpc/hydrate";
import { getQueryClient, prefetch, trpc } from "@/app/trpc/server";

export const metadata: Metadata = { title: "Encryption" };

export default async function EncryptionPage() {
  await prefetch(getQueryClient().query(trpc.encryption.list.queryOptions()));
  return (
    <Hydrate>
      <KeyList />
    </Hydrate>
  );
}
