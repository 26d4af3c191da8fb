import type { Metadata } from "next";
import { TokenList } from "@/app/token/token-list";
import { Hydrate } from "@/app/trpc/hydrate";
import { getQueryClient, prefetch, trpc } from "@/app/trpc/server";

export const metadata: Metadata = { title: "API tokens" };

export default async function TokensPage() {
  await prefetch(getQueryClient().query(trpc.token.list.queryOptions()));
  return (
    <Hydrate>
      <TokenList />
    </Hydrate>
  );
}
