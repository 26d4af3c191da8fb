import type { Metadata } from "next";
import { ApiProvider } from "@/app/trpc/client";
import { getQueryClient, trpc } from "@/app/trpc/server";
import type { Invited } from "@/app/trpc/types";
import { CardPage } from "@/app/ui/card-page";
import { LinkExpired } from "@/app/welcome/link-expired";
import { WelcomeForm } from "@/app/welcome/welcome-form";
import { toAppError } from "@/server/problem";

export const metadata: Metadata = { title: "Welcome" };

type Props = { params: Promise<{ secret: string }> };

/** Whom the link is for; null for one that does not work, whatever the reason. */
async function readInvitation(secret: string): Promise<Invited | null> {
  try {
    return await getQueryClient().query(trpc.invitation.get.queryOptions({ secret }));
  } catch (error) {
    if (["LINK_EXPIRED", "VALIDATION_ERROR"].includes(toAppError(error).code)) return null;
    throw error;
  }
}

export default async function WelcomePage({ params }: Props) {
  const { secret } = await params;
  const invited = await readInvitation(secret);
  if (!invited) {
    return (
      <CardPage title="This link no longer works">
        <LinkExpired />
      </CardPage>
    );
  }
  return (
    <ApiProvider>
      <WelcomeForm secret={secret} invited={invited} />
    </ApiProvider>
  );
}
