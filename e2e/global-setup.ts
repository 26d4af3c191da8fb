import { announce } from "@/e2e/tools/coffer";
import { startInstallation } from "@/e2e/tools/installation";
import { startOpenId } from "@/e2e/tools/open-id";
import { signIn } from "@/e2e/tools/session";

/** One whole Coffer for all specs, with the demo tenants. What this gives is called after the last test. */
export default async function setUp(): Promise<() => Promise<void>> {
  const { env, stop: stopOpenId } = await startOpenId();
  const installation = await startInstallation({ demo: true, env });
  const stop = () => installation.stop().finally(stopOpenId);
  try {
    const { place } = installation;
    announce({ ...place, adminState: await signIn(place.url, place.admin) });
  } catch (error) {
    await stop();
    throw error;
  }
  return stop;
}
