import type { Metadata } from "next";
import { Hydrate } from "@/app/trpc/hydrate";
import { getQueryClient, prefetch, trpc } from "@/app/trpc/server";
import { UserList } from "@/app/user/user-list";

export const metadata: Metadata = { title: "Users" };

export default async function UsersPage() {
  await prefetch(getQueryClient().query(trpc.user.list.queryOptions()));
  return (
    <Hydrate>
      <UserList />
    </Hydrate>
  );
}
