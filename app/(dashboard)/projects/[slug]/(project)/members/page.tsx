import type { Metadata } from "next";
import { MemberList } from "@/app/member/member-list";
import { projectTitle } from "@/app/project/project-title";
import { Hydrate } from "@/app/trpc/hydrate";
import { getQueryClient, prefetch, trpc } from "@/app/trpc/server";

type Props = { params: Promise<{ slug: string }> };

export const generateMetadata = async ({ params }: Props): Promise<Metadata> => ({
  title: `Members of ${await projectTitle((await params).slug)}`,
});

export default async function MembersPage({ params }: Props) {
  const { slug } = await params;
  await prefetch(getQueryClient().query(trpc.member.list.queryOptions({ projectId: slug })));
  return (
    <Hydrate>
      <MemberList slug={slug} />
    </Hydrate>
  );
}
