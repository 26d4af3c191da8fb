import { announce, connectTo } from "@/e2e/tools/coffer";
import { type Place, startInstallation } from "@/e2e/tools/installation";
import { startMailServer } from "@/e2e/tools/mail-server";
import { startOpenId } from "@/e2e/tools/open-id";
import { signIn } from "@/e2e/tools/session";

/** One whole Coffer for all specs, with the demo tenants. What this gives is called after the last test. */
export default async function setUp(): Promise<() => Promise<void>> {
  const openId = await startOpenId();
  const mail = await startMailServer();
  const installation = await startInstallation({ demo: true, env: { ...openId.env, ...mail.env } });
  const stop = () => installation.stop().finally(openId.stop).finally(mail.stop);
  try {
    const { place } = installation;
    await allowDumps(place);
    announce({ ...place, adminState: await signIn(place.url, place.admin), mailbox: mail.mailbox });
  } catch (error) {
    await stop();
    throw error;
  }
  return stop;
}

/** Dumps from elsewhere need it, and not every version's embedded server gives it (bin/embedded-roles.ts). */
async function allowDumps(place: Place): Promise<void> {
  const coffer = await connectTo(place);
  await coffer.tenants.unsafe("alter role coffer_tenants createrole").finally(coffer.close);
}
