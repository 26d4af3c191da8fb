import { announce } from "@/e2e/tools/coffer";
import { startInstallation } from "@/e2e/tools/installation";
import { signIn } from "@/e2e/tools/session";

/** One whole Coffer for all specs, with the demo tenants. What this gives is called after the last test. */
export default async function setUp(): Promise<() => Promise<void>> {
  const installation = await startInstallation({ demo: true });
  try {
    const { place } = installation;
    announce({ ...place, adminState: await signIn(place.url, place.admin) });
  } catch (error) {
    await installation.stop();
    throw error;
  }
  return installation.stop;
}
