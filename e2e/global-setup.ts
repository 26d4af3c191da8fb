import { announce } from "@/e2e/tools/coffer";
import { startInstallation } from "@/e2e/tools/installation";
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
    announce({ ...place, adminState: await signIn(place.url, place.admin), mailbox: mail.mailbox });
  } catch (error) {
    await stop();
    throw error;
  }
  return stop;
}
